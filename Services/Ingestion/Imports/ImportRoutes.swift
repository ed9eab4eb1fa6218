import CooperationModel
import ServiceKit

/// `/imports`: many entities at once, from a CSV file, and what became of its rows.
struct ImportRoutes: Sendable {
  /// Bytes of a file.
  static let limit = 200 << 20

  let gateway: CommandGateway<IngestionFrontState>
  let reference: ReferenceData
  let clock: any WallClock
  var pace = ImportPace()
  let ledger = ImportLedger()

  var endpoints: [Route] {
    [
      Route(
        .post, "/imports", "importFile",
        fr: """
          Importer un fichier CSV. Chaque ligne bonne est prise, chaque autre est nommée. Le même fichier, renvoyé après une \
          interruption ou une correction, reprend où il s’est arrêté\u{202F}: rien n’est fait deux fois.
          """,
        en: """
          Import a CSV file. Every good row is taken, every other is named. The same file, sent again after an interruption \
          or a correction, goes on where it stopped: nothing is done twice.
          """,
        access: .roles(.embassy, .collectivite, .prefecture, .ministry, .operator),
        parameters: [
          .query(
            "kind", .oneOf(ImportKind.self), required: true, fr: "Ce que le fichier contient", en: "What is in the file"
          )
        ], body: .stream(["text/csv"], limit: Self.limit),
        answers: [
          Route.Answer(
            200, fr: "Lu jusqu’au bout, chaque ligne est décidée", en: "Read to its end, every row is decided",
            ImportReport.schema, headers: ["Location"]),
          Route.Answer(
            202, fr: "Lu jusqu’au bout, des lignes restent à décider",
            en: "Read to its end, rows are still to be decided",
            ImportReport.schema, headers: ["Location"]),
        ], timeLimit: .seconds(3_600), handle: read),
      Route(
        .get, "/imports/{id}", "readImport", fr: "Ce qu’un import est devenu (24 heures)",
        en: "What became of an import (24 hours)",
        answers: [Route.Answer(200, fr: "L’import", en: "The import", ImportReport.schema)], handle: look),
    ]
  }

  private func read(_ call: Call) async throws -> Reply {
    let actor = try call.signedIn()
    let kind = try kind(call)
    guard kind.roles.contains(actor.role) else { throw Rejection.forbidden(actor) }
    let id = StableID.command(of: ["import", call.commandID(for: actor).rawValue, kind.rawValue])
    guard ledger.enter() else { throw Problem.tooManyImports }
    defer { ledger.leave() }
    var session = ImportSession(
      ImportCommands(kind: kind, actor: actor, import: id), gateway: gateway, reference: reference, clock: clock,
      pace: pace, ledger: ledger)
    let report = try await session.read(call.stream)
    return try .json(report.document(call.language), status: report.undecided == 0 ? 200 : 202)
      .with(.location, "/imports/\(id)").language(call.language)
  }

  private func kind(_ call: Call) throws(Problem) -> ImportKind {
    guard let kind = call.query("kind").flatMap(ImportKind.init) else {
      let kinds = ImportKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw .parameter("/query/kind", "Indiquez ?kind=, un de : \(kinds).", "Give ?kind=, one of: \(kinds).")
    }
    return kind
  }

  /// This front's own record where it has one, or else the outcomes of the last day.
  private func look(_ call: Call) async throws -> Reply {
    let id = try call.path("id", as: CommandID.self)
    let actor = try call.signedIn()
    if var entry = ledger[id] {
      guard entry.actor == actor else { throw Problem.notFound }
      let waiting = Array(entry.outstanding.keys)
      for outcome in await gateway.read({ state in waiting.compactMap { state.outcomes[$0] } }) {
        guard let sent = entry.outstanding.removeValue(forKey: outcome.command) else { continue }
        entry.report.tally.note(outcome, entry.report.kind, sent)
        entry.report.undecided = entry.report.undecided.map { $0 - sent.lines.count }
      }
      return try .json(entry.report.document(call.language)).language(call.language)
    }
    guard let fold = await gateway.read({ $0.imports[id] }) else { throw Problem.notFound }
    let report = ImportReport(
      id: id, kind: fold.kind, state: .remembered, rows: nil, undecided: nil, tally: fold.tally)
    return try .json(report.document(call.language)).language(call.language)
  }
}

extension ImportKind {
  /// Who may import such a file at all; each row is checked by whoever decides it.
  fileprivate var roles: [Actor.Role] {
    switch self {
    case .requests: [.embassy, .ministry, .operator]
    case .profiles: [.collectivite, .ministry, .operator]
    case .contacts: [.embassy, .collectivite, .prefecture, .ministry, .operator]
    case .cooperations: [.embassy, .collectivite, .ministry, .operator]
    }
  }
}
