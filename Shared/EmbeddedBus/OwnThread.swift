import Dispatch
import Synchronization

/// A queue of jobs for one thread that may block: on a lock, on the disk.
final class JobQueue<Job: Sendable>: Sendable {
  private struct State {
    var jobs: [Job] = []
    var isClosed = false
  }

  private let state = Mutex(State())
  private let signal = DispatchSemaphore(value: 0)

  /// - Returns: false when the queue was closed, and the job will not run.
  func add(_ job: Job) -> Bool {
    let (accepted, wakes) = state.withLock { state in
      guard !state.isClosed else { return (false, false) }
      state.jobs.append(job)
      return (true, state.jobs.count == 1)
    }
    if wakes { signal.signal() }
    return accepted
  }

  /// Waits for jobs and takes the first ones, as many as the choice allows; nil when the queue is closed and empty.
  func take(_ choose: (ArraySlice<Job>) -> Int) -> ArraySlice<Job>? {
    while true {
      let (taken, isOver) = state.withLock { state -> (ArraySlice<Job>, Bool) in
        guard !state.jobs.isEmpty else { return ([], state.isClosed) }
        let count = choose(state.jobs[...])
        let taken = state.jobs.prefix(count)
        if count == state.jobs.count { state.jobs = [] } else { state.jobs.removeFirst(count) }
        return (taken, false)
      }
      if !taken.isEmpty { return taken }
      if isOver { return nil }
      signal.wait()
    }
  }

  /// No more jobs are taken on, and those that wait are given back.
  func abandon() -> [Job] {
    defer { signal.signal() }
    return state.withLock { state in
      defer { state.jobs = [] }
      state.isClosed = true
      return state.jobs
    }
  }

  /// No more jobs are taken on; those that wait are still done.
  func close() {
    state.withLock { $0.isClosed = true }
    signal.signal()
  }
}

/// Something that is taken once, and held no longer.
final class Handover<Value: Sendable>: Sendable {
  private let value: Mutex<Value?>

  init(_ value: Value) { self.value = Mutex(value) }

  func take() -> Value? {
    value.withLock { value in
      defer { value = nil }
      return value
    }
  }
}
