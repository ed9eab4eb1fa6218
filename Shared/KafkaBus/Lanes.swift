import TopicBus

/// What was fetched of each partition and not taken yet, and where its taker stands. A value behind a lock.
struct Lanes {
  private(set) var lanes: [TopicPartition: Lane] = [:]
  private(set) var bytes = 0
  private(set) var count = 0
  private var lastServed: TopicPartition?

  struct Lane {
    /// Taken from the front; `head` is the first that is there.
    var records: [Record] = []
    var head = 0
    var bytes = 0
    /// Where its taker stands.
    var position: Int64
    /// Where fetching stands: beyond the last record here, or the end of the partition.
    var tail: Int64
    /// Fetching has come to the end, as far as was told.
    var isAtEnd = false
    /// librdkafka was told to fetch no more of it.
    var isPaused = false
    /// Its next records cannot be had.
    var trouble: BusError?

    var isEmpty: Bool { head == records.count }
  }

  /// Begins partitions anew, at these offsets.
  mutating func open(_ offsets: [TopicPartition: Int64]) {
    for (partition, offset) in offsets {
      close([partition])
      lanes[partition] = Lane(position: offset, tail: offset)
    }
  }

  mutating func close(_ partitions: some Sequence<TopicPartition>) {
    for partition in partitions {
      guard let lane = lanes.removeValue(forKey: partition) else { continue }
      bytes -= lane.bytes
      count -= lane.records.count - lane.head
    }
  }

  /// Goes on from another place; what was fetched is dropped.
  mutating func seek(_ partition: TopicPartition, to offset: Int64) {
    guard let isPaused = lanes[partition]?.isPaused else { return }
    open([partition: offset])
    lanes[partition]?.isPaused = isPaused
  }

  /// Takes what was fetched of a partition, in offset order.
  ///
  /// - Parameter size: of all of them, as ``Record/size`` says.
  mutating func add(_ records: [Record], bytes size: Int, to partition: TopicPartition) {
    guard !records.isEmpty, var lane = lanes.removeValue(forKey: partition) else { return }
    defer { lanes[partition] = lane }
    var next = lane.tail
    let ascend = records.indices.allSatisfy { index in
      defer { next = records[index].offset + 1 }
      return records[index].offset >= next
    }
    if ascend {
      append(records, size, to: &lane)
    } else {
      // What is below was here before: librdkafka can bring records again after a pause (2.0.2).
      for record in records where record.offset >= lane.tail { append([record], record.size, to: &lane) }
    }
  }

  private mutating func append(_ records: [Record], _ size: Int, to lane: inout Lane) {
    if lane.records.isEmpty { lane.records = records } else { lane.records += records }
    lane.tail = (records.last?.offset ?? lane.tail - 1) + 1
    lane.isAtEnd = false
    lane.bytes += size
    bytes += size
    count += records.count
  }

  /// A partition is fetched to its end.
  mutating func reachedEnd(_ partition: TopicPartition, _ end: Int64) {
    guard var lane = lanes[partition], end >= lane.tail else { return }
    lane.tail = end
    lane.isAtEnd = true
    if lane.isEmpty { lane.position = end }
    lanes[partition] = lane
  }

  /// The partitions of which more is to come, or word of their end, in order.
  var expecting: [TopicPartition] { lanes.filter { !$1.isPaused && !$1.isAtEnd }.keys.sorted() }

  mutating func note(_ trouble: BusError, in partition: TopicPartition) { lanes[partition]?.trouble = trouble }
  mutating func setPaused(_ isPaused: Bool, _ partition: TopicPartition) { lanes[partition]?.isPaused = isPaused }

  /// Takes records of the wanted partitions, beginning with the one after the one that was served last.
  ///
  /// - Returns: nil when there is none of them.
  /// - Throws: what stands in the way of a wanted partition whose records are all taken.
  mutating func take(_ limit: FetchLimit, of wanted: [TopicPartition]) throws(BusError) -> [Record]? {
    var found: [Record] = []
    var size = 0
    let start = lastServed.flatMap { last in wanted.firstIndex { $0 > last } } ?? 0
    for partition in wanted[start...] + wanted[..<start] {
      guard found.count < limit.records, size < limit.bytes || found.isEmpty else { break }
      guard var lane = lanes[partition] else { continue }
      if lane.isEmpty {
        if let trouble = lane.trouble, found.isEmpty { throw trouble }
        continue
      }
      lanes[partition] = nil
      take(&lane, limit, &found, &size)
      lanes[partition] = lane
      lastServed = partition
    }
    return found.isEmpty ? nil : found
  }

  private mutating func take(_ lane: inout Lane, _ limit: FetchLimit, _ found: inout [Record], _ size: inout Int) {
    let first = lane.head
    var taken = 0
    if found.count + lane.records.count - first <= limit.records, size + lane.bytes <= limit.bytes {
      // All of it fits.
      (lane.head, taken) = (lane.records.count, lane.bytes)
    }
    while !lane.isEmpty, found.count + (lane.head - first) < limit.records {
      let bytes = lane.records[lane.head].size
      if found.count + (lane.head - first) > 0, size + taken + bytes > limit.bytes { break }
      taken += bytes
      lane.head += 1
    }
    guard lane.head > first else { return }
    lane.position = lane.records[lane.head - 1].offset + 1
    size += taken
    bytes -= taken
    count -= lane.head - first
    lane.bytes -= taken
    if found.isEmpty, first == 0, lane.isEmpty {
      // All of it: handed over without a copy.
      found = lane.records
      lane.records = []
      lane.head = 0
    } else {
      found += lane.records[first..<lane.head]
      if lane.isEmpty {
        lane.records = []
        lane.head = 0
      } else if lane.head > lane.records.count / 2 {
        lane.records.removeFirst(lane.head)
        lane.head = 0
      }
    }
    if lane.isEmpty { lane.position = lane.tail }
  }
}
