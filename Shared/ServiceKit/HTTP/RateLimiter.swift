import CooperationModel
import Synchronization

/// Token buckets, one per caller: each fills at a steady rate up to its burst, and a request takes one token.
///
/// Memory is bounded: buckets live in two generations, and once the younger holds ``capacity`` the older one is
/// forgotten. A forgotten caller begins with a full bucket.
package final class RateLimiter: Sendable {
  package struct Rate: Equatable, Sendable {
    package var perSecond: Int
    package var burst: Int

    package init(perSecond: Int, burst: Int) {
      self.perSecond = perSecond
      self.burst = burst
    }
  }

  package static let capacity = 10_000

  private struct Bucket {
    /// In thousandths, so that counting is exact.
    var tokens: Int64
    var at: Instant
  }

  private struct Generations {
    var young: [String: Bucket] = [:]
    var old: [String: Bucket] = [:]
  }

  private let rate: Rate
  private let clock: any WallClock
  private let buckets = Mutex(Generations())

  package init(_ rate: Rate, clock: any WallClock = SystemClock()) {
    self.rate = rate
    self.clock = clock
  }

  /// Takes a token of the caller's.
  ///
  /// - Returns: nil when there was one; otherwise the seconds until there is.
  package func take(_ caller: String) -> Int? {
    let now = clock.now()
    let full = Int64(rate.burst) * 1_000
    return buckets.withLock { buckets in
      var bucket = buckets.young[caller] ?? buckets.old[caller] ?? Bucket(tokens: full, at: now)
      // A clock that jumps back fills nothing.
      let passed = min(max(0, (now - bucket.at).milliseconds), 3_600_000)
      bucket.tokens = min(full, bucket.tokens + passed * Int64(rate.perSecond))
      bucket.at = now
      let isThere = bucket.tokens >= 1_000
      if isThere { bucket.tokens -= 1_000 }
      if buckets.young[caller] == nil, buckets.young.count >= Self.capacity {
        buckets.old = buckets.young
        buckets.young = [:]
      }
      buckets.young[caller] = bucket
      guard !isThere else { return nil }
      let perSecond = Int64(max(1, rate.perSecond)) * 1_000
      return Int((1_000 - bucket.tokens + perSecond - 1) / perSecond)
    }
  }

  /// How many buckets are held.
  var count: Int { buckets.withLock { $0.young.count + $0.old.count } }
}
