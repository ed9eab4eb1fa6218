import CooperationModel
import ServiceKit
import TopicBus

extension TopicBus {
  /// Every group that reads topics of the suite: others on the same cluster are nobody's business here.
  func suiteGroups() async throws -> [GroupDescription] { try await describeGroups(reading: SuiteTopic.names) }

  /// Every record of some topics, from the first to the end as of now.
  func readAll(
    _ topics: [TopicDeclaration], progress: ProgressLine? = nil, _ body: (Record) throws -> Void
  ) async throws {
    let partitions = topics.flatMap { topic in (0..<topic.partitions).map { TopicPartition(topic.name, $0) } }
    let ends = try await ends(of: partitions)
    let total = ends.values.reduce(0) { $0 + $1.high - $1.low }
    var left = ends.filter { $0.value.low < $0.value.high }.mapValues(\.high)
    guard !left.isEmpty else { return }
    let reader = try await catchUpReader(from: ends.mapValues(\.low))
    do {
      while !left.isEmpty {
        let slice = try await reader.next(limit: FetchLimit(records: 5_000), timeout: 1_000)
        for record in slice.records where record.offset < ends[record.topicPartition]?.high ?? 0 { try body(record) }
        left = left.filter { slice.positions[$0.key] ?? 0 < $0.value }
        // By places, which have gaps where records were compacted away or transactions ended.
        let rest = left.reduce(0) { $0 + $1.value - (slice.positions[$1.key] ?? 0) }
        progress?.update(total - rest, of: total)
      }
    } catch {
      await reader.close()
      throw error
    }
    await reader.close()
    progress?.finish()
  }

  /// The newest record of each key, in the order of partitions and offsets; tombstones included.
  func newest(of topic: TopicDeclaration, progress: ProgressLine? = nil) async throws -> [Record] {
    var newest: [RecordPlace: Record] = [:]
    try await readAll([topic], progress: progress) { record in
      newest[RecordPlace(partition: record.partition, key: record.key)] = record
    }
    return newest.values.sorted { ($0.partition, $0.offset) < ($1.partition, $1.offset) }
  }

  /// A topic as a table. Records that cannot be read are left out, and named by `bourse doctor`.
  func table<Key, Value>(of contract: TopicContract<Key, Value>) async throws -> [Key: Value] {
    var table: [Key: Value] = [:]
    try await readAll([contract.declaration], progress: ProgressLine(contract.topic)) { record in
      guard let (key, value) = try? contract.read(record) else { return }
      table[key] = value
    }
    return table
  }
}

private struct RecordPlace: Hashable {
  var partition: Int
  var key: [UInt8]
}

extension Record {
  /// The key for people and for a command line: as text, or `0x` and hexadecimal when it is none, or holds what a
  /// terminal or a shell would act upon.
  var keyText: String {
    guard let text = String(validating: key, as: UTF8.self),
      text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control && $0 != "'" })
    else { return "0x" + StableID.hexadecimal(key) }
    return text
  }
}
