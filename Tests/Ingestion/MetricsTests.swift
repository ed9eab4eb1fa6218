import CooperationModel
import EmbeddedBus
import Foundation
import Testing
import TopicBus

@testable import Ingestion
@testable import ServiceKit

@Suite("A worker's figures", .timeLimit(.minutes(1)))
struct MetricsTests {
  @Test("say what it did, how long it took, what waits, and what the data folder takes")
  func figures() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "metrics-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let setup = ServiceSetup(
      name: "ingestion", summary: Localized(fr: "", en: ""),
      configuration: try await ServiceConfiguration(
        CommonOptions.all, arguments: ["--data", folder.path, "--log-level", "critical"], environment: [:]))
    let bus = try await EmbeddedBus(path: setup.busFile())
    try await bus.create(
      IngestionDecider.topology.declarations + [Topics.settings.declaration, DeadLetter.declaration])
    let service = WorkerService(
      IngestionDecider(reference: try .shared()), state: { IngestionState() }, bus: bus, setup: setup)
    _ = setup.server(routes: [], verifier: nil)
    let count = 30
    _ = try await bus.append(try (0..<count).map { try Self.command($0) })

    let before = try Figures(await setup.metrics.answer())
    #expect(before["bourse_records_total", "processor=\"\(IngestionDecider.topology.name)\""] == 0)
    let running = Task { try await service.run() }
    var figures = before
    let label = "processor=\"\(IngestionDecider.topology.name)\""
    let topic = "\(label),topic=\"\(Topics.ingestionCommands.topic)\""
    // What waits is asked of the log a little before or after the worker's own figures are read.
    while figures["bourse_records_total", label] != Double(count) || figures["bourse_lag_records", topic] != 0 {
      try await Task.sleep(for: .milliseconds(20))
      figures = try Figures(await setup.metrics.answer())
    }
    #expect(figures["bourse_restored_ratio", label] == 1)
    #expect(try #require(figures["bourse_outputs_total", label]) >= Double(count))
    #expect(try #require(figures["bourse_data_folder_bytes", ""]) > 4_096)
    let commits = try #require(figures["bourse_commits_total", label])
    for name in ["bourse_commit_seconds", "bourse_batch_seconds"] {
      #expect(figures["\(name)_count", label] == commits && commits >= 1)
      #expect(figures["\(name)_bucket", "\(label),le=\"+Inf\""] == commits)
      #expect(try #require(figures["\(name)_sum", label]) > 0)
    }
    #expect(
      try #require(figures["bourse_batch_seconds_sum", label])
        >= #require(figures["bourse_commit_seconds_sum", label]))
    await service.worker.stop()
    try await running.value
    await bus.close()
  }

  private static func command(_ number: Int) throws -> Outgoing {
    let id = StableID.uuid(of: ["metrics", String(number)])
    return try Topics.ingestionCommands.record(
      Command(
        id: try #require(CommandID(rawValue: id)), kind: "contact.create", entity: id,
        partitionKey: "commune:35238", receivedAt: Instant(milliseconds: 1_790_000_000_000),
        payload: Command.Payload(
          actor: Actor(issuer: "i", subject: "m", role: .ministry), ifMatch: nil,
          digest: String(repeating: "0", count: 64),
          body: try Sample.body(Sample.contact))), source: "test")
  }

  /// Prometheus text, read: every line is a comment or a figure.
  private struct Figures {
    private var values: [String: Double] = [:]

    init(_ text: String) throws {
      for line in text.split(separator: "\n") where !line.hasPrefix("#") {
        let match = try #require(
          line.wholeMatch(of: /([a-z_]+)(?:\{(.*)\})? ([-+0-9.eE]+)/), "not a figure: \(line)")
        values["\(match.1){\(match.2 ?? "")}"] = Double(String(match.3)) ?? .nan
      }
    }

    subscript(name: String, labels: String) -> Double? { values["\(name){\(labels)}"] }
  }
}
