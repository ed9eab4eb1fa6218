import APDCollector
import CooperationModel
import Crypto
import Foundation
import HTTPTypes
import Logging
import Served
import ServiceKit
import SimulatedBus
import Testing
import TopicBus

/// The whole service on a bus in memory, in the middle of the campaign for 2025.
struct RunningService {
  let clock: ManualClock
  let mint: TokenMint
  let server: EdgeServer
  let bus = SimulatedBus()
  private let front: Front<DeclarationFront>
  private let worker: Worker<DeclarationProcessor>

  init() async throws {
    clock = ManualClock(try time("2026-05-02T10:00:00Z"))
    mint = TokenMint(issuer: "i", audience: "bourse", key: Curve25519.Signing.PrivateKey(), clock: clock)
    let reference = try ReferenceData.shared()
    let logger = Logger(label: "apd") { _ in SwiftLogNoOpLogHandler() }
    try await bus.create(
      DeclarationProcessor.topology.declarations + DeclarationFront.topology.declarations + [DeadLetter.declaration])
    front = Front(
      DeclarationFront.topology, state: DeclarationFront(reference: reference), bus: bus, clock: clock, logger: logger,
      absorb: DeclarationFront.absorb)
    worker = Worker(
      DeclarationProcessor(reference: reference), state: { DeclarationState() }, bus: bus, instance: "1", clock: clock,
      logger: logger)
    let routes = APDRoutes(
      front: front, gateway: CommandGateway(bus: bus, front: front, topic: Topics.apdCommands, source: "apd-front"),
      reference: reference, templates: try SampleCampaign.templates())
    var issuers = TrustedIssuers()
    try await issuers.add("i", audience: "bourse", jwks: mint.publicKeys)
    var settings = EdgeSettings()
    settings.rate = nil
    server = EdgeServer(
      title: "APD", summary: Localized(fr: "APD", en: "APD"), routes: routes.endpoints, settings: settings,
      verifier: TokenVerifier(issuers: issuers, clock: clock), clock: clock,
      health: Health(service: "apd-collector", instance: "1"), metrics: Metrics(), logger: logger)
  }

  /// Runs it while the body does something with it.
  func run(_ body: @Sendable (Client) async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await front.run() }
      group.addTask { await worker.run() }
      _ = await front.caughtUp()
      try await server.serve { client in
        try await body(Client(client: client, mint: mint))
      }
      await worker.stop()
      group.cancelAll()
    }
  }

  struct Client: Sendable {
    let client: ServedClient
    let mint: TokenMint

    struct Answer {
      let status: Int
      let headers: HTTPFields
      let text: String
      var json: JSONValue? { try? JSON.decode(JSONValue.self, from: Data(text.utf8)) }
      var codes: [String] {
        guard case .array(let violations)? = json?["violations"] else { return [] }
        return violations.map { "\($0["pointer"]?.string ?? "") \($0["code"]?.string ?? "")" }
      }
    }

    func get(_ target: String, language: String = "fr") async throws -> Answer {
      try await send(.get, target, [.acceptLanguage: language], nil)
    }

    /// Declares as an authority, or as the ministry.
    func declare(
      _ body: JSONValue, as collectivite: String? = "commune:35238", ifMatch: Int? = nil, key: String? = nil,
      to target: String = "/declarations"
    ) async throws -> Answer {
      let token = try await mint.bearer(
        TokenMint.Bearer(
          subject: "s", role: collectivite == nil ? .ministry : .collectivite, country: nil,
          collectivite: collectivite.flatMap { CollectiviteID($0) }, territory: nil, tokenID: "t"), lifetime: .hours(1))
      var headers: HTTPFields = [
        .authorization: "Bearer \(token)", .contentType: "application/json", .acceptLanguage: "fr",
      ]
      if let ifMatch { headers[.ifMatch] = "\"\(ifMatch)\"" }
      if let key, let name = HTTPField.Name("Idempotency-Key") { headers[name] = key }
      return try await send(.post, target, headers, String(decoding: JSON.encode(body), as: UTF8.self))
    }

    private func send(
      _ method: HTTPRequest.Method, _ target: String, _ headers: HTTPFields, _ body: String?
    ) async throws -> Answer {
      let answer = try await client.execute(
        uri: target, method: method, headers: headers, body: body.map { Data($0.utf8) })
      return Answer(status: answer.status.code, headers: answer.headers, text: answer.text)
    }
  }
}

@Suite("The service", .timeLimit(.minutes(1)))
struct ServiceTests {
  static let line = #"{"category":"one-percent","country":"NE","amount":"42500.00"}"#
  static let other = #"{"category":"refugees","amount":"1800.50"}"#

  @Test("a declaration is taken, corrected, read, added up, confirmed by a receipt and exported")
  func tour() async throws {
    try await RunningService().run { client in
      let first = try await client.declare(declaration(Self.line))
      #expect(first.status == 201)
      #expect(first.headers[.location] == "/declarations/commune:35238/2025" && first.headers[.eTag] == "\"1\"")
      #expect(first.json?["amounts"]?["total"]?.string == "42500.00")
      #expect(try await client.declare(declaration(Self.line)).status == 200)
      #expect(try await client.declare(declaration(Self.other)).status == 428)
      #expect(try await client.declare(declaration(Self.other), ifMatch: 7).status == 412)
      let second = try await client.declare(declaration(Self.line, Self.other), ifMatch: 1)
      #expect(second.status == 200 && second.headers[.eTag] == "\"2\"")

      let read = try await client.get("/declarations/commune:35238/2025")
      #expect(read.json?["revision"]?.integer == 2 && read.headers[.eTag] == "\"2\"")
      let old = try await client.get("/declarations/commune:35238/2025/1")
      #expect(old.json?["status"]?.string == "superseded")
      #expect(try await client.get("/declarations/commune:35238/2025/3").status == 404)
      #expect(
        try await client.get("/declarations?region=53").json?["items"].map { "\($0)" }?.contains("2025/2") == true)

      let totals = try await client.get("/totals?by=region&among=all")
      #expect(totals.json?["amounts"]?["total"]?.string == "44300.50")
      #expect(totals.json?["amounts"]?["withoutRefugees"]?.string == "42500.00")
      let wrong = try await client.get("/totals?by=nothing")
      #expect(wrong.status == 400 && wrong.codes == ["/query/by parameter"], "\(wrong.text)")

      let receipt = try await client.get("/declarations/commune:35238/2025/2/receipt?format=text")
      #expect(receipt.text.contains("44\u{202F}300,50\u{A0}€") && receipt.text.contains("remplace la révision 1"))
      let page = try await client.get("/declarations/commune:35238/2025/2/receipt", language: "en")
      #expect(
        page.headers[.contentType]?.hasPrefix("text/html") == true && page.text.contains("Receipt of declaration"))

      let now = try await client.get("/declarations/export?year=2025")
      let manifest = try await client.get("/declarations/export?year=2025&part=manifest").text
      #expect(manifest == "commune:35238/2025/2\n")
      #expect(try await client.get("/declarations/export?revisions=commune:35238/2025/2").text == now.text)
      #expect(try await client.get("/declarations/export?year=2025&format=crs").text.contains("commune:35238/2025/2/1"))
    }
  }

  @Test("what is wrong is answered by everything that is wrong, in French, and nothing is kept")
  func refusals() async throws {
    try await RunningService().run { client in
      let wrong = try await client.declare(
        declaration(#"{"category":"awareness","purpose":"14030","amount":"0"}"#, #"{"category":"none"}"#))
      #expect(wrong.status == 422)
      #expect(
        Set(wrong.codes) == [
          "/lines/0/purpose purpose-not-allowed", "/lines/0/amount not-positive", "/lines/1/category unknown-value",
          "/lines/1/amount missing",
        ])
      #expect(try await client.declare(declaration(Self.line), as: "commune:35051").status == 403)
      #expect(try await client.declare(declaration(Self.line, year: 2023)).codes == ["/year campaign-closed"])
      #expect(try await client.get("/declarations/commune:35238/2025").status == 404)
    }
  }

  @Test("the same key with the same body gets the first outcome again, with another body it is refused")
  func repeated() async throws {
    try await RunningService().run { client in
      #expect(try await client.declare(declaration(Self.line), key: "k1").status == 201)
      #expect(try await client.declare(declaration(Self.line), key: "k1").status == 201)
      let other = try await client.declare(declaration(Self.other), key: "k1")
      #expect(other.status == 422)
      #expect(
        try await client.get("/declarations?revisions=all").json?["items"].map { "\($0)" }?.contains("2025/2") == false)
    }
  }

  @Test("a check shows what would be declared, with remarks, and keeps nothing")
  func check() async throws {
    try await RunningService().run { client in
      let answer = try await client.declare(
        declaration(#"{"category":"one-percent","country":"NE","amount":"99000000.00"}"#), to: "/declarations/check")
      #expect(answer.status == 200)
      #expect(answer.json?["revision"]?.integer == 1)
      #expect(answer.text.contains("much-per-inhabitant") && answer.text.contains("14030"))
      #expect(try await client.get("/declarations/commune:35238/2025").status == 404)
    }
  }
}
