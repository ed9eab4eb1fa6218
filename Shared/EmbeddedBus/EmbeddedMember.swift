import Synchronization
import TopicBus

/// One member of a group: what it was told it owns, and where it reads on.
///
/// The log's rows say who owns what; this object compares them with what its caller knows and tells the difference as
/// events: first what was lost, then what is to be released, then what is new.
final class EmbeddedMember: GroupMember {
  let group: Int64
  let id: Int64
  private let bus: EmbeddedBus
  private let membership: Membership
  private let lock: MemberLock
  private let state = Mutex(State())

  private struct Held {
    let id: Int64
    /// The generation in which it got the partition.
    let since: Int64
    var position: Int64
    /// Its caller was told to release it.
    var isRevoked = false
  }

  private struct State {
    var held: [TopicPartition: Held] = [:]
    /// Given up, while the log may not say so yet; with the generation of what is given up.
    var releasing: [TopicPartition: Int64] = [:]
    var events: [GroupEvent] = []
    /// The generation whose events were worked out.
    var generation: Int64 = -1
    var lastServed: TopicPartition?
    var isRemoved = false
    var hasLeft = false
  }

  init(bus: EmbeddedBus, membership: Membership, group: Int64, id: Int64, lock: MemberLock) {
    self.bus = bus
    self.membership = membership
    self.group = group
    self.id = id
    self.lock = lock
  }

  private var memberID: String { "\(membership.instance)-\(id)" }

  private func metadata(_ generation: Int64) -> GroupMetadata {
    GroupMetadata(group: membership.group, memberID: memberID, generation: generation)
  }

  // MARK: - Events and records

  func next(
    limit: FetchLimit?, of partitions: Set<TopicPartition>, timeout: Int64
  ) async throws(BusError) -> GroupEvent? {
    let deadline = ContinuousClock.now + .milliseconds(timeout)
    while true {
      let count = bus.doorbell.count
      try await followGroup()
      if let event = state.withLock({ $0.events.isEmpty ? nil : $0.events.removeFirst() }) { return event }
      let (hasLeft, isRemoved) = state.withLock { ($0.hasLeft, $0.isRemoved) }
      if hasLeft { throw .closed }
      if isRemoved { throw .fatal("another process uses the instance name \(membership.instance)") }
      if let limit, let batch = try await fetch(limit, of: partitions) { return .records(batch) }
      if timeout <= 0 || Task.isCancelled || ContinuousClock.now >= deadline { return nil }
      let interest = state.withLock { state in
        let places = limit == nil ? [] : Self.readable(state, partitions).map { ($0.id, $0.position) }
        return Interest(places: places, generation: (group, state.generation))
      }
      await bus.doorbell.wait(after: count, for: interest, until: deadline, by: self) {
        self.state.withLock { $0.hasLeft }
      }
    }
  }

  private struct Row {
    var partition: TopicPartition
    var id: Int64
    var since: Int64
    var isWanted: Bool
    var committed: Int64?
    var ends: PartitionEnds
  }

  /// Works out what changed when the group's generation has.
  private func followGroup() async throws(BusError) {
    let known = state.withLock { $0.generation }
    let (group, id) = (group, id)
    let found = try await bus.read { connection -> (generation: Int64, isMember: Bool, rows: [Row])? in
      try connection.transaction {
        let generation = try connection.integer("SELECT generation FROM groups WHERE id = ?", .integer(group)) ?? 0
        guard generation != known else { return nil }
        let isMember = try connection.integer("SELECT 1 FROM members WHERE id = ?", .integer(id)) != nil
        let rows = try connection.rows(
          """
          SELECT topics.name, partitions.number, partitions.id, assignments.since, assignments.successor IS NOT NULL,
            offsets.next, partitions.low, partitions.high
          FROM assignments JOIN partitions ON partitions.id = assignments.partition_id
            JOIN topics ON topics.id = partitions.topic_id
            LEFT JOIN offsets ON offsets.group_id = assignments.group_id AND offsets.partition_id = partitions.id
          WHERE assignments.group_id = ? AND assignments.owner = ?
          """, .integer(group), .integer(id)
        ) { row in
          Row(
            partition: TopicPartition(row.text(0), Int(row.integer(1))), id: row.integer(2), since: row.integer(3),
            isWanted: row.integer(4) != 0, committed: row.optionalInteger(5),
            ends: PartitionEnds(low: row.integer(6), high: row.integer(7)))
        }
        return (generation, isMember, rows)
      }
    }
    guard let found else { return }
    state.withLock { state in
      guard !state.hasLeft else { return }
      state.isRemoved = !found.isMember
      state.generation = found.generation
      take(found.isMember ? found.rows : [], into: &state)
    }
  }

  /// Turns the difference between the log's rows and what the caller knows into events.
  private func take(_ rows: [Row], into state: inout State) {
    let owned = Dictionary(uniqueKeysWithValues: rows.map { ($0.partition, $0) })
    let lost = state.held.filter { owned[$0.key]?.since != $0.value.since }.keys
    var revoked: Set<TopicPartition> = []
    var assigned = Assignment(partitions: [], committed: [:], metadata: metadata(state.generation))
    for partition in lost { state.held[partition] = nil }
    for row in rows {
      if let held = state.held[row.partition] {
        if row.isWanted, !held.isRevoked { revoked.insert(row.partition) }
      } else if state.releasing[row.partition] != row.since {
        assigned.partitions.insert(row.partition)
        assigned.committed[row.partition] = row.committed
        let start = membership.start == .earliest ? row.ends.low : row.ends.high
        state.held[row.partition] = Held(id: row.id, since: row.since, position: row.committed ?? start)
        if row.isWanted { revoked.insert(row.partition) }
      }
    }
    for partition in revoked { state.held[partition]?.isRevoked = true }
    if !lost.isEmpty { state.events.append(.lost(Set(lost))) }
    if !assigned.partitions.isEmpty { state.events.append(.assigned(assigned)) }
    if !revoked.isEmpty { state.events.append(.revoked(revoked)) }
  }

  /// What may be read of the partitions asked for, beginning after the one served last.
  private static func readable(_ state: borrowing State, _ partitions: Set<TopicPartition>) -> [Cursor] {
    let sorted = partitions.sorted().compactMap { partition -> Cursor? in
      guard let held = state.held[partition], !held.isRevoked else { return nil }
      return Cursor(partition: partition, id: held.id, position: held.position)
    }
    guard let last = state.lastServed, let start = sorted.firstIndex(where: { $0.partition > last }) else {
      return sorted
    }
    return Array(sorted[start...] + sorted[..<start])
  }

  private func fetch(_ limit: FetchLimit, of partitions: Set<TopicPartition>) async throws(BusError) -> Batch? {
    let (cursors, generation) = state.withLock { (Self.readable($0, partitions), $0.generation) }
    guard !cursors.isEmpty else { return nil }
    let (records, moved) = try await bus.read { connection in
      try connection.transaction {
        var moved = cursors
        return (try connection.fetch(&moved, limit), moved)
      }
    }
    return state.withLock { state in
      var positions: [TopicPartition: Int64] = [:]
      for (before, after) in zip(cursors, moved) {
        positions[after.partition] = after.position
        // A seek or a release in the meantime has the last word.
        if state.held[after.partition]?.position == before.position {
          state.held[after.partition]?.position = after.position
        }
      }
      state.lastServed = records.last?.topicPartition ?? state.lastServed
      return records.isEmpty ? nil : Batch(records: records, metadata: metadata(generation), positions: positions)
    }
  }

  func seek(_ positions: [TopicPartition: Int64]) async throws(BusError) {
    state.withLock { state in
      for (partition, position) in positions { state.held[partition]?.position = position }
    }
  }

  // MARK: - Effects

  func commit(_ commit: Commit) async throws(BusError) {
    guard !state.withLock({ $0.hasLeft }) else { throw .closed }
    guard commit.metadata.group == membership.group, commit.metadata.memberID == memberID,
      commit.metadata.generation >= 0
    else {
      throw .fenced(
        "\(commit.metadata.memberID) in generation \(commit.metadata.generation) is not \(memberID) of \(membership.group)"
      )
    }
    let bytes = commit.outputs.reduce(0) { $0 + $1.size }
    guard bytes <= bus.features.largestCommit else {
      throw .tooLarge("a commit of \(bytes) bytes; the most is \(bus.features.largestCommit)")
    }
    let (group, id) = (group, id)
    try await bus.write(records: commit.outputs.count, bytes: bytes) { writer in
      try writer.commit(commit, group: group, member: id)
    }
    #if DEBUG
      FailurePoint.commitCommitted.reached()
    #endif
  }

  func release(_ partitions: Set<TopicPartition>) async throws(BusError) {
    let given = state.withLock { state -> [TopicPartition: Held] in
      // Partitions of one number change hands together.
      let numbers = Set(partitions.map(\.partition))
      let given = state.held.filter { numbers.contains($0.key.partition) }
      for (partition, held) in given {
        state.held[partition] = nil
        state.releasing[partition] = held.since
      }
      return given
    }
    guard !given.isEmpty else { return }
    let (group, id) = (group, id)
    do {
      try await bus.write { writer in
        try writer.release(given.values.map(\.id).sorted(), group: group, member: id)
      }
    } catch {
      state.withLock { state in
        for (partition, held) in given {
          state.releasing[partition] = nil
          if state.held[partition] == nil { state.held[partition] = held }
        }
      }
      throw error
    }
    state.withLock { state in
      for (partition, held) in given where state.releasing[partition] == held.since {
        state.releasing[partition] = nil
      }
    }
  }

  /// Lets go of the sign of life and says nothing.
  func abandon() {
    state.withLock { $0.hasLeft = true }
    lock.free()
  }

  func leave() async {
    let hadLeft = state.withLock { state in
      defer {
        state.hasLeft = true
        state.held = [:]
        state.events = []
      }
      return state.hasLeft
    }
    guard !hadLeft else { return }
    bus.forget(self)
    bus.doorbell.wake(self)
    let (group, id) = (group, id)
    // Should it fail, the others find the lock free and go on without this member.
    try? await bus.write { writer in try writer.leave(group: group, member: id) }
    lock.remove()
  }
}
