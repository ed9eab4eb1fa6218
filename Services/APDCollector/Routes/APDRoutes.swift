import CooperationModel
import ServiceKit

/// The service's routes, and what they need.
package struct APDRoutes: Sendable {
  let front: Front<DeclarationFront>
  let gateway: CommandGateway<DeclarationFront>
  let reference: ReferenceData
  let templates: ExportTemplates

  package init(
    front: Front<DeclarationFront>, gateway: CommandGateway<DeclarationFront>, reference: ReferenceData,
    templates: ExportTemplates
  ) {
    self.front = front
    self.gateway = gateway
    self.reference = reference
    self.templates = templates
  }

  package var endpoints: [Route] {
    [
      submitDeclaration, checkDeclaration, listDeclarations, exportDeclarations, readDeclaration, readRevision,
      readReceipt, readTotals, gateway.route,
    ]
  }

  /// Reads the tables; 503 until they were read to the end once, so that no total is given of half of them.
  func read<Result: Sendable>(_ body: @Sendable (DeclarationFront) -> Result) async throws(Problem) -> Result {
    guard front.isCaughtUp else { throw .overloaded }
    return await front.read(body)
  }

  func declaration(_ id: DeclarationID) async throws(Problem) -> Declaration {
    guard let found = try await read({ $0.ledger[id] }) else { throw .notFound }
    return found
  }

  /// The authority and year of the path.
  func account(_ call: Call) throws(Problem) -> DeclarationLedger.Account {
    let id: CollectiviteID = try call.path("collectivite")
    let year: Int = try call.path("year")
    return DeclarationLedger.Account(id, year)
  }
}

extension Problem {
  init(_ fault: QueryFault) {
    self.init(
      400, "parameter", title: Localized(fr: "Un paramètre est incorrect", en: "A parameter is wrong"),
      violations: fault.violations)
  }
}
