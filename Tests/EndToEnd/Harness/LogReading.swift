import CooperationModel
import ServiceKit
import TopicBus

/// What the log holds, read by a test.
extension TopicBus {
  /// Every committed record of a topic, by partition and offset.
  func records(of topic: String, partitions: Int) async throws -> [Record] {
    let places = (0..<partitions).map { TopicPartition(topic, $0) }
    let ends = try await ends(of: places)
    let reader = try await reader(from: ends.mapValues(\.low))
    var (records, slice): ([Record], Slice)
    (records, slice) = ([], Slice())
    while !ends.allSatisfy({ slice.positions[$0.key] ?? 0 >= $0.value.high }) {
      slice = try await reader.next(limit: FetchLimit(records: 5_000, bytes: 16 << 20), timeout: 1_000)
      records += slice.records
    }
    await reader.close()
    return records.sorted { ($0.partition, $0.offset) < ($1.partition, $1.offset) }
  }

  /// Every version of every key, in the log's order.
  func history<Key, Value>(_ contract: TopicContract<Key, Value>) async throws -> [(key: Key, value: Value?)] {
    try await records(of: contract.topic, partitions: contract.partitions).map { try contract.read($0) }
  }

  /// The newest value of each key.
  func table<Key, Value>(_ contract: TopicContract<Key, Value>) async throws -> [Key: Value] {
    var table: [Key: Value] = [:]
    for (key, value) in try await history(contract) { table[key] = value }
    return table
  }

  /// The records that were set aside.
  func deadLetters() async throws -> [Record] {
    try await records(of: DeadLetter.declaration.name, partitions: DeadLetter.declaration.partitions)
  }
}
