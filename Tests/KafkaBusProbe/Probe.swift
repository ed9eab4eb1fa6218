import CLibrdkafka
import Foundation
import KafkaBus
import TopicBus

/// Uses all of the bus on a cluster, over and over, and ends with nothing open: what is lost then is a leak.
///
///     KafkaBusProbe HOST:PORT ROUNDS
@main
struct Probe {
  /// The main thread waits: one that became the dispatcher's is more than valgrind can follow.
  static func main() {
    let isOver = DispatchSemaphore(value: 0)
    Task.detached {
      do { try await run() } catch { print("\(error)") }
      isOver.signal()
    }
    isOver.wait()
  }

  private static func run() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let rounds = Int(arguments[2]) else {
      print("usage: KafkaBusProbe HOST:PORT ROUNDS")
      exit(64)
    }
    for round in 0..<rounds {
      let bus = try KafkaBus(KafkaSettings(brokers: arguments[1], passedThrough: ["fetch.wait.max.ms": "20"]))
      try await Probe(bus: bus, round: round).run()
      await bus.close()
    }
    rd_kafka_wait_destroyed(10_000)
    print("done")
  }

  let bus: KafkaBus
  let round: Int

  private var input: TopicPartition { TopicPartition("probe-in-\(round)", 0) }
  private var output: TopicPartition { TopicPartition("probe-out-\(round)", 0) }

  private func run() async throws {
    try await bus.create([input, output].map { TopicDeclaration($0.topic, partitions: 1, cleanup: .trimmed) })
    _ = try await bus.append((0..<100).map { record($0, to: input) })
    let member = try await bus.join(Membership(group: "probe-\(round)", instance: "1", topics: [input.topic]))
    let batch = try await batch(of: member)
    let outputs = batch.records.indices.map { record($0, to: output) }
    try await member.commit(Commit(outputs: outputs, offsets: batch.positions, metadata: batch.metadata))
    // One that fails.
    let stray = record(0, to: TopicPartition("nowhere", 0))
    try? await member.commit(Commit(outputs: [stray], offsets: batch.positions, metadata: batch.metadata))
    try await member.seek([input: 0])
    let reader = try await bus.reader(from: [output: 0])
    // The rest is fetched, and nobody takes it.
    _ = try await reader.next(limit: FetchLimit(records: 10), timeout: 5_000)
    _ = try await bus.describeTopics()
    _ = try await bus.describeGroups()
    try await bus.trim(before: [input: 10])
    await reader.close()
    await member.leave()
  }

  /// Takes events until there are records.
  private func batch(of member: any GroupMember) async throws -> Batch {
    while true {
      let event = try await member.next(limit: FetchLimit(), of: [input], timeout: 5_000)
      if case .records(let batch) = event { return batch }
    }
  }

  private func record(_ number: Int, to partition: TopicPartition) -> Outgoing {
    Outgoing(
      topic: partition.topic, partition: partition.partition, key: Array("\(number)".utf8),
      value: [UInt8](repeating: 1, count: 900), headers: [Header("ce_id", "\(number)"), Header("none", nil)],
      timestamp: 1)
  }
}
