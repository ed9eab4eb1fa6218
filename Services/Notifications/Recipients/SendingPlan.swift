import CooperationModel

/// Which messages of one partition are sent now, within the limits, and when to look again.
///
/// All it counts is read off the messages, so a new owner of the partition counts the same.
package struct SendingPlan: Equatable, Sendable {
  /// To be sent now, the longest due first.
  package var send: [MessageID]
  /// When something that waits may leave; nil when nothing waits for time.
  package var wakeAt: Instant?

  /// - Parameters:
  ///   - messages: The partition's pending messages, and those delivered within the last two days or ``HourlyShare/window``.
  ///   - isClosed: The gate is closed, and the channel leaves the machine.
  ///   - room: How many more the channel takes.
  package init(
    messages: some Sequence<OutboundMessage>, inFlight: Set<MessageID>, settings: SendingSettings, isClosed: Bool,
    partitions: Int, room: Int, at now: Instant
  ) {
    send = []
    let share = HourlyShare(perHour: settings.perHour, partitions: partitions)
    let today = ParisTime.day(of: now)
    var sentToday: [ContactID: Int] = [:]
    var recent: [Instant] = []
    var due: [OutboundMessage] = []
    for message in messages {
      switch message.status {
      case .delivered:
        guard let at = message.outcome?.at else { continue }
        if ParisTime.day(of: at) == today { sentToday[message.contact, default: 0] += 1 }
        if at > now - share.window { recent.append(at) }
      case .pending where inFlight.contains(message.id):
        sentToday[message.contact, default: 0] += 1
        recent.append(now)
      case .pending where message.notBefore <= now:
        due.append(message)
      case .pending:
        wake(at: message.notBefore)
      case .failed, .suppressed:
        break
      }
    }
    // The gate's opening is a change of a setting, not of time.
    if isClosed {
      wakeAt = nil
      return
    }
    recent.sort()
    due.sort { ($0.notBefore, $0.id) < ($1.notBefore, $1.id) }
    for message in due {
      if message.kind != .signIn, sentToday[message.contact, default: 0] >= settings.perRecipientAndDay {
        wake(at: ParisTime.instant(today + 1, hour: ParisTime.digestHour))
        continue
      }
      if recent.count >= share.count {
        if share.count > 0 { wake(at: recent[recent.count - share.count] + share.window) }
        break
      }
      guard send.count < room else { break }
      send.append(message.id)
      sentToday[message.contact, default: 0] += 1
      recent.append(now)
    }
  }

  private mutating func wake(at instant: Instant) { wakeAt = min(wakeAt ?? instant, instant) }
}

/// A partition's part of the hourly limit: so many messages in any such length of time.
package struct HourlyShare: Equatable, Sendable {
  package var count: Int
  package var window: Instant.Span

  /// Rounded down, so that all partitions together stay within the limit; with fewer messages an hour than partitions,
  /// one in a longer time.
  package init(perHour: Int, partitions: Int) {
    guard perHour > 0, partitions > 0 else {
      (count, window) = (0, .hours(1))
      return
    }
    let whole = perHour / partitions
    if whole > 0 {
      (count, window) = (whole, .hours(1))
    } else {
      let hour = Instant.Span.hours(1).milliseconds
      (count, window) = (1, .milliseconds((hour * Int64(partitions) + Int64(perHour) - 1) / Int64(perHour)))
    }
  }
}
