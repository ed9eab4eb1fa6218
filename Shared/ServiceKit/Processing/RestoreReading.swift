import CooperationModel
import TopicBus

/// How far a table is read that must be read to its end: what the shell carries from read to read.
///
/// It ends where the partitions ended when reading began, as an uncommitted reader sees them: stopping at the last stable
/// offset could miss committed state (KAFKA-10167). What was written meanwhile is read too, see ``follow(_:)``.
package struct RestoreReading: Sendable {
  /// Where each partition is to be read to.
  package private(set) var ends: [TopicPartition: Int64]
  /// Where each is read on from.
  package private(set) var positions: [TopicPartition: Int64]
  /// Partitions of which a window alone is needed: their records age, and none takes another's place.
  private var aging: Set<TopicPartition> = []
  /// What was read and newer records may replace.
  package var newest: NewestRecords
  private var roundsLeft = Self.rounds
  /// How often what was written meanwhile is read at most: a topic may be written to all the time.
  private static var rounds: Int { 5 }

  /// - Parameter passing: topics of which every record is needed, see ``Topology/unreplaced``.
  package init(
    from starts: [TopicPartition: Int64], to ends: [TopicPartition: PartitionEnds], passing: Set<String>
  ) {
    self.ends = ends.mapValues(\.high)
    positions = starts
    newest = NewestRecords(passing: passing)
  }

  /// - Parameters:
  ///   - ends: of the plan's partitions, as the restore begins.
  ///   - since: where those begin of which a window alone is needed.
  ///   - passing: topics of which every record is needed, see ``Topology/unreplaced``.
  package init(
    _ plan: RestorePlan, ends: [TopicPartition: PartitionEnds], since: [TopicPartition: Int64],
    passing: Set<String>
  ) {
    var starts: [TopicPartition: Int64] = [:]
    for source in plan.sources {
      starts[source.partition] = since[source.partition] ?? ends[source.partition]?.low ?? 0
    }
    self.init(from: starts, to: ends, passing: passing)
    aging = Set(plan.sources.filter { $0.window != nil }.map(\.partition))
  }

  /// Takes in where the partitions end now, once all is read to where they ended before.
  ///
  /// Compaction removes a record for a newer one of its key. When that newer one lies beyond the end and the older one
  /// went before it was read, the key would be missing altogether: an entity that is there would be taken for erased.
  ///
  /// - Returns: whether there is more to read.
  package mutating func follow(_ ends: [TopicPartition: PartitionEnds]) -> Bool {
    guard roundsLeft > 0 else { return false }
    roundsLeft -= 1
    for (partition, end) in ends where self.ends[partition] != nil && !aging.contains(partition) {
      self.ends[partition] = max(end.high, self.ends[partition] ?? 0)
    }
    return !missing.isEmpty
  }

  /// The partitions that are not read to their end, in order.
  package var missing: [TopicPartition] {
    ends.filter { $0.value > positions[$0.key] ?? 0 }.keys.sorted()
  }

  /// The first of them.
  package var next: TopicPartition? { ends.filter { $0.value > positions[$0.key] ?? 0 }.keys.min() }

  /// How many offsets are left to read.
  package var left: Int64 { ends.reduce(0) { $0 + max(0, $1.value - (positions[$1.key] ?? 0)) } }

  package mutating func reached(_ positions: [TopicPartition: Int64]) {
    self.positions.merge(positions) { max($0, $1) }
  }
}

extension RestorePlan.Source {
  /// The time from which on its records are needed; nil: all of them.
  package func start(now: Instant) -> Instant? { window.map { now - $0 } }
}
