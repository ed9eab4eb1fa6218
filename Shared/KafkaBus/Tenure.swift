import Synchronization
import TopicBus

/// What a member owns, under which generation, and what its caller has still to be told.
final class Tenure: Sendable {
  private struct State {
    /// Of the current assignment; nil between two.
    var metadata: GroupMetadata?
    var owned: Set<TopicPartition> = []
    var committed: [TopicPartition: Int64] = [:]
    /// Asked back, and not given up yet.
    var revoked: Set<TopicPartition> = []
    var events: [GroupEvent] = []
    var rest: Rest?
    var hasLeft = false
  }

  /// What its caller gave up and may get back as it was left.
  private struct Rest {
    /// All of which the caller has to hear what became.
    var partitions: Set<TopicPartition>
    /// Those that nobody else has had.
    var unmoved: Set<TopicPartition>
    /// The last metadata under which that was so: a generation that this member was not in may have had another owner.
    var metadata: GroupMetadata

    func unmoved(under now: GroupMetadata) -> Set<TopicPartition> {
      now.memberID == metadata.memberID && now.generation == metadata.generation + 1 ? unmoved : []
    }
  }

  private let state = Mutex(State())

  var hasLeft: Bool { state.withLock { $0.hasLeft } }
  var metadata: GroupMetadata? { state.withLock { $0.metadata } }
  /// Whether the caller has still to give something up.
  var isRevoking: Bool { state.withLock { !$0.revoked.isEmpty } }

  func nextEvent() -> GroupEvent? {
    state.withLock { state in
      guard !state.events.isEmpty else { return nil }
      let event = state.events.removeFirst()
      if case .assigned = event { state.rest = nil }
      return event
    }
  }

  /// - Returns: false when it had left before.
  func leave() -> Bool {
    state.withLock { state in
      defer {
        state.hasLeft = true
        state.events = []
        state.owned = []
        state.revoked = []
        state.rest = nil
      }
      return !state.hasLeft
    }
  }

  // MARK: Assignment and revocation

  /// It is assigned these, and nothing else.
  func assigned(_ assignment: Assignment) {
    state.withLock { state in
      guard !state.hasLeft else { return }
      var assignment = assignment
      if let rest = state.rest {
        let gone = rest.partitions.subtracting(assignment.partitions)
        if !gone.isEmpty { state.events.append(.lost(gone)) }
        assignment.unmoved = rest.unmoved(under: assignment.metadata).intersection(assignment.partitions)
        state.rest?.partitions.subtract(gone)
      }
      state.metadata = assignment.metadata
      state.owned = assignment.partitions
      state.committed = assignment.committed
      state.events.append(.assigned(assignment))
    }
  }

  /// It is assigned nothing.
  func assignedNothing() {
    state.withLock { state in
      if let rest = state.rest, !rest.partitions.isEmpty { state.events.append(.lost(rest.partitions)) }
      state.rest = nil
    }
  }

  /// All that it has is asked back. What its caller was never told of is gone without a word.
  ///
  /// - Returns: whether the caller has something to give up.
  func revoke() -> Bool {
    state.withLock { state in
      dropUntold(&state)
      guard !state.owned.isEmpty else {
        state.metadata = nil
        return false
      }
      state.revoked = state.owned
      if let metadata = state.metadata {
        state.rest = Rest(partitions: state.owned, unmoved: state.owned, metadata: metadata)
      }
      state.events.append(.suspended(state.owned))
      return true
    }
  }

  /// All that it has is another's.
  func lose() {
    state.withLock { state in
      dropUntold(&state)
      // Whatever it was asked for is no longer its own to give.
      state.events.removeAll { if case .suspended = $0 { true } else { false } }
      let gone = state.owned.union(state.rest?.partitions ?? [])
      if !gone.isEmpty { state.events.append(.lost(gone)) }
      state.rest = nil
      state.owned = []
      state.revoked = []
      state.metadata = nil
    }
  }

  private func dropUntold(_ state: inout State) {
    for (index, event) in state.events.enumerated() {
      guard case .assigned(let assignment) = event else { continue }
      state.events.remove(at: index)
      state.owned = []
      state.rest?.unmoved = assignment.unmoved
      state.rest?.metadata = assignment.metadata
      return
    }
  }

  /// - Returns: what was given up: partitions of one number change hands together.
  func release(_ partitions: Set<TopicPartition>) -> Set<TopicPartition> {
    state.withLock { state in
      let numbers = Set(partitions.map(\.partition))
      let given = state.owned.filter { numbers.contains($0.partition) }
      state.owned.subtract(given)
      state.revoked.subtract(given)
      if state.owned.isEmpty { state.metadata = nil }
      return given
    }
  }

  // MARK: Commits

  /// What can be told without the broker, which is the judge of the rest: it knows generations, not who owns what.
  func check(_ commit: Commit, group: String) throws(BusError) {
    let refusal = state.withLock { state -> BusError? in
      if state.hasLeft { return .closed }
      let metadata = commit.metadata
      guard metadata.generation >= 0, !metadata.memberID.isEmpty, metadata == state.metadata else {
        return .fenced("\(metadata.memberID) in generation \(metadata.generation) is not of \(group) now")
      }
      if commit.offsets.isEmpty { return .refused("a commit without an offset: nothing would fence it") }
      for (partition, offset) in commit.offsets.sorted(by: { $0.key < $1.key }) {
        guard state.owned.contains(partition) else { return .fenced("\(partition) is not this member's") }
        if let before = state.committed[partition], offset < before {
          return .refused("\(partition) stands at \(before): a commit cannot move it back to \(offset)")
        }
      }
      return nil
    }
    if let refusal { throw refusal }
  }

  func committed(_ offsets: [TopicPartition: Int64]) {
    state.withLock { state in
      for (partition, offset) in offsets where state.owned.contains(partition) { state.committed[partition] = offset }
    }
  }
}
