import CooperationModel
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging

/// A service's HTTP server, made of its routes.
package struct EdgeServer: Sendable {
  package var title: String
  package var summary: Localized
  package var routes: [Route]
  package var settings: EdgeSettings
  let verifier: TokenVerifier?
  let clock: any WallClock
  let metrics: Metrics
  let logger: Logger

  /// - Parameters:
  ///   - routes: the service's own; `/health/live`, `/health/ready`, `/metrics` and `/openapi.json` are added.
  ///   - verifier: nil where nobody signs in.
  package init(
    title: String, summary: Localized, routes: [Route], settings: EdgeSettings = EdgeSettings(),
    verifier: TokenVerifier?, clock: any WallClock = SystemClock(), health: Health, metrics: Metrics, logger: Logger
  ) {
    self.title = title
    self.summary = summary
    self.settings = settings
    self.verifier = verifier
    self.clock = clock
    self.metrics = metrics
    self.logger = logger
    self.routes = routes + health.routes + [metrics.route]
    assert(OpenAPI.faults(self.routes).isEmpty, OpenAPI.faults(self.routes).joined(separator: "; "))
    let document = OpenAPI.document(title: title, summary: summary, routes: self.routes)
    self.routes.append(OpenAPI.route(document))
  }

  /// The document that `/openapi.json` gives.
  package var document: JSONValue { OpenAPI.document(title: title, summary: summary, routes: routes) }

  /// The running server.
  ///
  /// - Parameter onListening: told the port once connections are accepted.
  package func application(
    host: String, port: Int, onListening: @escaping @Sendable (Int) async -> Void = { _ in }
  ) -> some ApplicationProtocol {
    let channel = HTTP1Channel.Configuration(
      additionalChannelHandlers: [
        ContinueHandler(), BackpressureHandler(every: .nanoseconds(settings.idleLimit.nanoseconds / 3)),
      ], idleTimeout: .nanoseconds(settings.idleLimit.nanoseconds),
      httpDecoderConfiguration: .init(
        maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100))
    // What the framework tells is told here already.
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .warning)
    return Application(
      responder: responder, server: .http1(configuration: channel),
      configuration: ApplicationConfiguration(
        address: .hostname(host, port: port), serverName: nil, backlog: 512,
        availableConnectionsDelegate: .maximum(settings.connections, logger: quiet)),
      onServerRunning: { channel in await onListening(channel.localAddress?.port ?? port) }, logger: quiet)
  }

  var responder: EdgeResponder {
    let router = Router(context: EdgeContext.self, options: .autoGenerateHeadEndpoints)
    router.add(middleware: NoPlainErrors())
    var methods: [String: [Route.Method]] = [:]
    for route in routes {
      let responder = RouteResponder(route: route, settings: settings)
      router.on(RouterPath(route.path), method: route.method.http) { request, context in
        try await responder.respond(to: request, context)
      }
      methods[route.path, default: []].append(route.method)
    }
    for (path, there) in methods.sorted(by: { $0.key < $1.key }) {
      let allow =
        (there.contains(.get) ? ["GET", "HEAD"] : []) + there.filter { $0 != .get }.map(\.rawValue) + ["OPTIONS"]
      router.on(RouterPath(path), method: .options) { _, _ in
        Response(status: .noContent, headers: [.allow: allow.joined(separator: ", ")])
      }
      var others = Route.Method.allCases.filter { !there.contains($0) }.map(\.http)
      if !there.contains(.get) { others.append(.head) }
      for method in others {
        router.on(RouterPath(path), method: method) { _, _ -> Response in throw Problem.methodNotAllowed(allow) }
      }
    }
    return EdgeResponder(
      routes: router.buildResponder(), verifier: verifier, settings: settings, clock: clock,
      limiter: settings.rate.map { RateLimiter($0, clock: clock) }, metrics: EdgeMetrics(metrics), logger: logger,
      vital: Set(routes.filter(\.isVital).map(\.path)))
  }
}

extension Route.Method {
  var http: HTTPRequest.Method {
    switch self {
    case .get: .get
    case .post: .post
    case .put: .put
    case .patch: .patch
    case .delete: .delete
    }
  }
}

extension Duration {
  var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}

/// Turns the framework's own errors into problems before it makes plain answers of them.
private struct NoPlainErrors: RouterMiddleware {
  typealias Context = EdgeContext

  func handle(
    _ request: Request, context: EdgeContext, next: (Request, EdgeContext) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch let error as HTTPError {
      throw error.status == .notFound
        ? Problem.notFound : error.status == .contentTooLarge ? Problem.tooLarge(limit: nil) : Problem.failed
    }
  }
}
