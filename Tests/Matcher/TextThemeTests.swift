import CooperationModel
import Testing
import ThemeClassifier

@testable import Matcher

/// Themes that are read from a request's text where it declares none.
@Suite("A request without themes")
struct TextThemeTests {
  private let reference: ReferenceData
  private let reading: Ranking
  private let declaredAlone: Ranking
  private let candidates: Candidates
  private let cesson: CollectiviteID

  private static let loaded = Result {
    let reference = try ReferenceData.load()
    return (reference, Candidates(Landscape(reference, classifier: try ThemeClassifier.load(reference))))
  }

  private static let water = "environnement/eau-dechets/eau-assainissement"
  private static let sport = "jeunesse-sport/sport/pratique-sportive"

  init() throws {
    let (reference, nobody) = try Self.loaded.get()
    self.reference = reference
    reading = Ranking(model: try #require(ScoringModel(.standard)))
    var settings = ScoringSettings.standard
    settings.textThemes = nil
    declaredAlone = Ranking(model: try #require(ScoringModel(settings)))
    cesson = try #require(CollectiviteID("commune:35051"))
    var candidates = nobody
    for (number, (id, theme)) in [("commune:35051", Self.water), ("commune:37261", Self.sport)].enumerated() {
      let id = try #require(CollectiviteID(id))
      _ = candidates.update(
        profile: Profile(collectivite: id, version: 1, themes: [try #require(ThemeID(theme))]), for: id)
      let contact = try #require(ContactID("00000000-0000-8000-8000-00000000000\(number)"))
      _ = candidates.update(
        contact: Contact(
          id: contact, version: 1, owner: OwnerID(id), status: .confirmed, name: "Service", email: "contact@example.fr",
          language: .french, since: Instant(milliseconds: 0)), for: contact)
    }
    self.candidates = candidates
  }

  private func request(_ title: String, themes: [String] = []) throws -> PartnershipRequest {
    PartnershipRequest(
      id: try #require(RequestID("00000000-0000-8000-8000-000000000099")), version: 1, status: .published,
      country: try #require(CountryCode("NE")), authorities: [ForeignAuthority(name: "Tessaoua", kind: .municipality)],
      title: title, summary: "", themes: themes.compactMap { ThemeID($0) })
  }

  @Test(
    "is matched by what its text speaks of, and says so",
    arguments: [
      "Forages et réseau d’eau potable", "Boreholes and drinking water", "Pozos y agua potable", "Furos e água potável",
    ])
  func read(title: String) throws {
    let match = try #require(reading.best(for: request(title), among: candidates).ranked.first)
    #expect(match.collectivite == cesson)
    #expect(match.factors.first { $0.code == .theme }?.facts["from"] == "text")
    let explanation = Explanation(reference)
    let french = explanation.reasons(match.factors, to: .about(cesson), in: .french)
    #expect(
      french.contains("Cesson-Sévigné travaille sur l’eau et l’assainissement, thème de la demande d’après son texte."))
    let english = explanation.reasons(match.factors, to: .addressed, in: .english)
    #expect(english.contains("You work on water and sanitation, which the request’s text speaks of."))
  }

  @Test("counts for less than one that declares the theme")
  func weight() throws {
    let title = "Forages et réseau d’eau potable"
    let read = try #require(reading.best(for: request(title), among: candidates).ranked.first)
    let declared = try #require(
      reading.best(for: request(title, themes: [Self.water]), among: candidates).ranked.first)
    #expect(read.score < declared.score)
    #expect(declared.factors.allSatisfy { $0.facts["from"] == nil })
  }

  @Test("never overrides what was declared: with a theme, the text changes nothing")
  func declared() throws {
    let themes = [Self.sport]
    let first = reading.best(for: try request("Forages et réseau d’eau potable", themes: themes), among: candidates)
    #expect(first == reading.best(for: try request("", themes: themes), among: candidates))
    #expect(first.ranked.first?.collectivite.rawValue == "commune:37261")
    var expert = try request("Forages et réseau d’eau potable")
    expert.wanted.expertise = themes.compactMap { ThemeID($0) }
    #expect(!reading.best(for: expert, among: candidates).ranked.contains { $0.collectivite == cesson })
  }

  @Test(
    "is left open when its text says nothing sure",
    arguments: ["", "Une demande", "مياه الشرب", String(repeating: "zz ", count: 40_000)])
  func open(title: String) throws {
    #expect(reading.best(for: try request(title), among: candidates).ranked.isEmpty)
  }

  @Test("is not read by a model that does not say so, nor ranked by one that names another classifier")
  func versions() throws {
    #expect(declaredAlone.best(for: try request("Forages et réseau d’eau potable"), among: candidates).ranked.isEmpty)
    var settings = ScoringSettings.standard
    settings.textThemes = ThemeClassifier.generation + 1
    #expect(ScoringModel(settings) == nil)
  }
}
