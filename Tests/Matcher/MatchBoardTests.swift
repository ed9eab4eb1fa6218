import CooperationModel
import Testing

@testable import Matcher

@Suite("A change of candidates")
struct MatchBoardTests {
  @Test("alters no list but those that the board names", arguments: 1...3 as ClosedRange<UInt64>)
  func names(seed: UInt64) throws {
    let model = try #require(ScoringModel(.standard))
    let ranking = Ranking(model: model)
    var world = try World(seed: seed)
    var candidates = world.candidates()
    var board = MatchBoard(world.landscape, model: model)
    var requests: [PartnershipRequest] = []
    var lists: [RequestID: MatchSet] = [:]
    for _ in 0..<20 {
      let request = try world.request()
      let set = ranking.best(for: request, among: candidates)
      requests.append(request)
      lists[request.id] = set
      board.update(request: request, matches: set, for: request.id)
    }
    var named = 0
    for step in 0..<30 {
      let id = world.seed.pick(world.authorities).id
      let change: CandidateChange
      switch step % 4 {
      case 0, 1:
        let profile = world.seed.chance(80) ? world.profile(id) : nil
        change = candidates.update(profile: profile, for: id)
      case 2:
        let known = world.cooperations.keys.sorted()
        let cooperation = world.seed.pick(known)
        var changed = world.cooperations[cooperation]
        changed?.status = world.seed.pick(Cooperation.Status.allCases)
        changed?.country = world.seed.pick(world.countries).code
        change = candidates.update(cooperation: world.seed.chance(20) ? nil : changed, for: cooperation)
      default:
        let contact = world.seed.pick(world.contacts.keys.sorted())
        change = candidates.update(contact: world.seed.chance(50) ? nil : world.contacts[contact], for: contact)
      }
      let affected = board.affected(by: change, among: candidates)
      named += affected.count
      for request in requests {
        let set = ranking.best(for: request, among: candidates)
        if set != lists[request.id] {
          #expect(affected.contains(request.id), "seed \(seed), step \(step)")
          lists[request.id] = set
          board.update(request: request, matches: set, for: request.id)
        }
      }
    }
    // Leaving most alone is the point.
    #expect(named < 30 * 20 / 2, "named \(named) of \(30 * 20)")
  }
}
