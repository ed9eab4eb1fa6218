import TopicBus

/// A log of topics in memory: the bus as a plain value, for the seeded simulation and for tests of processors.
///
/// It has no clock, no thread and no randomness: the same calls give the same answers, and a copy is a snapshot.
/// What a real bus does by itself after a while, somebody calls here: ``evict(_:)`` is the session timeout,
/// ``timeOut(_:)`` a transaction's, ``deliverMarker(of:to:)`` the arrival of a transaction's end at one partition,
/// ``maintain(now:)`` the housekeeping. Faults are data as well: see ``inject(_:into:)`` and ``isAway``.
///
/// It behaves as the harshest bus does that we run on: with ``Settings/kafka`` offsets have gaps where transactions
/// ended, and a commit is seen in its partitions at different times.
///
/// ```swift
/// var log = SimulatedLog()
/// try log.create([TopicDeclaration("requests", partitions: 4, cleanup: .trimmed)])
/// let member = try log.join(Membership(group: "ranking", instance: "a", topics: ["requests"]))
/// guard case .assigned(let assignment) = try log.poll(member) else { return }
/// ```
public struct SimulatedLog: Sendable {
  public struct Settings: Hashable, Sendable {
    /// Whether the end of a transaction takes an offset in each partition that it wrote to.
    public var marksTransactions: Bool
    /// Whether a group that changes is shared out anew from the ground: every member gives up all that it has, and what
    /// it gets back may be what it had. Else only what goes to another is asked back.
    public var suspendsMembers: Bool
    /// The most bytes one append or commit can take.
    public var largestCommit: Int

    public init(marksTransactions: Bool, suspendsMembers: Bool, largestCommit: Int = 4 << 20) {
      self.marksTransactions = marksTransactions
      self.suspendsMembers = suspendsMembers
      self.largestCommit = largestCommit
    }

    /// As one file: no markers, and what stays with its owner is left alone.
    public static let embedded = Settings(marksTransactions: false, suspendsMembers: false)
    /// As Kafka with its range assignor: transaction markers occupy offsets, and groups are shared out anew.
    public static let kafka = Settings(marksTransactions: true, suspendsMembers: true)
  }

  public let settings: Settings
  /// While true, every call but housekeeping and the simulation's own throws ``BusError/unavailable(_:)``.
  public var isAway = false

  var topics: [SimulatedTopic] = []
  /// Where a topic stands in `topics`. Looked up, never iterated.
  var topicIndex: [String: Int] = [:]
  var groups: [SimulatedGroup] = []
  var members: [SimulatedMember] = []
  /// Not yet ended in every partition, in the order in which they began.
  var transactions: [SimulatedTransaction] = []
  var lastTransaction = 0
  /// What goes wrong next, by caller. Looked up, never iterated.
  var faults: [String: [Fault]] = [:]

  public init(settings: Settings = .embedded) {
    self.settings = settings
  }

  // MARK: Topics

  /// Makes the topics that are missing, or none when one exists with another count.
  public mutating func create(_ declarations: [TopicDeclaration]) throws(BusError) {
    try reach()
    for declaration in declarations {
      guard declaration.partitions > 0 else {
        throw .refused("topic \(declaration.name) needs at least one partition")
      }
      let found = topicIndex[declaration.name].map { topics[$0].partitions.count }
      let twin = declarations.first { $0.name == declaration.name && $0.partitions != declaration.partitions }
      if let found = found ?? twin?.partitions, found != declaration.partitions {
        throw .partitionMismatch(topic: declaration.name, declared: declaration.partitions, found: found)
      }
    }
    for declaration in declarations where topicIndex[declaration.name] == nil {
      topicIndex[declaration.name] = topics.count
      topics.append(SimulatedTopic(declaration))
    }
  }

  /// Every topic, by name.
  public func describeTopics() throws(BusError) -> [TopicDescription] {
    try reach()
    return topics.sorted { $0.declaration.name < $1.declaration.name }.map { topic in
      TopicDescription(
        declaration: topic.declaration,
        ends: topic.partitions.map { PartitionEnds(low: $0.low, high: $0.high) })
    }
  }

  /// Where a partition begins and ends, as an uncommitted reader sees it.
  public func ends(of partition: TopicPartition) throws(BusError) -> PartitionEnds {
    try reach()
    let place = try locate(partition)
    let found = topics[place.topic].partitions[place.partition]
    return PartitionEnds(low: found.low, high: found.high)
  }

  /// A partition for whoever asks often: topics neither go nor move.
  public struct Place: Sendable {
    fileprivate let topic: Int
    fileprivate let partition: Int
  }

  public func place(of partition: TopicPartition) throws(BusError) -> Place {
    try reach()
    let place = try locate(partition)
    return Place(topic: place.topic, partition: place.partition)
  }

  /// Where the partition ends, as an uncommitted reader sees it.
  public func high(at place: Place) throws(BusError) -> Int64 {
    try reach()
    return topics[place.topic].partitions[place.partition].high
  }

  /// Where committed reading of the partition ends for now.
  public func stableEnd(at place: Place) throws(BusError) -> Int64 {
    try reach()
    return topics[place.topic].partitions[place.partition].stableEnd
  }

  /// Where committed reading of a partition ends for now: Kafka's last stable offset.
  ///
  /// Below ``PartitionEnds/high`` while a transaction is open in it. What a dead owner committed may lie between the two:
  /// its marker has not come yet.
  public func stableEnd(of partition: TopicPartition) throws(BusError) -> Int64 {
    try reach()
    let place = try locate(partition)
    return topics[place.topic].partitions[place.partition].stableEnd
  }

  /// The first offset whose record is not older than a time; the end where there is none.
  public func offset(of partition: TopicPartition, at time: Int64) throws(BusError) -> Int64 {
    try reach()
    let place = try locate(partition)
    return topics[place.topic].partitions[place.partition].offset(at: time)
  }

  // MARK: Records

  /// Appends records, all or none, in order, and gives their offsets.
  ///
  /// - Parameter client: whose injected faults strike it.
  public mutating func append(_ records: [Outgoing], by client: String = "") throws(BusError) -> [Int64] {
    try reach()
    let fault = nextFault(of: client)
    var taken = records.count
    switch fault {
    case .unavailable: throw .unavailable("the connection was refused")
    case .aborted: throw .aborted("the append was aborted")
    case .fatal: throw .fatal("the client broke")
    case .uncertain(applied: false): throw .uncertain("the append timed out")
    case .uncertainInPart(let part): taken = min(part, taken)
    case .uncertain(applied: true), .lateMarkers, nil: break
    }
    try check(records)
    var offsets: [Int64] = []
    offsets.reserveCapacity(taken)
    for record in records.prefix(taken) {
      let place = try locate(record.topicPartition)
      offsets.append(topics[place.topic].partitions[place.partition].append(record))
    }
    switch fault {
    case .uncertain, .uncertainInPart: throw .uncertain("the append timed out")
    default: return offsets
    }
  }

  /// Committed records of a partition from an offset on, and where a reader stands after them: beyond markers and gaps,
  /// at the stable end once it has read all.
  ///
  /// - Throws: ``BusError/offsetOutOfRange(_:offset:low:)`` below the first offset that is there.
  public func read(
    _ partition: TopicPartition, from offset: Int64, limit: FetchLimit = FetchLimit()
  ) throws(BusError) -> (records: [Record], position: Int64) {
    var rest = limit
    var records: [Record] = []
    let position = try read(partition, from: offset, limit: &rest, into: &records)
    return (records, position)
  }

  func read(
    _ partition: TopicPartition, from offset: Int64, limit: inout FetchLimit, into records: inout [Record]
  ) throws(BusError) -> Int64 {
    try reach()
    let place = try locate(partition)
    let low = topics[place.topic].partitions[place.partition].low
    guard offset >= low else { throw .offsetOutOfRange(partition, offset: offset, low: low) }
    return topics[place.topic].partitions[place.partition].read(from: offset, limit: &limit, into: &records)
  }

  // MARK: Housekeeping

  /// Removes records below an offset, but none that is not yet decided: an offset beyond the end trims to the end.
  public mutating func trim(_ partition: TopicPartition, before offset: Int64) throws(BusError) {
    try reach()
    let place = try locate(partition)
    topics[place.topic].partitions[place.partition].trim(before: offset)
  }

  /// Compacts, ages and forgets tombstones, as the topics declare.
  public mutating func maintain(now: Int64) {
    for topic in topics.indices {
      for partition in topics[topic].partitions.indices {
        switch topics[topic].declaration.cleanup {
        case .compacted(let tombstonesFor):
          topics[topic].partitions[partition].compact(tombstonesBefore: now - tombstonesFor)
        case .aged(let age): topics[topic].partitions[partition].age(before: now - age)
        case .trimmed: break
        }
      }
    }
  }

  // MARK: Shared by all of it

  func reach() throws(BusError) {
    if isAway { throw .unavailable("nobody answers") }
  }

  /// Where a partition stands in `topics`.
  func locate(_ partition: TopicPartition) throws(BusError) -> (topic: Int, partition: Int) {
    guard let topic = topicIndex[partition.topic], topics[topic].partitions.indices.contains(partition.partition)
    else { throw .unknownTopic(partition.topic) }
    return (topic, partition.partition)
  }

  /// Throws unless the log can take all of these.
  func check(_ records: [Outgoing]) throws(BusError) {
    var size = 0
    for record in records {
      _ = try locate(record.topicPartition)
      size += record.size
    }
    guard size <= settings.largestCommit else {
      throw .tooLarge("\(size) bytes at once: at most \(settings.largestCommit) are taken")
    }
  }
}

struct SimulatedTopic: Sendable {
  let declaration: TopicDeclaration
  var partitions: [SimulatedPartition]

  init(_ declaration: TopicDeclaration) {
    self.declaration = declaration
    partitions = Array(repeating: SimulatedPartition(), count: declaration.partitions)
  }
}
