import Synchronization
import Testing
import TopicBus

/// What a case works with: a handle on the log under test, names of its own, and ways to wait.
public final class Contract: Sendable {
  let subject: ContractSubject
  /// The handle that most cases get along with.
  let bus: any TopicBus
  private let mark: String
  private let opened = Mutex<[any TopicBus]>([])

  init(_ subject: ContractSubject) async throws {
    self.subject = subject
    bus = try await subject.open()
    mark = String(UInt32.random(in: .min ... .max), radix: 36)
    opened.withLock { $0.append(bus) }
  }

  /// One more handle, as another process has it.
  func open() async throws -> any TopicBus {
    let bus = try await subject.open()
    opened.withLock { $0.append(bus) }
    return bus
  }

  /// Lets a handle's process die.
  func crash(_ bus: any TopicBus) async throws {
    let crash = try #require(subject.crash)
    try await crash(bus)
  }

  func close() async {
    for bus in opened.withLock({ $0 }) { await bus.close() }
  }

  // MARK: Names

  /// A name that no other case uses.
  func name(_ text: String) -> String { "contract-\(mark)-\(text)" }

  /// Makes a topic and gives its partitions.
  func topic(
    _ text: String, partitions: Int = 1, cleanup: TopicDeclaration.Cleanup = .trimmed
  ) async throws -> [TopicPartition] {
    try await bus.create([TopicDeclaration(name(text), partitions: partitions, cleanup: cleanup)])
    return (0..<partitions).map { TopicPartition(name(text), $0) }
  }

  // MARK: Appending and reading

  /// Appends texts to a partition at once, and gives their offsets.
  @discardableResult
  func append(_ texts: String..., to partition: TopicPartition) async throws -> [Int64] {
    try await bus.append(texts.map { Outgoing.sample($0, to: partition) })
  }

  /// All committed records of a partition, up to its end as of now.
  func records(_ partition: TopicPartition, through bus: (any TopicBus)? = nil) async throws -> [Record] {
    let bus = bus ?? self.bus
    let end = try #require(try await bus.ends(of: [partition])[partition]).high
    let reader = try await bus.reader(from: [partition: 0])
    let deadline = ContinuousClock.now + subject.patience
    var records: [Record] = []
    var position: Int64 = -1
    while position < end {
      guard ContinuousClock.now < deadline else {
        throw ContractFailure("the reader of \(partition) stands at \(position), the end is \(end)")
      }
      let slice = try await reader.next(limit: FetchLimit(), timeout: 200)
      records += slice.records
      position = slice.positions[partition] ?? -1
    }
    await reader.close()
    return records
  }

  /// The values of all committed records of a partition, as text.
  func texts(_ partition: TopicPartition, through bus: (any TopicBus)? = nil) async throws -> [String] {
    try await records(partition, through: bus).map(\.text)
  }

  // MARK: Groups

  /// Joins a group, each time as another instance.
  func join(
    _ group: String, _ topics: [TopicPartition], start: Membership.Start = .earliest,
    through bus: (any TopicBus)? = nil
  ) async throws -> Consumer {
    let names = topics.reduce(into: [String]()) { if !$0.contains($1.topic) { $0.append($1.topic) } }
    let instance = "instance-\(UInt32.random(in: .min ... .max))"
    let member = try await (bus ?? self.bus).join(
      Membership(group: name(group), instance: instance, topics: names, start: start))
    return Consumer(member, instance: instance)
  }

  /// Joins and waits until all of these partitions are assigned.
  func sole(
    _ group: String, _ topics: [TopicPartition], start: Membership.Start = .earliest,
    through bus: (any TopicBus)? = nil
  ) async throws -> Consumer {
    let consumer = try await join(group, topics, start: start, through: bus)
    try await eventually("the only member has all partitions", [consumer]) {
      consumer.owned.count == topics.count
    }
    return consumer
  }

  /// Lets consumers take what happens to them, one after the other, until a condition holds.
  func eventually(_ what: String, _ consumers: [Consumer], _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + subject.patience
    while try await !condition() {
      guard ContinuousClock.now < deadline, !subject.isLost() else {
        throw ContractFailure("not within \(subject.patience): \(what); \(consumers.map(\.story))")
      }
      for consumer in consumers { try await consumer.step(timeout: 20) }
    }
  }

  /// Lets other tasks come on, some or far, so that over several rounds what follows meets them at different places.
  func pass(_ round: Int) async {
    for _ in 0..<round * round { await Task.yield() }
  }

  /// The group as the operator sees it.
  func describe(_ group: String) async throws -> GroupDescription? {
    try await bus.describeGroups().first { $0.group == name(group) }
  }

  /// What a group has committed of a partition.
  func committed(_ group: String, _ partition: TopicPartition) async throws -> Int64? {
    try await describe(group)?.partitions.first { $0.partition == partition }?.committed
  }
}

/// A condition that did not come true.
struct ContractFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// Expects the error that a bus throws to be of a kind.
func expectError(
  _ kind: String, sourceLocation: SourceLocation = #_sourceLocation, from body: () async throws -> Void,
  matching: (BusError) -> Bool
) async {
  do {
    try await body()
    Issue.record("nothing was thrown, expected \(kind)", sourceLocation: sourceLocation)
  } catch let error as BusError {
    #expect(matching(error), "expected \(kind), got \(error)", sourceLocation: sourceLocation)
  } catch {
    Issue.record("expected \(kind), got \(error)", sourceLocation: sourceLocation)
  }
}

extension BusError {
  var isFenced: Bool { if case .fenced = self { true } else { false } }
  var isRefused: Bool { if case .refused = self { true } else { false } }
  var isTooLarge: Bool { if case .tooLarge = self { true } else { false } }
  var isUnknownTopic: Bool { if case .unknownTopic = self { true } else { false } }
  var isOutOfRange: Bool { if case .offsetOutOfRange = self { true } else { false } }
}

extension Outgoing {
  /// A record whose key and value are a text.
  static func sample(
    _ text: String, to partition: TopicPartition, key: String? = nil, timestamp: Int64 = 1_700_000_000_000
  ) -> Outgoing {
    Outgoing(
      topic: partition.topic, partition: partition.partition, key: Array((key ?? text).utf8),
      value: Array(text.utf8), timestamp: timestamp)
  }

  /// The erasure of a key.
  static func tombstone(_ key: String, in partition: TopicPartition, timestamp: Int64) -> Outgoing {
    Outgoing(
      topic: partition.topic, partition: partition.partition, key: Array(key.utf8), value: nil, timestamp: timestamp)
  }
}

extension Record {
  var text: String { value.map { String(decoding: $0, as: UTF8.self) } ?? "†" }
}
