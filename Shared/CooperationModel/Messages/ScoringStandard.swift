extension ScoringSettings {
  /// The model that is written when the log is made: version 2, which reads the themes of a request that declares none.
  ///
  /// The weights of a pair's factors sum to 1000, so a score is bounded without a cut. `answers` stands apart: it moves
  /// the allocator's order by at most its weight, either way, and is in no match set.
  public static let standard = ScoringSettings(
    version: 2,
    weights: [
      Factor.Code.theme.rawValue: 340, Factor.Code.experience.rawValue: 150, Factor.Code.country.rawValue: 120,
      Factor.Code.interest.rawValue: 80, Factor.Code.neighbourhood.rawValue: 60, Factor.Code.label.rawValue: 45,
      Factor.Code.kind.rawValue: 45, Factor.Code.size.rawValue: 35, Factor.Code.territory.rawValue: 40,
      Factor.Code.proximity.rawValue: 35,
      Factor.Code.language.rawValue: 25, Factor.Code.form.rawValue: 25, Factor.Code.answers.rawValue: 60,
    ],
    threshold: 120, wantedLeads: 5, answerDays: 60, textThemes: 1)
}
