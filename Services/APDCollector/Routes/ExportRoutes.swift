import CooperationModel
import ServiceKit

extension APDRoutes {
  /// `GET /declarations/export`: declared lines as CSV or IATI, or the list of the revisions that a file is made of.
  ///
  /// Without `revisions`, what counts at `asOf`, by default now: the answer's file name and every row's revision say what
  /// it was made of, and naming those revisions makes it again.
  var exportDeclarations: Route {
    Route(
      .get, "/declarations/export", "exportDeclarations", fr: "Exporte les lignes déclarées en CSV ou IATI",
      en: "Exports declared lines as CSV or IATI", access: .everyone, parameters: APDSchemas.exportParameters,
      answers: [Route.Answer(200, fr: "Le fichier", en: "The file", .string(), type: "text/csv")]
    ) { call in
      let request: ExportRequest
      do throws(QueryFault) { request = try ExportRequest { call.query($0) } } catch { throw Problem(error) }
      let now = call.receivedAt
      let declarations = try await read { request.declarations(in: $0.ledger, now: now) }
      guard let declarations else { throw Problem.notFound }
      return try reply(to: request, declarations, in: call.language)
    }
  }

  private func reply(
    to request: ExportRequest, _ declarations: [Declaration], in language: Language
  ) throws(Problem) -> Reply {
    let table: ExportTemplate.Format
    switch request.format {
    case .iati where !request.isManifest:
      let xml = IATIExport(declarations, with: reference).xml
      return .bytes(xml.utf8, type: "application/xml; charset=utf-8")
    case .iati: table = .declarations
    case .table(let format): table = format
    }
    guard let template = templates.template(table, year: request.templateYear) else { throw .notFound }
    let export = DeclarationExport(declarations, by: template, in: language, with: reference)
    guard !request.isManifest else { return .bytes(export.manifest.utf8, type: "text/plain; charset=utf-8") }
    return Reply.bytes(export.csv.utf8, type: "text/csv; charset=utf-8; header=present")
      .with(.contentDisposition, "attachment; filename=\"\(export.fileName)\"")
  }
}
