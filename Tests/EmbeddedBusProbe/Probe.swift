import EmbeddedBus
import Foundation
import TopicBus

/// What the probe can do. Its topics: `in` and `audit` with two partitions, trimmed; `out`, compacted.
package enum Probe {
  package static let topics = [
    TopicDeclaration("in", partitions: 2, cleanup: .trimmed),
    TopicDeclaration("audit", partitions: 2, cleanup: .trimmed),
    TopicDeclaration("out", partitions: 2, cleanup: .compacted(tombstonesFor: 1_000)),
  ]

  package static func record(_ topic: String, _ partition: Int, key: String, value: String?) -> Outgoing {
    Outgoing(
      topic: topic, partition: partition, key: Array(key.utf8), value: value.map { Array($0.utf8) }, timestamp: 0)
  }

  /// Makes the topics, then says so.
  static func open(_ bus: EmbeddedBus) async throws {
    try await bus.create(topics)
    say("opened")
  }

  /// Appends one record after the other, for so many seconds or until it is killed, and counts what was acknowledged.
  static func append(_ bus: EmbeddedBus, name: String, seconds: Double?) async throws {
    try await bus.create(topics)
    say("ready")
    // Begins when it is told to, so that several begin together.
    _ = readLine()
    let end = seconds.map { ContinuousClock.now + .seconds($0) }
    var count = 0
    var slowest = Duration.zero
    let value = String(repeating: "x", count: 900)
    while end.map({ ContinuousClock.now < $0 }) ?? true {
      let start = ContinuousClock.now
      _ = try await bus.append([record("in", count % 2, key: "\(name)-\(count)", value: value)])
      slowest = max(slowest, start.duration(to: .now))
      count += 1
      if seconds == nil { say("appended \(count)") }
    }
    say("result \(count) \(slowest / .milliseconds(1))")
  }

  /// Appends the numbers up to the count to `in`, copies each to `audit` once, keeps the newest of every tenth in `out`,
  /// trims and compacts. Started again after it was killed, it goes on.
  static func work(_ bus: EmbeddedBus, count: Int) async throws {
    try await bus.create(topics)
    let present = Set(try await texts(bus, "in"))
    for number in 0..<count where !present.contains("\(number)") {
      _ = try await bus.append([record("in", number % 2, key: "\(number)", value: "\(number)")])
      say("appended \(number)")
    }
    let ends = try await bus.ends(of: (0..<2).map { TopicPartition("in", $0) })
    var workers = [Worker(try await bus.join(Membership(group: "g", instance: "a", topics: ["in"])))]
    var committed: [TopicPartition: Int64] = [:]
    while !ends.allSatisfy({ committed[$0.key] ?? 0 >= $0.value.high }) {
      for index in workers.indices { try await workers[index].step() }
      if workers.count == 1, workers[0].hasCommitted {
        // A second one, so that partitions change hands.
        workers.append(Worker(try await bus.join(Membership(group: "g", instance: "b", topics: ["in"]))))
      }
      for partition in try await bus.describeGroups().first?.partitions ?? [] {
        committed[partition.partition] = partition.committed
      }
    }
    for worker in workers { await worker.member.leave() }
    _ = try await bus.append([record("out", 0, key: "gone", value: nil), record("out", 1, key: "gone", value: nil)])
    try await bus.trim(before: ends.mapValues { $0.high - 2 })
    try await bus.maintain(now: 1_000_000)
  }

  /// Everything in a topic, as text, from where its partitions begin.
  package static func texts(_ bus: EmbeddedBus, _ topic: String) async throws -> [String] {
    let ends = try await bus.ends(of: [TopicPartition(topic, 0), TopicPartition(topic, 1)])
    let reader = try await bus.reader(from: ends.mapValues { _ in 0 })
    var texts: [String] = []
    var slice = Slice()
    repeat {
      slice = try await reader.next(limit: FetchLimit(), timeout: 0)
      texts += slice.records.map { String(decoding: $0.value ?? [], as: UTF8.self) }
    } while !ends.allSatisfy { slice.positions[$0.key] ?? 0 >= $0.value.high }
    // What was trimmed was there, since numbers are appended in order.
    let trimmed = ends.sorted { $0.key < $1.key }.flatMap { partition, ends in
      (0..<ends.low).map { "\($0 * 2 + Int64(partition.partition))" }
    }
    return trimmed + texts
  }

  /// Joins, says what it was assigned, and keeps it until it is told to end.
  static func hold(_ bus: EmbeddedBus, instance: String) async throws {
    try await bus.create(topics)
    let member = try await bus.join(Membership(group: "g", instance: instance, topics: ["in"]))
    while true {
      switch try await member.next(limit: nil, of: [], timeout: 3_600_000) {
      case .assigned(let assignment): say("assigned \(assignment.partitions.sorted())")
      case .revoked(let partitions), .suspended(let partitions): try await member.release(partitions)
      default: break
      }
    }
  }

  /// Reads records that hold the time at which they were sent, and says how long each took to get here, in µs.
  static func watch(_ bus: EmbeddedBus, count: Int) async throws {
    let ends = try await bus.ends(of: [TopicPartition("in", 0), TopicPartition("in", 1)])
    let reader = try await bus.reader(from: ends.mapValues(\.high))
    say("ready")
    var delays: [UInt64] = []
    while delays.count < count {
      let records = try await reader.next(limit: FetchLimit(), timeout: 10_000).records
      let now = monotonicTime()
      for record in records {
        let sent = UInt64(String(decoding: record.value ?? [], as: UTF8.self)) ?? 0
        delays.append((now - sent) / 1_000)
      }
      say("seen \(delays.count)")
    }
    say("delays \(delays.map(String.init).joined(separator: " "))")
  }

  /// Waits as a service does that has nothing to do: a member and a reader.
  static func idle(_ bus: EmbeddedBus, instance: String) async throws {
    try await bus.create(topics)
    let member = try await bus.join(Membership(group: "idle", instance: instance, topics: ["in"]))
    let reader = try await bus.reader(from: [TopicPartition("out", 0): 0])
    let reading = Task { while true { _ = try await reader.next(limit: FetchLimit(), timeout: 1_000) } }
    say("ready")
    var owned: Set<TopicPartition> = []
    while true {
      switch try await member.next(limit: FetchLimit(), of: owned, timeout: 1_000) {
      case .assigned(let assignment): owned.formUnion(assignment.partitions)
      case .revoked(let partitions), .suspended(let partitions):
        owned.subtract(partitions)
        try await member.release(partitions)
      case .lost(let partitions): owned.subtract(partitions)
      default: break
      }
      if reading.isCancelled { break }
    }
  }

  /// Nanoseconds on a clock that all processes of the machine share.
  package static func monotonicTime() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

/// Says a line at once, also when the process is killed right after.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

/// One member that copies what it reads.
struct Worker {
  let member: any GroupMember
  private(set) var hasCommitted = false
  private var owned: Set<TopicPartition> = []

  init(_ member: any GroupMember) { self.member = member }

  mutating func step() async throws {
    switch try await member.next(limit: FetchLimit(records: 3), of: owned, timeout: 5) {
    case .assigned(let assignment): owned.formUnion(assignment.partitions)
    case .lost(let partitions): owned.subtract(partitions)
    case .revoked(let partitions), .suspended(let partitions):
      owned.subtract(partitions)
      try await member.release(partitions)
    case .records(let batch):
      var outputs: [Outgoing] = []
      for record in batch.records {
        let text = String(decoding: record.value ?? [], as: UTF8.self)
        outputs.append(Probe.record("audit", record.partition, key: text, value: text))
        outputs.append(Probe.record("out", record.partition, key: "\((Int(text) ?? 0) % 10)", value: text))
      }
      try await member.commit(Commit(outputs: outputs, offsets: batch.positions, metadata: batch.metadata))
      hasCommitted = true
    case nil: break
    }
  }
}
