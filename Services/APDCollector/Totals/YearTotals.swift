import CooperationModel

/// The totals of one year's campaign: overall, and by every dimension of a line.
///
/// Equal to the sums of the lines that it holds, whatever the order in which they came and went. Nothing stands at zero
/// lines, so equal contents are equal values.
package struct YearTotals: Equatable, Sendable {
  package private(set) var overall = Amounts()
  package private(set) var by: [Dimension: [String: Amounts]] = [:]
  /// Authorities that declared, also those that had nothing to declare, by kind.
  package private(set) var declarants: [CollectiviteKind: Int] = [:]

  /// What totals are broken down by.
  package enum Dimension: String, CaseIterable, Sendable {
    /// DAC recipient code.
    case recipient
    /// Three-digit DAC sector.
    case sector
    /// Five-digit DAC purpose code.
    case purpose
    case category
    /// DAC channel code.
    case channel
    /// The declarant's région, by its INSEE code; empty when it lies in none.
    case region
    /// What kind of authority declared.
    case kind
    case typeOfAid = "type-of-aid"
  }

  package init() {}

  package var isEmpty: Bool { overall.isEmpty && declarants.isEmpty }
  package var declarantCount: Int { declarants.values.reduce(0, +) }

  package mutating func add(_ declaration: Declaration, region: String, sector: (String) -> String) {
    for line in declaration.lines {
      overall.add(line)
      for (dimension, key) in keys(line, declaration, region, sector) {
        by[dimension, default: [:]][key, default: Amounts()].add(line)
      }
    }
    declarants[declaration.id.collectivite.kind, default: 0] += 1
  }

  package mutating func remove(_ declaration: Declaration, region: String, sector: (String) -> String) {
    for line in declaration.lines {
      overall.remove(line)
      for (dimension, key) in keys(line, declaration, region, sector) {
        by[dimension]?[key]?.remove(line)
        if by[dimension]?[key]?.isEmpty ?? false { by[dimension]?[key] = nil }
        if by[dimension]?.isEmpty ?? false { by[dimension] = nil }
      }
    }
    let kind = declaration.id.collectivite.kind
    declarants[kind] = declarants[kind].flatMap { $0 > 1 ? $0 - 1 : nil }
  }

  /// A dimension's totals, the largest first, then by code.
  package func ranked(_ dimension: Dimension, withRefugees: Bool = true) -> [(key: String, amounts: Amounts)] {
    (by[dimension] ?? [:]).map { (key: $0.key, amounts: $0.value) }.sorted { left, right in
      let (a, b) =
        withRefugees
        ? (left.amounts.total, right.amounts.total) : (left.amounts.withoutRefugees, right.amounts.withoutRefugees)
      return a != b ? a > b : left.key < right.key
    }
  }

  private func keys(
    _ line: DeclarationLine, _ declaration: Declaration, _ region: String, _ sector: (String) -> String
  ) -> [(Dimension, String)] {
    [
      (.recipient, line.recipient), (.sector, sector(line.purpose)), (.purpose, line.purpose),
      (.category, line.category.rawValue), (.channel, line.channel), (.region, region),
      (.kind, declaration.id.collectivite.kind.rawValue), (.typeOfAid, line.typeOfAid),
    ]
  }
}
