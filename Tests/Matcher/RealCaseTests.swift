import CooperationModel
import Testing

@testable import Matcher

/// Requests and cooperations as they are known to the public, against the whole registry.
@Suite("Real requests")
struct RealCaseTests {
  private let reference: ReferenceData
  private let explanation: Explanation
  private let ranking: Ranking
  private var candidates: Candidates
  private var number: UInt64 = 0

  /// Numbering 36,246 authorities takes a second without optimisation: once for all tests.
  private static let loaded = Result {
    let reference = try ReferenceData.load()
    return (reference, Candidates(Landscape(reference)))
  }

  private static let water = "environnement/eau-dechets/eau-assainissement"
  private static let waste = "environnement/eau-dechets/dechets"

  init() throws {
    let (reference, nobody) = try Self.loaded.get()
    self.reference = reference
    explanation = Explanation(reference)
    ranking = Ranking(model: try #require(ScoringModel(.standard)))
    candidates = nobody
    for (id, country, partner, theme, status) in [
      ("commune:35051", "NE", "Dankassari", Self.water, Cooperation.Status.active),
      ("commune:64102", "BG", "Veliko Tarnovo", "culture/patrimoine/patrimoine-bati", .active),
      ("departement:93", "MZ", "Maputo", Self.waste, .active),
      ("departement:03", "MN", "Uvurkhangaï", "education-social/sante", .active),
      ("commune:37261", "RO", "Brașov", "culture/action-culturelle", .active),
      ("commune:37072", "BF", "Tenkodogo", Self.water, .ended),
      ("epci:200046977", "MG", "Haute-Matsiatra", Self.water, .ended),
      ("region:53", "BF", "Région du Centre", "economie/agriculture-rural/maraichage", .ended),
    ] { try cooperate(id, country, partner, theme, status) }
    for id in ["commune:35051", "commune:64102", "commune:37261", "commune:37072", "region:53"] { try confirm(id) }
  }

  private mutating func uuid() -> String {
    number += 1
    return "00000000-0000-8000-8000-\(String(1_000_000_000_00 + number))".padding(to: 36)
  }

  private mutating func cooperate(
    _ id: String, _ country: String, _ partner: String, _ theme: String, _ status: Cooperation.Status
  ) throws {
    let cooperation = Cooperation(
      id: try #require(CooperationID(uuid())), version: 1, title: partner, country: try #require(CountryCode(country)),
      foreignPartners: [ForeignAuthority(name: partner, kind: .municipality)],
      collectivites: [try #require(CollectiviteID(id))], themes: [try #require(ThemeID(theme))], status: status)
    let change = candidates.update(cooperation: cooperation, for: cooperation.id)
    #expect(!change.isEmpty, "\(id) is in the registry, \(theme) in the taxonomy")
  }

  private mutating func confirm(_ id: String) throws {
    let contact = try #require(ContactID(uuid()))
    _ = candidates.update(
      contact: Contact(
        id: contact, version: 1, owner: OwnerID(try #require(CollectiviteID(id))), status: .confirmed,
        name: "Relations internationales", email: "international@example.fr", language: .french,
        since: Instant(milliseconds: 0)), for: contact)
  }

  private mutating func declare(_ id: String, themes: [String], countries: [String] = []) throws {
    let collectivite = try #require(CollectiviteID(id))
    _ = candidates.update(
      profile: Profile(
        collectivite: collectivite, version: 1, themes: themes.compactMap(ThemeID.init),
        countries: countries.compactMap(CountryCode.init)), for: collectivite)
  }

  private mutating func request(
    _ country: String, _ name: String, _ kind: ForeignAuthority.Kind = .municipality, population: Int? = nil,
    themes: [String], wanted: WantedPartner = WantedPartner()
  ) throws -> PartnershipRequest {
    PartnershipRequest(
      id: try #require(RequestID(uuid())), version: 1, status: .published, country: try #require(CountryCode(country)),
      authorities: [ForeignAuthority(name: name, kind: kind, population: population)], title: name, summary: name,
      themes: themes.compactMap(ThemeID.init), wanted: wanted, languages: [try #require(LanguageCode("fr"))])
  }

  @Test("a commune of Niger that asks for water finds Cesson-Sévigné first, for what it does with Dankassari")
  mutating func dankassari() throws {
    try declare("commune:35238", themes: [Self.water])
    try confirm("commune:35238")
    let request = try request("NE", "Dogondoutchi", population: 36_971, themes: [Self.water])
    let set = ranking.best(for: request, among: candidates)
    #expect(set.ranked.first?.collectivite.rawValue == "commune:35051")
    let reasons = explanation.reasons(set.ranked[0].factors, to: .addressed, in: .french)
    #expect(
      reasons.contains("Vous travaillez déjà au Niger sur l’eau et l’assainissement avec Dankassari."), "\(reasons)")
    // Rennes: on the theme, and its neighbour in the département works there.
    #expect(set.ranked[1].collectivite.rawValue == "commune:35238")
    #expect(
      explanation.reasons(set.ranked[1].factors, to: .addressed, in: .french)
        .contains("Une autre collectivité de votre département travaille au Niger."))
    #expect(set.prospects.map(\.collectivite.rawValue) == ["epci:200046977", "departement:93"])
  }

  @Test("a partner already is not matched with its partner")
  mutating func partner() throws {
    let request = try request("NE", "DANKASSARI", themes: [Self.water])
    let cesson = try #require(CollectiviteID("commune:35051"))
    #expect(!ranking.best(for: request, among: candidates).ranked.contains { $0.collectivite == cesson })
    #expect(ranking.explain(request, cesson, among: candidates).standing == .partner)
  }

  @Test("a request without themes is ranked by the country: Mongolia finds Allier")
  mutating func mongolia() throws {
    let request = try request("MN", "Arvaikheer", .province, themes: [])
    let set = ranking.best(for: request, among: candidates)
    #expect(set.ranked.isEmpty)
    #expect(set.prospects.map(\.collectivite.rawValue) == ["departement:03"])
    #expect(set.prospects[0].factors.map(\.code) == [.country, .language, .kind, .languageArea])
  }

  @Test("a small Belgian town finds a town of its size before a large one with the same theme")
  mutating func chiny() throws {
    let tourism = "economie/tourisme/tourisme-durable"
    for id in ["commune:08105", "commune:08362"] {
      try declare(id, themes: [tourism, "culture/action-culturelle"])
      try confirm(id)
    }
    let request = try request("BE", "Chiny", population: 5_072, themes: ["culture/action-culturelle", tourism])
    let places = ranking.best(for: request, among: candidates).ranked
    let rethel = try #require(places.first { $0.collectivite.rawValue == "commune:08362" })
    let charleville = try #require(places.first { $0.collectivite.rawValue == "commune:08105" })
    #expect(rethel.score > charleville.score)
    #expect(rethel.factors.contains { $0.code == .size })
  }

  @Test("work that has ended counts less, and is told as past")
  mutating func ended() throws {
    let request = try request("BF", "Ziniaré", themes: [Self.water])
    let chinon = try #require(
      ranking.best(for: request, among: candidates).ranked.first { $0.collectivite.rawValue == "commune:37072" })
    #expect(chinon.factors.first { $0.code == .country }?.points == 41)
    #expect(
      explanation.reasons(chinon.factors, to: .addressed, in: .french)
        .contains("Vous avez travaillé au Burkina Faso sur l’eau et l’assainissement avec Tenkodogo."))
  }

  @Test("whose intercommunality works in the country goes before its equal elsewhere in the région, and says why")
  mutating func network() throws {
    // Cesson-Sévigné works in Niger and is of Rennes Métropole, as Rennes and the Métropole itself are; Saint-Malo is not.
    let theme = "education-social/education/alphabetisation"
    for id in ["commune:35238", "commune:35288", "epci:243500139", "commune:29019"] {
      try declare(id, themes: [theme])
      try confirm(id)
    }
    let request = try request("NE", "Tessaoua", .region, themes: [theme])
    let ranked = ranking.best(for: request, among: candidates).ranked
    func factor(_ id: String) -> Factor? {
      ranked.first { $0.collectivite.rawValue == id }?.factors.first { $0.code == .network }
    }
    #expect(factor("commune:35238")?.facts == ["count": "1", "country": "NE", "through": "epci"])
    #expect(factor("epci:243500139")?.points == 15)
    #expect(
      factor("commune:29019")?.facts
        == ["country": "NE", "subregion": "western-africa", "through": "region"])
    #expect(factor("commune:35288")?.points == 7)
    let order = ranked.map(\.collectivite.rawValue)
    #expect(order.firstIndex(of: "commune:35238") ?? .max < order.firstIndex(of: "commune:35288") ?? 0)
    let rennes = try #require(ranked.first { $0.collectivite.rawValue == "commune:35238" })
    let reasons = explanation.reasons(rennes.factors, to: .addressed, in: .french)
    #expect(reasons.contains("Une autre collectivité de votre intercommunalité travaille au Niger."), "\(reasons)")
  }

  @Test("whoever is near the asking authority goes first among equals; a place that cannot be is not believed")
  mutating func distance() throws {
    let theme = "education-social/education/alphabetisation"
    for id in ["commune:59350", "commune:64102"] {
      try declare(id, themes: [theme])
      try confirm(id)
    }
    var request = try request("NL", "Breda", .other, themes: [theme])
    func points(_ request: PartnershipRequest) -> [String: FactorFacts] {
      Dictionary(
        uniqueKeysWithValues: ranking.best(for: request, among: candidates).ranked.map {
          ($0.collectivite.rawValue, $0.factors.first { $0.code == .distance }?.facts ?? [:])
        })
    }
    request.authorities[0].longitude = 4.78
    request.authorities[0].latitude = 51.59
    #expect(ranking.best(for: request, among: candidates).ranked.first?.collectivite.rawValue == "commune:59350")
    #expect(points(request)["commune:59350"] == ["from": "place", "within": "400"])
    #expect(points(request)["commune:64102"] == ["from": "place", "within": "1200"])
    // In the South Atlantic: the country's middle stands in for it.
    request.authorities[0].longitude = -20
    request.authorities[0].latitude = -40
    #expect(points(request)["commune:59350"]?["from"] == "country")
  }

  @Test("work in a country of the same language counts, and says where")
  mutating func area() throws {
    try confirm("departement:93")
    let request = try request("BR", "Santos", themes: [Self.waste])
    let match = try #require(
      ranking.best(for: request, among: candidates).ranked.first { $0.collectivite.rawValue == "departement:93" })
    #expect(
      match.factors.first { $0.code == .languageArea }?.facts == ["country": "BR", "language": "pt", "near": "MZ"])
    #expect(
      explanation.reasons(match.factors, to: .addressed, in: .french)
        .contains("Vous travaillez au Mozambique, où l’on parle aussi portugais."))
  }

  @Test("the wanted région goes first among equals")
  mutating func territory() throws {
    for id in ["commune:29019", "commune:13055"] {
      try declare(id, themes: ["education-social/education/alphabetisation"])
      try confirm(id)
    }
    let request = try request(
      "MG", "Melaky", .region, themes: ["education-social/education/alphabetisation"],
      wanted: WantedPartner(territories: [try #require(CollectiviteID("region:53"))]))
    let ranked = ranking.best(for: request, among: candidates).ranked.map(\.collectivite.rawValue)
    #expect(ranked == ["commune:29019", "commune:13055"])
  }

  @Test(
    "whoever lies in the région or département that a request names goes before who works in the country elsewhere, if it has the theme",
    arguments: ["region:53", "departement:29"])
  mutating func named(territory: String) throws {
    // Brest and Quimper lie there; Nantes works in Madagascar on water, Marseille on water alone.
    try declare("commune:29019", themes: [Self.water])
    try declare("commune:29232", themes: ["culture/action-culturelle"])
    try declare("commune:13055", themes: [Self.water])
    try cooperate("commune:44109", "MG", "Antananarivo", Self.water, .active)
    for id in ["commune:29019", "commune:29232", "commune:13055", "commune:44109"] { try confirm(id) }
    func order(_ wanted: WantedPartner) throws -> [String] {
      let request = try request("MG", "Ambositra", population: 40_000, themes: [Self.water], wanted: wanted)
      return ranking.best(for: request, among: candidates).ranked.map(\.collectivite.rawValue)
    }
    #expect(try order(WantedPartner()).first == "commune:44109")
    let wanted = WantedPartner(territories: [try #require(CollectiviteID(territory))])
    let ranked = try order(wanted)
    // Cesson-Sévigné lies in Bretagne, too, and works on water, elsewhere in the world.
    let before = territory == "region:53" ? ["commune:35051", "commune:29019"] : ["commune:29019"]
    #expect(ranked.prefix { $0 != "commune:44109" } == before[...])
    #expect(ranked.contains("commune:44109"))
    // One of the same place without the theme, the country or an interest in it has no place at all.
    #expect(!ranked.contains("commune:29232"))
    let again = try request("MG", "Ambositra", population: 40_000, themes: [Self.water], wanted: wanted)
    let brest = try #require(
      ranking.best(for: again, among: candidates).ranked.first { $0.collectivite.rawValue == "commune:29019" })
    let named = try #require(brest.factors.first { $0.code == .namedTerritory })
    #expect(named.points == 252 && named.facts == ["territory": territory])
    let name = territory == "region:53" ? "Bretagne" : "Finistère"
    let said = explanation.reasons(brest.factors, to: .addressed, in: .french).map { $0.contains("(\(name))") }
    #expect(said.count(where: \.self) == 1)
  }

  @Test(
    "an authority of a named département with a distant theme, or an interest alone, does not go before work on the theme"
  )
  mutating func namedButFar() throws {
    // Of the same domain, but of another field.
    try declare("commune:29019", themes: ["environnement/energie"], countries: ["MG"])
    try cooperate("commune:44109", "MG", "Antananarivo", Self.water, .active)
    for id in ["commune:29019", "commune:44109"] { try confirm(id) }
    let asked = try request(
      "MG", "Ambositra", themes: [Self.water],
      wanted: WantedPartner(territories: [try #require(CollectiviteID("departement:29"))]))
    let ranked = ranking.best(for: asked, among: candidates).ranked
    #expect(ranked.map(\.collectivite.rawValue).prefix(2) == ["commune:44109", "commune:29019"])
    #expect(ranked.dropFirst().first?.factors.first { $0.code == .namedTerritory }?.points == 252 * 45 / 100)
  }

  @Test("a request without themes that names a région gets first who works in the country, or wants to, there")
  mutating func namedWithoutThemes() throws {
    try declare("commune:29019", themes: ["culture/action-culturelle"], countries: ["MG"])
    try cooperate("commune:44109", "MG", "Antananarivo", Self.water, .active)
    for id in ["commune:29019", "commune:44109"] { try confirm(id) }
    let request = try request(
      "MG", "Ambositra", themes: [],
      wanted: WantedPartner(territories: [try #require(CollectiviteID("region:53"))]))
    let ranked = ranking.best(for: request, among: candidates).ranked.map(\.collectivite.rawValue)
    #expect(ranked == ["commune:29019", "commune:44109"])
  }

  @Test("a wanted kind of place counts as a wanted région does, and the région is named first")
  mutating func places() throws {
    // Gap, in the Alpes; Tours; Brest, on the sea; Lyon's métropole, of a département in the Massif central.
    for id in ["commune:05061", "commune:37261", "commune:29019", "epci:200046977"] {
      try declare(id, themes: ["education-social/education/alphabetisation"])
      try confirm(id)
    }
    func said(_ wanted: WantedPartner) throws -> [String] {
      let request = try request(
        "MG", "Melaky", .region, themes: ["education-social/education/alphabetisation"], wanted: wanted)
      return ranking.best(for: request, among: candidates).ranked.compactMap { match in
        match.factors.first { $0.code == .territory }.map {
          "\(match.collectivite) \($0.points) "
            + $0.facts.entries.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
        }
      }.sorted()
    }
    #expect(try said(WantedPartner()) == [])
    #expect(
      try said(WantedPartner(places: [.mountain])) == [
        "commune:05061 82 place mountain", "epci:200046977 82 place mountain",
      ])
    #expect(
      try said(
        WantedPartner(territories: [try #require(CollectiviteID("region:84"))], places: [.border, .coast, .mountain]))
        == [
          "commune:05061 82 place mountain", "commune:29019 82 place coast", "epci:200046977 82 territory region:84",
        ])
    #expect(try said(WantedPartner(places: [.overseas])) == [])
  }

  @Test(
    "whoever shares the sea or a border with the country goes first among equals",
    arguments: [
      ("MG", "commune:97411", "sea", "indian-ocean"), ("BR", "commune:97302", "border", nil),
      ("LC", "commune:97209", "sea", "caribbean"), ("IT", "commune:06088", "border", nil),
      ("TN", "commune:13055", "sea", "mediterranean"),
    ])
  mutating func proximity(country: String, near: String, through: String, sea: String?) throws {
    let theme = "education-social/education/alphabetisation"
    for id in [near, "commune:37261"] {
      try declare(id, themes: [theme])
      try confirm(id)
    }
    let request = try request(country, "Ville", .region, themes: [theme])
    let ranked = ranking.best(for: request, among: candidates).ranked
    #expect(ranked.map(\.collectivite.rawValue) == [near, "commune:37261"])
    let factor = try #require(ranked.first?.factors.first { $0.code == .proximity })
    #expect(factor.points == (near == "commune:13055" ? 7 : 15))
    #expect(factor.facts["through"] == through)
    #expect(factor.facts["sea"] == sea)
    #expect(ranked.last?.factors.contains { $0.code == .proximity } == false)
  }

  @Test("a merged commune's cooperations, contacts and profile count for its successor")
  mutating func merged() throws {
    let succession = try #require(
      reference.registry.successions.first { $0.successor.kind == .commune && $0.endedOn != nil })
    let old = succession.former.rawValue
    try cooperate(old, "AL", "Prrenjas", Self.waste, .active)
    try confirm(old)
    try declare(old, themes: [Self.waste])
    let request = try request("AL", "Librazhd", population: 8_500, themes: [Self.waste])
    let first = try #require(ranking.best(for: request, among: candidates).ranked.first)
    #expect(first.collectivite == succession.successor)
    let verdict = ranking.explain(request, succession.former, among: candidates)
    #expect(verdict.collectivite == succession.successor)
    #expect(verdict.place == 1)
  }

  @Test("a profile that wants everything stands behind whoever works there")
  mutating func greedy() throws {
    let everything = reference.themes.leaves.prefix(ProfileDraft.Limits.themes - 1).map(\.id.rawValue) + [Self.water]
    let countries = reference.countries.all.map(\.code.rawValue).filter { $0 != "NE" }
    try declare("commune:13055", themes: everything, countries: countries.prefix(59) + ["NE"])
    try confirm("commune:13055")
    let request = try request("NE", "Dogondoutchi", themes: [Self.water, "education-social/sante/soins-primaires"])
    let ranked = ranking.best(for: request, among: candidates).ranked
    #expect(ranked.first?.collectivite.rawValue == "commune:35051")
    #expect(ranked.contains { $0.collectivite.rawValue == "commune:13055" })
  }

  @Test("languages that nobody speaks and a place at the edge of the globe change nothing but their own factors")
  mutating func strange() throws {
    var request = try request("NE", "Dogondoutchi", themes: [Self.water])
    request.languages = ["zz", "xx"].compactMap(LanguageCode.init)
    for (longitude, latitude) in [(180.0, 90.0), (-180, -90), (.nan, .infinity), (500, 0)] {
      request.authorities[0].longitude = longitude
      request.authorities[0].latitude = latitude
      let first = try #require(ranking.best(for: request, among: candidates).ranked.first)
      #expect(first.collectivite.rawValue == "commune:35051")
      #expect(!first.factors.contains { $0.code == .language })
    }
  }

  @Test("an absurd request gets a stated result: unknown codes, no themes, nobody asking")
  mutating func absurd() throws {
    var request = try request("ZZ", "", .other, themes: ["no/such/theme"])
    request.authorities = []
    request.wanted.populationMin = 10
    request.wanted.populationMax = 5
    let set = ranking.best(for: request, among: candidates)
    #expect(set.ranked.isEmpty && set.prospects.isEmpty)
    let cesson = try #require(CollectiviteID("commune:35051"))
    #expect(ranking.explain(request, cesson, among: candidates).standing == .noSubstance)
    let unknown = try #require(CollectiviteID("commune:99999"))
    #expect(ranking.explain(request, unknown, among: candidates).standing == .unknown)
  }
}

extension String {
  fileprivate func padding(to length: Int) -> String {
    count >= length ? String(prefix(length)) : self + String(repeating: "0", count: length - count)
  }
}
