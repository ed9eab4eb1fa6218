import DequeModule
import TopicBus

/// What was polled and is not in the lanes yet. For one thread.
///
/// It goes there before lanes are opened or closed: what was polled earlier would pass for what is fetched from the new
/// place on, and what that brings, for a repetition.
struct InHand {
  private var runs: [(partition: TopicPartition, fetched: Deque<Fetched>)] = []
  /// By what the last run is known while it is polled.
  private var place: (topic: OpaquePointer?, partition: Int32) = (nil, -1)
  /// What was polled that is no record.
  private var effects: [@Sendable (inout Lanes) -> Void] = []

  /// - Parameters:
  ///   - place: librdkafka's topic object and the partition.
  ///   - name: the same by name; asked for when the place is another than that of the record before.
  mutating func hold(
    _ fetched: Fetched, from place: (topic: OpaquePointer?, partition: Int32), _ name: () -> TopicPartition
  ) {
    if runs.isEmpty || self.place != place {
      self.place = place
      runs.append((name(), []))
    }
    runs[runs.count - 1].fetched.append(fetched)
  }

  mutating func hold(_ effect: @escaping @Sendable (inout Lanes) -> Void) { effects.append(effect) }

  /// Moves all into the lanes.
  mutating func handOver(to lanes: inout Lanes) {
    for index in runs.indices {
      let partition = runs[index].partition
      lanes.add(&runs[index].fetched, to: partition)
    }
    for effect in effects { effect(&lanes) }
    self = InHand()
  }
}
