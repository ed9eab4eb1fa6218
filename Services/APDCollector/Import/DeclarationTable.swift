import CooperationModel

/// Declarations as a CSV table, a row a line: from its bytes to the bodies that HTTP takes.
///
/// A column is named as the member that it fills, a marker's with a point: `markers.gender`. Rows of one authority and
/// year make one declaration, wherever they stand; its lines keep the order of the rows. An empty cell is an absent
/// member. Spaces in amounts are not taken: what counts must be written as it is meant.
package struct DeclarationTable: Equatable, Sendable {
  package let declarations: [Entry]
  /// Rows that could not be read. The declarations they belong to are left out, so that none is half-done; all are, when
  /// a row does not even say to which it belongs.
  package let faults: [Fault]

  package struct Entry: Equatable, Sendable {
    package let collectivite: String
    package let year: String
    /// As sent over HTTP.
    package let body: JSONValue
    /// The line of the file that each line of the declaration stands on.
    package let lines: [Int]
  }

  package struct Fault: Equatable, Sendable {
    package let line: Int
    package let column: String
    package let message: Localized
  }

  package static let columns =
    [
      "collectivite", "year", "category", "country", "recipient", "channel", "purpose", "theme", "typeOfAid", "amount",
      "title", "description", "cooperation",
    ] + Marker.allCases.map { "markers.\($0.rawValue)" }
  package static let required = ["collectivite", "year", "category", "amount"]

  /// Reads the whole table.
  ///
  /// - Throws: what is wrong with the header, which ends the reading.
  package init(csv: some Sequence<UInt8>) throws(Violation) {
    var parser = CSVParser()
    let rows = parser.feed(csv) + parser.finish()
    let header = try Self.header(rows.first)
    var faults: [Fault] = []
    var order: [Key] = []
    var grouped: [Key: (members: [JSONValue], lines: [Int])] = [:]
    var spoiled: Set<Key> = []
    for row in rows.dropFirst() where row.fault != nil || !row.fields.allSatisfy(\.isEmpty) {
      var found: [Fault] = []
      let cells = Self.cells(row, header, &found)
      let key = Key(collectivite: cells["collectivite"] ?? "", year: cells["year"] ?? "")
      let line = Self.line(cells, at: row.line, &found)
      faults += found
      guard found.isEmpty else {
        spoiled.insert(key)
        continue
      }
      if grouped[key] == nil { order.append(key) }
      grouped[key, default: ([], [])].members.append(line)
      grouped[key]?.lines.append(row.line)
    }
    self.faults = faults
    let isUnclear = spoiled.contains { $0.collectivite.isEmpty || $0.year.isEmpty }
    declarations = (isUnclear ? [] : order.filter { !spoiled.contains($0) }).compactMap { key in
      grouped[key].map { group in
        Entry(
          collectivite: key.collectivite, year: key.year,
          body: .object([
            "collectivite": .string(key.collectivite),
            "year": Int64(key.year).map { .integer($0) } ?? .string(key.year),
            "lines": .array(group.members),
          ]), lines: group.lines)
      }
    }
  }

  private struct Key: Hashable {
    let collectivite: String
    let year: String
  }

  private static func header(_ row: CSVRow?) throws(Violation) -> [String] {
    guard let row, row.fault == nil else {
      throw Violation(
        "", "no-header", fr: "La première ligne doit nommer les colonnes\u{202F}: \(required.joined(separator: ", "))…",
        en: "The first line must name the columns: \(required.joined(separator: ", "))…")
    }
    if let unknown = row.fields.first(where: { !columns.contains($0) }) {
      throw Violation(
        "", "unknown-column",
        fr:
          "La colonne \"\(unknown.prefix(40))\" est inconnue\u{202F}: les colonnes sont \(columns.joined(separator: ", ")).",
        en: "The column \"\(unknown.prefix(40))\" is unknown: the columns are \(columns.joined(separator: ", ")).")
    }
    if Set(row.fields).count != row.fields.count {
      throw Violation(
        "", "duplicate-column", fr: "Une colonne y est deux fois\u{202F}: gardez-en une.",
        en: "A column is there twice: keep one.")
    }
    if let missing = required.first(where: { !row.fields.contains($0) }) {
      throw Violation(
        "", "missing-column", fr: "La colonne \"\(missing)\" manque\u{202F}: ajoutez-la.",
        en: "The column \"\(missing)\" is missing: add it.")
    }
    return row.fields
  }

  private static func cells(_ row: CSVRow, _ header: [String], _ faults: inout [Fault]) -> [String: String] {
    if let fault = row.fault {
      let column = fault.field < header.count ? header[fault.field] : ""
      faults.append(Fault(line: row.line, column: column, message: fault.message))
      return [:]
    }
    guard row.fields.count == header.count else {
      faults.append(
        Fault(
          line: row.line, column: "",
          message: Localized(
            fr:
              "\(row.fields.count) champs, alors que l’en-tête en a \(header.count)\u{202F}: vérifiez séparateurs et guillemets.",
            en: "\(row.fields.count) fields, while the header has \(header.count): check separators and quotes.")))
      return [:]
    }
    let filled = zip(header, row.fields).filter { !$0.1.isEmpty }
    return Dictionary(filled.map { ($0.0, CSVWriter.unguarded($0.1)) }, uniquingKeysWith: { first, _ in first })
  }

  /// A line's members.
  private static func line(_ cells: [String: String], at line: Int, _ faults: inout [Fault]) -> JSONValue {
    var members: [String: JSONValue] = [:]
    var markers: [String: JSONValue] = [:]
    for (name, text) in cells.sorted(by: { $0.key < $1.key }) where name != "collectivite" && name != "year" {
      guard name.hasPrefix("markers.") else {
        members[name] = .string(text)
        continue
      }
      guard let score = Int64(text) else {
        faults.append(
          Fault(
            line: line, column: name,
            message: Localized(
              fr: "Un marqueur est 0, 1 ou 2\u{202F}: corrigez-le.", en: "A marker is 0, 1 or 2: correct it.")))
        continue
      }
      markers[String(name.dropFirst(8))] = .integer(score)
    }
    if !markers.isEmpty { members["markers"] = .object(markers) }
    return .object(members)
  }
}
