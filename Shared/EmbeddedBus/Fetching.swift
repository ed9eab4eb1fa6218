import SQLiteFile
import TopicBus

/// A place in a partition from which records are read.
struct Cursor: Sendable {
  let partition: TopicPartition
  let id: Int64
  /// The offset to read next.
  var position: Int64
}

extension Connection {
  /// The most that one read transaction takes, so that the WAL can begin anew.
  static let largestRead = (rows: 5_000, time: Duration.milliseconds(50))

  /// Reads on from the cursors, in their order, and moves them; inside a read transaction.
  ///
  /// Brings one record at least when there is one, however large it is.
  ///
  /// - Throws: ``BusError/offsetOutOfRange(_:offset:low:)`` when the first thing it comes to was removed.
  func fetch(_ cursors: inout [Cursor], _ limit: FetchLimit) throws -> [Record] {
    let ends = try statement("SELECT low, high FROM partitions WHERE id = ?")
    let select = try statement(
      "SELECT id, timestamp, key, value, headers FROM records WHERE id >= ? AND id < ? ORDER BY id LIMIT ?")
    defer {
      ends.reset()
      select.reset()
    }
    let deadline = ContinuousClock.now + Self.largestRead.time
    let most = min(limit.records, Self.largestRead.rows)
    var records: [Record] = []
    var bytes = 0
    for index in cursors.indices {
      guard records.count < most, bytes < limit.bytes else { break }
      let cursor = cursors[index]
      try ends.bind([.integer(cursor.id)])
      _ = try ends.step()
      let (low, high) = (ends.integer(0), ends.integer(1))
      ends.reset()
      guard cursor.position >= low else {
        if records.isEmpty {
          throw BusError.offsetOutOfRange(cursor.partition, offset: cursor.position, low: low)
        }
        break
      }
      guard cursor.position < high else { continue }
      try select.bind([
        .integer(Schema.rowID(cursor.id, cursor.position)), .integer(Schema.rowID(cursor.id, high)),
        .init(most - records.count),
      ])
      var isAtEnd = true
      while try select.step() {
        let record = try record(of: select, in: cursor.partition)
        bytes += record.size
        cursors[index].position = record.offset + 1
        records.append(record)
        if bytes >= limit.bytes || records.count >= most
          || (records.count % 256 == 0 && ContinuousClock.now >= deadline)
        {
          isAtEnd = false
          break
        }
      }
      select.reset()
      // The last records may have been compacted away: the end is further than the last one read.
      if isAtEnd { cursors[index].position = high }
      if ContinuousClock.now >= deadline { break }
    }
    return records
  }

  private func record(of row: Statement, in partition: TopicPartition) throws -> Record {
    let offset = Schema.offset(row.integer(0))
    guard let headers = Headers(packed: row.bytes(4)) else {
      throw BusError.corrupt(
        "\(partition) at \(offset): its headers cannot be read: take back the last backup with `bourse restore`")
    }
    return Record(
      topic: partition.topic, partition: partition.partition, offset: offset, key: Array(row.bytes(2)),
      value: row.isNull(3) ? nil : Array(row.bytes(3)), headers: headers, timestamp: row.integer(1))
  }
}
