import CooperationModel

@testable import Matcher

/// Who plays in the suite's simulation: a few dozen real authorities, some countries and themes.
///
/// Made once and shared by all seeds: only the landscape is small, validation uses the whole reference data.
struct Cast: Sendable {
  let reference: ReferenceData
  let landscape: Landscape
  /// Those that get profiles and contacts.
  let authorities: [CollectiviteID]
  /// A commune that is no more, and the one that took its place.
  let former: (old: CollectiviteID, successor: CollectiviteID)
  let countries: [CountryCode]
  let themes: [ThemeID]

  static let shared = Result { try Cast(ReferenceData.load()) }

  private init(_ reference: ReferenceData) throws {
    self.reference = reference
    let registry = reference.registry
    let named = [
      "commune:35238", "commune:35051", "commune:02408", "commune:44109", "commune:69123", "commune:59350",
      "epci:243500139", "departement:35", "departement:59", "region:53", "region:84",
    ].compactMap(CollectiviteID.init).filter(registry.contains)
    guard
      let merged = registry.successions.first(where: { $0.former.kind == .commune && $0.successor.kind == .commune })
    else { throw SimulationFailure(law: "set-up", "the registry knows of no merger") }
    former = (merged.former, merged.successor)
    authorities = (named + [merged.successor]).sorted()
    var around: Set<Registry.Row> = []
    for row in authorities.compactMap({ registry.index(of: $0) }) {
      around.formUnion([row, registry.departements[Int(row)], registry.regions[Int(row)]].filter { $0 >= 0 })
    }
    countries = ["MG", "NE", "BF", "SN", "CM"].compactMap(CountryCode.init)
    let themes = reference.themes.all.map(\.id).filter { id in
      ["environnement/eau-dechets", "education-social/education"].contains {
        id.rawValue.hasPrefix($0) || $0.hasPrefix(id.rawValue)
      }
    }
    self.themes = themes.filter { $0.level == 3 }
    let known = Set(countries + ["ML", "TD", "NG"].compactMap(CountryCode.init))
    landscape = Landscape(
      authorities: around.sorted().map { row in
        let departement = registry.departements[Int(row)]
        let region = registry.regions[Int(row)]
        let epci = registry.kinds[Int(row)] == .epci ? row : registry.epcis[Int(row)]
        return Landscape.Authority(
          id: registry.id(at: row), population: Int(max(0, registry.populations[Int(row)])),
          departement: departement < 0 ? nil : registry.id(at: departement).rawValue,
          region: region < 0 ? nil : registry.id(at: region).rawValue,
          epci: epci < 0 ? nil : registry.id(at: epci).rawValue, longitude: Double(registry.longitudes[Int(row)]),
          latitude: Double(registry.latitudes[Int(row)]))
      }, successors: [merged.former: merged.successor], themes: themes,
      countries: reference.countries.all.filter { known.contains($0.code) }.map {
        Landscape.Country(
          code: $0.code, neighbours: $0.neighbours, subregion: $0.subregion?.rawValue ?? $0.code.rawValue,
          languages: $0.languages, longitude: $0.longitude, latitude: $0.latitude)
      })
  }

  /// The authority of today.
  func today(_ id: CollectiviteID) -> CollectiviteID { id == former.old ? former.successor : id }
}
