import SimulatedBus
import TopicBus

/// Topics, members and shorthands for tests of the log itself.
enum Sample {
  static let input = TopicPartition("input", 0)
  static let output = TopicPartition("output", 0)
  static let other = TopicPartition("output", 1)

  static func log(_ settings: SimulatedLog.Settings = .embedded, inputs: Int = 1) throws -> SimulatedLog {
    var log = SimulatedLog(settings: settings)
    try log.create([
      TopicDeclaration("input", partitions: inputs, cleanup: .trimmed),
      TopicDeclaration("output", partitions: 2, cleanup: .trimmed),
    ])
    return log
  }
}

extension SimulatedLog {
  mutating func join(_ instance: String) throws -> Member {
    try join(Membership(group: "group", instance: instance, topics: ["input"]))
  }

  /// Takes what was assigned.
  mutating func take(_ member: Member) throws -> Assignment {
    guard case .assigned(let assignment) = try poll(member) else { throw Unexpected("nothing was assigned") }
    return assignment
  }

  func texts(_ partition: TopicPartition) throws -> [String] {
    try read(partition, from: ends(of: partition).low).records.map { String(decoding: $0.value ?? [], as: UTF8.self) }
  }
}

extension Outgoing {
  init(_ text: String, to partition: TopicPartition, key: String = "key", timestamp: Int64 = 1) {
    self.init(
      topic: partition.topic, partition: partition.partition, key: Array(key.utf8), value: Array(text.utf8),
      timestamp: timestamp)
  }
}

extension Assignment {
  /// A commit under this assignment.
  func commit(_ outputs: [Outgoing] = [], _ offset: Int64 = 0, of partition: TopicPartition = Sample.input) -> Commit {
    Commit(outputs: outputs, offsets: [partition: offset], metadata: metadata)
  }
}

struct Unexpected: Error {
  let text: String
  init(_ text: String) { self.text = text }
}
