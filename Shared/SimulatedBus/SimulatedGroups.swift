import TopicBus

/// Groups as the operator sees them.
extension SimulatedLog {
  /// Every group, by name, with its members, committed offsets and lag.
  public func describeGroups() throws(BusError) -> [GroupDescription] {
    try reach()
    var found: [GroupDescription] = []
    for group in groups.sorted(by: { $0.name < $1.name }) {
      let all = Set(group.shares.indices.flatMap { share in group.topics.map { TopicPartition($0, share) } })
        .union(group.committed.keys).sorted()
      var partitions: [GroupDescription.PartitionLag] = []
      for partition in all {
        let place = try locate(partition)
        let committed = group.committed[partition]
        var from = try start(of: partition, from: group.start)
        if let committed { from = committed }
        partitions.append(
          GroupDescription.PartitionLag(
            partition: partition, committed: committed,
            lag: topics[place.topic].partitions[place.partition].count(from: from)))
      }
      let members = group.members.map { number in
        GroupDescription.Member(
          id: Member(number: number).description, instance: self.members[number].membership.instance,
          partitions: group.partitions(
            of: group.shares.indices.filter { group.shares[$0].owner == number && group.shares[$0].isAssigned }
          ).sorted(), responds: self.members[number].state == .joined)
      }
      found.append(GroupDescription(group: group.name, members: members, partitions: partitions))
    }
    return found
  }

  /// The offset a group has committed, once it is stable.
  public func committed(_ group: String, _ partition: TopicPartition) -> Int64? {
    groups.first { $0.name == group }?.committed[partition]
  }

  /// Sets committed offsets, refused while the group has members.
  public mutating func resetOffsets(of group: String, to offsets: [TopicPartition: Int64]) throws(BusError) {
    try reach()
    for partition in offsets.keys.sorted() {
      let offset = offsets[partition] ?? 0
      let end = try ends(of: partition).high
      guard (0...end).contains(offset) else { throw .refused("\(partition) ends at \(end), \(offset) is outside") }
    }
    let index = groups.firstIndex { $0.name == group } ?? groups.count
    if index == groups.count { groups.append(SimulatedGroup(group, suspendsMembers: settings.suspendsMembers)) }
    guard groups[index].members.isEmpty else {
      throw .refused("group \(group) has members: stop them before its offsets are reset")
    }
    groups[index].committed.merge(offsets) { $1 }
  }
}
