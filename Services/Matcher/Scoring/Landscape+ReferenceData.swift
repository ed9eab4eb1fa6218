import CooperationModel
import ThemeClassifier

extension Landscape {
  /// Numbers the reference data.
  ///
  /// - Parameter classifier: reads themes from texts; without one none are read.
  package convenience init(_ reference: ReferenceData, classifier: ThemeClassifier? = nil) {
    let registry = reference.registry
    let near = NearFrance(registry)
    self.init(
      authorities: (0..<Int32(registry.count)).map { row in
        let departement = registry.departements[Int(row)]
        let region = registry.regions[Int(row)]
        let id = registry.id(at: row)
        let epci = id.kind == .epci ? row : registry.epcis[Int(row)]
        let (longitude, latitude) = (registry.longitudes[Int(row)], registry.latitudes[Int(row)])
        return Authority(
          id: id, population: Int(max(0, registry.populations[Int(row)])),
          departement: departement < 0 ? nil : registry.id(at: departement).rawValue,
          region: region < 0 ? nil : registry.id(at: region).rawValue,
          epci: epci < 0 ? nil : registry.id(at: epci).rawValue,
          longitude: longitude.isNaN ? nil : Double(longitude), latitude: latitude.isNaN ? nil : Double(latitude),
          geography: registry.geographies[Int(row)])
      },
      successors: Dictionary(
        registry.successions.map { ($0.former, $0.successor) }, uniquingKeysWith: { first, _ in first }),
      themes: reference.themes.all.map(\.id),
      countries: reference.countries.all.map { country in
        Country(
          code: country.code, neighbours: country.neighbours,
          subregion: country.subregion?.rawValue ?? country.code.rawValue, places: near.places(country.code),
          languages: country.languages, longitude: country.longitude, latitude: country.latitude)
      }, classifier: classifier)
  }

  /// The themes that a request's text speaks of, best first.
  func read(_ request: PartnershipRequest) -> [ThemeID] {
    classifier?.suggestions(for: request).map(\.theme) ?? []
  }
}

/// Which parts of France are near which countries, by their borders and seas.
private struct NearFrance {
  private var borders: [CountryCode: Landscape.Places] = [:]
  private var seas: [CountryCode: [Landscape.Proximity: Landscape.Places]] = [:]

  init(_ registry: Registry) {
    for row in 0..<Int32(registry.count) {
      let id = registry.id(at: row)
      // Départements, or the authorities with their powers, and régions.
      guard id.kind == .region || registry.departements[Int(row)] == row else { continue }
      for country in registry.borders(at: row) { borders[country, default: Landscape.Places()].insert(id) }
    }
    for basin in SeaBasin.allCases {
      for departement in basin.departements {
        guard let found = registry[departement] else { continue }
        let today = found.departement ?? found.id
        let proximity: Landscape.Proximity = found.geography.contains(.overseas) ? .overseasSea : .sea
        for country in basin.countries {
          seas[country, default: [:]][proximity, default: Landscape.Places()].insert(today)
          if let region = found.region {
            seas[country, default: [:]][proximity, default: Landscape.Places()].insert(region)
          }
        }
      }
    }
  }

  func places(_ country: CountryCode) -> [Landscape.Proximity: Landscape.Places] {
    var places = seas[country] ?? [:]
    places[.border] = borders[country]
    return places
  }
}

extension Landscape.Places {
  fileprivate mutating func insert(_ id: CollectiviteID) {
    if id.kind == .region { regions.insert(id.rawValue) } else { departements.insert(id.rawValue) }
  }
}
