extension ScoringSettings {
  /// The model that is written when the log is made: version 4, which reads the themes of a request that declares none,
  /// counts distance, regional networks and language areas, and puts a région or département first that the request names.
  ///
  /// The weights of a pair's factors sum to 1000, so a score is bounded without a cut. `answers` stands apart: it moves
  /// the allocator's order by at most its weight, either way, and is in no match set. `territory` is more than kind, size,
  /// languages and form together, so of those who share theme and country alike who lies where the request wishes (région,
  /// département, kind of place) comes first. `named-territory` is for the région or département that a request names:
  /// with `territory` it is more than all that work and interest in the country can bring, a label included, so whoever
  /// lies there comes before whoever shares as much of its themes elsewhere, even with work on them in the country.
  public static let standard = ScoringSettings(
    version: 4,
    weights: [
      Factor.Code.theme.rawValue: 240, Factor.Code.experience.rawValue: 105, Factor.Code.country.rawValue: 82,
      Factor.Code.interest.rawValue: 52, Factor.Code.neighbourhood.rawValue: 34, Factor.Code.label.rawValue: 30,
      Factor.Code.kind.rawValue: 26, Factor.Code.size.rawValue: 18, Factor.Code.territory.rawValue: 82,
      Factor.Code.namedTerritory.rawValue: 252, Factor.Code.proximity.rawValue: 15, Factor.Code.distance.rawValue: 8,
      Factor.Code.network.rawValue: 15, Factor.Code.languageArea.rawValue: 11, Factor.Code.language.rawValue: 15,
      Factor.Code.form.rawValue: 15, Factor.Code.answers.rawValue: 60,
    ],
    threshold: 90, wantedLeads: 5, answerDays: 60, textThemes: 1)
}
