import CooperationModel
import Testing

@testable import Notifications

@Suite("Who is told what")
struct RecipientRulesTests {
  private let rules = RecipientRules()
  private let now = Sample.now

  /// A collectivité with these contacts and leads.
  private func collectivite(_ contacts: [Contact], _ leads: [Lead] = []) throws -> Circumstances {
    Circumstances(
      owner: try Sample.id("commune:35051"), contacts: Dictionary(uniqueKeysWithValues: contacts.map { ($0.id, $0) }),
      leads: Dictionary(uniqueKeysWithValues: leads.map { ($0.id, $0) }))
  }

  private func embassy(_ contacts: [Contact], requests: [PartnershipRequest] = [], leads: [Lead] = []) throws
    -> Circumstances
  {
    Circumstances(
      owner: try Sample.id("embassy:BF"), contacts: Dictionary(uniqueKeysWithValues: contacts.map { ($0.id, $0) }),
      leads: Dictionary(uniqueKeysWithValues: leads.map { ($0.id, $0) }),
      requests: Dictionary(uniqueKeysWithValues: requests.map { ($0.id, $0) }))
  }

  /// Applies the rules, and holds them to changing nothing the second time.
  @discardableResult
  private func apply(_ circumstances: inout Circumstances, at now: Instant) -> [OutboundMessage] {
    let changes = rules.changes(for: circumstances, at: now)
    for message in changes { circumstances.messages[message.id] = message }
    #expect(rules.changes(for: circumstances, at: now) == [])
    return changes
  }

  private func deliverAll(_ circumstances: inout Circumstances, at now: Instant) {
    for (id, message) in circumstances.messages {
      circumstances.messages[id] = message.after(.delivered(detail: "ok"), channel: "maildir", at: now)
    }
  }

  @Test("an offer is told to each confirmed contact, in a message of its own")
  func offers() throws {
    let leads = try [Sample.lead(of: Sample.request(100)), Sample.lead(of: Sample.request(101))]
    var here = try collectivite(
      [
        Sample.contact(1), Sample.contact(2), Sample.contact(3, status: .unsubscribed),
      ], leads)
    let messages = apply(&here, at: now)
    #expect(messages.count == 4)
    #expect(
      messages.allSatisfy { $0.kind == .leads && $0.status == .pending && $0.notBefore == now && $0.version == 1 })
    #expect(Set(messages.map(\.contact)) == Set(try [Sample.contact(1).id, Sample.contact(2).id]))
  }

  @Test("a new contact is asked to confirm and hears of nothing else, then of what still waits for an answer")
  func confirmation() throws {
    var here = try collectivite([Sample.contact(1, status: .pending)], [Sample.lead(of: Sample.request())])
    #expect(apply(&here, at: now).map(\.kind) == [.confirmContact])
    deliverAll(&here, at: now)
    let contact = try Sample.contact(1, since: now + .hours(1))
    here.contacts[contact.id] = contact
    #expect(apply(&here, at: now + .hours(1)).map(\.kind) == [.leads])
  }

  @Test(
    "the end of a lead is told to whom it was announced",
    arguments: [Lead.Status.withdrawn, .lapsed, .concluded])
  func endings(status: Lead.Status) throws {
    let request = try Sample.request()
    var here = try collectivite([Sample.contact(1)], [Sample.lead(of: request)])
    apply(&here, at: now)
    deliverAll(&here, at: now)
    let ended = try Sample.lead(of: request, status: status, changedAt: now + .days(2))
    here.leads[ended.id] = ended
    let late = try Sample.contact(2)
    here.contacts[late.id] = late
    let messages = apply(&here, at: now + .days(2))
    #expect(messages.map(\.kind) == [.leadsEnded])
    #expect(messages.map(\.contact) == [try Sample.contact(1).id])
    #expect(
      rules.standing(of: Cause(.ended, ended.id, at: now + .days(2)), to: late.id, in: here, at: now + .days(2))
        == .untold(.neverAnnounced))
  }

  @Test(
    "what a collectivité did itself is not told to it", arguments: [Lead.Status.interested, .declined, .introduced])
  func ownDoing(status: Lead.Status) throws {
    let request = try Sample.request()
    var here = try collectivite([Sample.contact(1)], [Sample.lead(of: request)])
    apply(&here, at: now)
    deliverAll(&here, at: now)
    let lead = try Sample.lead(of: request, status: status, changedAt: now + .days(2))
    here.leads[lead.id] = lead
    #expect(apply(&here, at: now + .days(2)).isEmpty)
  }

  @Test("an offer that ends before it is sent is never told, nor is its end")
  func endedBeforeSent() throws {
    let request = try Sample.request()
    var here = try collectivite([Sample.contact(1)], [Sample.lead(of: request)])
    let offer = try #require(apply(&here, at: now).first)
    let ended = try Sample.lead(of: request, status: .withdrawn, changedAt: now + .minutes(1))
    here.leads[ended.id] = ended
    let messages = apply(&here, at: now + .minutes(1))
    #expect(messages.map(\.id) == [offer.id])
    #expect(messages.first?.status == .suppressed)
    #expect(messages.first?.outcome?.detail == "offer-over")
  }

  @Test("nothing changes about a message that is being sent")
  func inFlight() throws {
    let request = try Sample.request()
    var here = try collectivite([Sample.contact(1)], [Sample.lead(of: request)])
    let offer = try #require(apply(&here, at: now).first)
    here.inFlight = [offer.id]
    let ended = try Sample.lead(of: request, status: .withdrawn, changedAt: now + .minutes(1))
    here.leads[ended.id] = ended
    #expect(apply(&here, at: now + .minutes(1)).isEmpty)
    here.inFlight = []
    deliverAll(&here, at: now + .minutes(1))
    #expect(apply(&here, at: now + .minutes(1)).map(\.kind) == [.leadsEnded])
  }

  @Test("what waits for a contact that is gone or unsubscribed is suppressed")
  func consent() throws {
    var here = try collectivite([Sample.contact(1), Sample.contact(2)], [Sample.lead(of: Sample.request())])
    apply(&here, at: now)
    let left = try Sample.contact(1, status: .unsubscribed)
    here.contacts = [left.id: left]
    let changes = apply(&here, at: now)
    #expect(changes.allSatisfy { $0.status == .suppressed && $0.version == 2 })
    #expect(Set(changes.compactMap(\.outcome?.detail)) == ["unsubscribed", "contact-gone"])
  }

  @Test(
    "whoever was erased before a message left, and is entered again, hears of what stands, in another message",
    arguments: [true, false])
  func erasedAndEnteredAgain(throughDigest: Bool) throws {
    let lead = try Sample.lead(of: Sample.request())
    var here = try collectivite([Sample.contact(1)], [lead])
    apply(&here, at: now)
    if throughDigest {
      here.gate = Circumstances.Gate(isClosed: true, version: 4)
      apply(&here, at: now)
    }
    let contacts = here.contacts
    here.contacts = [:]
    #expect(apply(&here, at: now + .hours(1)).map(\.outcome?.detail) == ["contact-gone"])
    let former = Set(here.messages.keys)
    here.contacts = contacts
    let again = try #require(apply(&here, at: now + .days(3)).first)
    #expect(again.status == .pending && again.causes == [Cause(.offered, lead.id, at: lead.offeredAt)])
    #expect(!former.contains(again.id))
    // What left before is told.
    deliverAll(&here, at: now + .days(3))
    here.contacts = [:]
    apply(&here, at: now + .days(4))
    here.contacts = contacts
    #expect(apply(&here, at: now + .days(5)) == [])
  }

  @Test("an answer is told to the request's embassy contact, once", arguments: [Lead.Status.interested, .declined])
  func answers(status: Lead.Status) throws {
    let request = try Sample.request(contact: 900)
    let lead = try Sample.lead(of: request, status: status, changedAt: now)
    var here = try embassy(
      [Sample.embassyContact(900), Sample.embassyContact(901)], requests: [request], leads: [lead])
    let messages = apply(&here, at: now)
    #expect(messages.map(\.kind) == [.answer])
    #expect(messages.map(\.contact) == [try Sample.id(Sample.uuid(900))])
    // Another contact takes over: what was told is told.
    var other = request
    other.contact = try Sample.id(Sample.uuid(901))
    here.requests[request.id] = other
    deliverAll(&here, at: now)
    #expect(apply(&here, at: now + .hours(1)).isEmpty)
  }

  @Test("an answer goes to the embassy's longest confirmed contact when the request's own cannot be written to")
  func answerToAnother() throws {
    let request = try Sample.request(contact: 900)
    var own = try Sample.embassyContact(900)
    own.status = .unsubscribed
    var later = try Sample.embassyContact(901)
    later.since = now - .days(1)
    let lead = try Sample.lead(of: request, status: .interested, changedAt: now)
    var here = try embassy([own, later, Sample.embassyContact(902)], requests: [request], leads: [lead])
    #expect(apply(&here, at: now).map(\.contact) == [try Sample.id(Sample.uuid(902))])
  }

  @Test("an answer that is no news is not told")
  func oldAnswers() throws {
    let request = try Sample.request()
    let lead = try Sample.lead(of: request, status: .declined, changedAt: now)
    var here = try embassy([Sample.embassyContact()], requests: [request], leads: [lead])
    #expect(apply(&here, at: now + .days(15)).isEmpty)
  }

  @Test("a request is to be confirmed 14 days before it ends, once for each end")
  func reminders() throws {
    let confirmBy = now + .days(20)
    var here = try embassy([Sample.embassyContact()], requests: [Sample.request(confirmBy: confirmBy)])
    #expect(apply(&here, at: now).isEmpty)
    let due = try #require(rules.nextDue(for: here, after: now))
    #expect(due == confirmBy - .days(14))
    #expect(apply(&here, at: due).map(\.kind) == [.confirmRequest])
    #expect(rules.nextDue(for: here, after: due) == nil)
    // Confirmed before the message left: it does not leave, and the next end has its own.
    let again = try Sample.request(confirmBy: confirmBy + .days(90))
    here.requests[again.id] = again
    #expect(apply(&here, at: due).map(\.outcome?.detail) == ["request-settled"])
    #expect(apply(&here, at: confirmBy + .days(80)).map(\.kind) == [.confirmRequest])
  }

  @Test("daily delivery gathers a day's news into one message at seven in Paris")
  func daily() throws {
    var here = try collectivite([Sample.contact(1)], [Sample.lead(of: Sample.request(100))])
    here.profile = Profile(collectivite: try Sample.id("commune:35051"), version: 1, delivery: .daily)
    let first = try #require(apply(&here, at: now).first)
    #expect(first.kind == .digest && first.notBefore == Sample.instant("2026-11-25T06:00:00Z"))
    let second = try Sample.lead(of: Sample.request(101), offeredAt: now + .hours(3))
    here.leads[second.id] = second
    let grown = apply(&here, at: now + .hours(3))
    #expect(grown.map(\.id) == [first.id])
    #expect(grown.first?.subjects.count == 2)
    // An offer that ends before the hour falls out; what comes after the hour is the next day's.
    let ended = try Sample.lead(of: Sample.request(100), status: .withdrawn, changedAt: now + .hours(4))
    here.leads[ended.id] = ended
    #expect(apply(&here, at: now + .hours(4)).first?.causes.map(\.lead) == [second.id])
    let third = try Sample.lead(of: Sample.request(102), offeredAt: now + .days(1))
    here.leads[third.id] = third
    let next = apply(&here, at: now + .days(1))
    #expect(next.count == 1 && next.first?.id != first.id)
    #expect(next.first?.notBefore == Sample.instant("2026-11-26T06:00:00Z"))
  }

  @Test("what waits behind the closed gate is one digest a contact, and a new contact's own question")
  func gate() throws {
    var here = try collectivite([Sample.contact(1)], [Sample.lead(of: Sample.request(100))])
    let single = try #require(apply(&here, at: now).first)
    here.gate = Circumstances.Gate(isClosed: true, version: 4)
    let second = try Sample.lead(of: Sample.request(101), offeredAt: now + .hours(3))
    here.leads[second.id] = second
    let new = try Sample.contact(2, status: .pending)
    here.contacts[new.id] = new
    apply(&here, at: now + .hours(3))
    #expect(here.messages[single.id]?.outcome?.detail == "joined")
    let waiting = here.messages.values.filter { $0.status == .pending }
    #expect(Set(waiting.map(\.kind)) == [.digest, .confirmContact])
    let digest = try #require(waiting.first { $0.kind == .digest })
    #expect(digest.causes.map(\.lead) == [try Sample.lead(of: Sample.request(100)).id, second.id])
    // Opened: the digest stays as it is, and what comes then is told alone.
    here.gate = Circumstances.Gate(isClosed: false, version: 5)
    let third = try Sample.lead(of: Sample.request(102), offeredAt: now + .hours(5))
    here.leads[third.id] = third
    #expect(apply(&here, at: now + .hours(5)).map(\.kind) == [.leads])
  }

  @Test("a link to sign in is not sent once it would have expired")
  func signIn() throws {
    let contact = try Sample.contact()
    var here = try collectivite([contact])
    let message = OutboundMessage.signIn(contact, askedFor: now)
    here.messages[message.id] = message
    #expect(apply(&here, at: now + .minutes(14)).isEmpty)
    #expect(here.objection(toSending: message, at: now + .minutes(15)) == .expired)
    #expect(apply(&here, at: now + .minutes(15)).map(\.outcome?.detail) == ["expired"])
  }

  @Test("a digest holds at most fifty things; the rest is in another")
  func digestLimit() throws {
    let leads = try (0..<120).map { try Sample.lead(of: Sample.request(1_000 + $0)) }
    var here = try collectivite([Sample.contact(1)], leads)
    here.profile = Profile(collectivite: try Sample.id("commune:35051"), version: 1, delivery: .daily)
    #expect(apply(&here, at: now).map(\.subjects.count).sorted() == [20, 50, 50])
  }

  @Test("a message's id derives from its cause and its contact, the same everywhere")
  func ids() throws {
    let lead = try Sample.lead(of: Sample.request())
    let cause = Cause(.offered, lead.id, at: now)
    let first = MessageID(cause: cause, contact: try Sample.contact(1).id)
    #expect(first.rawValue == "24fbd465-9d7d-8551-bda5-7af602b35e3f")
    #expect(MessageID(rawValue: first.rawValue) == first)
    #expect(first != MessageID(cause: cause, contact: try Sample.contact(2).id))
    #expect(first != MessageID(cause: Cause(.ended, lead.id, at: now), contact: try Sample.contact(1).id))
    #expect(Cause(cause.description) == cause)
  }
}
