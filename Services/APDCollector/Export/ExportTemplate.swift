import CooperationModel

/// The columns of one export, in order, and what stands in each: read from a file, because a year's template is data.
package struct ExportTemplate: Equatable, Sendable {
  /// As its file: `crs-2018`.
  package let name: String
  package let format: Format
  /// The first year it holds for, until a later template of the format takes over.
  package let fromYear: Int
  package let columns: [Column]

  package enum Format: String, CaseIterable, Sendable {
    /// Our own columns, readable without a code book.
    case declarations
    /// The columns of CRS++, for the report to the OECD.
    case crs
  }

  package struct Column: Equatable, Sendable {
    package let header: Localized
    package let value: Value
  }

  package enum Value: Equatable, Sendable {
    case empty
    case constant(String)
    case field(ExportField)
  }

  /// Why a template cannot be used, by file and line.
  package struct Fault: Error, Equatable, CustomStringConvertible {
    package let file: String
    package let line: Int
    package let reason: String

    package var description: String { "export template \(file), line \(line): \(reason)" }
  }

  /// Reads a template's file.
  ///
  /// - Parameter file: its name, `<format>-<year>.csv`, which says what it is for.
  package init(file: String, csv: some Sequence<UInt8>) throws(Fault) {
    let stem = file.hasSuffix(".csv") ? String(file.dropLast(4)) : file
    let parts = stem.split(separator: "-")
    guard parts.count == 2, let format = Format(rawValue: String(parts[0])), let fromYear = Int(parts[1]) else {
      throw Fault(file: file, line: 0, reason: "name the file <format>-<year>.csv, as in crs-2018.csv")
    }
    var parser = CSVParser()
    let rows = parser.feed(csv) + parser.finish()
    guard rows.first?.fields == ["header", "header_fr", "value", "note"] else {
      throw Fault(file: file, line: 1, reason: "the first line must be header,header_fr,value,note")
    }
    var columns: [Column] = []
    for row in rows.dropFirst() {
      guard row.fault == nil, row.fields.count == 4, !row.fields[0].isEmpty else {
        throw Fault(file: file, line: row.line, reason: "write four fields: header, header_fr, value, note")
      }
      guard let value = Value(row.fields[2]) else {
        throw Fault(file: file, line: row.line, reason: "there is no field \"\(row.fields[2])\"")
      }
      columns.append(Column(header: Localized(fr: row.fields[1], en: row.fields[0]), value: value))
    }
    name = stem
    self.format = format
    self.fromYear = fromYear
    self.columns = columns
  }
}

extension ExportTemplate.Value {
  fileprivate init?(_ text: String) {
    if text.isEmpty {
      self = .empty
    } else if text.hasPrefix("=") {
      self = .constant(String(text.dropFirst()))
    } else {
      guard let field = ExportField(text) else { return nil }
      self = .field(field)
    }
  }
}

/// The templates that are there.
package struct ExportTemplates: Sendable {
  private let all: [ExportTemplate]

  package init(_ all: [ExportTemplate]) { self.all = all.sorted { $0.fromYear < $1.fromYear } }

  /// The newest template of the format that holds for the year; nil when the year is before all of them.
  package func template(_ format: ExportTemplate.Format, year: Int) -> ExportTemplate? {
    all.last { $0.format == format && $0.fromYear <= year }
  }
}
