import Synchronization
import TopicBus

// What it takes to know that librdkafka may have stopped fetching, and to wake it.

/// What came of a consumer since all was quiet.
struct Flood {
  var records = 0
  var bytes = 0
  /// By how many partitions it was woken since something came.
  var woken = 0

  /// Half of what librdkafka holds: less cannot have filled it.
  var isOne: Bool { records >= Configuration.heldRecords / 2 || bytes >= Configuration.heldKilobytes << 9 }
}

/// Something that blocks, done on a thread of its own; one at a time.
final class Errand: Sendable {
  private struct State {
    var isUnderWay = false
    var last: (@Sendable () -> Void)?
  }

  private let state = Mutex(State())

  /// - Returns: false when the one before is not done yet; nothing begins then.
  func begin(_ body: @escaping @Sendable () -> Void) -> Bool {
    let isFree = state.withLock { state in
      defer { state.isUnderWay = true }
      return !state.isUnderWay
    }
    guard isFree else { return false }
    startThread("kafka-errand") {
      body()
      let last = self.state.withLock { state in
        state.isUnderWay = false
        return state.last
      }
      last?()
    }
    return true
  }

  /// Does a last thing once nothing is under way: at once, or on the thread of what is. Nothing may be begun any more.
  func end(with last: @escaping @Sendable () -> Void) {
    let isFree = state.withLock { state in
      if state.isUnderWay { state.last = last }
      return !state.isUnderWay
    }
    if isFree { last() }
  }
}
