import TopicBus

extension SimulatedLog {
  // MARK: Coming and going

  /// Joins a group. What this instance left behind, a restart clears up: its older member is evicted, its undecided
  /// transaction aborted.
  ///
  /// - Throws: ``BusError/refused(_:)`` for topics whose counts differ, or other topics than the group's.
  public mutating func join(_ membership: Membership) throws(BusError) -> Member {
    try reach()
    guard !membership.group.isEmpty, !membership.instance.isEmpty, !membership.topics.isEmpty else {
      throw .refused("a membership names a group, an instance and at least one topic")
    }
    let topics = Set(membership.topics).sorted()
    var count: Int?
    for name in topics {
      let found = self.topics[try locate(TopicPartition(name, 0)).topic].partitions.count
      guard count ?? found == found else {
        throw .refused(
          "group \(membership.group) reads topics with different partition counts: \(topics.joined(separator: ", "))")
      }
      count = found
    }
    let group = groups.firstIndex { $0.name == membership.group } ?? groups.count
    if group == groups.count {
      groups.append(SimulatedGroup(membership.group, suspendsMembers: settings.suspendsMembers))
    }
    for number in groups[group].members where members[number].membership.instance == membership.instance {
      replace(Member(number: number))
    }
    for transaction in transactions
    where transaction.group == membership.group && transaction.instance == membership.instance {
      finish(transaction.id, orAbort: true)
    }
    guard groups[group].members.isEmpty || groups[group].topics == topics else {
      throw .refused("group \(membership.group) reads \(groups[group].topics.joined(separator: ", ")) already")
    }
    let member = Member(number: members.count)
    members.append(SimulatedMember(group: group, membership: membership, topics: topics, partitions: count ?? 0))
    enter(member.number)
    return member
  }

  /// Takes a member into its group; the first one there says what the group reads.
  private mutating func enter(_ number: Int) {
    let member = members[number]
    members[number].state = .joined
    if groups[member.group].members.isEmpty {
      groups[member.group].topics = member.topics
      groups[member.group].places = member.topics.compactMap { topicIndex[$0] }
      groups[member.group].start = member.membership.start
      groups[member.group].shares = Array(repeating: SimulatedGroup.Share(), count: member.partitions)
    }
    groups[member.group].members.append(number)
    groups[member.group].rebalance()
  }

  /// Leaves: an undecided transaction is aborted, the partitions go to others at once.
  public mutating func leave(_ member: Member) {
    guard members[member.number].state == .joined || members[member.number].state == .evicted else { return }
    for transaction in transactions where transaction.member == member { finish(transaction.id, orAbort: true) }
    if members[member.number].state == .joined { _ = groups[members[member.number].group].remove(member.number) }
    members[member.number].state = .gone
  }

  /// The member's process dies: it will not be heard of again, and its undecided transaction stays open.
  ///
  /// - Parameter evicting: whether the others get its partitions at once, as when its lock is freed by the kernel; else
  ///   they wait for ``evict(_:)``.
  public mutating func kill(_ member: Member, evicting: Bool = false) {
    switch members[member.number].state {
    case .joined:
      members[member.number].state = .dead
      if evicting { evict(member) }
    case .evicted, .replaced: members[member.number].state = .gone
    case .dead: if evicting { evict(member) }
    case .gone: break
    }
  }

  /// The session timeout: the group goes on without the member, dead or alive. A live one is fenced, hears
  /// ``GroupEvent/lost(_:)`` at its next poll, also when it had nothing, and is in the group again from then on.
  public mutating func evict(_ member: Member) {
    let number = member.number
    switch members[number].state {
    case .joined:
      let group = members[number].group
      let gone = members[number].resting.union(groups[group].remove(number)).sorted()
      members[number].lost = groups[group].partitions(of: gone)
      members[number].resting = []
      members[number].state = .evicted
    case .dead:
      _ = groups[members[number].group].remove(number)
      members[number].state = .gone
    case .evicted, .gone, .replaced: break
    }
  }

  private mutating func replace(_ member: Member) {
    evict(member)
    if members[member.number].state == .evicted { members[member.number].state = .replaced }
  }

  // MARK: What happens to a member

  /// The next thing that happens to a member, at once: what it lost, what it is to give up, what it got, then records.
  ///
  /// New partitions wait while a transaction that holds offsets of theirs has not ended, so that committed offsets are
  /// stable.
  ///
  /// - Parameters:
  ///   - limit: the most records to bring; nil brings events alone.
  ///   - wanted: of which partitions to bring records.
  /// - Returns: nil when nothing happened.
  /// - Throws: ``BusError/offsetOutOfRange(_:offset:low:)`` where the records to be read next were removed; the member
  ///   seeks and goes on.
  public mutating func poll(
    _ member: Member, limit: FetchLimit? = nil, of wanted: Set<TopicPartition> = []
  ) throws(BusError) -> GroupEvent? {
    try reach()
    let number = member.number
    switch members[number].state {
    case .joined: break
    case .dead, .gone: throw .closed
    case .replaced:
      guard members[number].lost.isEmpty else { return takeLost(number) }
      throw .fatal("another process uses the instance name \(members[number].membership.instance)")
    case .evicted:
      let group = members[number].group
      if groups[group].members.isEmpty || groups[group].topics == members[number].topics {
        enter(number)
      } else {
        members[number].state = .gone
      }
      return takeLost(number)
    }
    if let event = takeRevoked(number) { return event }
    if let event = takeGone(number) { return event }
    if let event = try takeAssigned(number) { return event }
    guard let limit, !wanted.isEmpty else { return nil }
    return try takeRecords(number, limit: limit, of: wanted)
  }

  /// Whether a ``poll(_:limit:of:)`` would bring, or throw, something now.
  public func hasNews(for member: Member, limit: FetchLimit?, of wanted: Set<TopicPartition>) -> Bool {
    let number = member.number
    guard !isAway else { return false }
    guard members[number].state == .joined else { return true }
    let group = groups[members[number].group]
    if !members[number].resting.isEmpty, !group.isSharingAnew,
      members[number].resting.contains(where: { group.shares[$0].owner != number })
    {
      return true
    }
    for (number, share) in group.shares.enumerated() where share.owner == member.number {
      if !share.isAssigned {
        if hasPendingOffsets(group: group.name, share: number) { continue }
        return true
      }
      if share.isRevoked { continue }
      if share.target != member.number || group.isSharingAnew { return true }
      guard limit != nil else { continue }
      for (index, place) in group.places.enumerated() {
        let partition = topics[place].partitions[number]
        guard share.positions[index] < partition.stableEnd || share.positions[index] < partition.low,
          wanted.contains(TopicPartition(group.topics[index], number))
        else { continue }
        return true
      }
    }
    return false
  }

  private mutating func takeLost(_ number: Int) -> GroupEvent {
    defer { members[number].lost = [] }
    return .lost(members[number].lost)
  }

  private mutating func takeRevoked(_ number: Int) -> GroupEvent? {
    let group = members[number].group
    var revoked: [Int] = []
    for share in groups[group].shares.indices {
      let found = groups[group].shares[share]
      guard found.owner == number, found.target != number || groups[group].isSharingAnew, !found.isRevoked
      else { continue }
      groups[group].shares[share].isRevoked = true
      revoked.append(share)
    }
    guard !revoked.isEmpty else { return nil }
    let partitions = groups[group].partitions(of: revoked)
    return settings.suspendsMembers ? .suspended(partitions) : .revoked(partitions)
  }

  /// What a member gave up when it was suspended, and others have got.
  private mutating func takeGone(_ number: Int) -> GroupEvent? {
    let group = members[number].group
    guard !members[number].resting.isEmpty, !groups[group].isSharingAnew else { return nil }
    let gone = members[number].resting.filter { groups[group].shares[$0].owner != number }
    members[number].resting.subtract(gone)
    return gone.isEmpty ? nil : .lost(groups[group].partitions(of: gone.sorted()))
  }

  private mutating func takeAssigned(_ number: Int) throws(BusError) -> GroupEvent? {
    let group = members[number].group
    var got: [Int] = []
    var unmoved: [Int] = []
    var committed: [TopicPartition: Int64] = [:]
    for share in groups[group].shares.indices {
      let found = groups[group].shares[share]
      guard found.owner == number, !found.isAssigned, !hasPendingOffsets(group: groups[group].name, share: share)
      else { continue }
      var positions: [Int64] = []
      for topic in groups[group].topics {
        let partition = TopicPartition(topic, share)
        if let offset = groups[group].committed[partition] {
          committed[partition] = offset
          positions.append(offset)
        } else {
          positions.append(try start(of: partition, from: groups[group].start))
        }
      }
      groups[group].shares[share].positions = positions
      groups[group].shares[share].isAssigned = true
      got.append(share)
      if members[number].resting.remove(share) != nil, found.lastTold == number { unmoved.append(share) }
      groups[group].shares[share].lastTold = number
    }
    guard !got.isEmpty else { return nil }
    return .assigned(
      Assignment(
        partitions: groups[group].partitions(of: got), committed: committed, metadata: metadata(of: number),
        unmoved: groups[group].partitions(of: unmoved)))
  }

  private mutating func takeRecords(
    _ number: Int, limit: FetchLimit, of wanted: Set<TopicPartition>
  ) throws(BusError) -> GroupEvent? {
    let group = members[number].group
    let count = groups[group].shares.count
    var rest = limit
    var records: [Record] = []
    for step in 0..<count {
      let share = (members[number].turn + step) % count
      guard groups[group].reads(share, by: number) else { continue }
      for (index, place) in groups[group].places.enumerated() {
        let position = groups[group].shares[share].positions[index]
        guard position < topics[place].partitions[share].high else { continue }
        let partition = TopicPartition(groups[group].topics[index], share)
        guard wanted.contains(partition) else { continue }
        do throws(BusError) {
          groups[group].shares[share].positions[index] = try read(
            partition, from: position, limit: &rest, into: &records)
        } catch {
          // What others brought comes first; its turn to fail comes when it is the first to be read.
          guard !records.isEmpty else { throw error }
        }
      }
    }
    guard !records.isEmpty else { return nil }
    members[number].turn = (members[number].turn + 1) % count
    var positions = [TopicPartition: Int64](minimumCapacity: wanted.count)
    for share in 0..<count where groups[group].reads(share, by: number) {
      for (index, topic) in groups[group].topics.enumerated() {
        let partition = TopicPartition(topic, share)
        if wanted.contains(partition) { positions[partition] = groups[group].shares[share].positions[index] }
      }
    }
    return .records(Batch(records: records, metadata: metadata(of: number), positions: positions))
  }

  // MARK: What a member does

  /// Gives up the shares of these partitions, asked to or not.
  public mutating func release(_ member: Member, _ partitions: Set<TopicPartition>) throws(BusError) {
    try reach()
    try requireLife(of: member)
    let group = members[member.number].group
    for share in groups[group].shares.indices where groups[group].shares[share].owner == member.number {
      guard groups[group].topics.contains(where: { partitions.contains(TopicPartition($0, share)) }) else { continue }
      groups[group].shares[share].owner = nil
      if groups[group].isSharingAnew { members[member.number].resting.insert(share) }
    }
    // Given up unasked, it is shared out like the rest.
    let hasNoOwner = groups[group].shares.contains { $0.owner == nil }
    if settings.suspendsMembers, !groups[group].isSharingAnew, hasNoOwner { groups[group].rebalance() }
    groups[group].handOver()
  }

  /// Sets where a member's fetches read on from; passes over what it does not own.
  public mutating func seek(_ member: Member, to positions: [TopicPartition: Int64]) throws(BusError) {
    try reach()
    try requireLife(of: member)
    let group = members[member.number].group
    for share in groups[group].shares.indices {
      let found = groups[group].shares[share]
      guard found.owner == member.number, found.isAssigned else { continue }
      for (index, topic) in groups[group].topics.enumerated() {
        guard let position = positions[TopicPartition(topic, share)] else { continue }
        groups[group].shares[share].positions[index] = position
      }
    }
  }

  // MARK: Shared by them

  func requireLife(of member: Member) throws(BusError) {
    switch members[member.number].state {
    case .joined, .evicted: break
    case .dead, .gone: throw .closed
    case .replaced:
      throw .fatal("another process uses the instance name \(members[member.number].membership.instance)")
    }
  }

  private func metadata(of number: Int) -> GroupMetadata {
    let group = groups[members[number].group]
    return GroupMetadata(
      group: group.name, memberID: Member(number: number).description, generation: group.generation)
  }

  func start(of partition: TopicPartition, from start: Membership.Start) throws(BusError) -> Int64 {
    let place = try locate(partition)
    switch start {
    case .earliest: return topics[place.topic].partitions[place.partition].low
    case .latest: return topics[place.topic].partitions[place.partition].stableEnd
    }
  }
}
