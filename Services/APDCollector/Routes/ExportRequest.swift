import CooperationModel

/// Which declarations are exported, and how: `GET /declarations/export`.
package struct ExportRequest: Equatable, Sendable {
  package enum Format: Equatable, Sendable {
    case table(ExportTemplate.Format)
    /// Activities of IATI 2.03, in XML.
    case iati

    init?(_ text: String) {
      if text == "iati" {
        self = .iati
      } else {
        guard let table = ExportTemplate.Format(rawValue: text) else { return nil }
        self = .table(table)
      }
    }
  }

  package enum Selection: Equatable, Sendable {
    /// Of that year what counted at a time; nil: now.
    case year(Int, asOf: Instant?)
    /// Exactly these.
    case revisions([DeclarationID])
  }

  package var selection: Selection
  package var format: Format
  /// The list of the revisions rather than the file.
  package var isManifest: Bool

  package static let maxRevisions = 1_000

  /// Reads the parameters `year`, `asOf`, `revisions`, `format` and `part`.
  package init(_ value: @escaping (String) -> String?) throws(QueryFault) {
    var reader = QueryReader(value)
    let revisions = reader.optional(
      "revisions",
      fr: "Des révisions séparées par des virgules, comme commune:35051/2025/1\u{202F}; \(Self.maxRevisions) au plus.",
      en: "Revisions separated by commas, as in commune:35051/2025/1; at most \(Self.maxRevisions)."
    ) { text in
      let parts = text.split(separator: ",")
      let ids = parts.compactMap { DeclarationID(String($0)) }
      return parts.count <= Self.maxRevisions && ids.count == parts.count ? ids : nil
    }
    let year = reader.year()
    let asOf = reader.optional(
      "asOf", fr: "Un instant, comme 2026-06-01T00:00:00Z.", en: "A time, as in 2026-06-01T00:00:00Z."
    ) { Instant($0) }
    format =
      reader.optional("format", fr: "declarations, crs ou iati.", en: "declarations, crs or iati.") { Format($0) }
      ?? .table(.declarations)
    isManifest =
      reader.optional("part", fr: "file ou manifest.", en: "file or manifest.") {
        ["file": false, "manifest": true][$0]
      } ?? false
    guard reader.violations.isEmpty else { throw QueryFault(violations: reader.violations) }
    if let revisions {
      selection = .revisions(revisions)
    } else if let year {
      selection = .year(year, asOf: asOf)
    } else {
      throw QueryFault(violations: [
        Violation("/query/year", "missing", fr: "Nommez une année, ou des révisions.", en: "Name a year, or revisions.")
      ])
    }
  }

  /// The year whose template holds: the newest.
  package var templateYear: Int {
    switch selection {
    case .year(let year, _): year
    case .revisions(let ids): ids.map(\.year).max() ?? 0
    }
  }

  /// The declarations; nil when one that was named is not there.
  package func declarations(in ledger: DeclarationLedger, now: Instant) -> [Declaration]? {
    switch selection {
    case .year(let year, let asOf): return ledger.asOf(asOf ?? now, year: year)
    case .revisions(let ids):
      let found = ids.compactMap { ledger[$0] }
      return found.count == ids.count ? found : nil
    }
  }
}
