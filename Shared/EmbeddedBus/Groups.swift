import Foundation
import TopicBus

/// How groups share partitions. Every function runs inside a write transaction, so that a group's members, assignment
/// and generation change together or not at all.
///
/// There is no leader: whoever sees a change (a member that joins, leaves, releases, or finds another one dead)
/// computes the whole assignment anew from the same rows, and so comes to the same result.
extension Writer {
  /// Adds a member and shares the partitions out anew. A member of the same instance name is its earlier life: it is
  /// removed, and what it still does is fenced.
  func join(_ membership: Membership) throws -> (group: Int64, member: Int64, lock: MemberLock) {
    let topics = try Set(membership.topics).sorted().map { try catalog.topic($0, connection) }
    guard let first = topics.first, !membership.group.isEmpty, !membership.instance.isEmpty else {
      throw BusError.refused("a membership names a group, an instance and at least one topic")
    }
    if let other = topics.first(where: { $0.partitions.count != first.partitions.count }) {
      throw BusError.refused(
        """
        group \(membership.group): topics read together need the same number of partitions; \
        \(first.declaration.name) has \(first.partitions.count), \(other.declaration.name) has \(other.partitions.count)
        """)
    }
    try refuseOtherTopics(membership, topics.map(\.id))
    try connection.run("INSERT OR IGNORE INTO groups(name) VALUES(?)", .init(membership.group))
    let group = try connection.integer("SELECT id FROM groups WHERE name = ?", .init(membership.group)) ?? 0
    try connection.run(
      "DELETE FROM members WHERE group_id = ? AND instance = ?", .integer(group), .init(membership.instance))
    try connection.run(
      "INSERT INTO members(group_id, instance, process) VALUES(?,?,?)", .integer(group), .init(membership.instance),
      .integer(Int64(getpid())))
    let member = try connection.integer("SELECT last_insert_rowid()") ?? 0
    let lock = try MemberLock(folder: file.membersPath, member: member)
    for topic in topics {
      try connection.run(
        "INSERT OR IGNORE INTO subscriptions(member_id, topic_id) VALUES(?,?)", .integer(member), .integer(topic.id))
    }
    try rebalance(group)
    #if DEBUG
      FailurePoint.joined.reached()
    #endif
    return (group, member, lock)
  }

  /// All members of a group read the same topics: otherwise partitions of one number would come apart.
  private func refuseOtherTopics(_ membership: Membership, _ topics: [Int64]) throws {
    let others = try connection.rows(
      """
      SELECT members.id, members.instance FROM members JOIN groups ON groups.id = members.group_id
      WHERE groups.name = ? AND members.instance <> ?
      """, .init(membership.group), .init(membership.instance)
    ) { ($0.integer(0), $0.text(1)) }
    for (member, instance) in others where MemberLock.isHeld(folder: file.membersPath, member: member) {
      let read = try connection.rows(
        "SELECT topic_id FROM subscriptions WHERE member_id = ?", .integer(member), make: { $0.integer(0) })
      guard Set(read) == Set(topics) else {
        throw BusError.refused(
          "group \(membership.group): \(instance) reads other topics than \(membership.topics.sorted()): stop it first")
      }
    }
  }

  /// Removes a member; its partitions go to others at once.
  func leave(group: Int64, member: Int64) throws {
    try connection.run("DELETE FROM members WHERE id = ?", .integer(member))
    try rebalance(group)
    #if DEBUG
      FailurePoint.left.reached()
    #endif
  }

  /// Gives up partitions that the member owns; those of others are left alone.
  func release(_ partitions: [Int64], group: Int64, member: Int64) throws {
    for partition in partitions {
      try connection.run(
        "UPDATE assignments SET owner = NULL WHERE group_id = ? AND partition_id = ? AND owner = ?", .integer(group),
        .integer(partition), .integer(member))
    }
    try rebalance(group)
    #if DEBUG
      FailurePoint.released.reached()
    #endif
  }

  /// Removes members whose processes ended, and brings the assignment to what the living ones should have. What a
  /// living member has and another is to get stays its own until it releases it. Changes nothing, and raises no
  /// generation, when nothing is to be changed.
  func rebalance(_ group: Int64) throws {
    let members = try connection.rows(
      "SELECT id FROM members WHERE group_id = ? ORDER BY id", .integer(group)
    ) { $0.integer(0) }
    let living = members.filter { MemberLock.isHeld(folder: file.membersPath, member: $0) }
    for dead in members where !living.contains(dead) {
      try connection.run("DELETE FROM members WHERE id = ?", .integer(dead))
      MemberLock.removeFile(folder: file.membersPath, member: dead)
    }
    try connection.run("DELETE FROM subscriptions WHERE member_id NOT IN (SELECT id FROM members)")

    let targets = try targets(of: living)
    let generation = (try connection.integer("SELECT generation FROM groups WHERE id = ?", .integer(group)) ?? 0) + 1
    var assignments: [Int64: (owner: Int64?, successor: Int64?)] = [:]
    for row in try connection.rows(
      "SELECT partition_id, owner, successor FROM assignments WHERE group_id = ?", .integer(group),
      make: { ($0.integer(0), $0.optionalInteger(1), $0.optionalInteger(2)) })
    {
      assignments[row.0] = (row.1, row.2)
    }
    var changed = living.count != members.count
    for partition in Set(assignments.keys).union(targets.keys).sorted() {
      let now = assignments[partition]
      let target = targets[partition]
      let owner = now?.owner.flatMap { living.contains($0) ? $0 : nil }
      if let owner, owner != target {
        // Its owner lives: it is asked to release.
        guard now?.successor != target else { continue }
        try connection.run(
          "UPDATE assignments SET successor = ? WHERE group_id = ? AND partition_id = ?", .init(target),
          .integer(group), .integer(partition))
      } else if let owner, owner == now?.owner {
        guard now?.successor != nil else { continue }
        try connection.run(
          "UPDATE assignments SET successor = NULL WHERE group_id = ? AND partition_id = ?", .integer(group),
          .integer(partition))
      } else {
        guard now == nil || now?.owner != target || now?.successor != nil else { continue }
        try connection.run(
          "INSERT OR REPLACE INTO assignments(group_id, partition_id, owner, successor, since) VALUES(?,?,?,NULL,?)",
          .integer(group), .integer(partition), .init(target), .integer(generation))
      }
      changed = true
    }
    guard changed else { return }
    try connection.run("UPDATE groups SET generation = ? WHERE id = ?", .integer(generation), .integer(group))
    #if DEBUG
      FailurePoint.assigned.reached()
    #endif
  }

  /// Who should have which partition: of each topic, contiguous ranges over its members in their order, the first ones
  /// longer by one when it does not come out even. Partition *p* of topics read together goes to one member.
  private func targets(of members: [Int64]) throws -> [Int64: Int64] {
    var byTopic: [Int64: [Int64]] = [:]
    for member in members {
      for topic in try connection.rows(
        "SELECT topic_id FROM subscriptions WHERE member_id = ?", .integer(member), make: { $0.integer(0) })
      {
        byTopic[topic, default: []].append(member)
      }
    }
    var targets: [Int64: Int64] = [:]
    for (topic, members) in byTopic {
      let partitions = try connection.rows(
        "SELECT id FROM partitions WHERE topic_id = ? ORDER BY number", .integer(topic)
      ) { $0.integer(0) }
      let (quota, extra) = partitions.count.quotientAndRemainder(dividingBy: members.count)
      var start = 0
      for (index, member) in members.enumerated() {
        let end = start + quota + (index < extra ? 1 : 0)
        for partition in partitions[start..<end] { targets[partition] = member }
        start = end
      }
    }
    return targets
  }

  /// Writes a step's outputs and offsets, if the member still owns every partition that the step acted for, without
  /// interruption since the batch's generation.
  func commit(_ commit: Commit, group: Int64, member: Int64) throws {
    guard !commit.offsets.isEmpty else {
      throw BusError.refused(
        "a commit names an offset of every partition that it acted for: without one it is not fenced")
    }
    let partitions = try commit.offsets.sorted { $0.key < $1.key }.map { partition, next in
      (name: partition, id: try catalog.partition(partition.topic, partition.partition, connection), next: next)
    }
    guard try connection.integer("SELECT 1 FROM members WHERE id = ?", .integer(member)) != nil else {
      throw BusError.fenced("\(commit.metadata.memberID) is no longer a member of \(commit.metadata.group)")
    }
    let generation = try connection.integer("SELECT generation FROM groups WHERE id = ?", .integer(group)) ?? 0
    for partition in partitions {
      let since = try connection.integer(
        "SELECT since FROM assignments WHERE group_id = ? AND partition_id = ? AND owner = ?", .integer(group),
        .integer(partition.id), .integer(member))
      guard let since, (since...generation).contains(commit.metadata.generation) else {
        throw BusError.fenced(
          """
          \(partition.name) of group \(commit.metadata.group) is not \(commit.metadata.memberID)'s \
          in generation \(commit.metadata.generation)
          """)
      }
      let committed = try connection.integer(
        "SELECT next FROM offsets WHERE group_id = ? AND partition_id = ?", .integer(group), .integer(partition.id))
      let end = try end(of: partition.id)
      guard partition.next >= committed ?? 0, partition.next <= max(end, committed ?? 0) else {
        throw BusError.refused(
          """
          group \(commit.metadata.group) has consumed \(partition.name) up to \(committed ?? 0) and it ends at \(end): \
          \(partition.next) is outside
          """)
      }
    }
    #if DEBUG
      FailurePoint.commitBegun.reached()
    #endif
    _ = try append(commit.outputs)
    #if DEBUG
      FailurePoint.commitOutputs.reached()
    #endif
    for partition in partitions {
      try connection.run(
        "INSERT OR REPLACE INTO offsets(group_id, partition_id, next) VALUES(?,?,?)", .integer(group),
        .integer(partition.id), .integer(partition.next))
    }
    #if DEBUG
      FailurePoint.commitOffsets.reached()
    #endif
  }

  /// Sets a group's offsets: an operator's doing, while nobody works.
  func resetOffsets(of name: String, to offsets: [TopicPartition: Int64]) throws {
    let partitions = try offsets.sorted { $0.key < $1.key }.map { partition, next in
      let id = try catalog.partition(partition.topic, partition.partition, connection)
      let end = try end(of: id)
      guard next >= 0, next <= end else {
        throw BusError.refused("\(partition) ends at \(end), \(next) is outside")
      }
      return (id, next)
    }
    if let group = try connection.integer("SELECT id FROM groups WHERE name = ?", .init(name)) {
      let members = try connection.rows("SELECT id FROM members WHERE group_id = ?", .integer(group)) { $0.integer(0) }
      guard !members.contains(where: { MemberLock.isHeld(folder: file.membersPath, member: $0) }) else {
        throw BusError.refused("group \(name) has members: stop them before its offsets are reset")
      }
    }
    try connection.run("INSERT OR IGNORE INTO groups(name) VALUES(?)", .init(name))
    let group = try connection.integer("SELECT id FROM groups WHERE name = ?", .init(name)) ?? 0
    for (partition, next) in partitions {
      try connection.run(
        "INSERT OR REPLACE INTO offsets(group_id, partition_id, next) VALUES(?,?,?)", .integer(group),
        .integer(partition), .integer(next))
    }
  }
}
