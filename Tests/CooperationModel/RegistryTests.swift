import CooperationModel
import Foundation
import Testing

@Suite("Registry")
struct RegistryTests {
  let registry: Registry

  init() throws { registry = try ReferenceFixture.data().registry }

  @Test("every row has an id of its own that leads back to it")
  func rows() {
    let wrong = (0..<Registry.Row(registry.count)).filter { registry.index(of: registry.id(at: $0)) != $0 }
    #expect(wrong.isEmpty)
    #expect(registry.rows(of: .region).count == 18)
    #expect(registry.rows(of: .departement).count == 100)
    #expect(registry.rows(of: .epci).count == 1_253)
    #expect(registry.rows(of: .commune).count == 34_875)
    #expect(registry.rows(of: .collectivite).isEmpty)
  }

  @Test("an authority has its facts")
  func facts() throws {
    let cesson = try #require(registry[id("commune:35051")])
    #expect(cesson.name == "Cesson-Sévigné")
    #expect(cesson.kind == .commune)
    #expect(cesson.code == "35051")
    #expect(cesson.siren == "213500515")
    #expect(cesson.departement?.rawValue == "departement:35")
    #expect(cesson.region?.rawValue == "region:53")
    #expect(cesson.epci?.rawValue == "epci:243500139")
    #expect(cesson.population == 17_526)
    #expect(cesson.longitude == -1.5972)
    #expect(cesson.latitude == 48.1202)
    #expect(cesson.geography == .coast)
  }

  @Test("what was never published is nil, what is zero is zero")
  func missing() throws {
    #expect(try #require(registry[id("commune:97611")]).population == nil)
    #expect(try #require(registry[id("region:06")]).population == nil)
    #expect(try #require(registry[id("commune:55189")]).population == 0)
    let aurseulles = try #require(registry[id("commune:14581")])
    #expect(aurseulles.longitude == nil)
    #expect(aurseulles.latitude == nil)
    #expect(aurseulles.siren == nil)
  }

  @Test(
    "what is no authority of today is not found",
    arguments: [
      "commune:00000", "commune:3505", "commune:350511", "epci:35051", "region:35", "collectivite:975",
      "departement:75",
    ])
  func unknown(text: String) throws {
    #expect(registry[try id(text)] == nil)
  }

  // MARK: Successions

  @Test("an authority of today resolves to itself, whatever its code was before")
  func itself() {
    let wrong = (0..<Registry.Row(registry.count)).filter { registry.currentIndex(of: registry.id(at: $0)) != $0 }
    #expect(wrong.isEmpty)
  }

  @Test("every succession ends in an authority of today, and none begins with one")
  func successions() {
    let all = registry.successions
    #expect(all.count > 4_000)
    #expect(all.allSatisfy { registry.contains($0.successor) })
    #expect(all.allSatisfy { !registry.contains($0.former) && registry[$0.former] == nil })
    #expect(all.allSatisfy { registry.current(of: $0.former) == $0.successor })
    #expect(all.allSatisfy { registry.succession(of: $0.former) == $0 })
    #expect(all.allSatisfy { !$0.name.isEmpty })
    #expect(Set(all.map(\.former)).count == all.count)
  }

  @Test(
    "old codes resolve through mergers, renumberings and arrondissements",
    arguments: [
      ("commune:50602", "commune:50129"),  // Tourlaville, in Cherbourg-en-Cotentin
      ("commune:91182", "commune:91228"),  // Courcouronnes, in Évry-Courcouronnes
      ("commune:60455", "commune:60694"),  // La Neuville-Garnier, by two mergers
      ("commune:55273", "commune:55386"),  // Lamarche-en-Woëvre, moved from one commune to another
      ("commune:51385", "commune:51440"),  // Moronvilliers, shared out: the one that bears its name
      ("commune:20004", "commune:2A004"),  // Ajaccio, before Corse had two départements
      ("commune:75101", "commune:75056"), ("commune:69383", "commune:69123"), ("commune:13208", "commune:13055"),
      ("region:42", "region:44"), ("region:31", "region:32"), ("departement:75", "commune:75056"),
    ])
  func resolves(old: String, today: String) throws {
    #expect(try registry.current(of: id(old))?.rawValue == today)
    #expect(try registry.succession(of: id(old))?.successor.rawValue == today)
  }

  @Test(
    "a code that never was resolves to nothing", arguments: ["commune:99999", "epci:999999999", "collectivite:975"])
  func neverWas(text: String) throws {
    #expect(try registry.current(of: id(text)) == nil)
  }

  @Test("an authority knows whose place it took")
  func predecessors() throws {
    let cherbourg = try registry.predecessors(of: id("commune:50129"))
    #expect(cherbourg.map(\.name).contains("Tourlaville"))
    let tourlaville = try #require(cherbourg.first { $0.name == "Tourlaville" })
    #expect(tourlaville.endedOn == Day("2016-01-01"))
    #expect(try registry.predecessors(of: id("commune:35051")).isEmpty)
  }

  // MARK: Territory

  @Test("members and territories agree, whichever way one asks")
  func territories() throws {
    var members = 0
    for row in registry.rows(of: .epci) {
      let children = registry.children(at: row)
      members += children.count
      #expect(children.allSatisfy { registry.epcis[Int($0)] == row && registry.lies($0, in: row) })
    }
    #expect(members == registry.rows(of: .commune).count { registry.epcis[Int($0)] >= 0 })
    let communes = registry.rows(of: .departement).map { registry.children(at: $0).count }.reduce(0, +)
    #expect(communes == 34_875 - 1)  // Paris is its own
    let departements = registry.rows(of: .region).map { registry.children(at: $0).count }.reduce(0, +)
    #expect(departements == 100)
    #expect(
      try registry.children(of: id("region:53")).map(\.rawValue) == [
        "departement:22", "departement:29", "departement:35", "departement:56",
      ])
    #expect(try registry.children(of: id("commune:35051")).isEmpty)
  }

  @Test("every authority lies in a région, and all but régions in a département")
  func ancestors() {
    for row in 0..<Registry.Row(registry.count) {
      let region = registry.regions[Int(row)]
      guard region >= 0, registry.kinds[Int(region)] == .region else {
        Issue.record("\(registry.id(at: row)) lies in no région")
        continue
      }
      let departement = registry.departements[Int(row)]
      #expect((departement < 0) == (registry.kinds[Int(row)] == .region))
      if departement >= 0 { #expect(registry.regions[Int(departement)] == region) }
    }
  }

  @Test("Paris has the powers of its département")
  func paris() throws {
    let paris = try #require(registry[id("commune:75056")])
    #expect(paris.departement == paris.id)
    #expect(try registry.current(of: id("departement:75")) == paris.id)
  }

  @Test("geography holds for the département, and for the whole of a région")
  func geography() throws {
    #expect(try #require(registry[id("departement:974")]).geography == [.overseas, .coast, .mountain])
    #expect(try #require(registry[id("region:03")]).geography == [.overseas, .coast, .border])
    #expect(try #require(registry[id("commune:86194")]).geography == [])
    #expect(try #require(registry[id("region:44")]).geography == [.mountain, .border])
    #expect(try #require(registry[id("region:53")]).geography == .coast)
    #expect(try registry.borders(of: id("region:03")).map(\.rawValue) == ["BR", "SR"])
    #expect(try registry.borders(of: id("commune:67482")).map(\.rawValue) == ["DE"])
    #expect(try registry.borders(of: id("region:84")).map(\.rawValue) == ["CH", "IT"])
    #expect(try registry.borders(of: id("commune:35051")).isEmpty)
  }

  @Test("mountains are those of the massifs, for whoever has a département's powers too, and not for Paris")
  func mountains() throws {
    func isMountain(_ text: String) throws -> Bool {
      try #require(registry[id(text)]).geography.contains(.mountain)
    }
    #expect(registry.rows(of: .departement).count { registry.geographies[Int($0)].contains(.mountain) } == 51)
    for text in [
      "departement:05", "departement:2B", "departement:90", "departement:58", "departement:974", "commune:63113",
      "epci:200046977", "region:84", "region:75", "region:02",
    ] {
      #expect(try isMountain(text), "\(text)")
    }
    for text in ["departement:29", "departement:973", "commune:75056", "region:11", "region:32"] {
      #expect(try !isMountain(text), "\(text)")
    }
  }

  @Test("a département at a border borders countries that exist")
  func borders() throws {
    let countries = try ReferenceFixture.data().countries
    for row in registry.rows(of: .departement) {
      let borders = registry.borders(at: row)
      #expect(borders.isEmpty != registry.geographies[Int(row)].contains(.border))
      #expect(borders.allSatisfy { countries.contains($0) })
    }
  }

  // MARK: Names

  @Test("every authority is found by its own name, and completed from it")
  func everyName() {
    for row in 0..<Registry.Row(registry.count) {
      let id = registry.id(at: row)
      let found = registry.named(registry.name(at: row), kind: registry.kinds[Int(row)])
      if !found.contains(id) { Issue.record("\(id) is not found by its name \(registry.name(at: row))") }
    }
  }

  @Test(
    "names are compared without accents, case, hyphens and articles",
    arguments: [
      ("CESSON SEVIGNE", "commune:35051"), ("cesson-sévigné", "commune:35051"), ("Havre", "commune:76351"),
      ("le  havre", "commune:76351"), ("L’Haÿ-les-Roses", "commune:94038"), ("hay les roses", "commune:94038"),
      ("St-Étienne-du-Rouvray", "commune:76575"), ("Faucigny-Glières", "epci:200000172"), ("Oeting", "commune:57521"),
      ("Métropole de Lyon", "epci:200046977"), ("Île de France", "region:11"), ("cotes d'armor", "departement:22"),
    ])
  func folding(text: String, expected: String) throws {
    #expect(registry.named(text).contains(try id(expected)))
  }

  @Test("communes that share a name are all named, a name of yesterday leads to today's authority")
  func shared() throws {
    #expect(registry.named("Saint-Denis", kind: .commune).count > 1)
    #expect(registry.named("Courcouronnes").map(\.rawValue) == ["commune:91228"])
    #expect(registry.named("Rhône-Alpes").map(\.rawValue) == ["region:84"])
    #expect(registry.named("Nowhere-sur-Mer").isEmpty)
    #expect(registry.named(" - ").isEmpty)
  }

  @Test("completion gives whole names first, then the largest, each once")
  func completion() throws {
    #expect(registry.search("renn", kinds: [.commune], limit: 1).map(\.rawValue) == ["commune:35238"])
    #expect(registry.search("tours", kinds: [.commune]).first?.rawValue == "commune:37261")
    #expect(registry.search("Bretagne").first?.rawValue == "region:53")
    #expect(registry.search("tourlav").map(\.rawValue) == ["commune:50129"])
    let many = registry.search("s", limit: 50)
    #expect(many.count == 50)
    #expect(Set(many).count == 50)
    #expect(registry.search("", limit: 5).isEmpty)
    #expect(registry.search("rennes", limit: 0).isEmpty)
    #expect(registry.search("st").map { registry.name(of: $0) ?? "" }.contains { $0.hasPrefix("Strasbourg") })
  }
}
