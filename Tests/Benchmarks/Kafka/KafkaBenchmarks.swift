import Foundation
import KafkaBrokers
import KafkaBus
import Testing
import TopicBus

/// The bus on Kafka against plain librdkafka calls with the same settings, in turns in the same run:
/// `Tests/Benchmarks/run Kafka`.
///
/// On a `noida-db` of its own, or on what `KAFKA_BOOTSTRAP_SERVERS` names. `KAFKA_BENCHMARK_ROUNDS` says how often.
@Suite(
  "Kafka", .serialized,
  .enabled(if: ProcessInfo.processInfo.environment["BENCHMARK"] == "1" && TestCluster.isThere))
struct KafkaBenchmarks {
  private static let rounds = ProcessInfo.processInfo.environment["KAFKA_BENCHMARK_ROUNDS"].flatMap { Int($0) } ?? 7
  private static let partitions = 12
  /// What is on its way at the same time: as much as librdkafka's queue takes, so that both sides keep it full.
  private static let bytesAtOnce = 32 << 20

  /// - Parameter passedThrough: settings of librdkafka, for both sides.
  private func withBus(
    _ passedThrough: [String: String] = [:], _ body: (KafkaBus, KafkaSettings, _ on: String) async throws -> Void
  ) async throws {
    let cluster = try TestCluster()
    defer { cluster.end() }
    let settings = KafkaSettings(brokers: cluster.brokers, passedThrough: passedThrough)
    let bus = try KafkaBus(settings)
    try await body(bus, settings, cluster.name)
    await bus.close()
  }

  private func makeTopic(_ bus: KafkaBus, _ name: String) async throws -> String {
    let topic = "benchmark.\(name).\(UUID().uuidString.prefix(8).lowercased())"
    try await bus.create([TopicDeclaration(topic, partitions: Self.partitions, cleanup: .trimmed)])
    return topic
  }

  // MARK: - Producing and consuming

  @Test("produce and consume", arguments: [(100, 200_000), (900, 60_000), (10_000, 12_000)])
  func throughput(size: Int, most: Int) async throws {
    // A broker that is slow is no fault here.
    try await withBus(["message.timeout.ms": "60000"]) { bus, settings, cluster in
      // `noida-db` answers a fetch with all that is there: no more than librdkafka takes.
      let count = cluster == "noida-db" ? min(most, 15_000_000 / size) : most
      let topic = try await makeTopic(bus, "\(size)")
      let load = KafkaLoad(topic, size: size)
      var produced = Sides()
      for round in 0...Self.rounds {
        try await produced.turn(
          round,
          ours: { try await time { try await produce(count, load, bus) } },
          plain: {
            try await onThread {
              let producer = try PlainProducer(settings, topic: topic)
              defer { producer.destroy() }
              return try time { try producer.produce(count, of: load.records) }
            }
          })
      }
      produced.report("produce", count, size, on: cluster, asked: 0.85)
      // Of its own, and small: noida-db answers a fetch with all that is there, whatever limits it names; librdkafka takes
      // no answer of more than 100 MB, and what is paused meanwhile is all sent again.
      let read = try await makeTopic(bus, "\(size)-read")
      try await produce(count, KafkaLoad(read, size: size), bus)
      // librdkafka before 2.2 stops fetching for up to a second when it holds all it may; what may hold everything does not.
      var roomy = settings
      for name in ["queued.max.messages.kbytes", "queued.min.messages"] { roomy.passedThrough[name] = "1000000" }
      for (what, settings) in [("consume", settings), ("consume, plain calls that never stop fetching", roomy)] {
        var (consumed, seen) = (Sides(), [ReadBytes]())
        for round in 0...Self.rounds {
          try await consumed.turn(
            round,
            ours: { try await time { seen.append(try await consume(count, read, bus)) } },
            plain: {
              let (duration, found) = try await onThread { try readPlainly(count, read, settings) }
              seen.append(found)
              return duration
            })
        }
        #expect(seen.allSatisfy { $0 == seen[0] })
        consumed.report(what, count, size, on: cluster, asked: 0.85)
      }
    }
  }

  private nonisolated func readPlainly(
    _ count: Int, _ topic: String, _ settings: KafkaSettings
  ) throws -> (Duration, ReadBytes) {
    var found = ReadBytes()
    let duration = try time {
      let consumer = try PlainConsumer(settings)
      try consumer.assign(topic, partitions: Self.partitions)
      found = consumer.read(count)
      consumer.destroy()
    }
    return (duration, found)
  }

  private func produce(_ count: Int, _ load: KafkaLoad, _ bus: KafkaBus) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      var sent = 0
      var waiting = 0
      while sent < count {
        let start = sent % load.records.count
        let end = min(start + load.batch, load.records.count, start + count - sent)
        let batch = Array(load.records[start..<end])
        sent += batch.count
        group.addTask { _ = try await bus.append(batch) }
        waiting += 1
        if waiting == min(64, Self.bytesAtOnce / (load.batch * load.size)) {
          try await group.next()
          waiting -= 1
        }
      }
      try await group.waitForAll()
    }
  }

  private func consume(_ count: Int, _ topic: String, _ bus: KafkaBus) async throws -> ReadBytes {
    let positions = (0..<Self.partitions).map { (TopicPartition(topic, $0), Int64(0)) }
    let reader = try await bus.reader(from: Dictionary(uniqueKeysWithValues: positions))
    var read = ReadBytes()
    while read.records < count {
      let limit = FetchLimit(records: min(5_000, count - read.records))
      let records = try await reader.next(limit: limit, timeout: 1_000).records
      for index in records.indices { read.add(records[index]) }
    }
    await reader.close()
    return read
  }

  @Test("what a reader holds that nobody takes from")
  func backlog() async throws {
    try await withBus { bus, settings, cluster in
      let topic = try await makeTopic(bus, "backlog")
      try await produce(8_000, KafkaLoad(topic, size: 10_000), bus)
      ResidentMemory.beginAnew()
      let before = ResidentMemory.now
      let reader = try await bus.reader(
        from: Dictionary(uniqueKeysWithValues: (0..<Self.partitions).map { (TopicPartition(topic, $0), 0) }))
      _ = try await reader.next(limit: FetchLimit(records: 1), timeout: 5_000)
      try await Task.sleep(for: .seconds(5))
      say(
        "80 MB wait, one reader, %@: %.0f MB more in memory at most, %.0f before", cluster,
        ResidentMemory.most - before, before)
      await reader.close()
    }
  }

  // MARK: - Transactions

  @Test(
    "consume, process and produce in transactions of so many records", arguments: [(1_000, 20_000), (20_000, 40_000)])
  func transactions(batch: Int, count: Int) async throws {
    try await withBus { bus, settings, cluster in
      // What one commit may hold, 16 MB, is 20,000 records of 700 bytes; fewer bytes, for noida-db's sake.
      let (input, output) = (try await makeTopic(bus, "in"), try await makeTopic(bus, "out"))
      try await produce(count, KafkaLoad(input, size: 450), bus)
      var (sides, seen) = (Sides(), [ReadBytes]())
      for round in 0...Self.rounds {
        let group = "benchmark-\(UUID().uuidString.prefix(8).lowercased())"
        try await sides.turn(
          round,
          ours: {
            let (duration, read) = try await carry(count, batch, from: input, to: output, group + "-bus", bus)
            seen.append(read)
            return duration
          },
          plain: {
            let (duration, read) = try await onThread {
              let loop = try PlainLoop(settings, from: input, to: output, group: group + "-plain")
              defer { loop.destroy() }
              return try loop.run(count, batch: batch)
            }
            seen.append(read)
            return duration
          })
      }
      #expect(seen.allSatisfy { $0 == seen[0] })
      sides.report("transactions of \(batch)", count, 450, on: cluster, asked: 0.7)
    }
  }

  /// The same loop through the bus.
  private func carry(
    _ count: Int, _ batch: Int, from input: String, to output: String, _ group: String, _ bus: KafkaBus
  ) async throws -> (Duration, ReadBytes) {
    let member = try await bus.join(Membership(group: group, instance: "1", topics: [input]))
    let partitions = Set((0..<Self.partitions).map { TopicPartition(input, $0) })
    var read = ReadBytes()
    var start: ContinuousClock.Instant?
    var outputs: [Outgoing] = []
    var offsets: [TopicPartition: Int64] = [:]
    while read.records < count {
      let limit = FetchLimit(records: batch - outputs.count)
      guard case .records(let found) = try await member.next(limit: limit, of: partitions, timeout: 1_000) else {
        continue
      }
      start = start ?? .now
      for record in found.records {
        read.add(record)
        outputs.append(
          Outgoing(
            topic: output, partition: record.partition, key: record.key, value: record.value, headers: record.headers,
            timestamp: record.timestamp))
      }
      offsets.merge(found.positions) { $1 }
      guard outputs.count == batch || read.records == count else { continue }
      try await member.commit(Commit(outputs: outputs, offsets: offsets, metadata: found.metadata))
      outputs.removeAll(keepingCapacity: true)
      offsets = [:]
    }
    let duration = (start ?? .now).duration(to: .now)
    await member.leave()
    return (duration, read)
  }
}

/// Times of the bus and of the floor, taken in turns: whatever else the machine does, it does to both.
private struct Sides {
  private var ours = Side()
  private var plain = Side()

  private struct Side {
    var times: [Duration] = []
    /// Processor time of this process, in seconds, in all.
    var processor = 0.0
    var memory = 0.0

    mutating func take(counting: Bool, _ body: () async throws -> Duration) async throws {
      ResidentMemory.beginAnew()
      let before = clock()
      let time = try await body()
      guard counting else { return }
      times.append(time)
      processor += Double(clock() - before) / Double(CLOCKS_PER_SEC)
      memory = max(memory, ResidentMemory.most)
    }
  }

  /// Takes one time of each; the first round warms up, and they take turns in going first.
  mutating func turn(
    _ round: Int, ours first: () async throws -> Duration, plain second: () async throws -> Duration
  ) async throws {
    if round % 2 == 0 { try await ours.take(counting: round > 0, first) }
    try await plain.take(counting: round > 0, second)
    if round % 2 == 1 { try await ours.take(counting: round > 0, first) }
  }

  func report(_ what: String, _ count: Int, _ size: Int, on cluster: String, asked: Double) {
    let (mine, other) = (Figures(ours.times), Figures(plain.times))
    func rate(_ figures: Figures) -> Double { Double(count) / figures.quantile(0.5) * 1_000 }
    func each(_ side: Side) -> Double { side.processor / Double(count * side.times.count) * 1_000_000 }
    say("%@, %d bytes, %@: %@, %.0f records/s", what, size, cluster, mine.description, rate(mine))
    say("  plain librdkafka: %@, %.0f records/s", other.description, rate(other))
    say(
      "  ratio of throughput %.2f at the median (at least %.2f asked), %.2f of all rounds together",
      other.quantile(0.5) / mine.quantile(0.5), asked,
      plain.times.reduce(.zero, +) / ours.times.reduce(.zero, +))
    say(
      "  processor time a record %.1f µs, plain %.1f µs; in memory at most %.0f MB, plain %.0f MB", each(ours),
      each(plain), ours.memory, plain.memory)
  }
}

/// How long a blocking body took.
private func time(_ body: () throws -> Void) rethrows -> Duration {
  let start = ContinuousClock.now
  try body()
  return start.duration(to: .now)
}
