import DequeModule
import TopicBus

/// What was fetched of each partition and not taken yet, and where its taker stands. A value behind a lock.
struct Lanes {
  private(set) var lanes: [TopicPartition: Lane] = [:]
  private(set) var bytes = 0
  private(set) var count = 0
  private var lastServed: TopicPartition?

  struct Lane {
    /// Taken from the front.
    var fetched: Deque<Fetched> = []
    /// So many at the front are read, and keep nothing of librdkafka's.
    var read = 0
    /// So many at the front are to be read here, as nobody took them for long.
    var aged = 0
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

    var isEmpty: Bool { fetched.isEmpty }
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
      for fetched in lane.fetched { fetched.drop() }
      bytes -= lane.bytes
      count -= lane.fetched.count
    }
  }

  /// Goes on from another place; what was fetched is dropped.
  mutating func seek(_ partition: TopicPartition, to offset: Int64) {
    guard let isPaused = lanes[partition]?.isPaused else { return }
    open([partition: offset])
    lanes[partition]?.isPaused = isPaused
  }

  /// Moves what was fetched of a partition here, in offset order.
  mutating func add(_ fetched: inout Deque<Fetched>, to partition: TopicPartition) {
    guard var lane = lanes.removeValue(forKey: partition) else {
      while let next = fetched.popFirst() { next.drop() }
      return
    }
    defer { lanes[partition] = lane }
    while let next = fetched.popFirst() {
      // What is below was here before: librdkafka can bring records again after a pause (2.0.2).
      guard next.offset >= lane.tail else {
        next.drop()
        continue
      }
      lane.tail = next.offset + 1
      lane.isAtEnd = false
      lane.bytes += next.size
      bytes += next.size
      count += 1
      lane.fetched.append(next)
    }
  }

  // MARK: - What nobody takes

  /// Reads some of what has been here since ``age()`` was called last.
  ///
  /// Without it, one message that nobody takes would keep an answer of many megabytes; and the next, another.
  ///
  /// - Parameter most: how many.
  /// - Returns: whether there is more of it.
  mutating func readAged(most: Int, _ reading: inout MessageReading) -> Bool {
    var left = most
    for partition in lanes.keys where lanes[partition].map({ $0.read < $0.aged }) ?? false {
      guard var lane = lanes.removeValue(forKey: partition) else { continue }
      while left > 0, lane.read < lane.aged {
        lane.fetched[lane.read].settle(&reading)
        lane.read += 1
        left -= 1
      }
      lanes[partition] = lane
      if left == 0 { return true }
    }
    return false
  }

  /// Takes all that is here for aged.
  mutating func age() {
    for (partition, lane) in lanes { lanes[partition]?.aged = lane.fetched.count }
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
  /// - Returns: nil when there is none of them. Who gets them reads them.
  /// - Throws: what stands in the way of a wanted partition whose records are all taken.
  mutating func take(_ limit: FetchLimit, of wanted: [TopicPartition]) throws(BusError) -> Deque<Fetched>? {
    var found: Deque<Fetched> = []
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

  private mutating func take(_ lane: inout Lane, _ limit: FetchLimit, _ found: inout Deque<Fetched>, _ size: inout Int)
  {
    let before = found.count
    var taken = 0
    while found.count < limit.records, !lane.isEmpty {
      if !found.isEmpty, size + taken + lane.fetched[0].size > limit.bytes { break }
      guard let next = lane.fetched.popFirst() else { break }
      taken += next.size
      lane.position = next.offset + 1
      found.append(next)
    }
    lane.read = max(0, lane.read - (found.count - before))
    lane.aged = max(0, lane.aged - (found.count - before))
    size += taken
    bytes -= taken
    count -= found.count - before
    lane.bytes -= taken
    if lane.isEmpty {
      lane.fetched = []
      lane.position = lane.tail
    }
  }
}
