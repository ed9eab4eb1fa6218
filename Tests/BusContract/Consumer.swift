import TopicBus

/// A member of a group that does as it is told: it takes what is assigned, gives up what is revoked, and keeps the
/// metadata under which it got each partition. What it commits, a case says.
final class Consumer {
  let member: any GroupMember
  let instance: String
  /// What it owns, with the metadata under which it got it.
  private(set) var owned: [TopicPartition: GroupMetadata] = [:]
  /// What the assignment said was committed.
  private(set) var committedBefore: [TopicPartition: Int64] = [:]
  /// All that it was given, repeats included.
  private(set) var records: [Record] = []
  /// The last metadata that each partition's records came under.
  private(set) var batchMetadata: [TopicPartition: GroupMetadata] = [:]
  private(set) var positions: [TopicPartition: Int64] = [:]
  /// Asked back and not given up yet: see ``releasesAtOnce``.
  private(set) var revoked: Set<TopicPartition> = []
  private(set) var lost: Set<TopicPartition> = []
  /// Whether it was ever asked for all that it has, to be shared out anew.
  private(set) var wasSuspended = false
  /// Of the last assignment.
  private(set) var unmoved: Set<TopicPartition> = []
  /// Whether it fetches records beside events.
  var fetches = true
  /// Whether it gives up what is revoked before it does anything else.
  var releasesAtOnce = true
  /// What happened, for a failure's text.
  private(set) var story: [String] = []

  init(_ member: any GroupMember, instance: String) {
    self.member = member
    self.instance = instance
  }

  /// Takes the next thing that happens.
  @discardableResult
  func step(timeout: Int64, limit: FetchLimit = FetchLimit()) async throws -> GroupEvent? {
    let wanted = Set(owned.keys).subtracting(revoked)
    let event = try await member.next(limit: fetches ? limit : nil, of: wanted, timeout: timeout)
    switch event {
    case .assigned(let assignment):
      story.append("assigned \(assignment.partitions.sorted()) in \(assignment.metadata.generation)")
      for partition in assignment.partitions {
        owned[partition] = assignment.metadata
        committedBefore[partition] = assignment.committed[partition]
      }
      unmoved = assignment.unmoved
    case .revoked(let partitions), .suspended(let partitions):
      story.append("asked for \(partitions.sorted())")
      if case .suspended = event { wasSuspended = true }
      revoked.formUnion(partitions)
      if releasesAtOnce { try await release() }
    case .lost(let partitions):
      story.append("lost \(partitions.sorted())")
      lost.formUnion(partitions)
      forget(partitions)
    case .records(let batch):
      records += batch.records
      positions.merge(batch.positions) { $1 }
      for record in batch.records { batchMetadata[record.topicPartition] = batch.metadata }
    case nil: break
    }
    return event
  }

  /// Gives up what was asked back.
  func release() async throws {
    let partitions = revoked
    try await member.release(partitions)
    forget(partitions)
  }

  private func forget(_ partitions: Set<TopicPartition>) {
    for partition in partitions {
      owned[partition] = nil
      positions[partition] = nil
    }
    revoked.subtract(partitions)
  }

  /// Commits an offset of one partition, with outputs, under the metadata it has it under or other ones.
  func commit(
    _ outputs: [Outgoing] = [], _ partition: TopicPartition, _ offset: Int64, under metadata: GroupMetadata? = nil
  ) async throws {
    guard let metadata = metadata ?? owned[partition] else {
      throw ContractFailure("\(partition) is not owned: \(story)")
    }
    try await member.commit(Commit(outputs: outputs, offsets: [partition: offset], metadata: metadata))
  }

  var texts: [String] { records.map(\.text) }
}
