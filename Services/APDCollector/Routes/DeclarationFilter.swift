import CooperationModel

/// Which declarations are asked for: `GET /declarations`.
package struct DeclarationFilter: Equatable, Sendable {
  package var year: Int?
  /// Today's authority.
  package var collectivite: CollectiviteID?
  /// The INSEE code of the declarants' région.
  package var region: String?
  /// A DAC code; declarations with a line for it.
  package var recipient: String?
  package var category: DeclarationLine.Category?
  /// Those that count, or all revisions.
  package var isCurrentOnly = true

  /// Reads the parameters `year`, `collectivite`, `region`, `recipient`, `country`, `category` and `revisions`.
  package init(_ value: @escaping (String) -> String?, with reference: ReferenceData) throws(QueryFault) {
    var reader = QueryReader(value)
    year = reader.year()
    collectivite = reader.optional(
      "collectivite", fr: "Une collectivité qui existe, comme commune:35051.",
      en: "An authority that exists, as in commune:35051."
    ) { text in
      CollectiviteID(text).flatMap { reference.registry.current(of: $0) }
    }
    region = reader.optional(
      "region", fr: "Le code INSEE d’une région, comme 53.", en: "A région's INSEE code, as in 53."
    ) { text in
      CollectiviteID("region:\(text)").flatMap { reference.registry.contains($0) ? text : nil }
    }
    recipient = reader.optional(
      "recipient", fr: "Un code de bénéficiaire du CAD, comme 269.", en: "A DAC recipient code, as in 269."
    ) { reference.dac.recipients.contains($0) ? $0 : nil }
    let country = reader.optional(
      "country", fr: "Le code ISO d’un pays bénéficiaire, comme SN.", en: "A recipient country's ISO code, as in SN."
    ) { text in
      CountryCode(text).flatMap { reference.dac.recipients.of($0)?.code }
    }
    recipient = recipient ?? country
    category = reader.optional(
      "category", fr: "Une catégorie\u{202F}: \(Self.categories).", en: "A category: \(Self.categories)."
    ) { DeclarationLine.Category(rawValue: $0) }
    let revisions = reader.optional(
      "revisions", fr: "current (celles qui comptent) ou all (toutes).", en: "current (those that count) or all."
    ) { ["current", "all"].contains($0) ? $0 : nil }
    isCurrentOnly = revisions != "all"
    guard reader.violations.isEmpty else { throw QueryFault(violations: reader.violations) }
  }

  /// The declarations that match, by id.
  package func matching(_ ledger: DeclarationLedger, _ reference: ReferenceData) -> [Declaration] {
    let years = year.map { [$0] } ?? ledger.yearsOfAll
    let candidates = years.flatMap { isCurrentOnly ? ledger.current($0) : ledger.all($0) }
    return candidates.filter { includes($0, reference) }.sorted { $0.id < $1.id }
  }

  private func includes(_ declaration: Declaration, _ reference: ReferenceData) -> Bool {
    let declarant = declaration.id.collectivite
    if let collectivite, declarant != collectivite, reference.registry.current(of: declarant) != collectivite {
      return false
    }
    if let region, reference.authority(declarant)?.region.map({ $0.code == region }) != true { return false }
    guard recipient != nil || category != nil else { return true }
    return declaration.lines.contains { line in
      (recipient.map { $0 == line.recipient } ?? true) && (category.map { $0 == line.category } ?? true)
    }
  }

  private static let categories = DeclarationLine.Category.allCases.map(\.rawValue).joined(separator: ", ")
}
