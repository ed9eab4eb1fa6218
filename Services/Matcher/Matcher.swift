import BusChoice
import CooperationModel
import ServiceKit
import ServiceLifecycle
import ThemeClassifier

/// The Bourse-projets: ranks collectivités for requests, explains every pair, and shares out leads.
@main
struct Matcher: Microservice {
  static let name = "matcher"
  static let summary = Localized(
    fr:
      "Classe les collectivités pour chaque demande, explique pourquoi, et répartit les mises en relation. `matcher classify --help`\u{202F}: de quoi parle un texte.",
    en:
      "Ranks authorities for each request, explains why, and shares out leads. `matcher classify --help`: what a text is about."
  )

  static func command(_ name: String) -> (([String]) throws -> Void)? {
    guard name == "classify" else { return nil }
    return { arguments in try ClassifyCommand.run(arguments) }
  }

  static func assemble(_ setup: ServiceSetup) async throws -> [any Service] {
    let reference = try ReferenceData.load()
    let landscape = Landscape(reference, classifier: try ThemeClassifier.load(reference))
    let bus = try await setup.openBus()
    let front = Front(
      MatcherFrontState.topology, state: MatcherFrontState(landscape), bus: bus, clock: setup.clock,
      logger: setup.logger, absorb: { change, state in state.absorb(change) })
    let gateway = CommandGateway(bus: bus, front: front, topic: Topics.leadCommands, source: "matcher-front")
    let verifier = try await setup.verifier { token in await front.isRevoked(token) }
    return [
      FrontService(front, name: "tables", health: setup.health, lacks: \.lacksModel),
      WorkerService(RankingProcessor(), state: { RankingState(landscape) }, bus: bus, setup: setup),
      WorkerService(
        LeadAllocator(reference: reference), state: { AllocationState(landscape) }, bus: bus, setup: setup),
      setup.server(
        routes: front.guarding(
          MatchRoutes(gateway: gateway, reference: reference).endpoints + ScoringRoutes(gateway: gateway).endpoints
            + AnswerPage(gateway: gateway, reference: reference, verifier: verifier).endpoints + [gateway.route]),
        verifier: verifier),
    ]
  }
}
