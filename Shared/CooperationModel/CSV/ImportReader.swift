/// Reads an import as it arrives: from bytes to valid rows and rejected ones, in the order of the file.
///
/// ```swift
/// var reader = ImportReader(.contacts, with: reference, on: today)
/// for try await chunk in body { for item in try reader.feed(chunk) { … } }
/// for item in try reader.finish() { … }
/// ```
///
/// A row becomes the same JSON as the body of a request over HTTP, and is validated by the same drafts. A header that
/// does not fit is the one error that ends an import: it is thrown, and no row of the file has been given before it.
public struct ImportReader: Sendable {
  public enum Item: Equatable, Sendable {
    case row(ImportRow)
    case rejected(RejectedRow)
  }

  private let kind: ImportKind
  private let reference: ReferenceData
  private let today: Day
  private let contactID: @Sendable (String) -> ContactID?
  private var parser: CSVParser
  private var header: ImportHeader?

  /// - Parameters:
  ///   - today: The day of receipt, for deadlines.
  ///   - contactID: The contact that a row of a contacts import has made, by the row's reference.
  public init(
    _ kind: ImportKind, with reference: ReferenceData, on today: Day, limits: CSVParser.Limits = CSVParser.Limits(),
    contactID: @escaping @Sendable (String) -> ContactID? = { _ in nil }
  ) {
    self.kind = kind
    self.reference = reference
    self.today = today
    self.contactID = contactID
    parser = CSVParser(limits: limits)
  }

  /// Takes the next bytes and gives the rows that they complete.
  public mutating func feed(_ chunk: some Sequence<UInt8>) throws(Violation) -> [Item] {
    try items(parser.feed(chunk))
  }

  /// Tells that there is no more: gives what is left.
  public mutating func finish() throws(Violation) -> [Item] {
    let items = try items(parser.finish())
    guard header != nil else {
      throw Violation(
        "", "no-header", fr: "Le fichier est vide\u{202F}: sa première ligne nomme les colonnes.",
        en: "The file is empty: its first line names the columns.")
    }
    return items
  }

  private mutating func items(_ rows: [CSVRow]) throws(Violation) -> [Item] {
    var rest = rows[...]
    if header == nil, let first = rest.popFirst() { header = try ImportHeader(first, kind) }
    guard let header else { return [] }
    return rest.compactMap { item($0, header.columns) }
  }

  // MARK: One row

  /// Nil for a row of nothing but empty cells, which spreadsheets leave at the end.
  private func item(_ row: CSVRow, _ columns: [ImportColumn]) -> Item? {
    if let fault = row.fault {
      let column = fault.field < columns.count ? columns[fault.field].name : ""
      let error = RowError(line: row.line, column: column, code: fault.code.rawValue, message: fault.message)
      return .rejected(RejectedRow(line: row.line, reference: nil, errors: [error]))
    }
    if row.fields.allSatisfy(\.isEmpty) { return nil }
    guard row.fields.count == columns.count else { return .rejected(miscounted(row, columns)) }
    var errors: [RowError] = []
    let about = ImportCells.json(row.fields, columns, about: .row, &errors, line: row.line)
    let body = ImportCells.json(row.fields, columns, about: .entity, &errors, line: row.line)
    var reader = FieldReader(about)
    let reference = reader.optional("reference", .line(atMost: 200))
    let content = content(body, about: &reader, row, columns, &errors)
    let id = reader.optional("id", .line(atMost: 36))
    let version = reader.optional("version", .integer(1...1_000_000_000))
    if id != nil, version == nil, errors.isEmpty { reader.note(.missing("/version")) }
    errors += reader.violations.map { RowError($0, line: row.line, in: columns) }
    guard let content, errors.isEmpty else {
      return .rejected(RejectedRow(line: row.line, reference: reference, errors: inOrder(errors, columns)))
    }
    return .row(ImportRow(line: row.line, reference: reference, id: id, version: version, content: content))
  }

  private func content(
    _ body: JSONValue, about reader: inout FieldReader, _ row: CSVRow, _ columns: [ImportColumn],
    _ errors: inout [RowError]
  ) -> ImportRow.Content? {
    switch kind {
    case .requests:
      let status =
        reader.optional("status", .oneOf([PartnershipRequest.Status.draft, .submitted, .published])) ?? .draft
      let referred = contact(&reader)
      guard var draft = draft(RequestDraft.self, body, row, columns, &errors) else { return nil }
      if let referred { draft.contact = referred }
      if status != .draft {
        for violation in draft.violationsForPublishing(on: today) { reader.note(violation) }
      }
      return .request(draft, status: status)
    case .profiles:
      let collectivite = reader.required("collectivite", .collectivite(reference))
      guard let draft = draft(ProfileDraft.self, body, row, columns, &errors), let collectivite else { return nil }
      return .profile(collectivite, draft)
    case .contacts:
      let status = reader.optional("status", .oneOf([Contact.Status.pending, .confirmed])) ?? .pending
      return draft(ContactDraft.self, body, row, columns, &errors).map { .contact($0, status: status) }
    case .cooperations:
      return draft(CooperationDraft.self, body, row, columns, &errors).map { .cooperation($0) }
    }
  }

  /// The contact that a row of a contacts import has made.
  private func contact(_ reader: inout FieldReader) -> ContactID? {
    guard let name = reader.optional("contactReference", .line(atMost: 200)) else { return nil }
    guard let id = contactID(name) else {
      reader.note(
        .invalid(
          "/contactReference", "unknown-contact", name,
          fr: "importez d’abord la ligne de contact qui porte cette référence",
          en: "import the row of contacts with this reference first"))
      return nil
    }
    return id
  }

  private func draft<D: Draft>(
    _ type: D.Type, _ body: JSONValue, _ row: CSVRow, _ columns: [ImportColumn], _ errors: inout [RowError]
  ) -> D? {
    do {
      return try D.read(body, with: reference)
    } catch {
      errors += error.violations.map { RowError($0, line: row.line, in: columns) }
      return nil
    }
  }

  /// By column, as a reader of the file goes; within a column as they were found.
  private func inOrder(_ errors: [RowError], _ columns: [ImportColumn]) -> [RowError] {
    func place(_ error: RowError) -> Int { columns.firstIndex { $0.name == error.column } ?? -1 }
    return errors.enumerated().sorted { (place($0.element), $0.offset) < (place($1.element), $1.offset) }.map(\.element)
  }

  private func miscounted(_ row: CSVRow, _ columns: [ImportColumn]) -> RejectedRow {
    let (count, expected) = (row.fields.count, columns.count)
    let message = Localized(
      fr:
        "La ligne a \(count) champs et l’en-tête \(expected)\u{202F}: vérifiez les séparateurs, et les guillemets autour des textes qui en contiennent.",
      en:
        "The row has \(count) fields and the header \(expected): check the separators, and the quotes around texts that contain them."
    )
    return RejectedRow(
      line: row.line, reference: nil,
      errors: [RowError(line: row.line, column: "", code: "wrong-field-count", message: message)])
  }
}
