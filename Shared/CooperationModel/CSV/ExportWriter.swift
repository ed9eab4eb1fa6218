/// Writes entities as rows of the tables that ``ImportReader`` reads.
public struct ExportWriter: Sendable {
  private let kind: ImportKind
  private let writer: CSVWriter
  private let columns: [ImportColumn]

  public init(_ kind: ImportKind, writer: CSVWriter = CSVWriter()) {
    self.kind = kind
    self.writer = writer
    columns = kind.columns.filter { $0.name != "reference" && $0.name != "contactReference" }
  }

  /// The first row.
  public var header: String { writer.row(columns.map { .text($0.name) }) }

  public func row(_ request: PartnershipRequest) throws -> String { try row(encoding: request) }
  public func row(_ profile: Profile) throws -> String { try row(encoding: profile) }
  public func row(_ contact: Contact) throws -> String { try row(encoding: contact) }
  public func row(_ cooperation: Cooperation) throws -> String { try row(encoding: cooperation) }

  private func row(encoding entity: some Encodable) throws -> String {
    writer.row(ImportCells.cells(try JSONValue(encoding: entity), columns))
  }
}
