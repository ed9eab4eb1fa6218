import CooperationModel
import ServiceKit

extension APDRoutes {
  /// `GET /declarations/export`: declared lines as CSV, or the list of the revisions that a file is made of.
  ///
  /// Without `revisions`, what counts at `asOf`, by default now: the answer's file name and every row's revision say what
  /// it was made of, and naming those revisions makes it again.
  var exportDeclarations: Route {
    Route(
      .get, "/declarations/export", "exportDeclarations", fr: "Exporte les lignes déclarées en CSV",
      en: "Exports declared lines as CSV", access: .everyone, parameters: APDSchemas.exportParameters,
      answers: [Route.Answer(200, fr: "Le fichier", en: "The file", .string(), type: "text/csv")]
    ) { call in
      let request: ExportRequest
      do throws(QueryFault) { request = try ExportRequest { call.query($0) } } catch { throw Problem(error) }
      let now = call.receivedAt
      let declarations = await gateway.read { request.declarations(in: $0.ledger, now: now) }
      guard let declarations, let template = templates.template(request.format, year: request.templateYear) else {
        throw Problem.notFound
      }
      let export = DeclarationExport(declarations, by: template, in: call.language, with: reference)
      guard !request.isManifest else { return .bytes(export.manifest.utf8, type: "text/plain; charset=utf-8") }
      return Reply.bytes(export.csv.utf8, type: "text/csv; charset=utf-8; header=present")
        .with(.contentDisposition, "attachment; filename=\"\(export.fileName)\"")
    }
  }
}
