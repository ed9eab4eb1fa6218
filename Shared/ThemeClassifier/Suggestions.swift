import CooperationModel

extension ThemeClassifier {
  /// How sure the first sector must be for themes to be suggested.
  package static let sureEnough: Float = 0.3
  /// How sure it must be for a declared domain or field to be made more precise.
  static let sureToComplete: Float = 0.5
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
    suggestions(for: text, sure: Self.sureEnough)
  }

  /// What may be added to the themes that a request declares: where there are none, what its text speaks of; else leaves
  /// below a declared domain or field, where the text is sure of them. Nothing beside what was declared.
  package func proposals(for request: PartnershipRequest) -> [Proposal] {
    let declared = request.themes
    let text = [request.title, request.summary, request.sought].joined(separator: "\n")
    if declared.isEmpty { return suggestions(for: text).map { Proposal($0) } }
    let open = declared.filter { theme in
      theme.level < 3 && !declared.contains { $0.parent == theme || $0.parent?.parent == theme }
    }
    guard !open.isEmpty else { return [] }
    return suggestions(for: text, sure: Self.sureToComplete).compactMap { leaf in
      open.first { leaf.theme.parent == $0 || leaf.theme.parent?.parent == $0 }.map { Proposal(leaf, completes: $0) }
    }
  }

  /// A theme that an embassy may take over.
  package struct Proposal: Sendable, Equatable {
    package var theme: ThemeID
    /// How sure, in percent.
    package var certainty: Int
    /// The declared domain or field that it makes more precise.
    package var completes: ThemeID?

    init(_ theme: ScoredTheme, completes: ThemeID? = nil) {
      self.theme = theme.theme
      certainty = Int((theme.score * 100).rounded())
      self.completes = completes
    }
  }

  private func suggestions(for text: String, sure: Float) -> [ScoredTheme] {
    let prediction = classify(text)
    guard prediction.confidence >= sure, let best = prediction.themes.first else { return [] }
    return prediction.themes.prefix(Self.suggestionLimit).filter { $0.score >= Self.nearBest * best.score }
  }
}
