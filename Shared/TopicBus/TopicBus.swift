/// A log of topics that services talk over.
///
/// Every implementation passes one contract suite (`Tests/BusContract`); what one cannot do is declared in ``features``.
///
/// Promises, whatever the implementation:
/// - When ``append(_:)`` returns, its records survive a crash of the process, and of the machine where
///   ``BusFeatures/survivesPowerLoss`` says so.
/// - Records of one partition keep their order; offsets ascend.
/// - Readers and members see committed records alone, a commit's records all or none per partition.
public protocol TopicBus: Sendable {
  var features: BusFeatures { get }

  /// Makes the topics that are missing; changes none that exist.
  ///
  /// - Throws: ``BusError/partitionMismatch(topic:declared:found:)`` for one that exists with another count, before
  ///   anything is made.
  func create(_ topics: [TopicDeclaration]) async throws(BusError)

  /// Every topic there is, by name.
  func describeTopics() async throws(BusError) -> [TopicDescription]

  /// Appends records durably, all or none where the bus can (``BusFeatures/appendsAtomically``), in order.
  ///
  /// - Returns: the records' offsets, in the order given.
  func append(_ records: [Outgoing]) async throws(BusError) -> [Int64]

  /// Joins a group. The member has nothing until its first ``GroupEvent/assigned(_:)``.
  func join(_ membership: Membership) async throws(BusError) -> any GroupMember

  /// Reads partitions outside any group, from the given positions on, then live.
  ///
  /// A position below the first offset that is there begins at that offset.
  func reader(from positions: [TopicPartition: Int64]) async throws(BusError) -> any TopicReader

  /// As ``reader(from:)``, for whoever wants to be at the end soon, and closes it there: a bus may take more trouble to
  /// say at once that a partition has no more.
  func catchUpReader(from positions: [TopicPartition: Int64]) async throws(BusError) -> any TopicReader

  /// Where partitions begin and end, as an uncommitted reader sees them.
  func ends(of partitions: [TopicPartition]) async throws(BusError) -> [TopicPartition: PartitionEnds]

  /// The first offset in each partition whose record's timestamp is not below the given time, in milliseconds; the end
  /// where there is none.
  func offsets(of partitions: [TopicPartition], at time: Int64) async throws(BusError) -> [TopicPartition: Int64]

  /// Every group there is, with its members, committed offsets and lag.
  func describeGroups() async throws(BusError) -> [GroupDescription]

  /// The groups that read some of these topics, with their offsets and lag there: a cluster may be others' too.
  func describeGroups(reading topics: Set<String>) async throws(BusError) -> [GroupDescription]

  /// Sets a group's committed offsets: the operator's reset, refused while the group has members.
  func resetOffsets(of group: String, to offsets: [TopicPartition: Int64]) async throws(BusError)

  /// Removes records below the given offsets.
  func trim(before offsets: [TopicPartition: Int64]) async throws(BusError)

  /// Lets the bus do the housekeeping that topics declare (compaction, age, tombstones) as of the given time, in
  /// milliseconds. A bus that keeps house by itself does nothing.
  func maintain(now: Int64) async throws(BusError)

  /// Ends everything that was opened through this bus: its members leave, whoever waits gets ``BusError/closed``. Again
  /// does nothing.
  func close() async
}

extension TopicBus {
  public func catchUpReader(from positions: [TopicPartition: Int64]) async throws(BusError) -> any TopicReader {
    try await reader(from: positions)
  }

  public func describeGroups(reading topics: Set<String>) async throws(BusError) -> [GroupDescription] {
    try await describeGroups().compactMap { group in
      var group = group
      group.partitions = group.partitions.filter { topics.contains($0.partition.topic) }
      return group.partitions.isEmpty ? nil : group
    }
  }
}

/// What an implementation can do: data for the contract suite, and for callers that can do with less.
public struct BusFeatures: Hashable, Sendable {
  public var name: String
  /// An append of several records, up to 1,000 and 4 MB, is all or nothing. A larger one may go in parts, in order.
  public var appendsAtomically: Bool
  public var survivesPowerLoss: Bool
  public var compacts: Bool
  /// An aborted commit leaves nothing behind.
  public var hasTransactions: Bool
  /// A member of an older generation can commit nothing, also when it consumed nothing.
  public var fences: Bool
  /// The most bytes one commit or append can take.
  public var largestCommit: Int

  public init(
    name: String, appendsAtomically: Bool, survivesPowerLoss: Bool, compacts: Bool, hasTransactions: Bool,
    fences: Bool, largestCommit: Int
  ) {
    self.name = name
    self.appendsAtomically = appendsAtomically
    self.survivesPowerLoss = survivesPowerLoss
    self.compacts = compacts
    self.hasTransactions = hasTransactions
    self.fences = fences
    self.largestCommit = largestCommit
  }
}

/// Reads partitions outside any group.
public protocol TopicReader: Sendable {
  /// Waits until there is something beyond its positions, or until the timeout, and gives it in offset order per
  /// partition.
  ///
  /// One call at a time. Ends early when the task is cancelled.
  ///
  /// - Parameter timeout: milliseconds; 0 looks once.
  /// - Throws: ``BusError/offsetOutOfRange(_:offset:low:)`` when records that it had not read were removed.
  func next(limit: FetchLimit, timeout: Int64) async throws(BusError) -> Slice

  func close() async
}

/// The most that one fetch brings.
public struct FetchLimit: Hashable, Sendable {
  public var records: Int
  public var bytes: Int

  public init(records: Int = 1_000, bytes: Int = 4 << 20) {
    self.records = records
    self.bytes = bytes
  }
}

/// What one read brought.
public struct Slice: Hashable, Sendable {
  /// In offset order per partition.
  public var records: [Record]
  /// Where the reader stands after it, for every partition it reads: the end-of-partition offset once it is there,
  /// not merely “last record + 1”.
  public var positions: [TopicPartition: Int64]

  public init(records: [Record] = [], positions: [TopicPartition: Int64] = [:]) {
    self.records = records
    self.positions = positions
  }
}
