import SQLiteFile
import TopicBus

/// Trimming, ageing and compaction. What is to go is found by short reads and removed by short transactions, so that
/// nobody waits for it; killed anywhere, it goes on from there the next time.
extension EmbeddedBus {
  /// The most records that one transaction removes.
  private static let deletesPerTransaction = 500
  /// The most keys that one pass of compaction remembers.
  private static let keysPerPass = 100_000

  public func trim(before offsets: [TopicPartition: Int64]) async throws(BusError) {
    let catalog = catalog
    let trimmed = try await write { writer in
      let partitions = try offsets.sorted { $0.key < $1.key }.map { partition, offset in
        (try catalog.partition(partition.topic, partition.partition, writer.connection), offset)
      }
      for (partition, offset) in partitions { try writer.raiseLow(of: partition, to: offset) }
      return partitions.map { $0.0 }
    }
    #if DEBUG
      FailurePoint.trimming.reached()
    #endif
    for partition in trimmed { try await removeBelowLow(partition) }
  }

  public func maintain(now: Int64) async throws(BusError) {
    let topics = try await read { connection in try connection.transaction { try Catalog.load(connection) } }
    for topic in topics {
      for partition in topic.partitions {
        switch topic.declaration.cleanup {
        case .compacted(let keep): try await compact(partition, tombstonesBefore: now - keep)
        case .aged(let age): try await removeOld(in: partition, before: now - age)
        case .trimmed: break
        }
        try await removeBelowLow(partition)
      }
    }
  }

  /// Removes the records that a trim has put out of reach.
  private func removeBelowLow(_ partition: Int64) async throws(BusError) {
    while true {
      let removed = try await write(records: Self.deletesPerTransaction) { writer in
        try writer.removeBelowLow(partition, most: Self.deletesPerTransaction)
      }
      guard removed == Self.deletesPerTransaction else { return }
    }
  }

  // MARK: - Age

  /// Removes records older than the given time. It looks as far as it finds old ones: a stretch without any ends it.
  private func removeOld(in partition: Int64, before time: Int64) async throws(BusError) {
    var from: Int64 = 0
    while true {
      let stretch = try await rows(of: partition, from: from)
      let old = stretch.rows.filter { $0.timestamp < time }.map(\.id)
      try await remove(old)
      guard !old.isEmpty, let last = stretch.rows.last else { break }
      from = Schema.offset(last.id) + 1
    }
    if from > 0 {
      try await write { writer in try writer.raiseLowToFirst(of: partition) }
    }
  }

  // MARK: - Compaction

  /// Removes what a newer record of the same key supersedes, and tombstones older than the given time whose key had
  /// nothing else left since an earlier pass: who reads an entity now will still meet its tombstone.
  private func compact(_ partition: Int64, tombstonesBefore time: Int64) async throws(BusError) {
    while true {
      let state = try await read { connection in
        try connection.transaction { try CompactionState(partition, connection) }
      }
      guard state.cleaned < state.high || (state.tombstone ?? .max) < time else { return }
      let pass = try await newest(in: partition, from: state.cleaned, to: state.high)
      try await remove(
        in: partition, superseded: pass.offsets, below: pass.end, tombstonesBefore: time, upTo: state.cleaned)
      if pass.end >= state.high { return }
    }
  }

  /// The newest offset of each key in the part that was not compacted yet.
  private func newest(
    in partition: Int64, from: Int64, to end: Int64
  ) async throws(BusError) -> (offsets: [[UInt8]: Int64], end: Int64) {
    var offsets: [[UInt8]: Int64] = [:]
    var from = from
    while from < end, offsets.count < Self.keysPerPass {
      let stretch = try await rows(of: partition, from: from)
      for row in stretch.rows where Schema.offset(row.id) < end { offsets[row.key] = Schema.offset(row.id) }
      from = stretch.next
    }
    return (offsets, min(from, end))
  }

  private func remove(
    in partition: Int64, superseded newest: [[UInt8]: Int64], below end: Int64, tombstonesBefore time: Int64,
    upTo cleaned: Int64
  ) async throws(BusError) {
    var from: Int64 = 0
    var oldestTombstone: Int64?
    while from < end {
      let stretch = try await rows(of: partition, from: from)
      var removed: [Int64] = []
      for row in stretch.rows where Schema.offset(row.id) < end {
        if let newer = newest[row.key], newer > Schema.offset(row.id) {
          removed.append(row.id)
        } else if row.isTombstone {
          // What it erased lies before it, and is gone since the pass before.
          if row.timestamp < time, Schema.offset(row.id) < cleaned {
            removed.append(row.id)
          } else {
            oldestTombstone = min(oldestTombstone ?? .max, row.timestamp)
          }
        }
      }
      try await remove(removed)
      from = stretch.next
    }
    let oldest = oldestTombstone
    try await write { writer in
      try writer.connection.run(
        "UPDATE partitions SET cleaned = max(cleaned, ?), tombstone = ? WHERE id = ?", .integer(end), .init(oldest),
        .integer(partition))
    }
    #if DEBUG
      FailurePoint.compacted.reached()
    #endif
  }

  // MARK: - Reading and removing by stretches

  private struct Row: Sendable {
    var id: Int64
    var timestamp: Int64
    var key: [UInt8]
    var isTombstone: Bool
  }

  /// Some records from an offset on, and where the next ones are looked for: the partition's end when there are none.
  private func rows(of partition: Int64, from: Int64) async throws(BusError) -> (rows: [Row], next: Int64) {
    try await read { connection in
      try connection.transaction {
        let ends = try connection.ends()[partition] ?? PartitionEnds(low: 0, high: 0)
        let rows = try connection.rows(
          "SELECT id, timestamp, key, value IS NULL FROM records WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
          .integer(Schema.rowID(partition, max(from, ends.low))), .integer(Schema.rowID(partition, ends.high)),
          .init(Connection.largestRead.rows)
        ) { row in
          Row(id: row.integer(0), timestamp: row.integer(1), key: Array(row.bytes(2)), isTombstone: row.integer(3) != 0)
        }
        let isWhole = rows.count < Connection.largestRead.rows
        return (rows, isWhole ? ends.high : rows.last.map { Schema.offset($0.id) + 1 } ?? ends.high)
      }
    }
  }

  private func remove(_ rows: [Int64]) async throws(BusError) {
    var rest = rows[...]
    while !rest.isEmpty {
      let part = rest.prefix(Self.deletesPerTransaction)
      rest = rest.dropFirst(part.count)
      try await write(records: part.count) { writer in
        for row in part { try writer.connection.run("DELETE FROM records WHERE id = ?", .integer(row)) }
      }
      #if DEBUG
        FailurePoint.compacting.reached()
      #endif
    }
  }
}

private struct CompactionState {
  var high: Int64 = 0
  var cleaned: Int64 = 0
  var tombstone: Int64?

  init(_ partition: Int64, _ connection: Connection) throws {
    for row in try connection.rows(
      "SELECT high, cleaned, tombstone FROM partitions WHERE id = ?", .integer(partition),
      make: { ($0.integer(0), $0.integer(1), $0.optionalInteger(2)) })
    {
      (high, cleaned, tombstone) = row
    }
  }
}

extension Writer {
  /// Lets a partition begin at an offset; it never begins earlier again, nor beyond its end.
  func raiseLow(of partition: Int64, to offset: Int64) throws {
    try writeHighs()
    try connection.run(
      "UPDATE partitions SET low = max(low, min(high, ?)) WHERE id = ?", .integer(offset), .integer(partition))
  }

  /// Lets a partition begin at the first record that is there.
  func raiseLowToFirst(of partition: Int64) throws {
    try writeHighs()
    let high = try connection.integer("SELECT high FROM partitions WHERE id = ?", .integer(partition)) ?? 0
    let first = try connection.integer(
      "SELECT min(id) FROM records WHERE id >= ? AND id < ?", .integer(Schema.rowID(partition, 0)),
      .integer(Schema.rowID(partition, high)))
    try raiseLow(of: partition, to: first.map(Schema.offset) ?? high)
  }

  /// - Returns: how many records it removed.
  func removeBelowLow(_ partition: Int64, most: Int) throws -> Int {
    let low = try connection.integer("SELECT low FROM partitions WHERE id = ?", .integer(partition)) ?? 0
    let before = connection.changes
    try connection.run(
      "DELETE FROM records WHERE id IN (SELECT id FROM records WHERE id >= ? AND id < ? ORDER BY id LIMIT ?)",
      .integer(Schema.rowID(partition, 0)), .integer(Schema.rowID(partition, low)), .init(most))
    return Int(connection.changes - before)
  }
}
