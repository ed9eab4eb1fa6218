import KafkaBrokers
import KafkaBus
import Testing
import TopicBus

/// What a cluster does to its clients on a bad day, on librdkafka's mock cluster of three brokers: what it can judge is
/// how calls end, not what is in the log after a transaction.
@Suite("The bus on Kafka bears faults of brokers", .timeLimit(.minutes(2)))
struct FaultTests {
  /// A cluster with a topic, and a bus on it.
  private final class Setting: Sendable {
    let cluster: MockCluster
    let bus: KafkaBus
    let input = TopicPartition("input", 0)
    let output = TopicPartition("output", 0)

    init(_ settings: [String: String] = [:]) throws {
      cluster = try MockCluster(brokers: 3)
      try cluster.create(topic: "input", partitions: 1)
      try cluster.create(topic: "output", partitions: 1)
      var passed = ["session.timeout.ms": "4000", "heartbeat.interval.ms": "200", "fetch.wait.max.ms": "20"]
      passed.merge(settings) { $1 }
      bus = try KafkaBus(KafkaSettings(brokers: cluster.brokers, passedThrough: passed))
    }

    func record(_ text: String, to partition: TopicPartition) -> Outgoing {
      Outgoing(topic: partition.topic, partition: partition.partition, key: [1], value: Array(text.utf8), timestamp: 1)
    }

    func texts(_ partition: TopicPartition) async throws -> [String] {
      let end = try #require(try await bus.ends(of: [partition])[partition]).high
      let reader = try await bus.reader(from: [partition: 0])
      var texts: [String] = []
      var position: Int64 = 0
      while position < end {
        let slice = try await reader.next(limit: FetchLimit(), timeout: 1_000)
        texts += slice.records.map { String(decoding: $0.value ?? [], as: UTF8.self) }
        position = slice.positions[partition] ?? 0
      }
      await reader.close()
      return texts
    }

    /// A member that has its partition.
    func member() async throws -> (any GroupMember, Assignment) {
      let member = try await bus.join(Membership(group: "group", instance: "1", topics: ["input"]))
      while true {
        if case .assigned(let assignment) = try await member.next(limit: nil, of: [], timeout: 10_000) {
          return (member, assignment)
        }
      }
    }

    func commit(_ member: any GroupMember, _ assignment: Assignment) async throws {
      try await member.commit(
        Commit(outputs: [record("x", to: output)], offsets: [input: 0], metadata: assignment.metadata))
    }

    /// How a commit ends, in a word.
    func endOfCommit(_ member: any GroupMember, _ assignment: Assignment) async -> String {
      do {
        try await commit(member, assignment)
        return "done"
      } catch let error as BusError {
        switch error {
        case .fenced: return "fenced"
        case .aborted: return "aborted"
        case .fatal, .uncertain: return "ended"
        default: return "\(error)"
        }
      } catch {
        return "\(error)"
      }
    }

    func end() async {
      await bus.close()
      cluster.end()
    }
  }

  @Test(
    "an append that a broker could not take at first is taken later, once",
    arguments: [
      (6, "another leads the partition"), (7, "it was not answered in time"), (19, "too few replicas"),
      (20, "too few replicas after it was written"), (56, "the disk failed"),
    ])
  func appendAgain(_ code: Int, _ reason: String) async throws {
    let setting = try Setting()
    // The producer is known to the cluster first.
    _ = try await setting.bus.append([setting.record("0", to: setting.output)])
    try setting.cluster.fail(0, with: [code, code])
    _ = try await setting.bus.append([setting.record("1", to: setting.output)])
    #expect(try await setting.texts(setting.output) == ["0", "1"])
    await setting.end()
  }

  @Test("appends go on while the partition's leader changes and brokers stop and start, in order, none lost")
  func leadersMove() async throws {
    let setting = try Setting(["message.timeout.ms": "20000"])
    let bus = setting.bus
    let appending = Task {
      for index in 0..<60 { _ = try await bus.append([setting.record("\(index)", to: setting.output)]) }
    }
    for round in 0..<6 {
      try setting.cluster.lead("output", 0, by: round % 3 + 1)
      try setting.cluster.stop((round + 1) % 3 + 1)
      try await Task.sleep(for: .milliseconds(30))
      try setting.cluster.start((round + 1) % 3 + 1)
    }
    try await appending.value
    #expect(try await setting.texts(setting.output) == (0..<60).map { "\($0)" })
    await setting.end()
  }

  @Test("all brokers away: an append says so in its time, and another one is taken once they are back")
  func allAway() async throws {
    let setting = try Setting(["message.timeout.ms": "1500"])
    _ = try await setting.bus.append([setting.record("0", to: setting.output)])
    for broker in 1...3 { try setting.cluster.stop(broker) }
    let start = ContinuousClock.now
    do {
      _ = try await setting.bus.append([setting.record("1", to: setting.output)])
      Issue.record("no broker was there")
    } catch {
      switch error {
      case .unavailable, .uncertain: break
      default: Issue.record("\(error)")
      }
    }
    #expect(ContinuousClock.now - start < .seconds(5))
    for broker in 1...3 { try setting.cluster.start(broker) }
    var isBack = false
    while !isBack { isBack = (try? await setting.bus.append([setting.record("2", to: setting.output)])) != nil }
    #expect(try await setting.texts(setting.output).last == "2")
    await setting.end()
  }

  @Test("all brokers away: a reader says so when its time is up, and reads on once they are back")
  func readerAway() async throws {
    let setting = try Setting()
    let reader = try await setting.bus.reader(from: [setting.output: 0])
    for broker in 1...3 { try setting.cluster.stop(broker) }
    var isTold = false
    while !isTold {
      do {
        _ = try await reader.next(limit: FetchLimit(), timeout: 200)
      } catch {
        if case .unavailable = error { isTold = true } else { throw error }
      }
    }
    for broker in 1...3 { try setting.cluster.start(broker) }
    var isBack = false
    while !isBack { isBack = (try? await setting.bus.append([setting.record("1", to: setting.output)])) != nil }
    var found: [Record] = []
    while found.isEmpty {
      found = (try? await reader.next(limit: FetchLimit(), timeout: 200).records) ?? []
    }
    #expect(found.map(\.value) == [Array("1".utf8)])
    await setting.end()
  }

  /// Kafka's number of a request, a code that a broker answers it with, and how the commit ends then.
  private static let ends: [(request: Int, code: Int, end: String)] = [
    (28, 22, "fenced"), (28, 25, "fenced"), (28, 82, "fenced"), (26, 47, "ended"), (24, 47, "ended"),
    (28, 15, "done"), (26, 51, "done"), (24, 51, "done"), (0, 19, "done"), (28, 30, "aborted"),
  ]

  @Test("what a broker says of a commit decides how it ends")
  func commitEnds() async throws {
    // Beside each other: the mock cluster lets a group's first member wait for three seconds.
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (request, code, end) in Self.ends {
        group.addTask {
          let setting = try Setting()
          let (member, assignment) = try await setting.member()
          try setting.cluster.fail(request, with: [code])
          let found = await setting.endOfCommit(member, assignment)
          #expect(found == end, "request \(request), code \(code)")
          // What did not end the client leaves it able to commit.
          if end != "ended" { #expect(await setting.endOfCommit(member, assignment) == "done") }
          await setting.end()
        }
      }
      try await group.waitForAll()
    }
  }

  @Test("a commit goes on when its coordinators move")
  func coordinatorsMove() async throws {
    let setting = try Setting()
    let (member, assignment) = try await setting.member()
    for broker in 1...3 {
      try setting.cluster.coordinate("transaction", "group/1", by: broker)
      try setting.cluster.coordinate("group", "group", by: broker % 3 + 1)
      try await setting.commit(member, assignment)
    }
    await setting.end()
  }

  @Test("an instance that is started twice ends the first one's commits")
  func startedTwice() async throws {
    let setting = try Setting()
    let (first, assignment) = try await setting.member()
    // The mock cluster fences nothing; it says what Kafka says then.
    try setting.cluster.fail(28, with: [90])
    await #expect(throws: BusError.self) { try await setting.commit(first, assignment) }
    do {
      try await setting.commit(first, assignment)
      Issue.record("the client is of no use any more")
    } catch let error as BusError {
      guard case .fatal = error else {
        Issue.record("\(error)")
        return
      }
    }
    await setting.end()
  }
}
