import Foundation
import SQLiteFile
import TopicBus

extension EmbeddedBus {
  public func offsets(
    of partitions: [TopicPartition], at time: Int64
  ) async throws(BusError) -> [TopicPartition: Int64] {
    var found: [TopicPartition: Int64] = [:]
    for partition in partitions { found[partition] = try await offset(of: partition, at: time) }
    return found
  }

  /// Looks through the partition, a stretch at a time, so that no read transaction lasts.
  private func offset(of partition: TopicPartition, at time: Int64) async throws(BusError) -> Int64 {
    let catalog = catalog
    var from: Int64 = 0
    while true {
      let start = from
      let (offset, next) = try await read { connection -> (Int64?, Int64) in
        try connection.transaction {
          let id = try catalog.partition(partition.topic, partition.partition, connection)
          let ends = try connection.ends()[id] ?? PartitionEnds(low: 0, high: 0)
          let rows = try connection.rows(
            "SELECT id, timestamp FROM records WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
            .integer(Schema.rowID(id, max(start, ends.low))), .integer(Schema.rowID(id, ends.high)),
            .init(Connection.largestRead.rows)
          ) { (Schema.offset($0.integer(0)), $0.integer(1)) }
          if let first = rows.first(where: { $0.1 >= time }) { return (first.0, 0) }
          guard let last = rows.last else { return (ends.high, 0) }
          return (nil, last.0 + 1)
        }
      }
      if let offset { return offset }
      from = next
    }
  }

  public func describeGroups() async throws(BusError) -> [GroupDescription] {
    let folder = file.membersPath
    let found = try await read { connection in
      try connection.transaction { try FoundGroup.all(connection, members: folder) }
    }
    var descriptions: [GroupDescription] = []
    for group in found {
      var partitions: [GroupDescription.PartitionLag] = []
      for partition in group.partitions {
        let lag = try await count(partition.id, from: partition.committed ?? 0)
        partitions.append(.init(partition: partition.name, committed: partition.committed, lag: lag))
      }
      descriptions.append(GroupDescription(group: group.name, members: group.members, partitions: partitions))
    }
    return descriptions
  }

  /// How many records a partition holds from an offset on, counted a stretch at a time.
  private func count(_ partition: Int64, from offset: Int64) async throws(BusError) -> Int64 {
    var count: Int64 = 0
    var from = offset
    while true {
      let start = from
      let (found, last) = try await read { connection in
        try connection.transaction {
          let ends = try connection.ends()[partition] ?? PartitionEnds(low: 0, high: 0)
          return try connection.rows(
            """
            SELECT count(*), max(id) FROM
              (SELECT id FROM records WHERE id >= ? AND id < ? ORDER BY id LIMIT ?)
            """, .integer(Schema.rowID(partition, max(start, ends.low))), .integer(Schema.rowID(partition, ends.high)),
            .init(Connection.largestRead.rows)
          ) { ($0.integer(0), $0.integer(1)) }.first ?? (0, 0)
        }
      }
      count += found
      guard found == Connection.largestRead.rows else { return count }
      from = Schema.offset(last) + 1
    }
  }
}

/// A group as the log's rows tell it.
private struct FoundGroup: Sendable {
  var name: String
  var members: [GroupDescription.Member]
  var partitions: [(name: TopicPartition, id: Int64, committed: Int64?)]

  static func all(_ connection: Connection, members folder: String) throws -> [FoundGroup] {
    let groups = try connection.rows("SELECT id, name FROM groups ORDER BY name") { ($0.integer(0), $0.text(1)) }
    return try groups.map { id, name in
      let partitions = try connection.rows(
        """
        SELECT topics.name, partitions.number, partitions.id, offsets.next, assignments.owner
        FROM partitions JOIN topics ON topics.id = partitions.topic_id
          LEFT JOIN assignments ON assignments.partition_id = partitions.id AND assignments.group_id = ?1
          LEFT JOIN offsets ON offsets.partition_id = partitions.id AND offsets.group_id = ?1
        WHERE assignments.partition_id IS NOT NULL OR offsets.partition_id IS NOT NULL
        ORDER BY topics.name, partitions.number
        """, .integer(id)
      ) { row in
        (
          name: TopicPartition(row.text(0), Int(row.integer(1))), id: row.integer(2), committed: row.optionalInteger(3),
          owner: row.optionalInteger(4)
        )
      }
      let members = try connection.rows(
        "SELECT id, instance, process FROM members WHERE group_id = ? ORDER BY id", .integer(id)
      ) { ($0.integer(0), $0.text(1), Int32(truncatingIfNeeded: $0.integer(2))) }
      return FoundGroup(
        name: name,
        members: members.filter { MemberLock.isHeld(folder: folder, member: $0.0) }.map { member, instance, process in
          GroupDescription.Member(
            id: "\(instance)-\(member)", instance: instance,
            partitions: partitions.filter { $0.owner == member }.map(\.name), responds: !isStopped(process),
            process: process)
        },
        partitions: partitions.map { ($0.name, $0.id, $0.committed) })
    }
  }
}

/// Whether a process of this machine was stopped (SIGSTOP, or a debugger).
private func isStopped(_ process: Int32) -> Bool {
  guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
    let name = status.lastIndex(of: ")")
  else { return false }
  let state = status[status.index(after: name)...].first { $0 != " " }
  return state == "T" || state == "t"
}
