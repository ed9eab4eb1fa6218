import CooperationModel

extension ThemeClassifier {
  /// How sure the first sector must be for themes to be suggested.
  package static let sureEnough: Float = 0.3
  /// A theme is suggested that is at least so good, as a share of the best one.
  static let nearBest: Float = 0.6
  /// The most themes that are suggested.
  static let suggestionLimit = 3

  /// The themes that a request's title and text speak of, best first; none where the text leaves it open.
  ///
  /// For where an embassy declared none: what was declared is never contradicted.
  package func suggestions(for request: PartnershipRequest) -> [ScoredTheme] {
    suggestions(for: [request.title, request.summary, request.sought].joined(separator: "\n"))
  }

  package func suggestions(for text: String) -> [ScoredTheme] {
    let prediction = classify(text)
    guard prediction.confidence >= Self.sureEnough, let best = prediction.themes.first else { return [] }
    return prediction.themes.prefix(Self.suggestionLimit).filter { $0.score >= Self.nearBest * best.score }
  }
}
