import CooperationModel
import Testing

@testable import Matcher
@testable import ServiceKit

@Suite("Room that comes back by time")
struct AllocatorTimerTests {
  private let now = Instant(milliseconds: 1_800_000_000_000)

  /// Who is the first of two requests that wait for the same authority's room, and when.
  ///
  /// - Parameters:
  ///   - deadline: of the one with the larger id and the lower score.
  ///   - scores: of the one with the smaller id, and of the other.
  private func first(deadline: Day?, scores: (Int, Int)) throws -> (at: Instant, place: Int?)? {
    var world = try World(seed: 4)
    let reference = try ReferenceData.load()
    let allocator = LeadAllocator(reference: reference)
    var state = AllocationState(world.landscape)
    func absorb<Key, Value>(_ contract: TopicContract<Key, Value>, _ key: Key, _ value: Value) {
      let change = TableChange(topic: contract.topic, partition: 0, key: key, before: Value?.none, after: value)
      allocator.absorb(change, into: &state)
    }
    absorb(
      Topics.settings, .scoring,
      Setting(id: .scoring, version: 3, value: try JSONValue(encoding: ScoringSettings.standard)))
    let contact = try #require(world.contacts.values.filter { $0.status == .confirmed }.min { $0.id < $1.id })
    let owner = try #require(contact.owner.collectivite)
    let collectivite = try #require(world.landscape.today(owner))
    absorb(Topics.contacts, contact.id, contact)
    absorb(Topics.profiles, collectivite, Profile(collectivite: collectivite, version: 1, weeklyLimit: 1))

    var requests = try [world.request(), world.request(), world.request()].sorted { $0.id < $1.id }
    let earlier = requests.removeFirst()
    requests[1].deadline = deadline
    var lead = Lead(
      id: LeadID(earlier.id, collectivite), version: 1, status: .withdrawn, score: 500, scoring: 3, factors: [],
      facts: Lead.RequestFacts(earlier), offeredAt: now - .days(6), answerBy: nil, transitions: [])
    lead.reason = .requestEnded
    state.book.update(lead: lead, for: lead.id)
    for (request, score) in zip(requests, [scores.0, scores.1]) {
      state.requests.apply(request.id, request)
      let list = MatchSet(
        request: request.id, requestVersion: request.version, scoring: 3,
        ranked: [Match(collectivite: collectivite, score: score, factors: [])], prospects: [])
      state.matches.apply(request.id, list)
      absorb(Topics.matches, request.id, list)
    }
    return allocator.nextDue(in: &state).map { due in
      (due.0, requests.firstIndex { $0.id == due.1 })
    }
  }

  @Test("goes by the order of fairness among those who want it at once: urgent ones, then the better match, then by id")
  func order() throws {
    let day = ParisTime.day(of: now + .days(1))
    for (deadline, scores, place) in [
      (nil, (400, 400), 0), (nil, (400, 500), 1), (nil, (500, 400), 0), (day + 45, (500, 400), 1),
      (day + 46, (500, 400), 0),
    ] {
      let due = try #require(try first(deadline: deadline, scores: scores))
      #expect(due.at == now + .days(1))
      #expect(due.place == place, "\(deadline?.description ?? "no deadline"), \(scores)")
    }
  }
}
