import TopicBus

/// Counts what groups have still to consume.
struct Lag {
  let bus: KafkaBus

  /// The most records that are counted one by one for a group; beyond it, offsets are counted, and with them the
  /// markers of transactions.
  static let mostCounted = 100_000

  /// Every group with its members, offsets and lag. For a partition of a topic that the group reads.
  ///
  /// - Parameter wanted: topics of which nothing else is looked at, nor a group that reads none of them; nil for all.
  func describe(reading wanted: Set<String>? = nil) async throws(BusError) -> [GroupDescription] {
    let groups = bus.groups
    let (names, members, topics) = try await bus.threads.run { () throws(BusError) in
      let names = try groups.names()
      return (names, try groups.members(of: names), try groups.observer.topics())
    }
    let all = topics.filter { wanted?.contains($0.key) ?? true }.sorted { $0.key < $1.key }.flatMap { topic in
      (0..<topic.value).map { TopicPartition(topic.key, $0) }
    }
    var descriptions: [GroupDescription] = []
    for name in names {
      let committed = try await bus.threads.run { () throws(BusError) in try groups.committed(name, of: all) }
      let members = members[name] ?? []
      let read = Set(committed.keys.map(\.topic)).union(members.flatMap(\.partitions).map(\.topic))
      let partitions = all.filter { read.contains($0.topic) }
      if wanted != nil, partitions.isEmpty { continue }
      let lags = try await lags(of: partitions, committed)
      descriptions.append(
        GroupDescription(
          group: name, members: members,
          partitions: partitions.map {
            GroupDescription.PartitionLag(partition: $0, committed: committed[$0], lag: lags[$0] ?? 0)
          }))
    }
    return descriptions
  }

  /// Records between the committed offsets and the ends: what an uncommitted reader sees there includes markers of
  /// transactions and what was aborted, so it is read.
  private func lags(
    of partitions: [TopicPartition], _ committed: [TopicPartition: Int64]
  ) async throws(BusError) -> [TopicPartition: Int64] {
    let ends = try await bus.ends(of: partitions)
    var starts: [TopicPartition: Int64] = [:]
    for (partition, ends) in ends {
      let start = max(committed[partition] ?? ends.low, ends.low)
      if start < ends.high { starts[partition] = start }
    }
    guard !starts.isEmpty else { return [:] }
    let reader = try await bus.reader(from: starts)
    defer { Task { await reader.close() } }
    var lags: [TopicPartition: Int64] = [:]
    var positions = starts
    var count = 0
    let deadline = ContinuousClock.now + .seconds(10)
    while count < Self.mostCounted, ContinuousClock.now < deadline,
      positions.contains(where: { $0.value < ends[$0.key]?.high ?? 0 })
    {
      let slice = try await reader.next(limit: FetchLimit(records: 5_000), timeout: 1_000)
      count += slice.records.count
      for record in slice.records where record.offset < ends[record.topicPartition]?.high ?? 0 {
        lags[record.topicPartition, default: 0] += 1
      }
      positions.merge(slice.positions) { $1 }
    }
    for (partition, position) in positions {
      lags[partition, default: 0] += max(0, (ends[partition]?.high ?? 0) - position)
    }
    return lags
  }
}
