import TopicBus

/// One partition of the log: its records, and the transactions that are open in it.
///
/// What a transaction wrote takes its place at once and is seen once the transaction's marker has come, but never before
/// everything below it: committed reading ends at ``stableEnd``, as on Kafka. An aborted transaction's records are taken
/// out and leave a gap; a marker, where the log has them, is a gap of one.
struct SimulatedPartition: Sendable {
  /// By offset, ascending, with gaps. Those of open transactions are among them.
  private(set) var records: [Record] = []
  /// The first offset that is there. Only trimming and age move it; compaction leaves gaps.
  private(set) var low: Int64 = 0
  /// The offset after the last one, records of open transactions and markers included.
  private(set) var high: Int64 = 0
  /// Where the last compaction ended.
  private var cleaned: Int64 = 0
  /// In the order in which they began here.
  private var open: [Open] = []

  private struct Open: Sendable {
    let transaction: Int
    var offsets: [Int64]
  }

  /// Where committed reading ends: the first offset of the oldest transaction still open here, or the end.
  var stableEnd: Int64 { open.first?.offsets.first ?? high }

  /// Adds a record, under an open transaction if one is given, and gives its offset.
  mutating func append(_ outgoing: Outgoing, transaction: Int? = nil) -> Int64 {
    let offset = high
    high += 1
    records.append(
      Record(
        topic: outgoing.topic, partition: outgoing.partition, offset: offset, key: outgoing.key,
        value: outgoing.value, headers: outgoing.headers, timestamp: outgoing.timestamp))
    guard let transaction else { return offset }
    if let index = open.firstIndex(where: { $0.transaction == transaction }) {
      open[index].offsets.append(offset)
    } else {
      open.append(Open(transaction: transaction, offsets: [offset]))
    }
    return offset
  }

  /// Ends a transaction here: its records become visible, or go.
  mutating func close(transaction: Int, committed: Bool, marker: Bool) {
    guard let index = open.firstIndex(where: { $0.transaction == transaction }) else { return }
    let ended = open.remove(at: index)
    if !committed, let first = ended.offsets.first {
      var gone = ended.offsets[...]
      let start = self.index(of: first)
      let kept = records[start...].filter { record in
        guard record.offset == gone.first else { return true }
        gone.removeFirst()
        return false
      }
      records.replaceSubrange(start..., with: kept)
    }
    if marker { high += 1 }
  }

  /// Committed records from an offset on, and where a reader stands after them: at ``stableEnd`` once it has seen all.
  ///
  /// Takes from the limit what it brings; brings at least one record, however large, when there is one and `limit.bytes`
  /// is not used up.
  func read(from offset: Int64, limit: inout FetchLimit, into found: inout [Record]) -> Int64 {
    let end = stableEnd
    var index = self.index(of: offset)
    while index < records.count, records[index].offset < end {
      guard limit.records > 0, limit.bytes > 0 else { return max(offset, records[index].offset) }
      found.append(records[index])
      limit.records -= 1
      limit.bytes -= records[index].size
      index += 1
    }
    return max(offset, end)
  }

  /// How many committed records there are from an offset on.
  func count(from offset: Int64) -> Int64 {
    Int64(max(0, index(of: stableEnd) - index(of: offset)))
  }

  /// The first offset whose record is not older than a time; the end where there is none.
  func offset(at time: Int64) -> Int64 {
    records.first { $0.timestamp >= time }?.offset ?? high
  }

  /// Removes what lies below an offset, but nothing that is not yet decided.
  mutating func trim(before offset: Int64) {
    let cut = min(offset, stableEnd)
    guard cut > low else { return }
    records.removeFirst(index(of: cut))
    low = cut
  }

  /// Removes the oldest records while they are older than a time.
  mutating func age(before time: Int64) {
    let end = stableEnd
    let kept = records.first { $0.offset >= end || $0.timestamp >= time }
    trim(before: kept?.offset ?? end)
  }

  /// Removes what a newer committed record of the same key supersedes, and tombstones older than a time that stood here
  /// alone already: who reads an entity now will still meet its tombstone.
  mutating func compact(tombstonesBefore time: Int64) {
    let end = stableEnd
    let cleaned = self.cleaned
    var newest: [[UInt8]: Int64] = [:]
    for record in records where record.offset < end { newest[record.key] = record.offset }
    records.removeAll { record in
      guard record.offset < end else { return false }
      let isOld = record.value == nil && record.timestamp < time && record.offset < cleaned
      return newest[record.key] != record.offset || isOld
    }
    self.cleaned = end
  }

  /// The index of the first record at or above an offset.
  private func index(of offset: Int64) -> Int {
    var below = 0
    var above = records.count
    while below < above {
      let middle = (below + above) / 2
      if records[middle].offset < offset { below = middle + 1 } else { above = middle }
    }
    return below
  }
}
