/// How a process takes part in a group.
public struct Membership: Hashable, Sendable {
  public var group: String
  /// Stable across restarts of one process: a restart aborts its own leftovers.
  public var instance: String
  /// Co-partitioned topics: the same count of partitions in each, and a member has the same partitions of all.
  public var topics: [String]
  /// Where a group without committed offsets begins.
  public var start: Start

  public enum Start: Hashable, Sendable {
    case earliest, latest
  }

  public init(group: String, instance: String, topics: [String], start: Start = .earliest) {
    self.group = group
    self.instance = instance
    self.topics = topics
    self.start = start
  }
}

/// One member of a group. Calls come from one task at a time, but for ``commit(_:)`` and ``release(_:)``, which may
/// run beside a ``next(limit:timeout:)``.
public protocol GroupMember: Sendable {
  /// Waits for the next thing that happens to this member, or until the timeout.
  ///
  /// - Parameters:
  ///   - limit: the most records to bring; nil brings events alone, no records.
  ///   - partitions: of which partitions to bring records; others wait.
  ///   - timeout: milliseconds; 0 looks once.
  /// - Returns: nil when nothing happened in time or the task was cancelled.
  /// - Throws: ``BusError/offsetOutOfRange(_:offset:low:)`` when the records to be read next were removed, until the
  ///   member seeks.
  func next(limit: FetchLimit?, of partitions: Set<TopicPartition>, timeout: Int64) async throws(BusError)
    -> GroupEvent?

  /// Commits outputs and offsets in one atomic step, fenced by the batch's metadata.
  ///
  /// When it returns, all of it is durable. When it throws ``BusError/fenced(_:)`` or ``BusError/aborted(_:)``, none of
  /// it happened and none will. After ``BusError/uncertain(_:)`` only the log knows.
  ///
  /// - Throws: ``BusError/refused(_:)``, and none of it happened, for a commit without offsets, which nothing would
  ///   fence, and for one that would move a committed offset back.
  func commit(_ commit: Commit) async throws(BusError)

  /// Gives partitions up, in answer to ``GroupEvent/revoked(_:)`` or ``GroupEvent/suspended(_:)``: from here on another
  /// member may have them.
  func release(_ partitions: Set<TopicPartition>) async throws(BusError)

  /// Sets the places that ``next(limit:of:timeout:)`` reads on from: after an abort, or once an input was restored.
  func seek(_ positions: [TopicPartition: Int64]) async throws(BusError)

  /// Leaves the group: its partitions go to others at once.
  func leave() async
}

/// What happens to a member.
public enum GroupEvent: Hashable, Sendable {
  /// It now owns these partitions, beside those it had.
  case assigned(Assignment)
  /// It is to give these up: finish or abort the commit in flight, drop their batch and dirt, then
  /// ``GroupMember/release(_:)``.
  case revoked(Set<TopicPartition>)
  /// The group is shared out anew, from the ground: as ``revoked(_:)``, for all that it has. What of it comes back says in
  /// its ``Assignment/unmoved`` whether somebody else had it meanwhile; what does not come back is ``lost(_:)``.
  case suspended(Set<TopicPartition>)
  /// These are another's already: drop everything of theirs.
  case lost(Set<TopicPartition>)
  /// Records of partitions it owns.
  case records(Batch)
}

/// Partitions that a member has got.
public struct Assignment: Hashable, Sendable {
  public var partitions: Set<TopicPartition>
  /// The group's committed offset by partition; a partition without one is not there.
  public var committed: [TopicPartition: Int64]
  /// To be used for every commit of records that come under this assignment.
  public var metadata: GroupMetadata
  /// Those of them that were suspended here, and that nobody else had since: what the member knows of them is true still.
  public var unmoved: Set<TopicPartition>

  public init(
    partitions: Set<TopicPartition>, committed: [TopicPartition: Int64], metadata: GroupMetadata,
    unmoved: Set<TopicPartition> = []
  ) {
    self.partitions = partitions
    self.committed = committed
    self.metadata = metadata
    self.unmoved = unmoved
  }
}

/// What fences a commit: taken when partitions are assigned, sent back with every commit made under it.
public struct GroupMetadata: Hashable, Sendable {
  public var group: String
  public var memberID: String
  /// Never negative in what is sent.
  public var generation: Int64
  /// What else the bus needs to know it again, in its own form.
  public var token: [UInt8]

  public init(group: String, memberID: String, generation: Int64, token: [UInt8] = []) {
    self.group = group
    self.memberID = memberID
    self.generation = generation
    self.token = token
  }
}

/// Records of partitions that a member owns, fetched under one generation.
public struct Batch: Hashable, Sendable {
  /// In offset order per partition.
  public var records: [Record]
  public var metadata: GroupMetadata
  /// Where the member stands after it, for each partition it was asked for.
  public var positions: [TopicPartition: Int64]

  public init(records: [Record], metadata: GroupMetadata, positions: [TopicPartition: Int64]) {
    self.records = records
    self.metadata = metadata
    self.positions = positions
  }
}

/// One atomic step's effect on the log.
public struct Commit: Hashable, Sendable {
  public var outputs: [Outgoing]
  /// For every input partition that the step acted for, the offset to go on from: also when nothing was consumed, for
  /// without an offset a replaced member would not be fenced.
  public var offsets: [TopicPartition: Int64]
  public var metadata: GroupMetadata

  public init(outputs: [Outgoing], offsets: [TopicPartition: Int64], metadata: GroupMetadata) {
    self.outputs = outputs
    self.offsets = offsets
    self.metadata = metadata
  }
}

public struct GroupDescription: Hashable, Sendable {
  public var group: String
  public var members: [Member]
  /// By partition, sorted.
  public var partitions: [PartitionLag]

  public struct Member: Hashable, Sendable {
    public var id: String
    public var instance: String
    public var partitions: [TopicPartition]
    /// False when the member seems stopped: it holds partitions and does not react.
    public var responds: Bool
    /// The member's process, where the bus knows it.
    public var process: Int32?

    public init(
      id: String, instance: String, partitions: [TopicPartition], responds: Bool = true, process: Int32? = nil
    ) {
      self.id = id
      self.instance = instance
      self.partitions = partitions
      self.responds = responds
      self.process = process
    }
  }

  public struct PartitionLag: Hashable, Sendable {
    public var partition: TopicPartition
    public var committed: Int64?
    /// Data records not consumed yet: a gap of transaction markers is no lag.
    public var lag: Int64

    public init(partition: TopicPartition, committed: Int64?, lag: Int64) {
      self.partition = partition
      self.committed = committed
      self.lag = lag
    }
  }

  public init(group: String, members: [Member], partitions: [PartitionLag]) {
    self.group = group
    self.members = members
    self.partitions = partitions
  }
}
