import CooperationModel
import ThemeClassifier

extension Landscape {
  /// Numbers the reference data.
  ///
  /// - Parameter classifier: reads themes from texts; without one none are read.
  package convenience init(_ reference: ReferenceData, classifier: ThemeClassifier? = nil) {
    let registry = reference.registry
    self.init(
      authorities: (0..<Int32(registry.count)).map { row in
        let departement = registry.departements[Int(row)]
        let region = registry.regions[Int(row)]
        return Authority(
          id: registry.id(at: row), population: Int(max(0, registry.populations[Int(row)])),
          departement: departement < 0 ? nil : registry.id(at: departement).rawValue,
          region: region < 0 ? nil : registry.id(at: region).rawValue)
      },
      successors: Dictionary(
        registry.successions.map { ($0.former, $0.successor) }, uniquingKeysWith: { first, _ in first }),
      themes: reference.themes.all.map(\.id),
      countries: reference.countries.all.map {
        Country(code: $0.code, neighbours: $0.neighbours, subregion: $0.subregion?.rawValue ?? $0.code.rawValue)
      }, classifier: classifier)
  }

  /// The themes that a request's text speaks of, best first.
  func read(_ request: PartnershipRequest) -> [ThemeID] {
    classifier?.suggestions(for: request).map(\.theme) ?? []
  }
}
