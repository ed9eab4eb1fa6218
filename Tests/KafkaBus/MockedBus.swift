import KafkaBrokers
import KafkaBus
import TopicBus

/// A bus on librdkafka's mock cluster, which makes no topics when it is asked as Kafka is: they are made beside.
struct MockedBus: TopicBus {
  let bus: KafkaBus
  let cluster: MockCluster

  var features: BusFeatures { bus.features }

  func create(_ topics: [TopicDeclaration]) async throws(BusError) {
    do {
      for topic in topics { try cluster.create(topic: topic.name, partitions: topic.partitions) }
    } catch {
      throw .refused("\(error)")
    }
  }

  func describeTopics() async throws(BusError) -> [TopicDescription] { try await bus.describeTopics() }
  func append(_ records: [Outgoing]) async throws(BusError) -> [Int64] { try await bus.append(records) }
  func join(_ membership: Membership) async throws(BusError) -> any GroupMember { try await bus.join(membership) }
  func reader(from positions: [TopicPartition: Int64]) async throws(BusError) -> any TopicReader {
    try await bus.reader(from: positions)
  }
  func catchUpReader(from positions: [TopicPartition: Int64]) async throws(BusError) -> any TopicReader {
    try await bus.catchUpReader(from: positions)
  }
  func ends(of partitions: [TopicPartition]) async throws(BusError) -> [TopicPartition: PartitionEnds] {
    try await bus.ends(of: partitions)
  }
  func offsets(of partitions: [TopicPartition], at time: Int64) async throws(BusError) -> [TopicPartition: Int64] {
    try await bus.offsets(of: partitions, at: time)
  }
  func describeGroups() async throws(BusError) -> [GroupDescription] { try await bus.describeGroups() }
  func resetOffsets(of group: String, to offsets: [TopicPartition: Int64]) async throws(BusError) {
    try await bus.resetOffsets(of: group, to: offsets)
  }
  func trim(before offsets: [TopicPartition: Int64]) async throws(BusError) { try await bus.trim(before: offsets) }
  func maintain(now: Int64) async throws(BusError) { try await bus.maintain(now: now) }
  func close() async { await bus.close() }
}
