import Foundation
import Synchronization

// What buses share that work on threads of their own: blocking calls never run on the pool that all tasks share.

/// Starts a thread; blocking it blocks nobody else.
package func startThread(_ name: String, _ body: @escaping @Sendable () -> Void) {
  let thread = Thread(block: body)
  thread.name = name
  thread.start()
}

/// Lets a task wait until several threads have ended.
package final class Latch: Sendable {
  private struct State {
    var left: Int
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state: Mutex<State>

  package init(count: Int) { state = Mutex(State(left: count)) }

  package func countDown() {
    let woken = state.withLock { state in
      state.left -= 1
      guard state.left == 0 else { return [CheckedContinuation<Void, Never>]() }
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in woken { continuation.resume() }
  }

  package func wait() async {
    await withCheckedContinuation { continuation in
      let isOver = state.withLock { state in
        if state.left > 0 { state.waiting.append(continuation) }
        return state.left <= 0
      }
      if isOver { continuation.resume() }
    }
  }
}
