import ArgumentParser
import CooperationModel
import Foundation
import ServiceKit
import TopicBus

/// Follows a topic's records, one JSON document each: useful to understand what the services do.
struct TailCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "tail", abstract: "Prints a topic's records as they come, one line of JSON each.")
  @OptionGroup var suite: SuiteOptions
  @Argument(help: "The topic, with or without prefix and version.") var topic: String
  @Option(help: "latest, earliest, a time (2026-11-24T08:00:00Z) or how long ago (10m).") var from = "latest"
  @Option(help: "Of one key alone.") var key: String?
  @Flag(help: "Stop at the end instead of waiting for more.") var noFollow = false

  func run(at desk: Desk) async throws {
    let topic = try SuiteTopic.named(topic)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try await desk.withLog { bus in
      let partitions = (0..<topic.declaration.partitions).map { TopicPartition(topic.name, $0) }
      let ends = try await bus.ends(of: partitions)
      var positions = try await start(partitions, ends, bus, desk)
      let reader = try await bus.reader(from: positions)
      while !Task.isCancelled {
        if noFollow, ends.allSatisfy({ positions[$0.key] ?? 0 >= $0.value.high }) { break }
        let slice = try await reader.next(limit: FetchLimit(), timeout: noFollow ? 1_000 : 30_000)
        for record in slice.records where key == nil || record.keyText == key {
          let line = try encoder.encode(RecordReport(record))
          Console.standardOutput(String(decoding: line, as: UTF8.self) + "\n")
        }
        positions.merge(slice.positions) { $1 }
      }
      await reader.close()
    }
  }

  private func start(
    _ partitions: [TopicPartition], _ ends: [TopicPartition: PartitionEnds], _ bus: any TopicBus, _ desk: Desk
  ) async throws -> [TopicPartition: Int64] {
    switch from {
    case "latest": return ends.mapValues(\.high)
    case "earliest": return ends.mapValues(\.low)
    default:
      let time = Instant(from) ?? Instant.Span(configurationText: from).map { desk.now - $0 }
      guard let time else {
        throw Failure.usage("--from \(from): use latest, earliest, a time as in 2026-11-24T08:00:00Z, or 10m")
      }
      return try await bus.offsets(of: partitions, at: time.milliseconds)
    }
  }
}
