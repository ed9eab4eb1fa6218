import CooperationModel
import ServiceKit
import ThemeClassifier

/// All that the service answers over HTTP.
struct IngestionRoutes: Sendable {
  let front: Front<IngestionFrontState>
  let gateway: CommandGateway<IngestionFrontState>
  let reference: ReferenceData
  let classifier: ThemeClassifier
  let verifier: TokenVerifier
  let clock: any WallClock

  var endpoints: [Route] {
    front.guarding(
      RequestRoutes(gateway: gateway, reference: reference, classifier: classifier).endpoints
        + ProfileRoutes(gateway: gateway, reference: reference).endpoints
        + ContactRoutes(gateway: gateway, reference: reference).endpoints
        + CooperationRoutes(gateway: gateway, reference: reference).endpoints
        + ImportRoutes(gateway: gateway, reference: reference, clock: clock).endpoints
        + LinkRoutes(gateway: gateway, reference: reference, verifier: verifier).endpoints
        + RequestLinkRoutes(gateway: gateway, reference: reference, verifier: verifier).endpoints + [gateway.route])
  }
}
