import Synchronization
import TopicBus

/// A ``SimulatedLog`` behind a lock, with those who wait for it to change.
final class SharedLog: Sendable {
  private let state: Mutex<State>

  private struct State {
    var log: SimulatedLog
    /// Raised by every change.
    var version = 0
    var handles = 0
    var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    var lastWaiter = 0
  }

  init(_ log: SimulatedLog) {
    state = Mutex(State(log: log))
  }

  var version: Int { state.withLock { $0.version } }

  /// The number of a further handle on this log.
  func nextHandle() -> Int {
    state.withLock { state in
      state.handles += 1
      return state.handles
    }
  }

  func look<Result>(_ body: (SimulatedLog) -> Result) -> Result {
    state.withLock { body($0.log) }
  }

  /// Changes the log, then wakes all that wait for it.
  func change<Result, Failure: Error>(
    _ body: (inout SimulatedLog) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let (result, waiters) = try state.withLock { state throws(Failure) in
      let result = try body(&state.log)
      defer { state.waiters = [:] }
      state.version += 1
      return (result, state.waiters.values)
    }
    for waiter in waiters { waiter.resume() }
    return result
  }

  /// Looks for something in the log, and counts as a change when there is something.
  func find<Result, Failure: Error>(
    _ body: (inout SimulatedLog) throws(Failure) -> Result?
  ) throws(Failure) -> Result? {
    let result = try state.withLock { state throws(Failure) in try body(&state.log) }
    if result != nil { change { _ in } }
    return result
  }

  /// Waits until the log is newer than a version, the deadline has come or the task is cancelled.
  func changed(since seen: Int, until deadline: ContinuousClock.Instant) async {
    let number = state.withLock { state in
      state.lastWaiter += 1
      return state.lastWaiter
    }
    let alarm = Task {
      try? await Task.sleep(until: deadline, clock: .continuous)
      self.wake(number)
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let waits = state.withLock { state in
          // A task cancelled later than this finds its waiter, since it takes the lock to wake it.
          guard state.version == seen, !Task.isCancelled, ContinuousClock.now < deadline else { return false }
          state.waiters[number] = continuation
          return true
        }
        if !waits { continuation.resume() }
      }
    } onCancel: {
      wake(number)
    }
    alarm.cancel()
  }

  private func wake(_ number: Int) {
    state.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
  }
}
