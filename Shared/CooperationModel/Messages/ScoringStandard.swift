extension ScoringSettings {
  /// The model that is written when the log is made: version 3, which reads the themes of a request that declares none,
  /// counts distance, regional networks and language areas, and puts a wanted part of France first among equals.
  ///
  /// The weights of a pair's factors sum to 1000, so a score is bounded without a cut. `answers` stands apart: it moves
  /// the allocator's order by at most its weight, either way, and is in no match set. `territory` is more than kind, size,
  /// languages and form together, so of those who share theme and country alike who lies where the request wishes (région,
  /// département, kind of place) comes first.
  public static let standard = ScoringSettings(
    version: 3,
    weights: [
      Factor.Code.theme.rawValue: 320, Factor.Code.experience.rawValue: 140, Factor.Code.country.rawValue: 110,
      Factor.Code.interest.rawValue: 70, Factor.Code.neighbourhood.rawValue: 45, Factor.Code.label.rawValue: 40,
      Factor.Code.kind.rawValue: 35, Factor.Code.size.rawValue: 25, Factor.Code.territory.rawValue: 110,
      Factor.Code.proximity.rawValue: 20, Factor.Code.distance.rawValue: 10, Factor.Code.network.rawValue: 20,
      Factor.Code.languageArea.rawValue: 15, Factor.Code.language.rawValue: 20, Factor.Code.form.rawValue: 20,
      Factor.Code.answers.rawValue: 60,
    ],
    threshold: 120, wantedLeads: 5, answerDays: 60, textThemes: 1)
}
