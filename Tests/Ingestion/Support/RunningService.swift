import CooperationModel
import Crypto
import EmbeddedBus
import Foundation
import HTTPTypes
import Logging
import Served
import TopicBus

@testable import Ingestion
@testable import ServiceKit

/// The whole service on an embedded bus in a temporary file.
struct RunningService {
  let clock = ManualClock(Instant(milliseconds: 1_795_600_000_000))
  let mint: TokenMint
  let server: EdgeServer
  let bus: EmbeddedBus
  let front: Front<IngestionFrontState>
  let health = Health(service: "ingestion", instance: "1")
  private let folder: URL
  private let worker: Worker<IngestionDecider>

  /// - Parameter file: a log that is there already, to go on with.
  init(folder: URL? = nil) async throws {
    self.folder = folder ?? FileManager.default.temporaryDirectory.appending(path: "ingestion-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
    mint = TokenMint(issuer: "i", audience: "bourse", key: Curve25519.Signing.PrivateKey(), clock: clock)
    let logger = Logger(label: "ingestion") { _ in SwiftLogNoOpLogHandler() }
    bus = try await EmbeddedBus(path: self.folder.appending(path: "bourse.sqlite").path)
    try await bus.create(
      IngestionDecider.topology.declarations + [Topics.settings.declaration, DeadLetter.declaration])
    let reference = try ReferenceData.shared()
    let front = Front(
      IngestionFrontState.topology, state: IngestionFrontState(), bus: bus, clock: clock, logger: logger,
      absorb: IngestionFrontState.absorb)
    self.front = front
    worker = Worker(
      IngestionDecider(reference: reference), state: { IngestionState() }, bus: bus, instance: "1", clock: clock,
      logger: logger)
    var issuers = TrustedIssuers()
    try await issuers.add("i", audience: "bourse", jwks: mint.publicKeys)
    let verifier = TokenVerifier(issuers: issuers, clock: clock) { token in await front.isRevoked(token) }
    let routes = IngestionRoutes(
      front: front,
      gateway: CommandGateway(bus: bus, front: front, topic: Topics.ingestionCommands, source: "ingestion-front"),
      reference: reference, classifier: try .shared(), verifier: verifier, clock: clock)
    var settings = EdgeSettings()
    settings.rate = nil
    server = EdgeServer(
      title: "Ingestion", summary: Localized(fr: "Ingestion", en: "Ingestion"), routes: routes.endpoints,
      settings: settings, verifier: verifier, clock: clock, health: health, metrics: Metrics(), logger: logger)
  }

  /// Runs it while the body does something with it; then removes the file.
  ///
  /// - Parameter isDeciding: false leaves commands undecided.
  func run(
    isDeciding: Bool = true, keepsFile: Bool = false, _ body: @Sendable (Client) async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await front.run() }
      if isDeciding { group.addTask { await worker.run() } }
      _ = await front.caughtUp()
      try await server.serve { client in
        try await body(Client(client: client, mint: mint))
      }
      await worker.stop()
      group.cancelAll()
    }
    await bus.close()
    if !keepsFile { try? FileManager.default.removeItem(at: folder) }
  }

  /// Who calls.
  enum Caller {
    case embassy(String)
    case collectivite(String)
    case ministry
    case nobody
  }

  struct Answer {
    let status: Int
    let headers: HTTPFields
    let text: String
    var json: JSONValue? { try? JSON.decode(JSONValue.self, from: Data(text.utf8)) }
    var tag: String? { headers[.eTag] }
    /// `pointer code` of each violation.
    var codes: [String] {
      guard case .array(let violations)? = json?["violations"] else { return [] }
      return violations.map { "\($0["pointer"]?.string ?? "") \($0["code"]?.string ?? "")" }
    }
    func count(_ name: String) -> Int? { json?[name]?.integer.map(Int.init) }
    /// `line column code` of each of an import's problems.
    var problems: [String] {
      guard case .array(let problems)? = json?["problems"] else { return [] }
      return problems.map {
        "\($0["line"]?.integer ?? 0) \($0["column"]?.string ?? "") \($0["code"]?.string ?? "")"
      }
    }
  }

  struct Client: Sendable {
    let client: ServedClient
    let mint: TokenMint

    func token(_ caller: Caller, id: String = "t") async throws -> String? {
      let bearer: TokenMint.Bearer
      switch caller {
      case .embassy(let country):
        bearer = TokenMint.Bearer(subject: "e-\(country)", role: .embassy, country: CountryCode(country), tokenID: id)
      case .collectivite(let code):
        bearer = TokenMint.Bearer(
          subject: "c-\(code)", role: .collectivite, collectivite: CollectiviteID(code), tokenID: id)
      case .ministry: bearer = TokenMint.Bearer(subject: "m", role: .ministry, tokenID: id)
      case .nobody: return nil
      }
      return try await mint.bearer(bearer, lifetime: .hours(1))
    }

    func send(
      _ method: HTTPRequest.Method, _ target: String, _ body: String? = nil, as caller: Caller = .nobody,
      type: String = "application/json", ifMatch: String? = nil, key: String? = nil, language: String = "en",
      tokenID: String = "t"
    ) async throws -> Answer {
      try await send(
        method, target, body.map { Data($0.utf8) }, as: caller, type: type, ifMatch: ifMatch, key: key,
        language: language, tokenID: tokenID)
    }

    func send(
      _ method: HTTPRequest.Method, _ target: String, _ body: Data?, as caller: Caller, type: String,
      ifMatch: String? = nil, key: String? = nil, language: String = "en", tokenID: String = "t"
    ) async throws -> Answer {
      var headers: HTTPFields = [.acceptLanguage: language]
      if body != nil { headers[.contentType] = type }
      if let token = try await token(caller, id: tokenID) { headers[.authorization] = "Bearer \(token)" }
      if let ifMatch { headers[.ifMatch] = ifMatch }
      headers[.idempotencyKey] = key ?? UUID().uuidString
      // Not decided in time, on a machine that is busy: the same again, which is safe.
      for _ in 1...10 {
        let reply = try await client.execute(uri: target, method: method, headers: headers, body: body)
        let answer = Answer(status: reply.status.code, headers: reply.headers, text: reply.text)
        guard answer.status == 202, answer.headers[.location]?.hasPrefix("/commands/") == true else { return answer }
      }
      throw NotDecided()
    }

    struct NotDecided: Error {}

    func post(
      _ target: String, _ body: String = "{}", as caller: Caller, ifMatch: String? = nil, key: String? = nil
    ) async throws -> Answer {
      try await send(.post, target, body, as: caller, ifMatch: ifMatch, key: key)
    }

    func get(_ target: String, as caller: Caller = .nobody) async throws -> Answer {
      try await send(.get, target, as: caller)
    }

    func upload(
      _ kind: ImportKind, _ csv: some Sequence<UInt8>, as caller: Caller, key: String? = nil, language: String = "en"
    ) async throws -> Answer {
      try await send(
        .post, "/imports?kind=\(kind)", Data(csv), as: caller, type: "text/csv", key: key,
        language: language)
    }
  }
}
