import CLibrdkafka
import DequeModule
import Synchronization
import TopicBus

/// One member of a consumer group, with the producer of its transactions.
///
/// Kafka's range assignor takes all partitions of all members back whenever the group changes, so a member is asked for
/// all it has, and gets what it is to have under a new generation.
final class KafkaMember: GroupMember {
  private let bus: KafkaBus
  private let membership: Membership
  private let drain: Drain
  private let transactor: Transactor
  /// Commits block; they take turns on a thread of their own.
  private let commits = OwnThreads("kafka-commit", most: 1)
  private let state: Tenure

  /// Makes both clients, aborts what the instance left open, and joins. Blocks.
  init(bus: KafkaBus, membership: Membership) throws(BusError) {
    self.bus = bus
    self.membership = membership
    let (state, observer, log) = (Tenure(), bus.observer, bus.settings.log)
    self.state = state
    transactor = try Transactor(bus.settings, id: "\(membership.group)/\(membership.instance)")
    do throws(BusError) {
      drain = try Drain(
        bus.settings, for: .member(group: membership.group, instance: membership.instance), name: "kafka-member"
      ) { drain, rebalance in
        Rebalancing(drain: drain, tenure: state, membership: membership, observer: observer, log: log)
          .handle(rebalance)
      }
    } catch {
      transactor.destroy()
      throw error
    }
    let topics = PartitionList(membership.topics.sorted().map { TopicPartition($0, -1) })
    let code = topics.lend { rd_kafka_subscribe(drain.client.pointer, $0) }
    drain.start { _ in }
    if code != RD_KAFKA_RESP_ERR_NO_ERROR {
      let drain = drain
      Task { await drain.end(leaving: false) }
      transactor.destroy()
      throw KafkaError(code).busError(topic: membership.topics.first ?? "?")
    }
  }

  // MARK: - Events and records

  func next(
    limit: FetchLimit?, of partitions: Set<TopicPartition>, timeout: Int64
  ) async throws(BusError) -> GroupEvent? {
    let start = ContinuousClock.now
    let deadline = start + .milliseconds(timeout)
    let wanted = limit == nil ? [] : partitions.sorted()
    while true {
      if state.hasLeft { throw .closed }
      let changes = drain.changes
      if let event = state.nextEvent() { return event }
      if let failure = drain.failure { throw failure }
      if let limit, let batch = try await batch(limit, of: wanted) { return .records(batch) }
      if timeout <= 0 || Task.isCancelled { return nil }
      if drain.client.isAway, min(start + .seconds(2), deadline) <= .now {
        throw .unavailable("no broker of \(bus.settings.brokers) answers")
      }
      if ContinuousClock.now >= deadline { return nil }
      await drain.wait(since: changes, until: deadline)
    }
  }

  private func batch(_ limit: FetchLimit, of wanted: [TopicPartition]) async throws(BusError) -> Batch? {
    do throws(BusError) {
      // The lanes are another lock's: what they hold was fetched under the generation that opened them, and they are
      // closed before that generation ends.
      let taken = try drain.take {
        lanes throws(BusError) -> (Deque<Fetched>?, (GroupMetadata, [TopicPartition: Int64]))? in
        guard let metadata = state.metadata, let fetched = try lanes.take(limit, of: wanted) else { return nil }
        var positions: [TopicPartition: Int64] = [:]
        for partition in wanted { positions[partition] = lanes.lanes[partition]?.position }
        return (fetched, (metadata, positions))
      }
      guard let taken, let records = taken.records else { return nil }
      return Batch(records: records, metadata: taken.rest.0, positions: taken.rest.1)
    } catch {
      throw await bus.withLowEnd(error)
    }
  }

  func seek(_ positions: [TopicPartition: Int64]) async throws(BusError) {
    guard !positions.isEmpty else { return }
    try await drain.perform { $0.seek(positions) }
  }

  // MARK: - Effects

  func commit(_ commit: Commit) async throws(BusError) {
    let metadata = commit.metadata
    try state.check(commit, group: membership.group)
    let bytes = commit.outputs.reduce(0) { $0 + $1.size }
    let largest = bus.features.largestCommit
    guard bytes <= largest else { throw .tooLarge("a commit of \(bytes) bytes; the most is \(largest)") }
    for output in commit.outputs { try KafkaBus.check(output) }
    let (transactor, observer, state) = (transactor, bus.observer, state)
    let group = membership.group
    try await commits.run { () throws(BusError) in
      try observer.check(Set(commit.outputs.map(\.topicPartition)).sorted())
      // What waited here may belong to another by now.
      try state.check(commit, group: group)
      try transactor.commit(commit.outputs, commit.offsets, metadata: metadata.token)
      state.committed(commit.offsets)
    }
    #if DEBUG
      FailurePoint.commitAnswered.reached()
    #endif
  }

  func release(_ partitions: Set<TopicPartition>) async throws(BusError) {
    let given = state.release(partitions)
    try drain.withLanes { $0.close(given) }
    drain.wakeThread()
  }

  func leave() async { await end(leaving: true) }

  /// Ends as a killed process does.
  func abandon() async { await end(leaving: false) }

  private func end(leaving: Bool) async {
    guard state.leave() else { return }
    bus.forget(self)
    await drain.end(leaving: leaving)
    let transactor = transactor
    // After a commit that is in hand.
    await commits.close()
    startThread("kafka-end") { transactor.destroy() }
  }
}
