import Synchronization
import TopicBus

/// A member of a group, on a ``SimulatedBus``.
struct SimulatedGroupMember: GroupMember {
  let member: Member
  let bus: SimulatedBus

  func next(
    limit: FetchLimit?, of partitions: Set<TopicPartition>, timeout: Int64
  ) async throws(BusError) -> GroupEvent? {
    try await bus.wait(milliseconds: timeout) { log throws(BusError) in
      try log.poll(self.member, limit: limit, of: partitions)
    }
  }

  func commit(_ commit: Commit) async throws(BusError) {
    try bus.change { log throws(BusError) in try log.commit(self.member, commit) }
  }

  func release(_ partitions: Set<TopicPartition>) async throws(BusError) {
    try bus.change { log throws(BusError) in try log.release(self.member, partitions) }
  }

  func seek(_ positions: [TopicPartition: Int64]) async throws(BusError) {
    try bus.change { log throws(BusError) in try log.seek(self.member, to: positions) }
  }

  func leave() async {
    bus.shared.change { $0.leave(self.member) }
  }
}

/// Reads partitions outside any group, on a ``SimulatedBus``.
final class SimulatedReader: TopicReader {
  private let bus: SimulatedBus
  private let state: Mutex<State>

  private struct State {
    var positions: [TopicPartition: Int64]
    /// Sorted, so that the same log gives the same slices.
    var order: [TopicPartition]
    /// The partition that the next slice begins with, so that none starves.
    var turn = 0
    var isClosed = false
  }

  init(positions: [TopicPartition: Int64], bus: SimulatedBus) {
    self.bus = bus
    state = Mutex(State(positions: positions, order: positions.keys.sorted()))
  }

  func next(limit: FetchLimit, timeout: Int64) async throws(BusError) -> Slice {
    let found = try await bus.wait(milliseconds: timeout) { log throws(BusError) in
      try self.read(&log, limit: limit)
    }
    return found ?? state.withLock { Slice(positions: $0.positions) }
  }

  func close() async {
    state.withLock { $0.isClosed = true }
    // Whoever waits in `next` hears of it.
    bus.shared.change { _ in }
  }

  /// What is beyond the positions now; nil when nothing is.
  private func read(_ log: inout SimulatedLog, limit: FetchLimit) throws(BusError) -> Slice? {
    try state.withLock { state throws(BusError) in
      guard !state.isClosed else { throw .closed }
      guard !state.order.isEmpty else { return nil }
      var slice = Slice(positions: state.positions)
      var rest = limit
      for step in state.order.indices {
        let partition = state.order[(state.turn + step) % state.order.count]
        let position = state.positions[partition] ?? 0
        slice.positions[partition] = try log.read(partition, from: position, limit: &rest, into: &slice.records)
      }
      guard slice.positions != state.positions else { return nil }
      state.positions = slice.positions
      state.turn = (state.turn + 1) % state.order.count
      return slice
    }
  }
}
