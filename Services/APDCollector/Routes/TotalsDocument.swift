import CooperationModel

/// Which totals are asked for: `GET /totals`.
package struct TotalsRequest: Equatable, Sendable {
  /// Nil: the newest year that has any, or else last year.
  package var year: Int?
  /// In the order asked for; by default by category, recipient, sector and région.
  package var by: [YearTotals.Dimension]
  /// The most entries of each dimension.
  package var limit: Int
  /// Rank by what is left without refugee costs.
  package var ranksWithoutRefugees: Bool

  package static let maxLimit = 500

  /// Reads the parameters `year`, `by` (several joined by commas), `limit` and `rank`.
  package init(_ value: @escaping (String) -> String?) throws(QueryFault) {
    var reader = QueryReader(value)
    year = reader.year()
    let dimensions = YearTotals.Dimension.allCases.map(\.rawValue).joined(separator: ", ")
    by =
      reader.optional(
        "by", fr: "Une ou plusieurs de \(dimensions), séparées par des virgules.",
        en: "One or several of \(dimensions), separated by commas."
      ) { text in
        let parts = text.split(separator: ",").map { YearTotals.Dimension(rawValue: String($0)) }
        let known = parts.compactMap(\.self)
        return known.count == parts.count && Set(known).count == known.count ? known : nil
      } ?? [.category, .recipient, .sector, .region]
    limit =
      reader.optional("limit", fr: "Entre 1 et \(Self.maxLimit).", en: "Between 1 and \(Self.maxLimit).") { text in
        Int(text).flatMap { (1...Self.maxLimit).contains($0) ? $0 : nil }
      } ?? 50
    ranksWithoutRefugees =
      reader.optional("rank", fr: "total ou without-refugees.", en: "total or without-refugees.") { text in
        ["total": false, "without-refugees": true][text]
      } ?? false
    guard reader.violations.isEmpty else { throw QueryFault(violations: reader.violations) }
  }
}

/// A year's totals as they are shown over HTTP, beside those of the year before.
package struct TotalsDocument: Encodable, Equatable, Sendable {
  package let year: Int
  package let amounts: AmountsDocument
  package let previousYear: Change
  package let declarants: Int
  package let participation: [Share]
  package let by: [String: [Entry]]

  package struct Change: Encodable, Equatable, Sendable {
    package let total: Money
    package let withoutRefugees: Money
    /// In tenths of a percent; nil when there was nothing to compare with.
    package let totalPermille: Int?
    package let withoutRefugeesPermille: Int?

    init(from before: Amounts, to now: Amounts) {
      total = before.total
      withoutRefugees = before.withoutRefugees
      totalPermille = Comparison(before: before.total, now: now.total).permille
      withoutRefugeesPermille = Comparison(before: before.withoutRefugees, now: now.withoutRefugees).permille
    }
  }

  package struct Share: Encodable, Equatable, Sendable {
    package let kind: NamedCode
    package let declared: Int
    package let expected: Int
    package let permille: Int?
  }

  package struct Entry: Encodable, Equatable, Sendable {
    package let code: String
    package let name: String?
    package let amounts: AmountsDocument
    package let previousYear: Change
  }

  /// - Parameters:
  ///   - lastYear: shown where no year is asked for and there is none yet.
  ///   - expected: how many authorities of each kind could have declared.
  package init(
    _ request: TotalsRequest, _ ledger: DeclarationLedger, lastYear: Int, expected: [CollectiviteKind: Int],
    in language: Language, with reference: ReferenceData
  ) {
    let year = request.year ?? ledger.years.last ?? lastYear
    let totals = ledger.totals(year)
    let before = ledger.totals(year - 1)
    let names = CodeNames(language, reference)
    self.year = year
    amounts = AmountsDocument(totals.overall)
    previousYear = Change(from: before.overall, to: totals.overall)
    declarants = totals.declarantCount
    participation = Participation.of(totals, expected: expected).map { share in
      Share(
        kind: names.kind(share.kind.rawValue), declared: share.declared, expected: share.expected,
        permille: share.permille)
    }
    by = Dictionary(
      uniqueKeysWithValues: request.by.map { dimension in
        let ranked = totals.ranked(dimension, withRefugees: !request.ranksWithoutRefugees).prefix(request.limit)
        let entries = ranked.map { key, amounts in
          let named = names.name(of: dimension, key)
          let previous = before.by[dimension]?[key] ?? Amounts()
          return Entry(
            code: named.code, name: named.name, amounts: AmountsDocument(amounts),
            previousYear: Change(from: previous, to: amounts))
        }
        return (dimension.rawValue, entries)
      })
  }
}
