import CooperationModel
import Testing

@testable import Matcher

/// TESTS.md, invariant 8, under random events, against rules written out plainly.
@Suite("Sharing out leads")
struct AllocatorLawTests {
  private let model: ScoringModel

  init() throws { model = try #require(ScoringModel(.standard)) }

  @Test("keeps every law through weeks of events", arguments: 1...4 as ClosedRange<UInt64>)
  func laws(seed: UInt64) throws {
    var market = try Market(seed: seed, requests: 25, model: model)
    market.settle()
    var checked = 0
    try check(market, from: &checked, seed)
    for _ in 0..<40 {
      try disturb(&market)
      market.rankAll()
      market.settle(limit: market.world.seed.chance(30) ? 3 : .max)
      try check(market, from: &checked, seed)
    }
    #expect(market.offers.count > 40, "seed \(seed)")
  }

  private func disturb(_ market: inout Market) throws {
    let world = market.world
    let id = market.world.seed.pick(market.requests.keys.sorted())
    switch Int.random(in: 0..<9, using: &market.world.seed) {
    case 0: market.now = market.now + .hours(Int64.random(in: 1...60, using: &market.world.seed))
    case 1: if let due = market.nextDue { market.now = max(market.now, due) }
    case 2:
      let end: PartnershipRequest.Status = market.world.seed.pick([.closed, .expired, .concluded])
      market.requests[id]?.status = end
      market.requests[id]?.version += 1
      if end == .concluded, let lead = market.leads.values.filter({ $0.id.request == id }).map(\.id).min() {
        market.requests[id]?.partners = [lead.collectivite]
      }
    case 3: try market.addRequest()
    case 4:
      market.requests[id]?.themes = market.world.seed.some(world.themes, 1...3)
      market.requests[id]?.version += 1
    case 5:
      let collectivite = market.world.seed.pick(world.authorities).id
      let profile = market.world.profile(collectivite)
      _ = market.candidates.update(profile: profile, for: collectivite)
    case 6:
      let contact = market.world.seed.pick(world.contacts.keys.sorted())
      _ = market.candidates.update(
        contact: market.world.seed.chance(50) ? nil : world.contacts[contact], for: contact)
    default:
      let open = market.leads.values.filter(\.isOpen).sorted { $0.id < $1.id }
      guard let lead = open.randomElement(using: &market.world.seed) else { return }
      let actor = Actor(issuer: "i", subject: "s", role: .ministry)
      let answer: LeadAnswer =
        market.world.seed.chance(50)
        ? LeadAnswer(.declined, reason: market.world.seed.pick(Lead.Reason.answers))
        : LeadAnswer(lead.status == .offered ? .interested : lead.status == .interested ? .introduced : .concluded)
      let request = market.requests[lead.id.request]
      if let answered = try? market.allocator.decide(
        answer, lead: lead, request: request, actor: actor, receivedAt: market.now)
      {
        market.keep(answered)
      }
    }
  }

  /// - Parameter checked: how many offers have been looked at before.
  private func check(_ market: Market, from checked: inout Int, _ seed: UInt64) throws {
    let today = market.world.landscape
    // Never more than the limit in any seven days: at each offer, those of the seven days before it.
    defer { checked = market.offers.count }
    for place in checked..<market.offers.count {
      let offer = market.offers[place]
      let row = today.row(of: offer.lead.id.collectivite)
      let recent = market.offers[...place].filter {
        today.row(of: $0.lead.id.collectivite) == row && offer.lead.offeredAt - $0.lead.offeredAt < .days(7)
      }
      #expect(recent.count <= offer.limit, "seed \(seed): \(offer.lead.id)")
      // Each was in the list from which it was made.
      #expect(offer.list?.ranked.contains { $0.collectivite == offer.lead.id.collectivite } == true, "seed \(seed)")
      #expect(offer.lead.factors.reduce(0) { $0 + $1.points } == offer.lead.score)
    }
    for (id, request) in market.requests {
      let leads = market.leads.values.filter { $0.id.request == id }
      let open = leads.filter(\.isOpen)
      // An ended request has no open lead, and nobody has more than it wants.
      #expect(request.isOpen || open.isEmpty, "seed \(seed): \(id)")
      #expect(open.count <= model.settings.wantedLeads, "seed \(seed): \(id)")
      for lead in open where lead.status == .offered {
        #expect(market.candidates.canBeWrittenTo(lead.id.collectivite), "seed \(seed)")
        #expect(!market.candidates.isPaused(lead.id.collectivite), "seed \(seed)")
        #expect((lead.answerBy ?? market.now) > market.now, "seed \(seed)")
      }
      // No pair twice, whatever the code.
      #expect(Set(leads.map { today.row(of: $0.id.collectivite) }).count == leads.count, "seed \(seed)")
      // None waits while a candidate has room.
      guard request.isOpen, open.count < model.settings.wantedLeads else { continue }
      for match in market.lists[id]?.ranked ?? [] {
        let row = today.row(of: match.collectivite)
        let had = leads.contains { today.row(of: $0.id.collectivite) == row }
        let recent = market.leads.values.filter {
          today.row(of: $0.id.collectivite) == row && market.now - $0.offeredAt < .days(7)
        }.count
        #expect(had || recent >= market.candidates.weeklyLimit(of: match.collectivite), "seed \(seed): \(id)")
      }
    }
  }

  @Test(
    "does not depend on the order of requests, nor on how many fit a commit", arguments: 1...4 as ClosedRange<UInt64>)
  func order(seed: UInt64) throws {
    let market = try Market(seed: seed, requests: 40, model: model)
    var whole = market
    whole.settle()
    var shuffled = market
    var order = Seed(seed: seed + 100)
    shuffled.settle(order: market.requests.keys.sorted().shuffled(using: &order))
    var pieces = market
    pieces.settle(limit: 7)
    #expect(whole.offers.map(\.lead) == shuffled.offers.map(\.lead))
    #expect(whole.offers.map(\.lead) == pieces.offers.map(\.lead))
  }

  @Test(
    "is what always giving the next offer to the least served request gives", arguments: 1...3 as ClosedRange<UInt64>)
  func plain(seed: UInt64) throws {
    var market = try Market(seed: seed, requests: 30, model: model)
    // The plain model: look at every request before every offer.
    var counts: [CollectiviteID: Int] = [:]
    var given: [RequestID: [CollectiviteID]] = [:]
    var expected: [LeadID] = []
    while true {
      var best: (open: Int, wait: Int, score: Int, id: LeadID)?
      for id in market.requests.keys.sorted() {
        let had = given[id] ?? []
        guard had.count < model.settings.wantedLeads else { continue }
        let next = market.lists[id]?.ranked.first {
          !had.contains($0.collectivite)
            && (counts[$0.collectivite] ?? 0) < market.candidates.weeklyLimit(of: $0.collectivite)
        }
        guard let next else { continue }
        // Market's time is the morning of 2027-01-15.
        let wait = (market.requests[id]?.deadline?.description ?? "never") <= "2027-03-01" ? 0 : 1
        if let held = best, (held.open, held.wait, -held.score) <= (had.count, wait, -next.score) { continue }
        best = (had.count, wait, next.score, LeadID(id, next.collectivite))
      }
      guard let best else { break }
      counts[best.id.collectivite, default: 0] += 1
      given[best.id.request, default: []].append(best.id.collectivite)
      expected.append(best.id)
    }
    market.settle()
    #expect(market.offers.map(\.lead.id) == expected)
  }

  /// Two requests whose lists hold one and the same authority, which takes one lead more: who gets it?
  ///
  /// - Parameters:
  ///   - days: from today to the first request's deadline. The other has none, and a better score.
  ///   - openLeads: that the first request has already.
  private func first(withDeadlineIn days: Int?, openLeads: Int = 0) throws -> Int? {
    var world = try World(seed: 4)
    var candidates = world.candidates()
    let ids = world.authorities.map(\.id).filter(candidates.canBeWrittenTo)
    for id in ids.prefix(2) {
      _ = candidates.update(profile: Profile(collectivite: id, version: 9, weeklyLimit: 1), for: id)
    }
    let now = Instant(milliseconds: 1_800_000_000_000)
    let allocator = Allocator(model: model)
    var requests = try [world.request(), world.request()]
    requests[0].deadline = days.map { ParisTime.day(of: now) + $0 }
    func demand(_ place: Int, _ id: CollectiviteID, score: Int) -> Allocator.Demand {
      Allocator.Demand(
        request: requests[place],
        matches: MatchSet(
          request: requests[place].id, requestVersion: requests[place].version, scoring: 3,
          ranked: [Match(collectivite: id, score: score, factors: [])], prospects: []))
    }
    var book = LeadBook(world.landscape)
    if openLeads > 0 {
      _ = allocator.share(among: [demand(0, ids[1], score: 300)], book: &book, candidates: candidates, now: now)
    }
    let made = allocator.share(
      among: [demand(0, ids[0], score: 300), demand(1, ids[0], score: 900)], book: &book, candidates: candidates,
      now: now)
    #expect(made.count == 1)
    return requests.firstIndex { $0.id == made.first?.id.request }
  }

  @Test("gives the last room to a request with a near deadline before a better one that can wait")
  func urgency() throws {
    #expect(try first(withDeadlineIn: nil) == 1)
    #expect(try first(withDeadlineIn: 46) == 1)
    #expect(try first(withDeadlineIn: 45) == 0)
    #expect(try first(withDeadlineIn: 0) == 0)
    // The least served goes first all the same.
    #expect(try first(withDeadlineIn: 10, openLeads: 1) == 1)
  }

  @Test("keeps the same book whatever the order in which leads arrive")
  func book() throws {
    var market = try Market(seed: 8, requests: 30, model: model)
    market.settle()
    for lead in market.leads.values.sorted(by: { $0.id < $1.id }).prefix(30) {
      market.keep(lead.moved(to: .declined, reason: .theme, what: "declined", by: "x", at: market.now))
    }
    var again = LeadBook(market.world.landscape)
    for lead in market.leads.values.sorted(by: { $1.id < $0.id }) { again.update(lead: lead, for: lead.id) }
    for id in market.requests.keys { #expect(again.entries(of: id) == market.book.entries(of: id)) }
    for row in market.world.landscape.ids.indices {
      #expect(again.recent(row, at: market.now) == market.book.recent(row, at: market.now))
      #expect(again.priorAnswers(row) == market.book.priorAnswers(row))
    }
    for lead in market.leads.values { again.update(lead: nil, for: lead.id) }
    for row in market.world.landscape.ids.indices {
      #expect(again.recent(row, at: market.now) == 0)
      #expect(again.priorAnswers(row).isEmpty)
    }
  }
}
