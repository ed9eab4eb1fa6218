import Collections
import TopicBus

/// What is read of tables, less what newer records of the same keys replace: the log as compaction would leave it.
///
/// Until its log is compacted a key may have hundreds of versions there, and making a value of one costs far more than
/// reading it. So whoever reads a table to its end holds records back for a while, and hands on what was not replaced
/// meanwhile, in the log's order. A key whose newest record cannot be read has no value then, as after compaction.
package struct NewestRecords: Sendable {
  /// Topics of which nothing is held back.
  private let passing: Set<String>
  /// How many bytes of records are held back at most.
  private let most: Int
  /// In the order in which they came; nil where a newer one came.
  private var held: Deque<Record?> = []
  /// How many were taken from the front of `held` since the beginning.
  private var gone = 0
  /// Where in all that ever came each key's record is.
  private var places: [StateKey: Int] = [:]
  /// How many bytes of records are held back.
  package private(set) var bytes = 0

  /// - Parameters:
  ///   - passing: topics of which every record is needed, see ``Topology/unreplaced``.
  ///   - most: how many bytes of records are held back at most.
  package init(passing: Set<String>, most: Int = 64 << 20) {
    self.passing = passing
    self.most = most
  }

  /// How many records are held back.
  package var count: Int { places.count }

  /// Holds records back, each in place of an older one of its key.
  ///
  /// - Returns: those of which nothing is held back.
  /// - Complexity: O(1) for each, amortised.
  package mutating func hold(_ records: [Record]) -> [Record] {
    var others: [Record] = []
    for record in records {
      if passing.contains(record.topic) { others.append(record) } else { hold(record) }
    }
    return others
  }

  private mutating func hold(_ record: Record) {
    let key = StateKey(partition: record.topicPartition, key: record.key)
    if let place = places.updateValue(gone + held.count, forKey: key) {
      bytes -= held[place - gone]?.size ?? 0
      held[place - gone] = nil
    }
    held.append(record)
    bytes += record.size
    if held.count > 2 * places.count + 1_000 { closeGaps() }
  }

  /// The oldest of what there is no room for any more, little enough to be taken in at once; empty when there is room.
  package mutating func takeExcess() -> [Record] { bytes > most ? takeSome() : [] }

  /// The oldest of all, little enough to be taken in at once; empty when there is none.
  package mutating func takeSome() -> [Record] {
    var taken: [Record] = []
    var size = 0
    while taken.count < 5_000, size < 8 << 20, let next = held.popFirst() {
      gone += 1
      guard let next else { continue }
      places[StateKey(partition: next.topicPartition, key: next.key)] = nil
      size += next.size
      taken.append(next)
    }
    bytes -= size
    return taken
  }

  private mutating func closeGaps() {
    held = Deque(held.lazy.filter { $0 != nil })
    for (index, record) in held.enumerated() {
      guard let record else { continue }
      places[StateKey(partition: record.topicPartition, key: record.key)] = gone + index
    }
  }
}
