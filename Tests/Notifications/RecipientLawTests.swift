import Seeds
import CooperationModel
import Testing

@testable import Notifications

/// A year of two owners' lives by chance, held to what the rules promise.
@Suite("What holds whatever happens")
struct RecipientLawTests {
  @Test("each thing that happens is told once, or there is a reason why not", arguments: 1...24)
  func laws(seed: Int) throws {
    var life = try Life(seed: UInt64(seed))
    for _ in 0..<220 { try life.live() }
    life.calmDown()
    life.check()
  }
}

/// What one owner's messages went through, and what was seen to leave.
private struct Life {
  private struct Sent {
    var message: OutboundMessage
    var at: Instant
  }

  private let rules = RecipientRules()
  private var random: SplitMix
  private var now = Sample.now
  private var owners: [Circumstances]
  private var requests: [PartnershipRequest]
  private var settings = SendingSettings(isOpen: true, perHour: 600, perRecipientAndDay: 8)
  private var settingsVersion = 1
  private var flying: [(owner: Int, id: MessageID)] = []
  private var arrived: [Sent] = []

  init(seed: UInt64) throws {
    random = SplitMix(seed: seed)
    requests = try (0..<6).map { number in
      let confirmBy = Sample.now + Instant.Span.days(10 + Int64(number) * 4)
      return try Sample.request(100 + number, confirmBy: confirmBy)
    }
    let own = try [
      Sample.contact(1), Sample.contact(2, status: .pending), Sample.contact(3, since: Sample.now - .days(1)),
    ]
    let embassy = try [Sample.embassyContact(900), Sample.embassyContact(901)]
    owners = try [("commune:35051", own), ("embassy:BF", embassy)].map { owner, contacts in
      Circumstances(
        owner: try Sample.id(owner), contacts: Dictionary(uniqueKeysWithValues: contacts.map { ($0.id, $0) }))
    }
    owners[1].requests = Dictionary(uniqueKeysWithValues: requests.map { ($0.id, $0) })
  }

  /// One thing happens, and the rules are applied.
  mutating func live() throws {
    now = now + .minutes(Int64.random(in: 1...(Bool.random(using: &random) ? 30 : 2_000), using: &random))
    switch Int.random(in: 0..<12, using: &random) {
    case 0..<5: try moveLead()
    case 5: moveContact()
    case 6: confirmRequest()
    case 7:
      settings.isOpen.toggle()
      settingsVersion += 1
    case 8:
      owners[0].profile = Profile(
        collectivite: try Sample.id("commune:35051"), version: 1,
        delivery: Bool.random(using: &random) ? .daily : .immediate)
    default: break
    }
    derive()
    if Bool.random(using: &random) { send() }
    if Bool.random(using: &random) { land(chance: true) }
  }

  /// Nothing more happens, the gate is open and everything arrives.
  mutating func calmDown() {
    settings = SendingSettings(isOpen: true, perHour: 600, perRecipientAndDay: 1_000)
    settingsVersion += 1
    for _ in 0..<12 {
      land(chance: false)
      derive()
      send()
      now = now + .hours(10)
    }
    land(chance: false)
    derive()
  }

  private mutating func moveLead() throws {
    guard let request = requests.randomElement(using: &random) else { return }
    let id = LeadID(request.id, try Sample.id("commune:35051"))
    var lead = try owners[0].leads[id] ?? Sample.lead(of: request, offeredAt: now)
    if owners[0].leads[id] != nil {
      let next: [Lead.Status] =
        switch lead.status {
        case .offered: [.interested, .declined, .withdrawn, .lapsed]
        case .interested: [.introduced, .declined, .withdrawn]
        case .introduced: [.concluded, .withdrawn]
        case .withdrawn, .lapsed: [.offered]
        case .declined, .concluded: []
        }
      guard let status = next.randomElement(using: &random) else { return }
      lead.status = status
      lead.version += 1
      lead.transitions.note(Transition(at: now, by: "system", what: status.rawValue, status: status.rawValue))
      if status == .offered { lead.offeredAt = now }
      lead.answerBy = status == .offered ? now + .days(30) : nil
    }
    for index in owners.indices { owners[index].leads[id] = lead }
  }

  private mutating func moveContact() {
    let index = Int.random(in: 0..<2, using: &random)
    guard var contact = owners[index].contacts.values.sorted(by: { $0.id < $1.id }).randomElement(using: &random) else {
      return
    }
    contact.status = Contact.Status.allCases.randomElement(using: &random) ?? .confirmed
    contact.since = now
    contact.version += 1
    owners[index].contacts[contact.id] = contact
  }

  private mutating func confirmRequest() {
    guard let index = requests.indices.randomElement(using: &random) else { return }
    requests[index].confirmBy = now + .days(Int64.random(in: 5...60, using: &random))
    owners[1].requests[requests[index].id] = requests[index]
  }

  private mutating func derive() {
    for index in owners.indices {
      owners[index].gate = Circumstances.Gate(isClosed: !settings.isOpen, version: settingsVersion)
      owners[index].inFlight = Set(flying.filter { $0.owner == index }.map(\.id))
      for message in rules.changes(for: owners[index], at: now) {
        let before = owners[index].messages[message.id]
        #expect(message.version == (before?.version ?? 0) + 1)
        #expect(before == nil || before?.status == .pending, "a final message changed")
        #expect(!owners[index].inFlight.contains(message.id), "a message changed while it was being sent")
        owners[index].messages[message.id] = message
      }
      #expect(rules.changes(for: owners[index], at: now) == [], "the rules are not at rest")
    }
  }

  private mutating func send() {
    for index in owners.indices {
      let plan = SendingPlan(
        messages: owners[index].messages.values, inFlight: owners[index].inFlight, settings: settings,
        isClosed: !settings.isOpen, partitions: 12, room: 4, at: now)
      if !settings.isOpen { #expect(plan.send.isEmpty, "a closed gate let something out") }
      for id in plan.send {
        flying.append((index, id))
        guard let message = owners[index].messages[id] else { continue }
        let contact = owners[index].contacts[message.contact]
        #expect(owners[index].objection(to: contact, kind: message.kind) == nil, "sent without consent")
      }
      owners[index].inFlight = Set(flying.filter { $0.owner == index }.map(\.id))
    }
  }

  private mutating func land(chance: Bool) {
    for (owner, id) in flying {
      guard let message = owners[owner].messages[id] else { continue }
      let result: DeliveryResult =
        switch chance ? Int.random(in: 0..<10, using: &random) : 0 {
        case 8: .temporary(detail: "later")
        case 9: .permanent(detail: "never")
        default: .delivered(detail: "ok")
        }
      let after = message.after(result, channel: "test", at: now)
      if after.status == .delivered { arrived.append(Sent(message: message, at: now)) }
      owners[owner].messages[id] = after
      owners[owner].inFlight.remove(id)
    }
    flying = []
  }

  func check() {
    for owner in owners {
      #expect(owner.messages.values.allSatisfy { $0.status != .pending }, "a message has no end")
    }
    checkThatNothingIsToldTwice()
    checkOffers()
    checkEndings()
    checkAnswers()
  }

  private func arrived(_ cause: Cause, to contact: ContactID) -> [Sent] {
    arrived.filter { $0.message.contact == contact && $0.message.causes.contains(cause) }
  }

  private func checkThatNothingIsToldTwice() {
    var told: Set<String> = []
    for sent in arrived {
      for cause in sent.message.causes {
        #expect(told.insert("\(cause) \(sent.message.contact)").inserted, "told twice: \(cause)")
      }
    }
  }

  private func checkOffers() {
    for contact in owners[0].contacts.values where contact.canBeWrittenTo {
      for lead in owners[0].leads.values where lead.status == .offered && lead.answerBy.map({ $0 > now }) == true {
        let cause = Cause(.offered, lead.id, at: lead.offeredAt)
        let about = owners[0].messages.values.filter { $0.contact == contact.id && $0.causes.contains(cause) }
        #expect(!about.isEmpty, "an offer that nobody was told of")
        let isExplained = about.contains {
          $0.status == .delivered || $0.status == .failed
            || ["unsubscribed", "unconfirmed"].contains($0.outcome?.detail)
        }
        #expect(isExplained, "silent without a reason: \(about.compactMap(\.outcome?.detail))")
      }
    }
  }

  private func checkEndings() {
    let endings: [Lead.Status] = [.withdrawn, .lapsed, .concluded]
    for contact in owners[0].contacts.values where contact.canBeWrittenTo {
      for lead in owners[0].leads.values where endings.contains(lead.status) {
        guard let end = lead.transitions.last?.at else { continue }
        let offer = arrived(Cause(.offered, lead.id, at: lead.offeredAt), to: contact.id)
        let cause = Cause(.ended, lead.id, at: end)
        let about = owners[0].messages.values.filter { $0.contact == contact.id && $0.causes.contains(cause) }
        #expect(about.isEmpty == offer.isEmpty, "an end is told to whom the offer was, and to no one else")
        if let news = arrived(cause, to: contact.id).first, let first = offer.first { #expect(first.at <= news.at) }
      }
    }
  }

  private func checkAnswers() {
    guard owners[1].contacts.values.contains(where: \.canBeWrittenTo) else { return }
    for lead in owners[1].leads.values where lead.status == .interested || lead.status == .declined {
      guard let at = lead.transitions.last?.at, at + .days(14) > now else { continue }
      let cause = Cause(.answered, lead.id, at: at)
      let about = owners[1].messages.values.filter { $0.causes.contains(cause) }
      let told = about.filter { $0.status == .delivered }
      #expect(told.count <= 1, "one person of an embassy hears of an answer")
      #expect(told.count == 1 || about.contains { $0.status == .failed || $0.status == .suppressed })
    }
  }
}
