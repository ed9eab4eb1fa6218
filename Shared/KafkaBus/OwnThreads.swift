import Dispatch
import Synchronization
import TopicBus

/// Threads that may block: on a broker, on a callback. The cooperative pool never does.
final class OwnThreads: Sendable {
  private struct State {
    var jobs: [@Sendable () -> Void] = []
    var idle = 0
    var threads = 0
    var isClosed = false
  }

  private let name: String
  private let most: Int
  private let state = Mutex(State())
  private let signal = DispatchSemaphore(value: 0)
  private let ending = Latch(count: 1)

  /// - Parameter most: how many there are at most; they are started when first needed.
  init(_ name: String, most: Int) {
    self.name = name
    self.most = most
  }

  /// Runs a body on one of the threads, after what waits already.
  func run<T: Sendable>(_ body: @escaping @Sendable () throws(BusError) -> T) async throws(BusError) -> T {
    let result: Result<T, BusError> = await withCheckedContinuation { continuation in
      let accepted = add {
        do throws(BusError) {
          continuation.resume(returning: .success(try body()))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
      if !accepted { continuation.resume(returning: .failure(.closed)) }
    }
    return try result.get()
  }

  private func add(_ job: @escaping @Sendable () -> Void) -> Bool {
    let (accepted, starts) = state.withLock { state -> (Bool, Bool) in
      guard !state.isClosed else { return (false, false) }
      state.jobs.append(job)
      let starts = state.jobs.count > state.idle && state.threads < most
      if starts { state.threads += 1 }
      return (true, starts)
    }
    guard accepted else { return false }
    if starts { startThread(name) { self.work() } }
    signal.signal()
    return true
  }

  private func work() {
    while true {
      state.withLock { $0.idle += 1 }
      signal.wait()
      let (job, isOver) = state.withLock { state -> ((@Sendable () -> Void)?, Bool) in
        state.idle -= 1
        if state.jobs.isEmpty { return (nil, state.isClosed) }
        return (state.jobs.removeFirst(), false)
      }
      if let job { job() }
      if isOver { break }
    }
    let isLast = state.withLock { state in
      state.threads -= 1
      return state.threads == 0
    }
    // The next one ends as well.
    if isLast { ending.countDown() } else { signal.signal() }
  }

  /// Takes no more on, and waits until what was taken on is done.
  func close() async {
    let isEmpty = state.withLock { state in
      state.isClosed = true
      return state.threads == 0
    }
    signal.signal()
    if !isEmpty { await ending.wait() }
  }
}
