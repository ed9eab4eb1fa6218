import Collections
import CooperationModel
import ServiceKit

/// Which messages of one partition are sent now, within the limits, and when to look again.
///
/// All it counts is read off the messages, so a new owner of the partition counts the same.
package struct SendingPlan: Equatable, Sendable {
  /// To be sent now, the longest due first.
  package var send: [MessageID] = []
  /// When something that waits may leave; nil when nothing waits for time.
  package var wakeAt: Instant?

  /// - Parameters:
  ///   - queue: The partition's messages.
  ///   - isClosed: The gate is closed, and the channel leaves the machine.
  ///   - room: How many more the channel takes.
  /// - Complexity: in what is sent, what is in flight and the contacts that have had their day's messages; not in what
  ///   waits.
  package init(
    _ queue: SendingQueue, inFlight: Set<MessageID>, settings: SendingSettings, isClosed: Bool, partitions: Int,
    room: Int, at now: Instant
  ) {
    // The gate's opening is a change of a setting, not of time.
    if isClosed { return }
    let flying = inFlight.compactMap { id in queue.place(of: id) }
    let share = HourlyShare(perHour: settings.perHour, partitions: partitions)
    let today = ParisTime.day(of: now)
    let old = queue.delivered.count(before: { $0.at > now - share.window })
    var begun = flying.count
    var begunFor: [ContactID: Int] = [:]
    for place in flying { begunFor[place.lane.contact, default: 0] += 1 }

    if let next = Self.firstLater(queue, inFlight, now) { wake(at: next) }
    var turns = Turns(queue, until: now)
    while let head = turns.next() {
      guard !inFlight.contains(head.first.id) else {
        turns.goOn(in: head.lane, after: head.first)
        continue
      }
      let contact = head.lane.contact
      let had = queue.count(of: contact, on: today) + (begunFor[contact] ?? 0)
      if !head.lane.isExempt, had >= settings.perRecipientAndDay {
        wake(at: ParisTime.instant(today + 1, hour: ParisTime.digestHour))
        continue
      }
      let recent = queue.delivered.count - old + begun
      if recent >= share.count {
        if share.count > 0 { wake(at: (queue.delivered[old + recent - share.count]?.at ?? now) + share.window) }
        break
      }
      guard send.count < room else { break }
      send.append(head.first.id)
      begun += 1
      begunFor[contact, default: 0] += 1
      turns.goOn(in: head.lane, after: head.first)
    }
  }

  private mutating func wake(at instant: Instant) { wakeAt = min(wakeAt ?? instant, instant) }

  /// When the next that is not due yet becomes so.
  private static func firstLater(_ queue: SendingQueue, _ inFlight: Set<MessageID>, _ now: Instant) -> Instant? {
    var last = SendingQueue.Waiting?.none
    while let next = queue.waiting.first(where: { place in last.map { place > $0 } ?? (place.notBefore > now) }) {
      guard inFlight.contains(next.id) else { return next.notBefore }
      last = next
    }
    return nil
  }
}

/// The due messages in order, lane by lane: a lane goes on only when it is told to.
private struct Turns {
  private let queue: SendingQueue
  private let now: Instant
  private var passed: SendingQueue.Head?
  /// The next of lanes that went on.
  private var goneOn = Heap<SendingQueue.Head>()

  init(_ queue: SendingQueue, until now: Instant) {
    self.queue = queue
    self.now = now
  }

  mutating func next() -> SendingQueue.Head? {
    let head = queue.heads.first(where: { head in passed.map { head > $0 } ?? true })
    guard let least = [head, goneOn.min].compactMap({ $0 }).min(), least.first.notBefore <= now else { return nil }
    if least == head { passed = head } else { goneOn.removeMin() }
    return least
  }

  mutating func goOn(in lane: SendingQueue.Lane, after place: SendingQueue.Waiting) {
    guard let next = queue.lanes[lane]?.first(where: { $0 > place }) else { return }
    goneOn.insert(SendingQueue.Head(first: next, lane: lane))
  }
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
