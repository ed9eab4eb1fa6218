import CooperationModel
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Synchronization
import TopicBus

/// Stands before the routes: lets a request in or not, knows who calls, and makes of whatever goes wrong a problem that
/// the client can read and, once, a line in the log.
struct EdgeResponder: HTTPResponder {
  let routes: RouterResponder<EdgeContext>
  let verifier: TokenVerifier?
  let settings: EdgeSettings
  let clock: any WallClock
  let limiter: RateLimiter?
  let metrics: EdgeMetrics
  let logger: Logger
  let inFlight = InFlight()
  /// Paths that are answered also when the service is full.
  let vital: Set<String>

  func respond(to request: Request, context: EdgeContext) async throws -> Response {
    let start = ContinuousClock.now
    var context = context
    context.requestID = EdgeContext.requestID(request.headers[.requestID])
    context.trace = TraceContext(traceparent: request.headers[.traceparent])
    context.language = Language(acceptLanguage: request.headers[.acceptLanguage])
    context.receivedAt = clock.now()
    context.logger = logger
    context.logger[metadataKey: "request"] = "\(context.requestID)"
    context.logger[metadataKey: "trace"] = "\(context.trace.trace)"

    var response: Response
    do {
      if vital.contains(request.uri.path) {
        response = try await routes.respond(to: request, context: context)
      } else {
        guard inFlight.enter(most: settings.inFlight) else { throw Problem.overloaded }
        defer { inFlight.leave() }
        metrics.inFlight.set(Double(inFlight.count))
        try await admit(request, &context)
        response = try await TraceContext.$current.withValue(context.trace) { [context] in
          try await routes.respond(to: request, context: context)
        }
      }
    } catch {
      response = answer(to: error, request, context)
    }
    finish(&response, request, context)
    let path = context.coreContext.endpointPath.value ?? "unknown"
    metrics.note(
      method: request.method.rawValue, route: path == "NotFound" ? "unknown" : path, status: response.status.code,
      took: ContinuousClock.now - start)
    return response
  }

  /// Who calls, and whether it may call now.
  private func admit(_ request: Request, _ context: inout EdgeContext) async throws {
    guard (request.head.path ?? "").utf8.count <= settings.targetLimit else { throw Problem.targetTooLong }
    context.idempotencyKey = try Self.idempotencyKey(request.headers)
    let address = "address \(Self.address(request, context, settings.trustedProxies))"
    guard let header = request.headers[.authorization] else { return try take(address) }
    let parts = header.split(separator: " ", maxSplits: 1)
    do {
      guard parts.count == 2, parts[0].lowercased() == "bearer", let verifier else {
        throw Problem.unauthorized(nil)
      }
      let actor = try await verifier.actor(of: parts[1].trimmingCharacters(in: .whitespaces))
      context.actor = actor
    } catch {
      // Whoever tries tokens is counted by address.
      try take(address)
      throw error
    }
    if let actor = context.actor { try take("subject \(actor.issuer) \(actor.subject)") }
  }

  private func take(_ caller: String) throws(Problem) {
    if let wait = limiter?.take(caller) { throw .tooMany(retryAfter: wait) }
  }

  /// The last address that a machine of ours has seen.
  private static func address(_ request: Request, _ context: EdgeContext, _ proxies: Int) -> String {
    let peer = context.peer ?? "unknown"
    guard proxies > 0 else { return peer }
    let forwarded = request.headers[values: .forwardedFor].flatMap { $0.split(separator: ",") }
    guard forwarded.count >= proxies else { return peer }
    return String(forwarded[forwarded.count - proxies].trimmingCharacters(in: .whitespaces).prefix(64))
  }

  /// The header's value, 1 to 255 visible characters; without it, one drawn.
  private static func idempotencyKey(_ headers: HTTPFields) throws(Problem) -> String {
    guard let key = headers[.idempotencyKey] else { return UUID().uuidString.lowercased() }
    guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw .parameter(
        "/header/Idempotency-Key", "De 1 à 255 caractères visibles, sans espace.",
        "1 to 255 visible characters, no space.")
    }
    return key
  }

  private func answer(to error: any Error, _ request: Request, _ context: EdgeContext) -> Response {
    var problem = Problem(error)
    if Self.hasMuchBody(request.headers) { problem.endsConnection = true }
    if problem.status >= 500 {
      let isOurs = problem == .failed
      context.logger.log(
        level: isOurs ? .error : .warning, "request failed",
        metadata: [
          "method": "\(request.method.rawValue)", "path": "\(request.uri.path)", "status": "\(problem.status)",
          "error": "\(error is Problem ? problem.code : String(describing: error))",
        ])
    } else {
      context.logger.debug(
        "request refused",
        metadata: [
          "method": "\(request.method.rawValue)", "path": "\(request.uri.path)", "status": "\(problem.status)",
          "problem": "\(problem.code)",
        ])
    }
    return Self.response(problem, context)
  }

  /// Whether reading what is left of the request, to get at the next one, could take long.
  private static func hasMuchBody(_ headers: HTTPFields) -> Bool {
    headers[.transferEncoding] != nil || headers[.contentLength].flatMap { Int($0) } ?? 0 > 256 << 10
  }

  static func response(_ problem: Problem, _ context: EdgeContext) -> Response {
    let document = ProblemDocument(problem, request: context.requestID, language: context.language)
    let body = (try? JSON.encode(document)) ?? Data()
    var headers: HTTPFields = [
      .contentType: "application/problem+json", .contentLanguage: context.language.rawValue,
      .vary: "Accept-Language",
    ]
    if let wait = problem.retryAfter { headers[.retryAfter] = String(wait) }
    if !problem.allow.isEmpty { headers[.allow] = problem.allow.joined(separator: ", ") }
    if problem.status == 401 { headers[.wwwAuthenticate] = "Bearer realm=\"bourse-projets\"" }
    if problem.endsConnection {
      headers[.connection] = "close"
      context.closeSoon()
    }
    return Response(
      status: HTTPResponse.Status(code: problem.status), headers: headers,
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: body + [0x0A])))
  }

  /// What every answer has.
  private func finish(_ response: inout Response, _ request: Request, _ context: EdgeContext) {
    response.headers[.requestID] = context.requestID
    response.headers[.xContentTypeOptions] = "nosniff"
    response.headers[.referrerPolicy] = "no-referrer"
    if response.headers[.contentSecurityPolicy] == nil {
      response.headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
    }
    if response.headers[.cacheControl] == nil {
      // A tag lets a client ask again cheaply; a shared cache never keeps what a token was needed for.
      response.headers[.cacheControl] = response.headers[.eTag] == nil ? "no-store" : "private, no-cache"
    }
    if [.post, .put, .patch, .delete].contains(request.method), !context.idempotencyKey.isEmpty {
      response.headers[.idempotencyKey] = context.idempotencyKey
    }
    if request.method == .get || request.method == .head, response.status == .ok, let tag = response.headers[.eTag],
      let known = request.headers[.ifNoneMatch], EntityTag.matches(known, tag)
    {
      response.status = .notModified
      response.body = ResponseBody()
      response.headers[.contentLength] = nil
      response.headers[.contentType] = nil
    }
    if request.method == .head { response = response.createHeadResponse() }
  }
}

/// How many requests are worked on.
final class InFlight: Sendable {
  private let number = Mutex(0)

  var count: Int { number.withLock { $0 } }

  /// - Returns: false when there are that many already.
  func enter(most: Int) -> Bool {
    number.withLock { number in
      guard number < most else { return false }
      number += 1
      return true
    }
  }

  func leave() { number.withLock { $0 -= 1 } }
}
