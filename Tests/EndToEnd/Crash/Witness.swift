import CooperationModel
import ServiceKit
import TopicBus

/// Follows the log while people work, and keeps what it may not hold any more when they are done: the first segments of a
/// long load are compacted away.
actor Witness {
  /// Whom the match sets of each request ever named.
  private(set) var matched: [RequestID: Set<CollectiviteID>] = [:]
  /// Entities whose versions are not 1, 2, 3 …
  private(set) var versionFaults: [String] = []
  private var versions: [String: [String: Int]] = [:]
  private var positions: [TopicPartition: Int64] = [:]
  private var isOver = false
  private let bus: any TopicBus

  init(_ bus: any TopicBus) { self.bus = bus }

  /// Follows until it is told to end. A log that does not answer is asked again.
  func follow() async {
    while !isOver, !Task.isCancelled {
      do {
        try await read { _ in self.isOver || Task.isCancelled }
      } catch {
        try? await Task.sleep(for: .milliseconds(200))
      }
    }
  }

  func end() { isOver = true }

  /// Reads to where the log ends now.
  func catchUp() async throws {
    let ends = try await bus.ends(of: Self.partitions)
    try await read { positions in ends.allSatisfy { positions[$0.key] ?? 0 >= $0.value.high } }
  }

  private static let partitions =
    places(of: Topics.matches) + places(of: Topics.partnershipRequests) + places(of: Topics.profiles)
    + places(of: Topics.contacts) + places(of: Topics.cooperations) + places(of: Topics.leads)
    + places(of: Topics.outboundMessages)

  private static func places<Key, Value>(of contract: TopicContract<Key, Value>) -> [TopicPartition] {
    (0..<contract.partitions).map { TopicPartition(contract.topic, $0) }
  }

  private func read(until isDone: ([TopicPartition: Int64]) -> Bool) async throws {
    if positions.isEmpty { positions = try await bus.ends(of: Self.partitions).mapValues(\.low) }
    let reader = try await bus.reader(from: positions)
    do {
      while !isDone(positions) {
        let slice = try await reader.next(limit: FetchLimit(records: 5_000, bytes: 16 << 20), timeout: 1_000)
        for record in slice.records { try note(record) }
        positions.merge(slice.positions) { $1 }
      }
    } catch {
      await reader.close()
      throw error
    }
    await reader.close()
  }

  private func note(_ record: Record) throws {
    switch record.topic {
    case Topics.matches.topic:
      let (request, set) = try Topics.matches.read(record)
      matched[request, default: []].formUnion(set?.ranked.map(\.collectivite) ?? [])
    case Topics.partnershipRequests.topic: try note(record, Topics.partnershipRequests, \.version)
    case Topics.profiles.topic: try note(record, Topics.profiles, \.version)
    case Topics.contacts.topic: try note(record, Topics.contacts, \.version)
    case Topics.cooperations.topic: try note(record, Topics.cooperations, \.version)
    case Topics.leads.topic: try note(record, Topics.leads, \.version)
    case Topics.outboundMessages.topic: try note(record, Topics.outboundMessages, \.version)
    default: break
    }
  }

  private func note<Key, Value>(
    _ record: Record, _ contract: TopicContract<Key, Value>, _ version: KeyPath<Value, Int>
  ) throws {
    let (key, value) = try contract.read(record)
    guard let value else { return }
    let expected = (versions[contract.topic]?["\(key)"] ?? 0) + 1
    if value[keyPath: version] != expected {
      versionFaults.append("\(contract.name) \(key): version \(value[keyPath: version]) where \(expected) was to come")
    }
    versions[contract.topic, default: [:]]["\(key)"] = value[keyPath: version]
  }
}
