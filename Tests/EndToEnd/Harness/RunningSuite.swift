import CooperationModel
import EmbeddedBus
import Foundation
import KafkaBus
import OutsideWorld
import ServiceKit
import TopicBus

/// What a suite finds there, beside a folder of its own.
struct Place: Sendable {
  /// The cluster to work on; nil: a file.
  var brokers: String?
  /// What librdkafka is told there, by the services.
  var kafkaSettings: [String: String] = [:]
  /// The size of a disk for the data folder alone; nil: it lies where everything lies.
  var megabytes: Int?
  /// Takes the mail; nil: a Maildir.
  var mailServer: MailServer?
  /// A data folder with a log that was restored.
  var restored: String?
  /// A Maildir that was there before.
  var maildir: String?
}

/// The real executables at work in a folder of their own, on one embedded bus in it or on a cluster.
final class RunningSuite: Sendable {
  let folder: String
  /// Where the services keep their files.
  let data: String
  /// The data folder's own disk.
  let disk: SmallDisk?
  let bus: any TopicBus
  let mint: TokenMint
  let instances: [Instance]
  let maildir: Maildir

  /// Makes topics, settings, keys; starts the services; runs the body; ends everything, whatever happened.
  ///
  /// What was thrown comes with the ends of the services' logs.
  ///
  /// - Parameter later: how many more instances there are that the body starts.
  static func run<Result>(
    _ counts: [Service: Int], in place: Place = Place(), later: [Service: Int] = [:], awaitsReadiness: Bool = true,
    _ body: (RunningSuite) async throws -> Result
  ) async throws -> Result {
    let suite = try await RunningSuite(counts.merging(later, uniquingKeysWith: +), in: place)
    do {
      let first = Service.allCases.flatMap { suite.of($0).prefix(counts[$0] ?? 0) }
      for instance in first { try instance.start() }
      if awaitsReadiness { for instance in first { try await instance.ready() } }
      let result = try await body(suite)
      await suite.end()
      return result
    } catch {
      let logs = suite.instances.map {
        "== \($0.description) (\($0.process?.end.map { "\($0)" } ?? "alive"))\n\($0.tail)"
      }
      await suite.end()
      throw Failure(error: error, logs: logs.joined(separator: "\n"))
    }
  }

  struct Failure: Error, CustomStringConvertible {
    var error: any Error
    var logs: String
    var description: String { "\(error)\n\(logs)" }
  }

  private init(_ counts: [Service: Int], in place: Place) async throws {
    let base = ProcessInfo.processInfo.environment["END_TO_END_FOLDER"] ?? NSTemporaryDirectory()
    let folder = base + "/end-to-end-\(UUID().uuidString.prefix(8).lowercased())"
    let data = place.restored ?? folder + "/data"
    self.folder = folder
    self.data = data
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
    disk = try place.megabytes.map { try SmallDisk(megabytes: $0, at: data) }
    maildir = Maildir(path: place.maildir ?? data + "/maildir")
    let keys = KeyFolder(data + "/keys")
    try keys.make(issuer: "bourse", audience: "bourse-projets")
    mint = try TokenMint(issuer: "bourse", audience: "bourse-projets", keyFile: keys.privateKey)
    if let brokers = place.brokers {
      bus = try KafkaBus(KafkaSettings(brokers: brokers))
    } else {
      bus = try await EmbeddedBus(path: data + "/bourse.sqlite")
    }
    try await bus.create(Self.topics)
    var bus = place.brokers.map { ["--bus", "kafka://\($0)"] } ?? []
    if !place.kafkaSettings.isEmpty {
      let file = folder + "/kafka.settings"
      let lines = place.kafkaSettings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)\n" }
      try lines.joined().write(toFile: file, atomically: true, encoding: .utf8)
      bus += ["--kafka-settings", file]
    }
    let common = bus + ["--data", data, "--issuers", keys.issuers, "--follow-parent", "--limits-rate", "0"]
    func make(_ service: Service, _ options: [String] = [], nameOption: String? = nil) throws -> [Instance] {
      try (0..<(counts[service] ?? 0)).map {
        try Instance(service, "\($0 + 1)", options: common + options, nameOption: nameOption, folder: folder)
      }
    }
    let (ingestion, matcher) = (try make(.ingestion), try make(.matcher))
    var links: [String] = []
    if let first = ingestion.first { links += ["--ingestion-url", "http://127.0.0.1:\(first.port)"] }
    if let first = matcher.first { links += ["--matcher-url", "http://127.0.0.1:\(first.port)"] }
    let mail =
      place.mailServer.map { ["--smtp-server", "127.0.0.1:\($0.port)", "--smtp-security", "none"] }
      ?? ["--maildir", maildir.path]
    // A mail server is told a name for each life, so that it can be told who sent what.
    let nameOption = place.mailServer == nil ? nil : "--smtp-client-name"
    let notifications = try make(.notifications, links + mail, nameOption: nameOption)
    instances = try ingestion + matcher + notifications + make(.apd)
    guard place.restored == nil else { return }
    try await set(.scoring, ScoringSettings.standard)
    try await set(.sending, SendingSettings(isOpen: true, perHour: 10_000_000, perRecipientAndDay: 100_000))
    try await set(.log, LogSettings(id: UUID().uuidString.lowercased()))
  }

  private static let topics: [TopicDeclaration] = [
    Topics.partnershipRequests.declaration, Topics.profiles.declaration, Topics.contacts.declaration,
    Topics.cooperations.declaration, Topics.matches.declaration, Topics.leads.declaration,
    Topics.outboundMessages.declaration, Topics.declarations.declaration, Topics.settings.declaration,
    Topics.commandOutcomes.declaration, Topics.ingestionCommands.declaration, Topics.leadCommands.declaration,
    Topics.notificationCommands.declaration, Topics.apdCommands.declaration, DeadLetter.declaration,
  ]

  private func end() async {
    for instance in instances { instance.send(SIGKILL) }
    for instance in instances { _ = await instance.process?.ended(within: 10) }
    await bus.close()
    if ProcessInfo.processInfo.environment["END_TO_END_KEEP"] == nil {
      try? FileManager.default.removeItem(atPath: folder)
    }
  }

  // MARK: What tests do with it

  func of(_ service: Service) -> [Instance] { instances.filter { $0.service == service } }

  /// Runs the operator's command line on a data folder, by default the suite's.
  ///
  /// - Throws: ``Failure`` with what it said, when it does not end with 0.
  func bourse(_ arguments: String..., data: String? = nil) async throws {
    let log = folder + "/bourse.log"
    let process = try ChildProcess(
      ChildProcess.executable("bourse"), arguments + ["--data", data ?? self.data],
      environment: ChildProcess.environment,
      log: log)
    let end = await process.ended(within: 60)
    guard end == .exited(0) else {
      let said = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
      throw Failure(error: NoAnswer(description: "bourse \(arguments): \(String(describing: end))"), logs: said)
    }
  }

  /// Writes a setting as an operator would.
  func set(_ id: SettingID, version: Int = 1, _ value: some Encodable) async throws {
    let setting = Setting(id: id, version: version, value: try JSONValue(encoding: value))
    _ = try await bus.append([
      try Topics.settings.record(
        id, setting, partition: 0, time: SystemClock().now(), source: "test", cause: "test \(version)")
    ])
  }

  func token(
    _ role: Actor.Role, country: CountryCode? = nil, collectivite: CollectiviteID? = nil
  ) async throws -> String {
    let subject = [role.rawValue, country?.rawValue, collectivite?.rawValue].compactMap { $0 }.joined(separator: ":")
    return try await mint.bearer(
      TokenMint.Bearer(subject: subject, role: role, country: country, collectivite: collectivite),
      lifetime: .hours(24))
  }

  /// Calls the service's first instance, or another.
  func call(
    _ service: Service, _ method: String, _ path: String, as token: String? = nil, _ body: JSONValue? = nil,
    headers: [String: String] = [:], instance: Int = 0
  ) async throws -> Answer {
    var request = HTTPRequest(method: method, path: path, token: token, headers: headers)
    if let body {
      request.body = try JSON.encode(body)
      request.headers["Content-Type"] = "application/json"
    }
    return try await request.send(port: of(service)[instance].port)
  }
}

/// An identifier that a test writes out.
func id<ID: Identifier>(_ text: String, as type: ID.Type = ID.self) throws -> ID {
  guard let id = ID(rawValue: text) else { throw NoAnswer(description: "\(text) is not \(ID.form)") }
  return id
}
