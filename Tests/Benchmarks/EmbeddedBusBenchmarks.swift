import EmbeddedBus
import EmbeddedBusProbe
import Foundation
import Testing
import TopicBus

/// The embedded bus against plain SQLite, measured in turns in the same run. `Tests/Benchmarks/run EmbeddedBus`.
@Suite("EmbeddedBus", .serialized, .enabled(if: ProcessInfo.processInfo.environment["BENCHMARK"] == "1"))
struct EmbeddedBusBenchmarks {
  private let folder: String

  init() throws {
    let base = ProcessInfo.processInfo.environment["BENCHMARK_FOLDER"] ?? NSTemporaryDirectory()
    folder = base + "/bench-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  private func open() async throws -> EmbeddedBus {
    let bus = try await EmbeddedBus(path: folder + "/bourse.sqlite")
    try await bus.create(Probe.topics + [TopicDeclaration("profiles", partitions: 12, cleanup: .trimmed)])
    return bus
  }

  private func remove() { try? FileManager.default.removeItem(atPath: folder) }

  /// 900 bytes in all: a key, eight headers as every message has them, and a value.
  private static func record(_ topic: String = "in", _ partition: Int = 0, number: Int = 0) -> Outgoing {
    Outgoing(
      topic: topic, partition: partition, key: Array("commune:\(10_000 + number)".utf8), value: value, headers: headers,
      timestamp: 1_800_000_000_000)
  }

  private static let headers: Headers = [
    Header("ce_specversion", "1.0"), Header("ce_id", "0f2c6f9e-1b7a-8e53-9d6e-3f1f4a5b6c7d"),
    Header("ce_source", "ingestion"), Header("ce_type", "fr.bourse-projets.profile.changed.v1"),
    Header("ce_time", "2026-11-24T12:00:00.000Z"), Header("ce_subject", "commune:35051"),
    Header("content-type", "application/json"),
    Header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
  ]
  private static let packedHeaders = headers.flatMap {
    [UInt8(1)] + Array($0.name.utf8) + [UInt8(1)] + ($0.value ?? [])
  }
  private static let value = [UInt8](repeating: 0x61, count: 900 - packedHeaders.count - 13)

  @Test("single durable appends, one after the other")
  func singles() async throws {
    defer { remove() }
    let bus = try await open()
    let floor = try SQLiteFloor(path: folder + "/floor.sqlite")
    let record = Self.record()
    var (ours, theirs): ([Duration], [Duration]) = ([], [])
    for round in 0..<30 {
      for _ in 0..<100 {
        let duration = try await time { _ = try await bus.append([record]) }
        if round > 0 { ours.append(duration) }
      }
      let durations = try await floor.singles(
        100, key: record.key, value: Self.value, headers: Self.packedHeaders)
      if round > 0 { theirs += durations }
    }
    report("single append", Figures(ours), Figures(theirs))
    await bus.close()
  }

  @Test("batches of 1,000 records of 900 bytes")
  func batches() async throws {
    defer { remove() }
    let bus = try await open()
    let floor = try SQLiteFloor(path: folder + "/floor.sqlite")
    let records = (0..<1_000).map { Self.record("in", number: $0) }
    var (ours, theirs): ([Duration], [Duration]) = ([], [])
    for round in 0..<60 {
      let mine = try await time { _ = try await bus.append(records) }
      let other = try await time {
        try floor.append(1_000, key: records[0].key, value: Self.value, headers: Self.packedHeaders)
      }
      if round > 2 {
        ours.append(mine)
        theirs.append(other)
      }
    }
    report("batch of 1,000", Figures(ours), Figures(theirs))
    say("  %.0f records/s, plain SQLite %.0f", 57_000_000 / Figures(ours).total, 57_000_000 / Figures(theirs).total)
    await bus.close()
  }

  private func report(_ what: String, _ ours: Figures, _ theirs: Figures) {
    say("%@: %@", what, ours.description)
    say("  plain SQLite: %@", theirs.description)
    say(
      "  ratio of throughput %.2f (at least 0.5 asked), of p50 %.2f, of p99 %.2f", theirs.total / ours.total,
      theirs.quantile(0.5) / ours.quantile(0.5), theirs.quantile(0.99) / ours.quantile(0.99))
  }

  @Test("50 writers in one process")
  func fiftyTasks() async throws {
    defer { remove() }
    let bus = try await open()
    let end = ContinuousClock.now + .seconds(5)
    let counts = try await withThrowingTaskGroup(of: (Int, Duration).self) { group in
      for writer in 0..<50 {
        group.addTask {
          var (count, slowest) = (0, Duration.zero)
          while ContinuousClock.now < end {
            let duration = try await time { _ = try await bus.append([Self.record("in", writer % 2, number: writer)]) }
            slowest = max(slowest, duration)
            count += 1
          }
          return (count, slowest)
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    say(
      "50 writers, one process, 5 s: %d appends, slowest writer %d, fastest %d, longest wait %.1f ms",
      counts.reduce(0) { $0 + $1.0 }, counts.map(\.0).min() ?? 0, counts.map(\.0).max() ?? 0,
      (counts.map(\.1).max() ?? .zero) / .milliseconds(1))
    await bus.close()
  }

  @Test("50 writers, each a process of its own")
  func fiftyProcesses() async throws {
    defer { remove() }
    let bus = try await open()
    let probes = try (0..<50).map { try ProbeProcess("append", folder + "/bourse.sqlite", "\($0)", "5") }
    for probe in probes { _ = await probe.line("ready") }
    for probe in probes { probe.start() }
    var results: [(count: Int, wait: Double)] = []
    for probe in probes {
      let words = (await probe.line("result") ?? "").split(separator: " ")
      if words.count == 3 { results.append((Int(words[1]) ?? 0, Double(words[2]) ?? 0)) }
      await probe.end()
    }
    say(
      "50 writers, 50 processes, 5 s: %d appends, slowest writer %d, fastest %d, longest wait %.1f ms",
      results.reduce(0) { $0 + $1.count }, results.map(\.count).min() ?? 0, results.map(\.count).max() ?? 0,
      results.map(\.wait).max() ?? 0)
    #expect(results.count == 50)
    await bus.close()
  }

  @Test("from append in one process to another one that reads")
  func latency() async throws {
    defer { remove() }
    let bus = try await open()
    let count = 500
    let probe = try ProbeProcess("watch", folder + "/bourse.sqlite", "\(count)")
    _ = await probe.line("ready")
    for number in 1...count {
      let sent = Probe.record("in", 0, key: "k", value: "\(Probe.monotonicTime())")
      _ = try await bus.append([sent])
      _ = await probe.line("seen \(number)")
    }
    let delays = (await probe.line("delays") ?? "").split(separator: " ").compactMap { Double($0) }
    say("append to seen in another process: %@", Figures(microseconds: delays).description)
    await probe.end()
    await bus.close()
  }

  @Test("idle processes")
  func idle() async throws {
    defer { remove() }
    let bus = try await open()
    let probes = try (0..<6).map { try ProbeProcess("idle", folder + "/bourse.sqlite", "i\($0)") }
    for probe in probes { _ = await probe.line("ready") }
    try await Task.sleep(for: .seconds(3))
    let before = probes.reduce(0) { $0 + $1.processorTime }
    try await Task.sleep(for: .seconds(20))
    let used = probes.reduce(0) { $0 + $1.processorTime } - before
    say("6 idle processes together: %.2f %% of a core (at most 2 asked)", used / 20 * 100)
    for probe in probes {
      probe.send(SIGKILL)
      await probe.end()
    }
    await bus.close()
  }

  @Test("36,246 records of 900 bytes read back")
  func restore() async throws {
    defer { remove() }
    let bus = try await open()
    for start in stride(from: 0, to: 36_246, by: 1_000) {
      _ = try await bus.append(
        (start..<min(start + 1_000, 36_246)).map { Self.record("profiles", $0 % 12, number: $0) })
    }
    var found = 0
    let positions = Dictionary(uniqueKeysWithValues: (0..<12).map { (TopicPartition("profiles", $0), Int64(0)) })
    let duration = try await time {
      let reader = try await bus.reader(from: positions)
      while found < 36_246 { found += try await reader.next(limit: FetchLimit(), timeout: 1_000).records.count }
    }
    say("36,246 records read in %.0f ms", duration / .milliseconds(1))
    let compaction = try await time { try await bus.maintain(now: 1_800_000_000_000) }
    say("housekeeping over them, nothing to do: %.0f ms", compaction / .milliseconds(1))
    await bus.close()
  }
}
