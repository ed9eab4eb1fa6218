import CooperationModel

/// From purpose codes to the leaves of the taxonomy.
///
/// Several leaves can lead to one purpose code. A leaf's score is the best of its purposes' shares, the first in full and
/// each further one less; more when the text speaks of what the leaf's label speaks of, and most when it names the leaf
/// itself (``TermList``), which counts for a part of the sector's share too.
struct ThemeLeaves: Sendable {
  private let leaves: [Leaf]
  private let conceptCount: Int

  private struct Leaf: Sendable {
    let theme: ThemeID
    /// Places of purposes, the most typical first.
    let purposes: [Int]
    let group: Int?
    /// Concepts of the label, in either language; each once.
    let concepts: [Int]
    /// Concepts that name the leaf.
    let names: [Int]
  }

  init(_ themes: Themes, terms: TermList, scheme: SectorScheme) {
    var reader = FeatureReader(terms)
    conceptCount = terms.concepts.count
    leaves = themes.leaves.map { leaf in
      reader.read(leaf.label.fr + "; " + leaf.label.en, rarity: nil)
      return Leaf(
        theme: leaf.id, purposes: leaf.purposes.compactMap { scheme.purpose($0) },
        group: leaf.purposes.first.flatMap { scheme.group(of: $0) }, concepts: reader.concepts,
        names: terms.concepts.indices.filter { terms.concepts[$0].themes.contains(leaf.id) })
    }
  }

  /// What a purpose counts for by its place in a leaf's list.
  private static func weight(_ place: Int) -> Float { 1 / (1 + 0.25 * Float(place)) }

  /// - Parameters:
  ///   - purposes: the shares of the purposes.
  ///   - groups: the shares of the groups.
  ///   - concepts: what the text speaks of.
  func best(
    purposes: [Float], groups: [Float], concepts: [Int], limit: Int
  ) -> [ThemeClassifier.ScoredTheme] {
    var said = [Bool](repeating: false, count: conceptCount)
    for concept in concepts { said[concept] = true }
    let scores = leaves.map { leaf in
      var share: Float = 0
      for (place, purpose) in leaf.purposes.enumerated() { share = max(share, purposes[purpose] * Self.weight(place)) }
      if leaf.names.contains(where: { said[$0] }) { return share + 0.3 * (leaf.group.map { groups[$0] } ?? 0) }
      guard !leaf.concepts.isEmpty else { return share / 2 }
      let common = Float(leaf.concepts.count { said[$0] }) / Float(leaf.concepts.count)
      return share * (0.4 + 0.4 * common)
    }
    return top(scores, limit).map { ThemeClassifier.ScoredTheme(theme: leaves[$0].theme, score: min(1, scores[$0])) }
  }
}
