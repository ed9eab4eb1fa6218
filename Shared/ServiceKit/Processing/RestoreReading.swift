import CooperationModel
import TopicBus

/// How far a table is read that must be read to its end: what the shell carries from read to read.
///
/// It ends where the partitions ended when reading began, as an uncommitted reader sees them: stopping at the last stable
/// offset could miss committed state (KAFKA-10167).
package struct RestoreReading: Sendable {
  /// Where each partition is to be read to.
  package let ends: [TopicPartition: Int64]
  /// Where each is read on from.
  package private(set) var positions: [TopicPartition: Int64]

  package init(from starts: [TopicPartition: Int64], to ends: [TopicPartition: PartitionEnds]) {
    self.ends = ends.mapValues(\.high)
    positions = starts
  }

  /// - Parameters:
  ///   - ends: of the plan's partitions, as the restore begins.
  ///   - since: where those begin of which a window alone is needed.
  package init(_ plan: RestorePlan, ends: [TopicPartition: PartitionEnds], since: [TopicPartition: Int64]) {
    var starts: [TopicPartition: Int64] = [:]
    for source in plan.sources {
      starts[source.partition] = since[source.partition] ?? ends[source.partition]?.low ?? 0
    }
    self.init(from: starts, to: ends)
  }

  /// The partitions that are not read to their end, in order.
  package var missing: [TopicPartition] {
    ends.keys.filter { ends[$0] ?? 0 > positions[$0] ?? 0 }.sorted()
  }

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
