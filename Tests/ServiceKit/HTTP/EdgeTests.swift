import CooperationModel
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Served
import Testing
import TopicBus

@testable import ServiceKit

/// A server with routes that show what the edge does, and a client for it.
struct EdgeFixture {
  let clock = ManualClock(Instant(milliseconds: 1_800_000_000_000))
  let health = Health(service: "sample", instance: "1")
  let metrics = Metrics()
  let mint: TokenMint
  var settings = EdgeSettings()

  init() {
    mint = TokenMint(issuer: "i", audience: "bourse", key: Curve25519.Signing.PrivateKey(), clock: clock)
    settings.rate = nil
  }

  struct Item: Codable {
    var name: String
    var count: Int
  }

  static let routes: [Route] = [
    Route(
      .post, "/items", "createItem", fr: "Crée", en: "Creates", access: .roles(.embassy, .ministry),
      body: .json(.object(required: ["name": .string(), "count": .integer()]).named("Item")),
      answers: [Route.Answer(201, fr: "Créé", en: "Created", headers: ["Location", "ETag"])]
    ) { call in
      let item: Item = try call.decode()
      let command = try call.command("item.create", entity: \.rawValue, body: .object(["name": .string(item.name)]))
      return try .created(at: "/items/\(command.entity)", version: 1, ["digest": command.payload.digest])
    },
    Route(
      .get, "/items/{id}", "readItem", fr: "Lit", en: "Reads", access: .everyone,
      answers: [Route.Answer(200, fr: "Voici", en: "Here", headers: ["ETag"])]
    ) { call in
      let id: CollectiviteID = try call.path("id")
      return try .json(["id": id.rawValue], version: 3)
    },
    Route(
      .patch, "/items/{id}", "changeItem", fr: "Change", en: "Changes", body: .json(.any),
      answers: [Route.Answer(200, fr: "Voilà", en: "Done")]
    ) { call in try .json(["version": call.requiredVersion()]) },
    Route(
      .get, "/items", "listItems", fr: "Liste", en: "Lists", access: .everyone,
      answers: [Route.Answer(200, fr: "La liste", en: "The list")]
    ) { call in
      try .json(call.page().page(of: (0..<120).map { "k\(1_000 + $0)" }) { $0 })
    },
    Route(
      .post, "/imports", "import", fr: "Importe", en: "Imports", access: .everyone,
      body: .stream(["text/csv"], limit: 4 << 20), answers: [Route.Answer(200, fr: "Fait", en: "Done")]
    ) { call in
      var count = 0
      for try await chunk in call.stream { count += chunk.count }
      return try .json(["bytes": count])
    },
    Route(
      .post, "/forms", "sendForm", fr: "Formulaire", en: "Form", access: .everyone, body: .form(.any),
      answers: [Route.Answer(200, fr: "Fait", en: "Done")]
    ) { call in .bytes((call.form()["name"] ?? "").utf8, type: "text/plain; charset=utf-8") },
    Route(
      .get, "/errors/{kind}", "fail", fr: "Échoue", en: "Fails", access: .everyone,
      answers: [Route.Answer(204, fr: "Rien", en: "Nothing")]
    ) { call in
      switch try call.path("kind", as: String.self) {
      case "conflict": throw Rejection(.conflict, code: "state", fr: "Déjà close.", en: "Closed already.")
      case "stale": throw Rejection(.stale, code: "stale", fr: "…", en: "…")
      case "away": throw BusError.unavailable("no broker")
      case "secret": throw BusError.corrupt("/var/lib/secret.sqlite, page 12")
      case "slow": try await Task.sleep(for: .seconds(30))
      default: struct Unforeseen: Error { var password = "hunter2" }; throw Unforeseen()
      }
      return .noContent
    },
    Route(
      .get, "/export", "export", fr: "Exporte", en: "Exports", access: .everyone,
      answers: [Route.Answer(200, fr: "Le fichier", en: "The file", .string(), type: "text/csv")]
    ) { _ in
      .stream(type: "text/csv") { send in
        for index in 0..<3 { try await send(Array("row \(index)\n".utf8)) }
      }
    },
  ]

  func server() async throws -> EdgeServer {
    var issuers = TrustedIssuers()
    try await issuers.add("i", audience: "bourse", jwks: mint.publicKeys)
    return EdgeServer(
      title: "Sample", summary: Localized(fr: "Exemple", en: "Sample"), routes: Self.routes, settings: settings,
      verifier: TokenVerifier(issuers: issuers, clock: clock), clock: clock, health: health, metrics: metrics,
      logger: Logger(label: "sample") { _ in SwiftLogNoOpLogHandler() })
  }

  func token(_ role: Actor.Role = .embassy) async throws -> String {
    try await mint.bearer(
      TokenMint.Bearer(
        subject: "s", role: role, country: CountryCode("NE"), collectivite: CollectiviteID("commune:35051"),
        territory: "35", tokenID: "t"), lifetime: .hours(1))
  }

  struct Answer {
    var status: Int
    var headers: HTTPFields
    var text: String
    var json: JSONValue? { try? JSON.decode(JSONValue.self, from: Data(text.utf8)) }
  }

  /// Sends one request through the router.
  func send(
    _ method: HTTPRequest.Method, _ uri: String, _ headers: HTTPFields = [:], _ body: String? = nil
  ) async throws -> Answer {
    try await server().serve { client in
      let response = try await client.execute(
        uri: uri, method: method, headers: headers, body: body.map { Data($0.utf8) })
      return Answer(status: response.status.code, headers: response.headers, text: response.text)
    }
  }
}

@Suite("HTTP edge")
struct EdgeTests {
  let edge = EdgeFixture()

  @Test("an unknown route is a 404 in the client's language, with the request's id")
  func unknownRoute() async throws {
    let answer = try await edge.send(.get, "/nowhere", [.acceptLanguage: "en-GB, fr;q=0.5", .requestID: "abc-12345"])
    #expect(answer.status == 404)
    #expect(answer.headers[.contentType] == "application/problem+json")
    #expect(answer.headers[.contentLanguage] == "en")
    #expect(answer.headers[.requestID] == "abc-12345")
    #expect(answer.json?["instance"] == .string("urn:bourse-projets:request:abc-12345"))
    #expect(answer.json?["title"] == .string("There is nothing at this address"))
    let french = try await edge.send(.get, "/nowhere")
    #expect(french.json?["title"] == .string("Il n’y a rien à cette adresse"))
    #expect(french.json?["status"] == .integer(404))
  }

  @Test("another method is a 405 naming those there are")
  func methods() async throws {
    let answer = try await edge.send(.delete, "/items/commune:35051")
    #expect(answer.status == 405)
    #expect(answer.headers[.allow] == "GET, HEAD, PATCH, OPTIONS")
    let options = try await edge.send(.options, "/items")
    #expect(options.status == 204)
    #expect(options.headers[.allow]?.contains("POST") == true)
  }

  @Test("HEAD has GET's headers and no body")
  func head() async throws {
    let answer = try await edge.send(.head, "/items/commune:35051")
    #expect(answer.status == 200)
    #expect(answer.headers[.eTag] == "\"3\"")
    #expect(answer.text.isEmpty)
    let unknown = try await edge.send(.head, "/nowhere")
    #expect(unknown.status == 404)
    #expect(unknown.text.isEmpty)
  }

  @Test("an identifier in a path is decoded, and one of a wrong form is a 404")
  func pathIdentifiers() async throws {
    #expect(try await edge.send(.get, "/items/commune%3A35051").json?["id"] == .string("commune:35051"))
    #expect(try await edge.send(.get, "/items/ville:35051").status == 404)
  }

  @Test("a known tag is answered 304 without a body")
  func notModified() async throws {
    for tag in ["\"3\"", "\"1\", W/\"3\"", "*"] {
      let answer = try await edge.send(.get, "/items/commune:35051", [.ifNoneMatch: tag])
      #expect(answer.status == 304)
      #expect(answer.text.isEmpty)
    }
    #expect(try await edge.send(.get, "/items/commune:35051", [.ifNoneMatch: "\"2\""]).status == 200)
  }

  @Test("without a token 401, with another role 403, with the right one 201")
  func roles() async throws {
    let body = "{\"name\":\"a\",\"count\":1}"
    let none = try await edge.send(.post, "/items", [:], body)
    #expect(none.status == 401)
    #expect(none.headers[.wwwAuthenticate]?.hasPrefix("Bearer") == true)
    let bad = try await edge.send(.post, "/items", [.authorization: "Bearer a.b.c"], body)
    #expect(bad.status == 401)
    let other = try await edge.send(.post, "/items", [.authorization: "Bearer \(edge.token(.prefecture))"], body)
    #expect(other.status == 403)
    let right = try await edge.send(.post, "/items", [.authorization: "bearer \(edge.token())"], body)
    #expect(right.status == 201)
    #expect(right.headers[.eTag] == "\"1\"")
  }

  @Test("a bad token is refused also where none is needed")
  func badTokenOnPublicRoute() async throws {
    #expect(try await edge.send(.get, "/items", [.authorization: "Basic YTpi"]).status == 401)
  }

  @Test("the same key and caller make the same command, another body another digest")
  func idempotency() async throws {
    let token = try await edge.token()
    func create(_ key: String?, _ body: String) async throws -> EdgeFixture.Answer {
      var headers: HTTPFields = [.authorization: "Bearer \(token)"]
      headers[.idempotencyKey] = key
      return try await edge.send(.post, "/items", headers, body)
    }
    let first = try await create("k-1", "{\"name\":\"a\",\"count\":1}")
    let again = try await create("k-1", "{\"name\":\"a\",\"count\":1}")
    let other = try await create("k-1", "{\"name\":\"b\",\"count\":1}")
    let drawn = try await create(nil, "{\"name\":\"a\",\"count\":1}")
    #expect(first.headers[.location] == again.headers[.location])
    #expect(first.text == again.text)
    #expect(first.headers[.location] == other.headers[.location])
    #expect(first.text != other.text)
    #expect(drawn.headers[.location] != first.headers[.location])
    #expect(drawn.headers[.idempotencyKey] != nil)
    #expect(try await create("with space", "{}").status == 400)
    #expect(try await create(String(repeating: "k", count: 256), "{}").status == 400)
  }

  @Test("JSON that cannot be read is a 400 with line and column")
  func malformedJSON() async throws {
    let headers: HTTPFields = [.authorization: "Bearer \(try await edge.token())", .acceptLanguage: "en"]
    let answer = try await edge.send(.post, "/items", headers, "{\"name\": \"a\",\n  \"count\": }")
    #expect(answer.status == 400)
    #expect(answer.json?["detail"]?.string?.contains("Line 2, column 12") == true)
  }

  @Test(
    "a member that is missing or of another type is a 422 with its pointer",
    arguments: [
      ("{\"count\":1}", "/name", "missing"), ("{\"name\":\"a\",\"count\":\"1\"}", "/count", "type"), ("[]", "", "type"),
    ])
  func wrongMembers(body: String, pointer: String, code: String) async throws {
    let headers: HTTPFields = [.authorization: "Bearer \(try await edge.token())"]
    let answer = try await edge.send(.post, "/items", headers, body)
    #expect(answer.status == 422)
    guard case .array(let violations) = answer.json?["violations"] else {
      Issue.record("no violations in \(answer.text)")
      return
    }
    #expect(violations.first?["pointer"] == .string(pointer))
    #expect(violations.first?["code"] == .string(code))
  }

  @Test("another media type is a 415")
  func mediaTypes() async throws {
    let token = try await edge.token()
    let headers: HTTPFields = [.authorization: "Bearer \(token)", .contentType: "text/plain"]
    #expect(try await edge.send(.post, "/items", headers, "{}").status == 415)
    let patch: HTTPFields = [
      .authorization: "Bearer \(token)", .contentType: "application/merge-patch+json", .ifMatch: "\"3\"",
    ]
    #expect(try await edge.send(.patch, "/items/x", patch, "{}").status == 200)
  }

  @Test("a body over the limit is a 413, streamed routes have their own")
  func bodyLimits() async throws {
    let big = String(repeating: "x", count: 2 << 20)
    let headers: HTTPFields = [.authorization: "Bearer \(try await edge.token())"]
    let answer = try await edge.send(.post, "/items", headers, big)
    #expect(answer.status == 413)
    #expect(answer.headers[.connection] == "close")
    #expect(try await edge.send(.post, "/imports", [.contentType: "text/csv"], big).json?["bytes"] == .integer(2 << 20))
    #expect(try await edge.send(.post, "/imports", [.contentType: "text/csv"], big + big + "x").status == 413)
  }

  @Test("a change without If-Match is a 428, with another form a 400")
  func versions() async throws {
    var headers: HTTPFields = [.authorization: "Bearer \(try await edge.token())"]
    #expect(try await edge.send(.patch, "/items/x", headers, "{}").status == 428)
    for text in ["3", "W/\"3\"", "*", "\"3\", \"4\"", "\"-1\"", "\"03\"", "\"\""] {
      headers[.ifMatch] = text
      #expect(try await edge.send(.patch, "/items/x", headers, "{}").status == 400)
    }
    headers[.ifMatch] = "\"3\""
    #expect(try await edge.send(.patch, "/items/x", headers, "{}").json?["version"] == .integer(3))
  }

  @Test(
    "errors have their status, and say nothing of what is inside",
    arguments: [
      ("conflict", 409), ("stale", 412), ("away", 503), ("secret", 500), ("other", 500),
    ])
  func errors(kind: String, status: Int) async throws {
    let answer = try await edge.send(.get, "/errors/\(kind)")
    #expect(answer.status == status)
    #expect(!answer.text.contains("hunter2") && !answer.text.contains("sqlite") && !answer.text.contains("Unforeseen"))
    #expect((answer.headers[.retryAfter] != nil) == (status == 503))
  }

  @Test("a request that takes too long is answered 503 in time")
  func timeLimit() async throws {
    var edge = edge
    edge.settings.timeLimit = .milliseconds(100)
    let answer = try await edge.send(.get, "/errors/slow")
    #expect(answer.status == 503)
    #expect(answer.headers[.retryAfter] != nil)
  }

  @Test("pages follow each other to the end, and a foreign cursor is refused")
  func pages() async throws {
    var keys: [String] = []
    var uri = "/items?limit=50"
    while true {
      let answer = try await edge.send(.get, uri)
      guard case .array(let items) = answer.json?["items"] else { break }
      keys += items.compactMap(\.string)
      guard let next = answer.json?["next"]?.string else { break }
      uri = "/items?limit=50&after=\(next)"
    }
    #expect(keys == (0..<120).map { "k\(1_000 + $0)" })
    #expect(try await edge.send(.get, "/items?after=xyz").status == 400)
    #expect(try await edge.send(.get, "/items?limit=0").status == 400)
    #expect(try await edge.send(.get, "/items?limit=many").status == 400)
  }

  @Test("callers are held to their rate, each for itself, and health is not")
  func rates() async throws {
    var limited = edge
    limited.settings.rate = RateLimiter.Rate(perSecond: 1, burst: 3)
    let edge = limited
    let token = try await edge.token()
    let server = try await edge.server()
    try await server.serve { client in
      for expected in [200, 200, 200, 429] {
        let response = try await client.execute(uri: "/items", method: .get)
        #expect(response.status.code == expected)
        #expect((response.headers[.retryAfter] == "1") == (expected == 429))
      }
      let mine = try await client.execute(uri: "/items", method: .get, headers: [.authorization: "Bearer \(token)"])
      #expect(mine.status == .ok)
      #expect(try await client.execute(uri: "/health/live", method: .get).status == .ok)
      edge.clock.advance(by: .seconds(1))
      #expect(try await client.execute(uri: "/items", method: .get).status == .ok)
    }
  }

  @Test("whoever tries tokens is counted by address")
  func guessing() async throws {
    var limited = edge
    limited.settings.rate = RateLimiter.Rate(perSecond: 1, burst: 2)
    let edge = limited
    let server = try await edge.server()
    try await server.serve { client in
      for (token, expected) in [("a.b.c", 401), ("b.c.d", 401), ("c.d.e", 429)] {
        let response = try await client.execute(
          uri: "/items", method: .get, headers: [.authorization: "Bearer \(token)"])
        #expect(response.status.code == expected)
      }
      let honest = try await edge.token()
      let response = try await client.execute(
        uri: "/items", method: .get, headers: [.authorization: "Bearer \(honest)"])
      #expect(response.status == .ok)
    }
  }

  @Test("behind a proxy of ours, callers are told apart by the address that it saw")
  func proxies() async throws {
    var limited = edge
    limited.settings.rate = RateLimiter.Rate(perSecond: 1, burst: 1)
    limited.settings.trustedProxies = 1
    let server = try await limited.server()
    try await server.serve { client in
      for (forwarded, expected) in [("1.1.1.1", 200), ("2.2.2.2", 200), ("9.9.9.9, 1.1.1.1", 429)] {
        let response = try await client.execute(uri: "/items", method: .get, headers: [.forwardedFor: forwarded])
        #expect(response.status.code == expected)
      }
    }
  }

  @Test("a full service answers 503 at once, and its health still")
  func full() async throws {
    var edge = edge
    edge.settings.inFlight = 0
    #expect(try await edge.send(.get, "/items").status == 503)
    #expect(try await edge.send(.get, "/health/live").status == 200)
    #expect(try await edge.send(.get, "/metrics").status == 200)
  }

  @Test("readiness names what is missing")
  func readiness() async throws {
    edge.health.set("bus", true, "reachable")
    edge.health.set("tables", false, "restoring profiles: 120 of 36246")
    let answer = try await edge.send(.get, "/health/ready")
    #expect(answer.status == 503)
    #expect(answer.json?["ready"] == .bool(false))
    #expect(answer.json?["reasons"] == .array([.string("tables: restoring profiles: 120 of 36246")]))
    edge.health.set("tables", true, "restored")
    #expect(try await edge.send(.get, "/health/ready").status == 200)
  }

  @Test("a form's fields are read, and a page may run nothing")
  func forms() async throws {
    let headers: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
    let answer = try await edge.send(.post, "/forms", headers, "name=C%C3%B4te+d%27Or&x=1")
    #expect(answer.text == "Côte d'Or")
    #expect(answer.headers[.contentSecurityPolicy]?.contains("default-src 'none'") == true)
  }

  @Test("a streamed answer comes whole")
  func streamed() async throws {
    #expect(try await edge.send(.get, "/export").text == "row 0\nrow 1\nrow 2\n")
  }

  @Test("every answer has its security headers")
  func securityHeaders() async throws {
    for uri in ["/items", "/nowhere", "/health/live"] {
      let headers = try await edge.send(.get, uri).headers
      #expect(headers[.xContentTypeOptions] == "nosniff")
      #expect(headers[.contentSecurityPolicy] != nil)
      #expect(headers[.cacheControl] == "no-store")
    }
  }

  @Test("requests are counted by route, not by address")
  func counted() async throws {
    _ = try await edge.send(.get, "/items/commune:35051")
    _ = try await edge.send(.get, "/secret/path")
    let text = try await edge.send(.get, "/metrics").text
    #expect(text.contains("bourse_http_requests_total{method=\"GET\",route=\"/items/{id}\",status=\"200\"} 1\n"))
    #expect(text.contains("route=\"unknown\",status=\"404\"} 1\n"))
    #expect(!text.contains("secret"))
  }
}
