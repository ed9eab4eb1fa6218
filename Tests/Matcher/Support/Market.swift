import CooperationModel

@testable import Matcher

/// A whole market in memory for the allocator's laws: requests, lists, candidates and every lead, moved by random
/// events, with the steps that a service would take.
struct Market {
  var world: World
  var candidates: Candidates
  var requests: [RequestID: PartnershipRequest] = [:]
  var lists: [RequestID: MatchSet] = [:]
  var leads: [LeadID: Lead] = [:]
  var book: LeadBook
  var now = Instant(milliseconds: 1_800_000_000_000)
  let allocator: Allocator
  let ranking: Ranking
  /// Every offer with the list that it was made from, and the limit at that time.
  var offers: [(lead: Lead, list: MatchSet?, limit: Int)] = []

  init(seed: UInt64, requests count: Int, model: ScoringModel) throws {
    world = try World(seed: seed, communes: 60)
    candidates = world.candidates()
    book = LeadBook(world.landscape)
    allocator = Allocator(model: model)
    ranking = Ranking(model: model)
    for _ in 0..<count { try addRequest() }
  }

  mutating func addRequest() throws {
    var request = try world.request()
    if world.nature.chance(50) {
      request.deadline = ParisTime.day(of: now) + Int.random(in: 0...90, using: &world.nature)
    }
    requests[request.id] = request
    rank(request.id)
  }

  /// Ranks one again, as the matcher would.
  mutating func rank(_ id: RequestID) {
    lists[id] = requests[id].flatMap { $0.isOpen ? ranking.best(for: $0, among: candidates) : nil }
  }

  mutating func rankAll() { for id in requests.keys.sorted() { rank(id) } }

  mutating func keep(_ lead: Lead) {
    leads[lead.id] = lead
    book.update(lead: lead, for: lead.id)
  }

  /// Endings, then offers, until nothing more is due.
  mutating func settle(limit: Int = .max, order: [RequestID]? = nil) {
    let ids = order ?? requests.keys.sorted()
    for id in ids {
      let own = leads.values.filter { $0.id.request == id }
      for lead in allocator.endings(of: own, request: requests[id], candidates: candidates, now: now) { keep(lead) }
    }
    let demands = ids.compactMap { id in
      requests[id].map { Allocator.Demand(request: $0, matches: lists[id]) }
    }
    while true {
      var book = book
      let made = allocator.share(among: demands, book: &book, candidates: candidates, now: now, limit: limit)
      for lead in made {
        offers.append((lead, lists[lead.id.request], candidates.weeklyLimit(of: lead.id.collectivite)))
        keep(lead)
      }
      if made.isEmpty { return }
    }
  }

  /// When time alone changes something next.
  var nextDue: Instant? {
    requests.keys.compactMap {
      allocator.nextDue(
        for: $0, request: requests[$0], matches: lists[$0], book: book, candidates: candidates)
    }.min()
  }
}
