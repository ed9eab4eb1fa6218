import Seeds
import CooperationModel
import Testing

@testable import Notifications

extension SendingPlan {
  /// The plan for messages that are noted one by one.
  init(
    messages: some Sequence<OutboundMessage>, inFlight: Set<MessageID>, settings: SendingSettings, isClosed: Bool,
    partitions: Int, room: Int, at now: Instant
  ) {
    var queue = SendingQueue()
    for message in messages { queue.note(message.id, message) }
    self.init(
      queue, inFlight: inFlight, settings: settings, isClosed: isClosed, partitions: partitions, room: room, at: now)
  }
}

/// The plan as it is said, with all messages before it: sorted, gone through, counted anew each time.
struct PlainSendingPlan: Equatable {
  var send: [MessageID] = []
  var wakeAt: Instant?

  init(
    _ messages: [OutboundMessage], inFlight: Set<MessageID>, settings: SendingSettings, partitions: Int, room: Int,
    at now: Instant
  ) {
    let share = HourlyShare(perHour: settings.perHour, partitions: partitions)
    let today = ParisTime.day(of: now)
    func wake(_ instant: Instant) { wakeAt = min(wakeAt ?? instant, instant) }
    var recent: [Instant] = []
    var sentTo: [ContactID] = []
    var due: [OutboundMessage] = []
    for message in messages {
      if message.status == .delivered, let at = message.outcome?.at {
        if ParisTime.day(of: at) == today { sentTo.append(message.contact) }
        if at > now - share.window { recent.append(at) }
      } else if message.status == .pending, inFlight.contains(message.id) {
        sentTo.append(message.contact)
        recent.append(now)
      } else if message.status == .pending, message.notBefore <= now {
        due.append(message)
      } else if message.status == .pending {
        wake(message.notBefore)
      }
    }
    recent.sort()
    for message in due.sorted(by: { ($0.notBefore, $0.id) < ($1.notBefore, $1.id) }) {
      if message.kind != .signIn, sentTo.count(where: { $0 == message.contact }) >= settings.perRecipientAndDay {
        wake(ParisTime.instant(today + 1, hour: 7))
      } else if recent.count >= share.count {
        if share.count > 0 { wake(recent[recent.count - share.count] + share.window) }
        return
      } else if send.count < room {
        send.append(message.id)
        sentTo.append(message.contact)
        recent.append(now)
      } else {
        return
      }
    }
  }
}

@Suite("The sending queue")
struct SendingQueueTests {
  @Test(
    "plans as the plain plan does, whatever is noted, sent, delivered, taken back or forgotten",
    arguments: 1...40 as ClosedRange<UInt64>)
  func law(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    var queue = SendingQueue()
    var messages: [MessageID: OutboundMessage] = [:]
    var inFlight: Set<MessageID> = []
    var now = Sample.now
    let contacts = try (1...4).map { try Sample.contact($0) }
    for step in 0..<150 {
      if Int.random(in: 0..<3, using: &random) == 0 {
        now = now + .minutes(Int64.random(in: 0...300, using: &random))
      }
      let number = Int.random(in: 0..<60, using: &random)
      let id = try Sample.id(Sample.uuid(number), as: MessageID.self)
      switch Int.random(in: 0..<10, using: &random) {
      case 0: messages[id] = nil
      case 1...3:
        if var message = messages[id], message.status == .pending {
          message.status = Bool.random(using: &random) ? .delivered : .failed
          message.outcome = OutboundMessage.Outcome(
            at: now - .minutes(Int64.random(in: 0...90, using: &random)), channel: "smtp", detail: "")
          messages[id] = message
        }
      default:
        let wait = Int64.random(in: -90...90, using: &random)
        messages[id] = OutboundMessage(
          id: id, version: 1, contact: contacts[number % 4].id, owner: contacts[number % 4].owner,
          kind: number % 7 == 0 ? .signIn : .leads, subjects: [], notBefore: now + .minutes(wait - wait % 30),
          createdAt: now)
      }
      queue.note(id, messages[id])
      if Bool.random(using: &random) { queue.note(id, messages[id]) }
      if step % 50 == 49 { queue.forgetDeliveries(before: now - SendingQueue.memory) }
      let settings = SendingSettings(
        isOpen: true, perHour: [0, 1, 24, 120, 10_000].randomElement(using: &random) ?? 1,
        perRecipientAndDay: Int.random(in: 0...5, using: &random))
      let room = Int.random(in: 0...5, using: &random)
      let plan = SendingPlan(
        queue, inFlight: inFlight, settings: settings, isClosed: false, partitions: 12, room: room, at: now)
      let plain = PlainSendingPlan(
        Array(messages.values), inFlight: inFlight, settings: settings, partitions: 12, room: room, at: now)
      try #require(plan.send == plain.send && plan.wakeAt == plain.wakeAt, "seed \(seed), step \(step)")
      if step % 3 == 0 { inFlight = Set(plan.send.prefix(2)) }
    }
  }
}
