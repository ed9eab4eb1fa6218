import CooperationModel
import Testing

@testable import Matcher

@Suite("The score")
struct RankingLawTests {
  private let model: ScoringModel

  init() throws { model = try #require(ScoringModel(.standard)) }

  @Test("never falls when a theme is added to either side", arguments: 1...4 as ClosedRange<UInt64>)
  func monotoneInThemes(seed: UInt64) throws {
    var world = try World(seed: seed, communes: 40)
    let candidates = world.candidates()
    for _ in 0..<12 {
      let request = try world.request()
      var wider = request
      // Added at the end of what is declared; expertise comes after it and may move back by one.
      wider.wanted.expertise = []
      var narrow = request
      narrow.wanted.expertise = []
      wider.themes.append(world.seed.pick(world.themes))
      let before = Wish(narrow, in: world.landscape, model: model)
      let after = Wish(wider, in: world.landscape, model: model)
      for row in world.landscape.ids.indices {
        let low = model.tally(before, row, candidates).score
        #expect(low <= model.tally(after, row, candidates).score, "seed \(seed)")
        let id = world.landscape.ids[row]
        guard row % 7 == 0, var profile = world.profiles[id] else { continue }
        profile.themes.append(world.seed.pick(world.themes))
        var changed = candidates
        _ = changed.update(profile: profile, for: id)
        #expect(low <= model.tally(before, row, changed).score, "seed \(seed), \(id)")
      }
    }
  }

  @Test("never falls when a country, label, language, form or cooperation is added")
  func monotoneInFacts() throws {
    var world = try World(seed: 21, communes: 40)
    let candidates = world.candidates()
    for _ in 0..<30 {
      let request = try world.request()
      let wish = Wish(request, in: world.landscape, model: model)
      let row = Int.random(in: 0..<world.landscape.ids.count, using: &world.seed)
      let id = world.landscape.ids[row]
      let before = model.tally(wish, row, candidates).score
      var profile = candidates.profile(ofRow: row) == nil ? Profile(collectivite: id, version: 1) : world.profiles[id]
      profile?.countries.append(world.seed.pick(world.countries).code)
      profile?.labels.append(world.seed.pick(world.themes))
      profile?.languages.append(world.seed.pick(World.languages))
      profile?.forms.append(world.seed.pick(CooperationForm.allCases))
      var changed = candidates
      if let profile { _ = changed.update(profile: profile, for: id) }
      #expect(before <= model.tally(wish, row, changed).score)
      let cooperation = Cooperation(
        id: try #require(CooperationID(world.seed.uuid())), version: 1, title: "Eau",
        country: world.seed.pick(world.countries).code, foreignPartners: [], collectivites: [id],
        themes: world.seed.some(world.themes, 0...2))
      let middle = model.tally(wish, row, changed).score
      _ = changed.update(cooperation: cooperation, for: cooperation.id)
      #expect(middle <= model.tally(wish, row, changed).score)
    }
  }

  @Test("never falls when a part of France or a kind of place is wanted besides")
  func monotoneInPlaces() throws {
    var world = try World(seed: 17, communes: 40)
    let candidates = world.candidates()
    for _ in 0..<30 {
      let request = try world.request()
      var wider = request
      wider.wanted.places.append(world.nature.pick(PlaceKind.allCases))
      var widest = wider
      widest.wanted.territories.append(world.nature.pick(world.authorities.filter { $0.id.kind == .departement }).id)
      let wishes = [request, wider, widest].map { Wish($0, in: world.landscape, model: model) }
      for row in world.landscape.ids.indices {
        let scores = wishes.map { model.tally($0, row, candidates).score }
        #expect(scores == scores.sorted(), "\(world.landscape.ids[row])")
      }
    }
  }

  @Test("never falls when another authority starts work, anywhere", arguments: 1...3 as ClosedRange<UInt64>)
  func monotoneInOthers(seed: UInt64) throws {
    var world = try World(seed: seed, communes: 60)
    let candidates = world.candidates()
    for _ in 0..<20 {
      let request = try world.request()
      // A partner of the asking authority leaves its list, which is no matter of score.
      let wish = Wish(request, in: world.landscape, model: model)
      let cooperation = Cooperation(
        id: try #require(CooperationID(world.seed.uuid())), version: 1, title: "Eau",
        country: world.seed.chance(50) ? request.country : world.seed.pick(world.countries).code, foreignPartners: [],
        collectivites: [world.seed.pick(world.authorities).id], themes: world.seed.some(world.themes, 0...2))
      var changed = candidates
      _ = changed.update(cooperation: cooperation, for: cooperation.id)
      for row in world.landscape.ids.indices {
        let (before, after) = (model.tally(wish, row, candidates), model.tally(wish, row, changed))
        #expect(before.score <= after.score, "seed \(seed), \(world.landscape.ids[row])")
        #expect(before.network <= after.network, "seed \(seed), \(world.landscape.ids[row])")
      }
    }
  }

  @Test(
    "is the same for the model of an old log, whose weights lack what came later, with and without what it looks at")
  func oldModel() throws {
    var settings = ScoringSettings.standard
    for code in ScoringModel.laterCodes { settings.weights[code.rawValue] = nil }
    let old = try #require(ScoringModel(settings))
    var world = try World(seed: 31)
    let candidates = world.candidates()
    for _ in 0..<20 {
      let request = try world.request()
      var elsewhere = request
      elsewhere.authorities[0].longitude = 2
      elsewhere.authorities[0].latitude = 48
      let set = Ranking(model: old).best(for: request, among: candidates)
      #expect(set == Ranking(model: old).best(for: elsewhere, among: candidates))
      let codes = Set((set.ranked + set.prospects).flatMap { $0.factors.map(\.code) })
      #expect(codes.isDisjoint(with: ScoringModel.laterCodes))
    }
  }

  @Test("puts a wanted part of France first among those who share theme and country alike")
  func territory() {
    let weights = ScoringSettings.standard.weights
    let wishes: [Factor.Code] = [.kind, .size, .language, .form]
    #expect(weights["territory"] ?? 0 > wishes.reduce(0) { $0 + (weights[$1.rawValue] ?? 0) })
  }

  @Test("puts a named part of France first, with as much of the themes, whatever others do or wish in the country")
  func namedTerritory() {
    let weights = ScoringSettings.standard.weights
    func sum(_ codes: [Factor.Code]) -> Int { codes.reduce(0) { $0 + (weights[$1.rawValue] ?? 0) } }
    let named = sum([.namedTerritory])
    #expect(
      sum([.territory]) + named
        > sum([.country, .experience, .interest, .neighbourhood, .network, .languageArea, .label]))
    // With an interest alone, or a theme that is only near, it gives way to work in the country on the theme.
    let (base, near) = (sum([.theme]) * 3 / 4, ScoringModel.affinities.field)
    #expect(
      sum([.territory]) + named * near / 100 + max(sum([.interest]), base * near / 100)
        < base + sum([.country, .experience]))
  }

  @Test("is at most 1000 even for a profile that wants everything")
  func bounded() throws {
    var world = try World(seed: 3)
    let id = world.landscape.ids[0]
    world.profiles[id] = Profile(
      collectivite: id, version: 1, themes: world.themes, countries: world.countries.map(\.code),
      languages: World.languages, labels: world.themes, forms: CooperationForm.allCases)
    let candidates = world.candidates()
    for _ in 0..<100 {
      var request = try world.request()
      request.themes = world.themes.shuffled(using: &world.seed)
      let score = model.tally(Wish(request, in: world.landscape, model: model), 0, candidates).score
      #expect((0...1000).contains(score))
    }
  }

  @Test("takes a model only when its weights are known and sum to at most 1000")
  func models() {
    var settings = ScoringSettings.standard
    #expect(ScoringModel(settings) != nil)
    settings.weights["theme"] = 400
    #expect(ScoringModel(settings) == nil)
    settings.weights["theme"] = 100
    #expect(ScoringModel(settings) != nil)
    settings.weights["luck"] = 1
    #expect(ScoringModel(settings) == nil)
    settings = .standard
    settings.weights["form"] = nil
    #expect(ScoringModel(settings) == nil)
    settings = .standard
    settings.threshold = 0
    #expect(ScoringModel(settings) == nil)
  }
}
