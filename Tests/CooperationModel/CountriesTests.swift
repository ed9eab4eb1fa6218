import CooperationModel
import Foundation
import Testing

@Suite("Countries")
struct CountriesTests {
  let countries: Countries

  init() throws { countries = try ReferenceFixture.data().countries }

  @Test("neighbours are each other's neighbours, exist, and are somebody else")
  func neighbours() {
    for country in countries.all {
      for neighbour in country.neighbours {
        #expect(neighbour != country.code)
        #expect(countries[neighbour]?.neighbours.contains(country.code) == true, "\(country.code)–\(neighbour)")
      }
      #expect(country.neighbours == country.neighbours.sorted())
    }
  }

  @Test("a country lies on one sea basin at most, and the French départements on each lie on the sea")
  func seas() throws {
    let registry = try ReferenceFixture.data().registry
    for basin in SeaBasin.allCases {
      #expect(!basin.countries.isEmpty && !basin.departements.isEmpty)
      for code in basin.countries {
        #expect(countries.contains(code), "\(code)")
        #expect(SeaBasin(of: code) == basin, "\(code) is on two")
      }
      for departement in basin.departements {
        #expect(registry[departement]?.geography.contains(.coast) == true, "\(departement)")
      }
    }
    #expect(SeaBasin(of: try #require(CountryCode("NE"))) == nil)
  }

  @Test("every country has names of its own, a place, languages, and a part of the world")
  func complete() {
    #expect(countries.count == 250)
    #expect(Set(countries.all.map(\.name.fr)).count == countries.count)
    #expect(Set(countries.all.map(\.name.en)).count == countries.count)
    #expect(countries.all.map(\.code) == countries.all.map(\.code).sorted())
    for country in countries.all where country.code.rawValue != "AQ" {
      #expect(!country.languages.isEmpty, "\(country.code)")
      #expect(country.subregion != nil && country.subregion?.region == country.region, "\(country.code)")
      #expect(country.longitude.map { (-180...180).contains($0) } == true, "\(country.code)")
      #expect(country.latitude.map { (-90...90).contains($0) } == true, "\(country.code)")
      #expect(
        countries.named(country.name.fr) == country && countries.named(country.name.en) == country, "\(country.code)")
      #expect(countries.index(of: country.code).map { countries.all[$0] } == country)
    }
  }

  @Test("names are set as they are printed")
  func typography() {
    for name in countries.all.flatMap({ [$0.name.fr, $0.name.en] }) {
      #expect(!name.contains("'") && !name.contains("(") && !name.contains("&"), "\(name)")
    }
    #expect(countries["CI"]?.name.fr == "Côte d’Ivoire")
    #expect(countries["GB"]?.name == Localized(fr: "Royaume-Uni", en: "United Kingdom"))
  }

  @Test("a country has its facts")
  func facts() throws {
    let niger = try #require(countries["NE"])
    #expect(niger.neighbours.map(\.rawValue) == ["BF", "BJ", "DZ", "LY", "ML", "NG", "TD"])
    #expect(niger.languages.map(\.rawValue) == ["fr"])
    #expect(niger.region == .africa)
    #expect(niger.subregion == .westernAfrica)
    #expect(countries["XK"]?.name.fr == "Kosovo")
    #expect(try countries.areNeighbours(id("FR"), id("BE")))
    #expect(try !countries.areNeighbours(id("FR"), id("GB")))
    #expect(countries["ZZ"] == nil)
    #expect(countries["fr"] == nil)
  }

  @Test(
    "a country is found by its names and its code",
    arguments: [
      ("Bénin", "BJ"), ("benin", "BJ"), ("Cote d'Ivoire", "CI"), ("Cap-Vert", "CV"), ("Cabo Verde", "CV"),
      ("République de Moldova", "MD"), ("Moldavie", "MD"), ("MG", "MG"), ("Viet Nam", "VN"), ("Congo", "CG"),
      ("République démocratique du Congo", "CD"), ("État plurinational de Bolivie", "BO"),
    ])
  func names(name: String, code: String) {
    #expect(countries.named(name)?.code.rawValue == code)
  }

  @Test("lists are in the order of their language, accents aside")
  func order() throws {
    let names = countries.sorted(in: .french).map(\.name.fr)
    #expect(names.first == "Afghanistan")
    let egypt = try #require(names.firstIndex(of: "Égypte"))
    #expect(names[egypt - 1] == "Dominique")
  }
}
