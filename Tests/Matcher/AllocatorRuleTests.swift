import CooperationModel
import Testing

@testable import Matcher

@Suite("A lead's life")
struct AllocatorRuleTests {
  private let model: ScoringModel
  private let allocator: Allocator

  init() throws {
    model = try #require(ScoringModel(.standard))
    allocator = Allocator(model: model)
  }

  private func market() throws -> Market {
    var market = try Market(seed: 4, requests: 12, model: model)
    market.settle()
    return market
  }

  private let ministry = Actor(issuer: "i", subject: "s", role: .ministry)

  @Test("ends when its request ends: concluded with the partner, withdrawn with the others")
  func requestEnds() throws {
    let market = try market()
    let id = try #require(market.requests.keys.sorted().first { market.book.openCount(of: $0) > 1 })
    let leads = market.leads.values.filter { $0.id.request == id }.sorted { $0.id < $1.id }
    var request = try #require(market.requests[id])
    request.status = .concluded
    request.partners = [leads[0].id.collectivite]
    let ended = allocator.endings(of: leads, request: request, candidates: market.candidates, now: market.now)
    #expect(ended.map(\.status) == [.concluded] + Array(repeating: .withdrawn, count: leads.count - 1))
    #expect(ended.dropFirst().allSatisfy { $0.reason == .requestEnded })
    #expect(ended.allSatisfy { $0.version == 2 && $0.answerBy == nil && $0.transitions.count == 2 })
    // Once: what has ended does not end again, and a request that is gone ends them too.
    #expect(allocator.endings(of: ended, request: request, candidates: market.candidates, now: market.now).isEmpty)
    let gone = allocator.endings(of: leads, request: nil, candidates: market.candidates, now: market.now)
    #expect(gone.map(\.reason) == Array(repeating: .requestEnded, count: leads.count))
  }

  @Test("lapses at the end of its time, and not a millisecond before")
  func lapses() throws {
    let market = try market()
    let lead = try #require(market.leads.values.min { $0.id < $1.id })
    let request = market.requests[lead.id.request]
    let by = try #require(lead.answerBy)
    #expect(by == lead.offeredAt + .days(60))
    let before = by - .milliseconds(1)
    #expect(allocator.endings(of: [lead], request: request, candidates: market.candidates, now: before).isEmpty)
    let lapsed = allocator.endings(of: [lead], request: request, candidates: market.candidates, now: by)
    #expect(lapsed.map(\.status) == [.lapsed])
  }

  @Test("is withdrawn when nobody can be written to, or the profile is paused; not once they are introduced")
  func unreachable() throws {
    var market = try market()
    let lead = try #require(market.leads.values.min { $0.id < $1.id })
    let request = market.requests[lead.id.request]
    let introduced = lead.moved(to: .introduced, reason: nil, what: "introduced", by: "x", at: market.now)
    var profile = market.world.profile(lead.id.collectivite)
    profile.status = .paused
    _ = market.candidates.update(profile: profile, for: lead.id.collectivite)
    func endings(_ lead: Lead) -> [Lead.Reason?] {
      allocator.endings(of: [lead], request: request, candidates: market.candidates, now: market.now).map(\.reason)
    }
    #expect(endings(lead) == [.paused])
    #expect(endings(introduced) == [])
    for (id, contact) in market.world.contacts.sorted(by: { $0.key < $1.key })
    where contact.owner.collectivite.flatMap(market.world.landscape.today) == lead.id.collectivite {
      _ = market.candidates.update(contact: nil, for: id)
    }
    #expect(endings(lead) == [.noContact])
  }

  @Test("survives a lower score under another model, but not the loss of all that spoke for it")
  func belowThreshold() throws {
    var market = try market()
    let lead = try #require(market.leads.values.min { $0.id < $1.id })
    var request = try #require(market.requests[lead.id.request])
    var settings = ScoringSettings.standard
    settings.threshold = 1000
    let strict = Allocator(model: try #require(ScoringModel(settings)))
    // The same version with a higher threshold ends it, a newer version does not.
    let ended = strict.endings(of: [lead], request: request, candidates: market.candidates, now: market.now)
    #expect(ended.map(\.reason) == [.belowThreshold])
    settings.version += 1
    let newer = Allocator(model: try #require(ScoringModel(settings)))
    #expect(newer.endings(of: [lead], request: request, candidates: market.candidates, now: market.now).isEmpty)
    // Nothing is left: no theme, no interest, no work in the country or near it.
    request.themes = []
    request.wanted.expertise = []
    _ = market.candidates.update(
      profile: Profile(collectivite: lead.id.collectivite, version: 9), for: lead.id.collectivite)
    for id in market.world.cooperations.keys.sorted() { _ = market.candidates.update(cooperation: nil, for: id) }
    let lost = newer.endings(of: [lead], request: request, candidates: market.candidates, now: market.now)
    #expect(lost.map(\.reason) == [.belowThreshold])
  }

  @Test("moves by answers as the table says, and by nothing else")
  func answers() throws {
    let market = try market()
    let lead = try #require(market.leads.values.min { $0.id < $1.id })
    let request = market.requests[lead.id.request]
    let later = market.now + .hours(1)
    func after(_ answers: LeadAnswer...) -> String {
      var current = lead
      for answer in answers {
        do throws(Rejection) {
          current = try allocator.decide(answer, lead: current, request: request, actor: ministry, receivedAt: later)
        } catch {
          return error.violations[0].code
        }
      }
      return current.status.rawValue
    }
    let declined = LeadAnswer(.declined, reason: .capacity)
    #expect(after(LeadAnswer(.interested)) == "interested")
    #expect(after(LeadAnswer(.interested), LeadAnswer(.interested)) == "interested")
    #expect(after(LeadAnswer(.interested), declined) == "declined")
    #expect(after(LeadAnswer(.interested), LeadAnswer(.introduced), LeadAnswer(.concluded)) == "concluded")
    #expect(after(declined, declined) == "declined")
    #expect(after(declined, LeadAnswer(.interested)) == "wrong-status")
    #expect(after(LeadAnswer(.introduced)) == "wrong-status")
    #expect(after(LeadAnswer(.declined)) == "reason-required")
    #expect(after(LeadAnswer(.declined, reason: .requestEnded)) == "reason-required")
    #expect(after(LeadAnswer(.interested, reason: .theme)) == "reason-unexpected")
  }

  @Test("is answered by the collectivité and introduced by the country's embassy alone")
  func actors() throws {
    let market = try market()
    let lead = try #require(market.leads.values.min { $0.id < $1.id })
    let request = market.requests[lead.id.request]
    func outcome(_ answer: LeadAnswer, _ actor: Actor) -> Rejection.Reason? {
      do throws(Rejection) {
        _ = try allocator.decide(answer, lead: lead, request: request, actor: actor, receivedAt: market.now)
        return nil
      } catch {
        return error.reason
      }
    }
    let own = lead.id.collectivite
    let other = try #require(CollectiviteID("commune:00000"))
    func actor(_ role: Actor.Role, _ country: CountryCode? = nil, _ collectivite: CollectiviteID? = nil) -> Actor {
      Actor(issuer: "i", subject: "s", role: role, country: country, collectivite: collectivite)
    }
    let interested = LeadAnswer(.interested)
    #expect(outcome(interested, actor(.collectivite, nil, own)) == nil)
    #expect(outcome(interested, actor(.contact, nil, own)) == nil)
    #expect(outcome(interested, actor(.collectivite, nil, other)) == .forbidden)
    #expect(outcome(interested, actor(.contact, nil, other)) == .forbidden)
    #expect(outcome(interested, actor(.embassy, lead.facts.country)) == .forbidden)
    #expect(outcome(LeadAnswer(.introduced), actor(.collectivite, nil, own)) == .forbidden)
    #expect(outcome(LeadAnswer(.introduced), actor(.embassy, CountryCode("ZZ"))) == .forbidden)
    #expect(outcome(LeadAnswer(.introduced), actor(.embassy, lead.facts.country)) == .conflict)
  }

  @Test("takes an answer that came in time though the lead has lapsed since, and none after the request's end")
  func late() throws {
    let market = try market()
    let lead = try #require(market.leads.values.min { $0.id < $1.id })
    var request = market.requests[lead.id.request]
    let by = try #require(lead.answerBy)
    let lapsed = try #require(
      allocator.endings(of: [lead], request: request, candidates: market.candidates, now: by).first)
    let answered = try allocator.decide(
      LeadAnswer(.interested), lead: lapsed, request: request, actor: ministry, receivedAt: by)
    #expect(answered.status == .interested)
    #expect(throws: Rejection.self) {
      try allocator.decide(
        LeadAnswer(.interested), lead: lapsed, request: request, actor: ministry, receivedAt: by + .milliseconds(1))
    }
    request?.status = .expired
    #expect(throws: Rejection.self) {
      try allocator.decide(LeadAnswer(.interested), lead: lead, request: request, actor: ministry, receivedAt: by)
    }
  }

  @Test("weighs earlier answers within the bound, and shows it among its factors")
  func priorAnswers() throws {
    var market = try Market(seed: 6, requests: 30, model: model)
    market.settle()
    for lead in market.leads.values.sorted(by: { $0.id < $1.id }) {
      market.keep(lead.moved(to: .declined, reason: .country, what: "declined", by: "x", at: market.now))
    }
    market.now = market.now + .days(8)
    let before = market.offers.count
    for _ in 0..<10 { try market.addRequest() }
    market.settle()
    let weighed = market.offers[before...].compactMap { offer in offer.lead.factors.first { $0.code == .answers } }
    #expect(!weighed.isEmpty)
    #expect(weighed.allSatisfy { abs($0.points) <= model.answers && $0.points < 0 })
  }

  @Test("waits for room that comes back by time, and for nothing else")
  func room() throws {
    var market = try Market(seed: 12, requests: 60, model: model)
    market.settle()
    let waiting = market.requests.keys.sorted().filter { market.book.openCount(of: $0) < 5 }
    #expect(!waiting.isEmpty)
    let due = try #require(market.nextDue)
    #expect(due == market.now + .days(7))
    let before = market.offers.count
    market.now = due - .milliseconds(1)
    market.settle()
    #expect(market.offers.count == before)
    market.now = due
    market.settle()
    #expect(market.offers.count > before)
  }
}
