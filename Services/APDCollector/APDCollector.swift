import BusChoice
import CooperationModel
import ServiceKit
import ServiceLifecycle

/// Takes the yearly declarations of official development assistance, adds them up, and exports them.
@main
struct APDCollector: Microservice {
  static let name = "apd-collector"
  static let summary = Localized(
    fr: "Reçoit les déclarations d’aide publique au développement des collectivités, en fait les totaux et les exporte",
    en: "Takes the declarations of official development assistance, adds them up and exports them")

  static func assemble(_ setup: ServiceSetup) async throws -> [any Service] {
    let reference = try ReferenceData.load()
    let templates = try ExportTemplates.load(from: ExportTemplates.locate())
    let bus = try await setup.openBus()
    let front = Front(
      DeclarationFront.topology, state: DeclarationFront(reference: reference), bus: bus, clock: setup.clock,
      logger: setup.logger, absorb: DeclarationFront.absorb)
    let gateway = CommandGateway(bus: bus, front: front, topic: Topics.apdCommands, source: "apd-front")
    let routes = APDRoutes(front: front, gateway: gateway, reference: reference, templates: templates)
    return [
      FrontService(front, name: "tables", health: setup.health),
      WorkerService(
        DeclarationProcessor(reference: reference), state: { DeclarationState() }, bus: bus, setup: setup),
      setup.server(routes: routes.endpoints, verifier: try await setup.verifier()),
    ]
  }
}
