import Synchronization
import TopicBus

/// Reads partitions outside any group.
final class EmbeddedReader: TopicReader {
  private struct State {
    var cursors: [Cursor]
    var isClosed = false
  }

  private let bus: EmbeddedBus
  private let state: Mutex<State>

  init(bus: EmbeddedBus, cursors: [Cursor]) {
    self.bus = bus
    state = Mutex(State(cursors: cursors))
  }

  func next(limit: FetchLimit, timeout: Int64) async throws(BusError) -> Slice {
    let deadline = ContinuousClock.now + .milliseconds(timeout)
    while true {
      let (cursors, isClosed) = state.withLock { ($0.cursors, $0.isClosed) }
      guard !isClosed else { throw .closed }
      let count = bus.doorbell.count
      let (records, moved) = try await bus.read { connection in
        try connection.transaction {
          var moved = cursors
          return (try connection.fetch(&moved, limit), moved)
        }
      }
      // The partition served last comes last, so that one with many records does not keep the others waiting.
      let served = moved.lastIndex { cursor in records.last?.topicPartition == cursor.partition }
      state.withLock { $0.cursors = served.map { Array(moved[($0 + 1)...] + moved[...$0]) } ?? moved }
      let hasMoved = zip(cursors, moved).contains { $0.position != $1.position }
      if hasMoved || timeout <= 0 || Task.isCancelled || ContinuousClock.now >= deadline {
        return Slice(
          records: records,
          positions: Dictionary(uniqueKeysWithValues: moved.map { ($0.partition, $0.position) }))
      }
      let interest = Interest(places: moved.map { ($0.id, $0.position) })
      await bus.doorbell.wait(after: count, for: interest, until: deadline, by: self) {
        self.state.withLock { $0.isClosed }
      }
    }
  }

  func close() async {
    state.withLock { $0.isClosed = true }
    bus.doorbell.wake(self)
  }
}
