import CooperationModel
import Foundation
import Testing

@Suite("Themes")
struct ThemesTests {
  let themes: Themes
  let dac: Dac

  init() throws {
    themes = try ReferenceFixture.data().themes
    dac = try ReferenceFixture.data().dac
  }

  @Test("every leaf leads to DAC purpose codes that exist")
  func purposes() {
    for leaf in themes.leaves {
      #expect(!leaf.purposes.isEmpty, "\(leaf.id)")
      for purpose in leaf.purposes { #expect(dac.purposes.contains(purpose), "\(leaf.id) \(purpose)") }
      #expect(leaf.purposes.allSatisfy { themes.leaves(ofPurpose: $0).contains(leaf.id) })
    }
  }

  @Test("three levels: domains hold fields, fields hold leaves")
  func levels() {
    #expect((8...10).contains(themes.domains.count))
    #expect((30...40).contains(themes.all.filter { $0.id.level == 2 }.count))
    #expect((90...130).contains(themes.leaves.count))
    #expect(Set(themes.all.map(\.id)).count == themes.count)
    for theme in themes.all {
      #expect(theme.id.parent.map { themes.contains($0) } ?? true)
      #expect(themes.children(of: theme.id).isEmpty == (theme.id.level == 3), "\(theme.id)")
      #expect(themes.children(of: theme.id).allSatisfy { $0.id.parent == theme.id })
      #expect(themes.ancestors(of: theme.id).count == theme.id.level - 1)
      #expect(Set(themes.leaves(of: theme.id).flatMap(\.purposes)) == Set(theme.purposes))
      #expect(!theme.label.fr.contains("'") && !theme.label.en.contains("'"), "\(theme.id)")
    }
    #expect(themes.domains.flatMap { themes.leaves(of: $0.id) } == themes.leaves)
  }

  @Test(
    "the labels of the Atlas are kept, at their levels",
    arguments: [
      (
        "politique/gouvernance-locale/appui-institutionnel",
        "Politique, humanitaire et coopération transfrontalière › Gouvernance locale et appui institutionnel › Appui institutionnel"
      ),
      (
        "environnement/eau-dechets/eau-assainissement",
        "Environnement, climat et énergie › Eau et déchets › Eau et assainissement"
      ),
      (
        "economie/agriculture-rural/securite-alimentaire",
        "Économie durable › Agriculture et développement rural › Sécurité alimentaire et nutrition"
      ),
      ("education-social/sante", "Éducation, social et recherche › Santé"),
    ])
  func labels(theme: String, path: String) throws {
    #expect(try themes.path(of: id(theme), in: .french) == path)
  }

  @Test(
    "every domain of the brochure has a place",
    arguments: [
      "développement urbain", "patrimoine", "développement durable", "services publics locaux", "eau et assainissement",
      "culture", "éducation", "santé", "agriculture", "alimentation", "climat", "énergie", "déchets", "numérique",
      "formation professionnelle", "développement économique", "tourisme", "jeunesse", "sport",
      "égalité entre les femmes et les hommes", "droits humains", "mobilité", "gouvernance locale", "finances",
      "état civil",
      "risques", "urgence", "transfrontalière",
    ])
  func brochure(domain: String) {
    #expect(themes.all.contains { $0.label.fr.lowercased().contains(domain) })
  }

  @Test("what is no theme has no place")
  func unknown() throws {
    let unknown: ThemeID = try id("environnement/eau-dechets/nothing")
    #expect(themes[unknown] == nil)
    #expect(themes.path(of: unknown, in: .french) == nil)
    #expect(themes.label(of: unknown, in: .english) == nil)
    #expect(themes.purposes(of: unknown).isEmpty)
    #expect(themes.leaves(of: unknown).isEmpty)
    #expect(themes.leaves(ofPurpose: "00000").isEmpty)
  }
}
