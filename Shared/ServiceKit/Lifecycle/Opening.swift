import Synchronization

/// What is waited for once: that it opens, or ends without.
///
/// A wait ends with its task as well. Parts of a process are stopped one after another, the last first, so one that waited
/// on for another that is stopped after it would keep the process from ending.
final class Opening: Sendable {
  private struct State {
    var isOpen = false
    var hasEnded = false
    var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    var next = 0
  }

  private let state = Mutex(State())

  var isOpen: Bool { state.withLock { $0.isOpen } }

  func open() { resume { $0.isOpen = true } }

  /// Nobody waits any more, now or later.
  func end() { resume { $0.hasEnded = true } }

  private func resume(_ change: (inout State) -> Void) {
    let waiters = state.withLock { state in
      change(&state)
      defer { state.waiters = [:] }
      return state.waiters
    }
    for waiter in waiters.values { waiter.resume() }
  }

  /// Waits until it opens.
  ///
  /// - Returns: false when it ended before, or the task was cancelled.
  func wait() async -> Bool {
    let number = state.withLock { state in
      state.next += 1
      return state.next
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let waits = state.withLock { state in
          // A task that is cancelled from here on finds its waiter.
          guard !state.isOpen, !state.hasEnded, !Task.isCancelled else { return false }
          state.waiters[number] = continuation
          return true
        }
        if !waits { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
    }
    return isOpen
  }
}
