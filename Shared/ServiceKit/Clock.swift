import CooperationModel
import Foundation
import Synchronization

/// Tells what time it is. Whoever needs the time is given one, so that a test can say what time it is.
package protocol WallClock: Sendable {
  func now() -> Instant
}

/// The machine's clock.
package struct SystemClock: WallClock {
  package init() {}

  package func now() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
  }
}

/// A clock that stands still until it is moved, either way.
package final class ManualClock: WallClock {
  private let time: Mutex<Instant>

  package init(_ start: Instant) { time = Mutex(start) }

  package func now() -> Instant { time.withLock { $0 } }
  package func set(_ instant: Instant) { time.withLock { $0 = instant } }
  package func advance(by span: Instant.Span) { time.withLock { $0 = $0 + span } }
}
