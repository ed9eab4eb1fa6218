import CooperationModel
import HTTPTypes
import Hummingbird
import Synchronization

/// Answers one route's requests: checks the role, reads the body within its limits, and holds the time.
struct RouteResponder: Sendable {
  let route: Route
  let settings: EdgeSettings

  func respond(to request: Request, _ context: EdgeContext) async throws -> Response {
    try route.access.check(context.actor)
    try checkContent(request.headers)
    let isRead = Mutex(false)
    let limit = route.timeLimit ?? settings.timeLimit
    do {
      return try await withTimeLimit(limit) {
        let call = try await call(request, context)
        isRead.withLock { $0 = true }
        return try await route.handle(call).response
      }
    } catch is TimeLimitReached {
      if isRead.withLock({ $0 }) { throw Problem.overloaded }
      throw Problem.requestTimeout
    }
  }

  /// Refuses by the head alone what the head shows to be wrong.
  private func checkContent(_ headers: HTTPFields) throws(Problem) {
    let (types, limit): ([String], Int)
    switch route.body {
    case .none: return
    case .json: (types, limit) = (["application/json"], settings.bodyLimit)
    case .form: (types, limit) = (["application/x-www-form-urlencoded"], settings.bodyLimit)
    case .stream(let accepted, let most): (types, limit) = (accepted, most)
    }
    if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit { throw .tooLarge(limit: limit) }
    guard let header = headers[.contentType] else { return }
    let type = header.prefix { $0 != ";" }.lowercased().trimmingCharacters(in: .whitespaces)
    let isJSON = types == ["application/json"] && type.hasPrefix("application/") && type.hasSuffix("+json")
    guard types.contains(type) || isJSON else { throw .unsupportedMediaType(types) }
  }

  private func call(_ request: Request, _ context: EdgeContext) async throws -> Call {
    var bytes: [UInt8] = []
    var streamed: BodyChunks?
    switch route.body {
    case .none: break
    case .json, .form: bytes = try await BodyChunks(request.body, limit: settings.bodyLimit).collected()
    case .stream(_, let limit): streamed = BodyChunks(request.body, limit: limit)
    }
    var parameters: [String: String] = [:]
    for name in route.pathParameters {
      parameters[name] = context.parameters.get(name)?.removingPercentEncoding
    }
    return Call(
      id: context.requestID, method: route.method, route: route.path, target: request.uri.path, actor: context.actor,
      language: context.language, trace: context.trace, receivedAt: context.receivedAt, headers: request.headers,
      bytes: bytes, parameters: parameters, fields: QueryFields(request.uri.query), streamed: streamed,
      idempotencyKey: context.idempotencyKey)
  }
}

struct TimeLimitReached: Error {}

/// Runs the work; when it takes longer, cancels it and throws ``TimeLimitReached`` once it has ended.
///
/// It waits for the work's end, for the work may hold the connection's only reader: work must heed cancellation.
func withTimeLimit<T: Sendable>(
  _ limit: Duration, _ work: @escaping @Sendable () async throws -> T
) async throws -> T {
  try await withThrowingTaskGroup(of: T?.self) { group in
    group.addTask { try await work() }
    group.addTask {
      try await Task.sleep(for: limit)
      return nil
    }
    defer { group.cancelAll() }
    guard let first = try await group.next(), let value = first else {
      group.cancelAll()
      while let other = await group.nextResult() {
        if case .success(let value?) = other { return value }
      }
      throw TimeLimitReached()
    }
    return value
  }
}
