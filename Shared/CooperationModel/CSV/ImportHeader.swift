/// The first row of an import: which field is which column.
struct ImportHeader: Sendable {
  let columns: [ImportColumn]

  /// Throws one violation that names all that is wrong with the header.
  init(_ row: CSVRow, _ kind: ImportKind) throws(Violation) {
    if let fault = row.fault {
      throw Violation(
        "", fault.code.rawValue, fr: "Ligne \(row.line), en-tête\u{202F}: \(fault.message.fr)",
        en: "Line \(row.line), header: \(fault.message.en)")
    }
    let known = kind.columns
    let names = row.fields.map(Self.trimmed)
    let unknown = names.filter { name in !known.contains { $0.name == name } }
    let missing = known.filter { $0.isRequired && !names.contains($0.name) }.map(\.name)
    let repeated = names.indices.filter { names[..<$0].contains(names[$0]) && !unknown.contains(names[$0]) }.map {
      names[$0]
    }
    guard unknown.isEmpty, missing.isEmpty, repeated.isEmpty else {
      throw Self.violation(kind, missing: missing, unknown: unknown, repeated: repeated)
    }
    columns = names.compactMap { name in known.first { $0.name == name } }
  }

  private static func trimmed(_ text: String) -> String {
    String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }

  private static func violation(
    _ kind: ImportKind, missing: [String], unknown: [String], repeated: [String]
  ) -> Violation {
    func sentence(_ names: [String], _ one: Localized, _ several: Localized, _ language: Language) -> String? {
      guard !names.isEmpty else { return nil }
      let list = names.prefix(20).map { quoted($0)[language] }.joined(separator: ", ") + (names.count > 20 ? ", …" : "")
      return (names.count == 1 ? one : several)[language] + (language == .french ? "\u{202F}: " : ": ") + list
    }
    func text(_ language: Language) -> String {
      [
        sentence(
          missing, Localized(fr: "colonne manquante", en: "missing column"),
          Localized(fr: "colonnes manquantes", en: "missing columns"), language),
        sentence(
          unknown, Localized(fr: "colonne inconnue", en: "unknown column"),
          Localized(fr: "colonnes inconnues", en: "unknown columns"), language),
        sentence(
          repeated, Localized(fr: "colonne répétée", en: "repeated column"),
          Localized(fr: "colonnes répétées", en: "repeated columns"), language),
      ].compactMap(\.self).joined(separator: language == .french ? "\u{202F}; " : "; ")
    }
    let all = kind.columns.map(\.name).joined(separator: ", ")
    return Violation(
      "", "wrong-header",
      fr:
        "L’en-tête ne convient pas, \(text(.french)). Les colonnes de «\u{202F}\(kind.rawValue)\u{202F}» sont \(all).",
      en: "The header is wrong, \(text(.english)). The columns of \"\(kind.rawValue)\" are \(all).")
  }
}
