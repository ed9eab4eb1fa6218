import CooperationModel
import Testing

@testable import Matcher

@Suite("A request's ranked list")
struct RankingExactTests {
  private let model: ScoringModel

  init() throws { model = try #require(ScoringModel(.standard)) }

  @Test("is what scoring everyone by the plain rules and sorting gives", arguments: 1...6 as ClosedRange<UInt64>)
  func exact(seed: UInt64) throws {
    var world = try World(seed: seed)
    let candidates = world.candidates()
    let ranking = Ranking(model: model)
    let plain = PlainScoring(world, .standard)
    for _ in 0..<20 {
      let request = try world.request()
      let expected = plain.ranking(request)
      let set = ranking.best(for: request, among: candidates)
      #expect(
        set.ranked.map { "\($0.collectivite) \($0.score)" } == expected.ranked.prefix(20).map { "\($0.0) \($0.1)" },
        "seed \(seed), request \(request)")
      #expect(
        set.prospects.map { "\($0.collectivite) \($0.score)" }
          == expected.prospects.prefix(10).map { "\($0.0) \($0.1)" }, "seed \(seed)")
      for match in set.ranked + set.prospects {
        #expect(match.factors.reduce(0) { $0 + $1.points } == match.score)
        #expect(match.factors.map(\.points) == match.factors.map(\.points).sorted(by: >))
        #expect((0...1000).contains(match.score))
      }
    }
  }

  @Test("explains everyone factor by factor as the plain rules do", arguments: 1...3 as ClosedRange<UInt64>)
  func explains(seed: UInt64) throws {
    var world = try World(seed: seed)
    let candidates = world.candidates()
    let ranking = Ranking(model: model)
    let plain = PlainScoring(world, .standard)
    for _ in 0..<8 {
      let request = try world.request()
      let expected = plain.ranking(request)
      for id in world.authorities.map(\.id) {
        let verdict = ranking.explain(request, id, among: candidates)
        let pair = plain.pair(request, id)
        let points = Dictionary(uniqueKeysWithValues: verdict.factors.map { ($0.code, $0.points) })
        #expect(points == pair.points, "seed \(seed), \(id)")
        let place = expected.ranked.firstIndex { $0.0 == id }.map { $0 + 1 }
        let prospectPlace = expected.prospects.firstIndex { $0.0 == id }.map { $0 + 1 }
        #expect(verdict.place == place ?? prospectPlace, "seed \(seed), \(id)")
        let standing: Verdict.Standing =
          if plain.isPartner(id, request) {
            .partner
          } else if plain.profile(of: id)?.status == .paused {
            .paused
          } else if !plain.isCandidate(id) {
            .notCandidate
          } else if !pair.substance {
            .noSubstance
          } else if pair.score < model.threshold {
            .belowThreshold
          } else if let place {
            place > 20 ? .beyond : .ranked
          } else {
            prospectPlace ?? 0 > 10 ? .prospectBeyond : .prospect
          }
        #expect(verdict.standing == standing, "seed \(seed), \(id)")
      }
    }
  }

  @Test("does not depend on the order in which facts arrive, nor on what was there before")
  func arrival() throws {
    var world = try World(seed: 77)
    let first = world.candidates(shuffledBy: 1)
    var second = world.candidates(shuffledBy: 2)
    // A detour: everything is changed, removed, and put back.
    for (id, profile) in world.profiles.sorted(by: { $0.key < $1.key }) {
      _ = second.update(profile: world.profile(id), for: id)
      _ = second.update(profile: nil, for: id)
      _ = second.update(profile: profile, for: id)
    }
    for (id, cooperation) in world.cooperations.sorted(by: { $0.key < $1.key }).reversed() {
      _ = second.update(cooperation: nil, for: id)
      _ = second.update(cooperation: cooperation, for: id)
    }
    for (id, contact) in world.contacts.sorted(by: { $0.key < $1.key }) {
      _ = second.update(contact: nil, for: id)
      _ = second.update(contact: contact, for: id)
    }
    let ranking = Ranking(model: model)
    for _ in 0..<50 {
      let request = try world.request()
      #expect(ranking.best(for: request, among: first) == ranking.best(for: request, among: second))
    }
  }

  @Test("is the same after any history as from what is left of it", arguments: 1...3 as ClosedRange<UInt64>)
  func history(seed: UInt64) throws {
    var world = try World(seed: seed, communes: 60)
    var lived = world.candidates()
    for _ in 0..<120 {
      switch Int.random(in: 0..<3, using: &world.seed) {
      case 0:
        let id = world.seed.pick(world.authorities.map(\.id) + world.successors.keys.sorted())
        world.profiles[id] = world.seed.chance(60) ? world.profile(id) : nil
        _ = lived.update(profile: world.profiles[id], for: id)
      case 1:
        guard let id = world.cooperations.keys.sorted().randomElement(using: &world.seed) else { continue }
        var changed = world.seed.chance(60) ? world.cooperations[id] : nil
        changed?.collectivites = world.seed.some(world.authorities.map(\.id), 1...3)
        changed?.themes = world.seed.some(world.themes, 0...8)
        world.cooperations[id] = changed
        _ = lived.update(cooperation: changed, for: id)
      default:
        guard let id = world.contacts.keys.sorted().randomElement(using: &world.seed) else { continue }
        var changed = world.seed.chance(60) ? world.contacts[id] : nil
        changed?.owner = OwnerID(world.seed.pick(world.authorities).id)
        world.contacts[id] = changed
        _ = lived.update(contact: changed, for: id)
      }
    }
    let fresh = world.candidates(shuffledBy: seed)
    let ranking = Ranking(model: model)
    for _ in 0..<20 {
      let request = try world.request()
      #expect(ranking.best(for: request, among: lived) == ranking.best(for: request, among: fresh), "seed \(seed)")
    }
    #expect(lived.marks == fresh.marks)
    #expect(lived.clusters == fresh.clusters)
    #expect(lived.circles == fresh.circles)
    #expect(lived.partnerRows.mapValues { $0.sorted() } == fresh.partnerRows.mapValues { $0.sorted() })
  }

  @Test("gives no place to whoever has only kind, size, place, languages and forms")
  func substance() throws {
    var world = try World(seed: 5)
    let ranking = Ranking(model: model)
    let candidates = world.candidates()
    let beside: Set<Factor.Code> = [
      .kind, .size, .territory, .namedTerritory, .proximity, .distance, .network, .language, .languageArea, .form,
    ]
    for _ in 0..<60 {
      let set = ranking.best(for: try world.request(), among: candidates)
      for match in set.ranked + set.prospects {
        #expect(match.factors.contains { !beside.contains($0.code) })
      }
    }
  }

  @Test("breaks ties by id")
  func ties() throws {
    var world = try World(seed: 9)
    world.cooperations = [:]
    let theme = try #require(ThemeID("a/x/k"))
    for id in world.authorities.map(\.id) {
      world.profiles[id] = Profile(collectivite: id, version: 1, themes: [theme])
    }
    var request = try world.request()
    request.themes = [theme]
    request.wanted = WantedPartner()
    request.authorities[0].population = nil
    request.authorities[0].kind = .other
    request.existingPartners = []
    let set = Ranking(model: model).best(for: request, among: world.candidates())
    #expect(set.ranked.count == 20)
    #expect(set.ranked.map(\.collectivite) == set.ranked.map(\.collectivite).sorted())
  }
}
