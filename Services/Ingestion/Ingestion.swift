import BusChoice
import CooperationModel
import ServiceKit
import ServiceLifecycle
import ThemeClassifier

/// Takes in what embassies and collectivités say: requests, profiles, contacts, Atlas sheets.
@main
struct Ingestion: Microservice {
  static let name = "ingestion"
  static let summary = Localized(
    fr: "Reçoit les demandes de partenariat, les profils, les contacts et les fiches de l’Atlas.",
    en: "Takes in partnership requests, profiles, contacts and the Atlas's sheets.")

  static func assemble(_ setup: ServiceSetup) async throws -> [any Service] {
    let reference = try ReferenceData.load()
    let bus = try await setup.openBus()
    let front = Front(
      IngestionFrontState.topology, state: IngestionFrontState(), bus: bus, clock: setup.clock, logger: setup.logger,
      absorb: IngestionFrontState.absorb)
    let gateway = CommandGateway(bus: bus, front: front, topic: Topics.ingestionCommands, source: "ingestion-front")
    let verifier = try await setup.verifier { token in await front.isRevoked(token) }
    let routes = IngestionRoutes(
      front: front, gateway: gateway, reference: reference, classifier: try ThemeClassifier.load(reference),
      verifier: verifier, clock: setup.clock)
    return [
      FrontService(front, name: "tables", health: setup.health, lacks: \.lacksSettings),
      WorkerService(
        IngestionDecider(reference: reference), state: { IngestionState() }, bus: bus, setup: setup),
      setup.server(routes: routes.endpoints, verifier: verifier),
    ]
  }
}
