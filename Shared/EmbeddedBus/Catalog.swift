import SQLiteFile
import Synchronization
import TopicBus

/// The topics of the log, as this process knows them. Topics are never removed and never change, so what is known stays
/// true; a name that is not known is looked up again.
final class Catalog: Sendable {
  struct Topic: Sendable {
    let id: Int64
    let declaration: TopicDeclaration
    /// Ids of its partitions, by number.
    let partitions: [Int64]
  }

  private let topics = Mutex<[String: Topic]>([:])

  func topic(_ name: String, _ connection: Connection) throws -> Topic {
    if let known = topics.withLock({ $0[name] }) { return known }
    guard let found = try Self.load(connection).first(where: { $0.declaration.name == name }) else {
      throw BusError.unknownTopic(name)
    }
    topics.withLock { $0[name] = found }
    return found
  }

  func partition(_ name: String, _ number: Int, _ connection: Connection) throws -> Int64 {
    let topic = try topic(name, connection)
    guard topic.partitions.indices.contains(number) else { throw BusError.unknownTopic(name) }
    return topic.partitions[number]
  }

  /// Forgets what it knows, for some of it may have come from a transaction that was undone.
  func forget() { topics.withLock { $0.removeAll() } }

  /// Every topic, by name.
  static func load(_ connection: Connection) throws -> [Topic] {
    var partitions: [Int64: [Int64]] = [:]
    let rows = try connection.rows("SELECT topic_id, id FROM partitions ORDER BY topic_id, number") {
      ($0.integer(0), $0.integer(1))
    }
    for (topic, partition) in rows { partitions[topic, default: []].append(partition) }
    return try connection.rows("SELECT id, name, partitions, cleanup, keep FROM topics ORDER BY name") { row in
      Topic(
        id: row.integer(0),
        declaration: TopicDeclaration(
          row.text(1), partitions: Int(row.integer(2)), cleanup: .init(stored: row.text(3), keep: row.integer(4))),
        partitions: partitions[row.integer(0)] ?? [])
    }
  }
}

extension Writer {
  /// Makes the topics that are missing, after making sure that none differs.
  func create(_ declarations: [TopicDeclaration]) throws {
    let known = try Catalog.load(connection)
    for declaration in declarations {
      guard declaration.partitions > 0 else {
        throw BusError.refused("topic \(declaration.name) is declared with \(declaration.partitions) partitions")
      }
      let found = known.first { $0.declaration.name == declaration.name }?.declaration.partitions
      if let found, found != declaration.partitions {
        throw BusError.partitionMismatch(topic: declaration.name, declared: declaration.partitions, found: found)
      }
      for other in declarations where other.name == declaration.name && other.partitions != declaration.partitions {
        throw BusError.partitionMismatch(
          topic: declaration.name, declared: declaration.partitions, found: other.partitions)
      }
    }
    for declaration in declarations {
      try connection.run(
        "INSERT OR IGNORE INTO topics(name, partitions, cleanup, keep) VALUES(?,?,?,?)", .init(declaration.name),
        .init(declaration.partitions), .init(declaration.cleanup.stored.kind), .init(declaration.cleanup.stored.keep))
      for number in 0..<declaration.partitions {
        try connection.run(
          "INSERT OR IGNORE INTO partitions(topic_id, number) SELECT id, ? FROM topics WHERE name = ?", .init(number),
          .init(declaration.name))
      }
    }
  }
}

extension TopicDeclaration.Cleanup {
  init(stored kind: String, keep: Int64) {
    switch kind {
    case "compacted": self = .compacted(tombstonesFor: keep)
    case "aged": self = .aged(keep)
    default: self = .trimmed
    }
  }

  var stored: (kind: String, keep: Int64) {
    switch self {
    case .compacted(let keep): ("compacted", keep)
    case .trimmed: ("trimmed", 0)
    case .aged(let keep): ("aged", keep)
    }
  }
}
