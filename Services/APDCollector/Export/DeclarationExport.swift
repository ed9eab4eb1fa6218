import CooperationModel

/// A table of declared lines: exactly the revisions that it was made of, in a fixed order, always the same bytes.
///
/// A function of the revisions, the template, the language and the reference data; the time at which it is made is no
/// part of it. Every row names its revision, so whoever has the file can have it made again.
package struct DeclarationExport: Sendable {
  package let template: ExportTemplate
  package let language: Language
  /// By year and authority, then revision.
  package let declarations: [Declaration]
  private let reference: ReferenceData

  package init(
    _ declarations: [Declaration], by template: ExportTemplate, in language: Language, with reference: ReferenceData
  ) {
    self.template = template
    self.language = language
    self.reference = reference
    self.declarations = declarations.sorted { left, right in
      let (a, b) = (left.id, right.id)
      if a.year != b.year { return a.year < b.year }
      return a.collectivite != b.collectivite ? a.collectivite < b.collectivite : a.revision < b.revision
    }
  }

  /// The revisions it is made of, one a line: what must be named to make it again, those without lines too.
  package var manifest: String { declarations.map { "\($0.id)\n" }.joined() }

  /// What to save it as: the template, the years and how many revisions: `crs-2018-2025-41.csv`.
  package var fileName: String {
    let years = Set(declarations.map(\.id.year)).sorted()
    let span = years.first.map { first in years.last == first ? "-\(first)" : "-\(first)-\(years.last ?? first)" } ?? ""
    return "\(template.name)\(span)-\(declarations.count).csv"
  }

  /// The whole file.
  package var csv: String {
    var result = header
    for declaration in declarations { result += rows(of: declaration) }
    return result
  }

  /// The first row.
  package var header: String { CSVWriter().row(template.columns.map { .text($0.header[language]) }) }

  /// A declaration's rows, for those who write the file as it grows.
  package func rows(of declaration: Declaration) -> String {
    let writer = CSVWriter()
    let authority = reference.authority(declaration.id.collectivite)
    return declaration.lines.enumerated().map { index, line in
      let exported = ExportLine(
        declaration: declaration, index: index, line: line, authority: authority, reference: reference,
        language: language)
      return writer.row(
        template.columns.map { column in
          switch column.value {
          case .empty: .empty
          case .constant(let text): .text(text)
          case .field(let field): .text(exported.text(field))
          }
        })
    }.joined()
  }
}
