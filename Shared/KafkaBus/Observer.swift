import CLibrdkafka
import Synchronization
import TopicBus

/// Asks the cluster about topics and partitions, as an uncommitted reader sees them. Its calls block.
final class Observer: Sendable {
  let client: KafkaClient
  private let counts = Mutex<[String: Int]>([:])
  /// The longest wait for an answer, in milliseconds.
  let timeout: Int32 = 5_000

  private let complaints: Complaints

  init(_ settings: KafkaSettings, _ complaints: Complaints) throws(BusError) {
    self.complaints = complaints
    client = try KafkaClient(settings, for: .observer)
  }

  func destroy() { client.destroy() }

  // MARK: Topics

  /// Every topic's number of partitions, Kafka's own topics excepted.
  func topics() throws(BusError) -> [String: Int] {
    let all = try metadata { found in
      var topics: [String: Int] = [:]
      for topic in UnsafeBufferPointer(start: found.topics, count: Int(found.topic_cnt)) {
        let name = String(cString: topic.topic)
        guard topic.err == RD_KAFKA_RESP_ERR_NO_ERROR, topic.partition_cnt > 0, !name.hasPrefix("__") else { continue }
        topics[name] = Int(topic.partition_cnt)
      }
      return topics
    }
    counts.withLock { $0 = all }
    return all
  }

  /// The brokers' numbers.
  func brokers() throws(BusError) -> [Int32] {
    try metadata { UnsafeBufferPointer(start: $0.brokers, count: Int($0.broker_cnt)).map(\.id).sorted() }
  }

  private func metadata<T>(_ read: (rd_kafka_metadata) -> T) throws(BusError) -> T {
    var found: UnsafePointer<rd_kafka_metadata>?
    do throws(KafkaError) {
      try KafkaError.check(rd_kafka_metadata(client.pointer, 1, nil, &found, timeout))
    } catch {
      guard case .unavailable(let text) = error.busError() else { throw error.busError() }
      throw .unavailable(complaints.recent ?? text)
    }
    guard let found else { return read(rd_kafka_metadata()) }
    defer { rd_kafka_metadata_destroy(found) }
    return read(found.pointee)
  }

  /// How many partitions a topic has, known from before where it can be; nil when there is no such topic.
  func partitions(of topic: String) throws(BusError) -> Int? {
    if let count = knownPartitions(of: topic) { return count }
    return try topics()[topic]
  }

  /// How many partitions a topic had when topics were last asked for.
  func knownPartitions(of topic: String) -> Int? { counts.withLock { $0[topic] } }

  /// Whether all these partitions were there when topics were last asked for.
  func knows(_ partitions: some Sequence<TopicPartition>) -> Bool {
    counts.withLock { counts in
      partitions.allSatisfy { $0.partition >= 0 && $0.partition < counts[$0.topic] ?? 0 }
    }
  }

  /// - Throws: ``BusError/unknownTopic(_:)`` for the first partition that does not exist.
  func check(_ partitions: some Sequence<TopicPartition>) throws(BusError) {
    if knows(partitions) { return }
    let topics = try topics()
    for partition in partitions where partition.partition < 0 || partition.partition >= topics[partition.topic] ?? 0 {
      throw .unknownTopic(partition.topic)
    }
  }

  /// To be asked again: a topic seems to have changed.
  func forget(_ topic: String) { counts.withLock { $0[topic] = nil } }

  // MARK: Offsets

  func lows(of partitions: [TopicPartition]) throws(BusError) -> [TopicPartition: Int64] {
    guard !partitions.isEmpty else { return [:] }
    try check(partitions)
    return try offsets(of: partitions, at: clibrdkafka_at_beginning)
  }

  func ends(of partitions: [TopicPartition]) throws(BusError) -> [TopicPartition: PartitionEnds] {
    let lows = try lows(of: partitions)
    guard !partitions.isEmpty else { return [:] }
    let highs = try offsets(of: partitions, at: clibrdkafka_at_end)
    var ends: [TopicPartition: PartitionEnds] = [:]
    for (partition, low) in lows { ends[partition] = PartitionEnds(low: low, high: highs[partition] ?? low) }
    return ends
  }

  /// The first offset that is not older than a time; the end where there is none.
  func offsets(of partitions: [TopicPartition], since time: Int64) throws(BusError) -> [TopicPartition: Int64] {
    guard !partitions.isEmpty else { return [:] }
    try check(partitions)
    var found = try offsets(of: partitions, at: max(time, 0))
    let later = partitions.filter { found[$0] ?? -1 < 0 }
    if !later.isEmpty { found.merge(try offsets(of: later, at: clibrdkafka_at_end)) { $1 } }
    return found
  }

  private func offsets(of partitions: [TopicPartition], at time: Int64) throws(BusError) -> [TopicPartition: Int64] {
    let deadline = ContinuousClock.now + .milliseconds(Int64(timeout))
    while true {
      do throws(BusError) {
        return try offsetsNow(of: partitions, at: time)
      } catch {
        guard ContinuousClock.now < deadline else {
          guard case .unavailable(let text) = error else { throw error }
          throw .unavailable(complaints.recent ?? text)
        }
        switch error {
        case .unavailable:
          // A leader that moved is only found anew when topics are asked for (2.0.2).
          _ = try? topics()
        case .unknownTopic:
          // It was there. Where it was made just now its leader may hear last, and so may whoever is asked for topics.
          _ = try? topics()
        default: throw error
        }
        Pause.milliseconds(50)
      }
    }
  }

  private func offsetsNow(
    of partitions: [TopicPartition], at time: Int64
  ) throws(BusError) -> [TopicPartition: Int64] {
    let list = PartitionList(partitions, at: time)
    let code = list.lend { rd_kafka_offsets_for_times(client.pointer, $0, timeout) }
    if let failure = list.failure { throw failure.error.busError(topic: failure.partition.topic) }
    guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
      throw KafkaError(code).busError(topic: partitions.first?.topic ?? "?")
    }
    return Dictionary(list.elements.map { ($0.partition, $0.offset) }) { $1 }
  }
}
