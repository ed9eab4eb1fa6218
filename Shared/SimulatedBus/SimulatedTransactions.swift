import TopicBus

/// Names one transaction of a ``SimulatedLog``.
public struct Transaction: Hashable, Sendable, CustomStringConvertible {
  public let number: Int

  public var description: String { "transaction-\(number)" }
}

/// Where the end of a transaction is still to arrive.
public enum MarkerTarget: Hashable, Sendable {
  case partition(TopicPartition)
  /// The group's committed offsets.
  case offsets
}

/// A transaction that has not ended everywhere.
struct SimulatedTransaction: Sendable {
  let id: Transaction
  let member: Member
  let group: String
  let instance: String
  let offsets: [TopicPartition: Int64]
  /// Nil until it is decided; never changes after.
  var isCommitted: Bool?
  /// Where its marker has not arrived: partitions in the order in which it wrote to them, then its offsets.
  var pending: [MarkerTarget]
}

extension SimulatedLog {
  /// Commits outputs and offsets in one atomic step, fenced by the batch's metadata and the partitions' owners.
  ///
  /// A member's last commit has ended everywhere before its next one begins.
  ///
  /// - Throws: ``BusError/fenced(_:)`` when an offset's partition is not the member's, or became its own after the
  ///   generation of the metadata; ``BusError/refused(_:)`` without offsets, or when one would move back.
  public mutating func commit(_ member: Member, _ commit: Commit) throws(BusError) {
    try reach()
    try requireLife(of: member)
    let fault = nextFault(of: member.description)
    switch fault {
    case .unavailable: throw .unavailable("the connection was refused")
    case .fatal: throw .fatal("the client broke")
    case .uncertain(applied: false):
      try decide(begin(member, commit), committed: false)
      throw .uncertain("the commit timed out")
    case .aborted:
      try decide(begin(member, commit), committed: false)
      throw .aborted("the transaction was aborted")
    case .uncertain, .uncertainInPart, .lateMarkers, nil:
      let transaction = try begin(member, commit)
      try decide(transaction, committed: true, deliver: fault != .lateMarkers)
    }
    switch fault {
    case .uncertain, .uncertainInPart: throw .uncertain("the commit timed out")
    default: break
    }
  }

  // MARK: A commit step by step

  /// Begins a commit: its outputs stand in the log, seen by nobody yet; its offsets wait.
  ///
  /// This is where it is fenced. From here on a new owner of its input partitions is not assigned them before the
  /// transaction has ended, by ``decide(_:committed:deliver:)``, ``timeOut(_:)``, or a restart of the same instance.
  public mutating func begin(_ member: Member, _ commit: Commit) throws(BusError) -> Transaction {
    try reach()
    try requireLife(of: member)
    for transaction in transactions where transaction.member == member { finish(transaction.id, orAbort: true) }
    try check(commit.outputs)
    try fence(member, commit)
    lastTransaction += 1
    let id = Transaction(number: lastTransaction)
    var pending: [MarkerTarget] = []
    for output in commit.outputs {
      let place = try locate(output.topicPartition)
      _ = topics[place.topic].partitions[place.partition].append(output, transaction: id.number)
      let target = MarkerTarget.partition(output.topicPartition)
      if pending.last != target, !pending.contains(target) { pending.append(target) }
    }
    transactions.append(
      SimulatedTransaction(
        id: id, member: member, group: commit.metadata.group, instance: members[member.number].membership.instance,
        offsets: commit.offsets, pending: pending + [.offsets]))
    return id
  }

  /// Decides a transaction for good. Its markers arrive now, or one by one by ``deliverMarker(of:to:)``.
  ///
  /// - Throws: ``BusError/fenced(_:)`` when it was timed out, or aborted by a restart, before.
  public mutating func decide(_ id: Transaction, committed: Bool, deliver: Bool = true) throws(BusError) {
    try reach()
    guard let index = transactions.firstIndex(where: { $0.id == id }), transactions[index].isCommitted == nil else {
      throw .fenced("\(id) has ended already")
    }
    transactions[index].isCommitted = committed
    if deliver { finish(id) }
  }

  /// Transactions that have not ended everywhere, oldest first, with where their marker is still to arrive.
  public var openTransactions: [(id: Transaction, member: Member, isDecided: Bool, pending: [MarkerTarget])] {
    transactions.map { ($0.id, $0.member, $0.isCommitted != nil, $0.pending) }
  }

  /// Lets a decided transaction's marker arrive in one place.
  public mutating func deliverMarker(of id: Transaction, to target: MarkerTarget) {
    guard let index = transactions.firstIndex(where: { $0.id == id }),
      let committed = transactions[index].isCommitted,
      let pending = transactions[index].pending.firstIndex(of: target)
    else { return }
    transactions[index].pending.remove(at: pending)
    let transaction = transactions[index]
    if transaction.pending.isEmpty { transactions.remove(at: index) }
    switch target {
    case .partition(let partition):
      guard let topic = topicIndex[partition.topic] else { return }
      topics[topic].partitions[partition.partition]
        .close(transaction: id.number, committed: committed, marker: settings.marksTransactions)
    case .offsets:
      guard committed, let group = groups.firstIndex(where: { $0.name == transaction.group }) else { return }
      groups[group].committed.merge(transaction.offsets) { $1 }
    }
  }

  /// The transaction's time is over: aborted everywhere if it is not decided, else its markers arrive.
  public mutating func timeOut(_ id: Transaction) {
    finish(id, orAbort: true)
  }

  /// Lets all markers of a transaction arrive; an undecided one is aborted, or left.
  mutating func finish(_ id: Transaction, orAbort: Bool = false) {
    guard let index = transactions.firstIndex(where: { $0.id == id }) else { return }
    if transactions[index].isCommitted == nil {
      guard orAbort else { return }
      transactions[index].isCommitted = false
    }
    for target in transactions[index].pending { deliverMarker(of: id, to: target) }
  }

  // MARK: Fencing

  private func fence(_ member: Member, _ commit: Commit) throws(BusError) {
    guard !commit.offsets.isEmpty else {
      throw .refused("a commit names an offset of every partition that it acted for: without one it is not fenced")
    }
    let group = groups[members[member.number].group]
    guard commit.metadata.group == group.name, commit.metadata.memberID == member.description else {
      throw .fenced("\(commit.metadata.memberID) of \(commit.metadata.group) is not \(member)")
    }
    guard (0...group.generation).contains(commit.metadata.generation) else {
      throw .fenced("group \(group.name) has no generation \(commit.metadata.generation)")
    }
    for partition in commit.offsets.keys.sorted() {
      let offset = commit.offsets[partition] ?? 0
      guard group.topics.contains(partition.topic), group.shares.indices.contains(partition.partition) else {
        throw .fenced("group \(group.name) does not read \(partition)")
      }
      let share = group.shares[partition.partition]
      guard share.owner == member.number, share.isAssigned, share.since <= commit.metadata.generation else {
        throw .fenced("\(partition) is not \(member)'s under generation \(commit.metadata.generation)")
      }
      let committed = group.committed[partition] ?? 0
      let end = try ends(of: partition).high
      guard (committed...max(committed, end)).contains(offset) else {
        throw .refused("\(partition) is committed up to \(committed) and ends at \(end): \(offset) is outside")
      }
    }
  }

  /// Whether a transaction that has not ended holds an offset of a share.
  func hasPendingOffsets(group: String, share: Int) -> Bool {
    guard !transactions.isEmpty else { return false }
    return transactions.contains { transaction in
      transaction.group == group && transaction.pending.contains(.offsets)
        && transaction.offsets.keys.contains { $0.partition == share }
    }
  }
}
