import CooperationModel

/// What became of one attempt to send.
package enum DeliveryResult: Equatable, Sendable {
  /// The receiver has taken it over.
  case delivered(detail: String)
  /// It did not arrive, or that is not known: to be tried again, not before the receiver's own wish.
  case temporary(detail: String, retryAfter: Instant.Span? = nil)
  /// Trying again is of no use.
  case permanent(detail: String)
}

extension OutboundMessage {
  /// The waits after the first, second … failed attempt: two days in all, as mail servers keep trying.
  package static let backoff: [Instant.Span] = [
    .minutes(1), .minutes(5), .minutes(30), .hours(2), .hours(6), .hours(12), .hours(24),
  ]

  /// The message after an attempt's result: pending(attempt, not before) → delivered | failed, or pending again.
  ///
  /// A final message stays as it is. Details are cut to 500 characters.
  package func after(_ result: DeliveryResult, channel: String, at now: Instant) -> OutboundMessage {
    guard status == .pending else { return self }
    var next = self
    next.version += 1
    next.attempt += 1
    let text: String
    switch result {
    case .delivered(let detail):
      next.status = .delivered
      text = detail
    case .permanent(let detail):
      next.status = .failed
      text = detail
    case .temporary(let detail, let retryAfter):
      if let wait = wait(afterAttempt: next.attempt) {
        next.notBefore = now + max(wait, min(retryAfter ?? wait, .hours(24)))
        text = detail
      } else {
        next.status = .failed
        text = "given up after \(next.attempt) attempts: \(detail)"
      }
    }
    next.outcome = Outcome(at: now, channel: channel, detail: String(text.prefix(500)))
    return next
  }

  /// How long to wait after that many attempts, or nil to give up.
  ///
  /// Up to a fifth longer than the schedule says, by a share that the id decides: what failed together does not come
  /// back together, and a replay waits as long.
  func wait(afterAttempt attempt: Int) -> Instant.Span? {
    guard attempt > 0, attempt <= Self.backoff.count else { return nil }
    let base = Self.backoff[attempt - 1].milliseconds
    // FNV-1a over the id and the attempt: any spread that is the same everywhere will do.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in id.rawValue.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    hash = (hash ^ UInt64(attempt)) &* 0x100_0000_01B3
    return .milliseconds(base + base * Int64(hash >> 32 & 0x3FF) / (5 * 1_024))
  }
}
