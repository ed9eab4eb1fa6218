import Dispatch
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
  private let isUnderWay = Mutex(false)
  private let done = DispatchSemaphore(value: 0)

  /// - Returns: false when the one before is not done yet; nothing begins then.
  func begin(_ body: @escaping @Sendable () -> Void) -> Bool {
    let isFree = isUnderWay.withLock { isUnderWay in
      defer { isUnderWay = true }
      return !isUnderWay
    }
    guard isFree else { return false }
    startThread("kafka-errand") {
      body()
      self.isUnderWay.withLock { $0 = false }
      self.done.signal()
    }
    return true
  }

  /// Blocks until nothing is under way. Nothing may be begun meanwhile.
  func wait() {
    while isUnderWay.withLock({ $0 }) { _ = done.wait(timeout: .now() + .milliseconds(50)) }
  }
}
