import CooperationModel
import Synchronization

/// Keeps a fault that lasts from filling the log: of what says the same, a few lines are written in a while, and the next
/// one after it tells how many were not.
final class RepeatGuard: Sendable {
  static let most = 20
  static let span = Instant.Span.seconds(10)
  /// Different things that are counted; beyond, counting begins anew.
  static let capacity = 500

  private struct Seen {
    var since: Instant
    var written = 0
    var held = 0
  }

  private let seen = Mutex<[String: Seen]>([:])

  /// - Returns: how many like it were not written before it; nil when it is not to be written either.
  func admit(_ text: String, at now: Instant) -> Int? {
    seen.withLock { seen in
      if seen[text] == nil, seen.count >= Self.capacity { seen = [:] }
      var entry = seen[text] ?? Seen(since: now)
      if now - entry.since >= Self.span || now < entry.since {
        let held = entry.held
        seen[text] = Seen(since: now, written: 1)
        return held
      }
      guard entry.written < Self.most else {
        entry.held += 1
        seen[text] = entry
        return nil
      }
      entry.written += 1
      seen[text] = entry
      return 0
    }
  }
}
