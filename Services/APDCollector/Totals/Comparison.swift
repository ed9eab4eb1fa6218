import CooperationModel

/// One year's totals beside those of the year before.
package struct Comparison: Equatable, Sendable {
  package let before: Money
  package let now: Money

  package init(before: Money, now: Money) {
    self.before = before
    self.now = now
  }

  package var difference: Money { now - before }

  /// The change in tenths of a percent, rounded half away from zero; nil when there was nothing to compare with.
  package var permille: Int? {
    guard before.cents != 0 else { return nil }
    let scaled = difference.cents.multipliedReportingOverflow(by: 2_000)
    guard !scaled.overflow else { return nil }
    let magnitude = (scaled.partialValue.magnitude / before.cents.magnitude + 1) / 2
    return difference.cents < 0 ? -Int(magnitude) : Int(magnitude)
  }
}

/// How many of those who could declare did.
package struct Participation: Equatable, Sendable {
  package let kind: CollectiviteKind
  package let declared: Int
  /// All authorities of the kind, or those that are known to act abroad: whoever asks says which.
  package let expected: Int

  package init(kind: CollectiviteKind, declared: Int, expected: Int) {
    self.kind = kind
    self.declared = declared
    self.expected = expected
  }

  /// In tenths of a percent, rounded down; nil when none was expected.
  package var permille: Int? { expected > 0 ? declared * 1_000 / expected : nil }

  package static func name(of kind: CollectiviteKind) -> Localized {
    switch kind {
    case .region: Localized(fr: "Régions", en: "Régions")
    case .departement: Localized(fr: "Départements", en: "Départements")
    case .epci: Localized(fr: "Intercommunalités", en: "Groupings of communes")
    case .commune: Localized(fr: "Communes", en: "Communes")
    case .collectivite: Localized(fr: "Collectivités d’outre-mer", en: "Overseas collectivities")
    }
  }

  /// One for each kind of which something is expected or declared.
  package static func of(_ totals: YearTotals, expected: [CollectiviteKind: Int]) -> [Participation] {
    CollectiviteKind.allCases.compactMap { kind in
      let participation = Participation(
        kind: kind, declared: totals.declarants[kind] ?? 0, expected: expected[kind] ?? 0)
      return participation.declared + participation.expected > 0 ? participation : nil
    }
  }
}
