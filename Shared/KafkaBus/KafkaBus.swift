import Synchronization
import TopicBus

/// The bus on Kafka, through librdkafka 2.0.2 or newer; brokers of Kafka 3.6 or newer.
///
/// ```swift
/// let bus = try KafkaBus(KafkaSettings(brokers: "localhost:9092"))
/// let offsets = try await bus.append([record])
/// ```
///
/// Guarantees, beside those of ``TopicBus``:
/// - A commit is one transaction with the group's metadata as of the assignment under which its records came.
/// - Readers and members read committed.
/// - Memory is bounded: ``Appender/most`` bytes of appends, 16 MB of records and about 8 MB of librdkafka's for each
///   reader and member.
///
/// Limits: an append of several records is not atomic, but in order; a timestamp of 0 becomes the time of the append,
/// since librdkafka takes it for none; ``maintain(now:)`` does nothing, the brokers keep house by themselves.
public final class KafkaBus: TopicBus {
  let settings: KafkaSettings
  let observer: Observer
  let threads = OwnThreads("kafka-calls", most: 6)
  private let appender: Appender
  private let opened = Mutex(Opened())

  private struct Opened {
    var members: [ObjectIdentifier: KafkaMember] = [:]
    var readers: [ObjectIdentifier: KafkaReader] = [:]
    var isClosed = false
  }

  public var features: BusFeatures { Self.features }

  public static let features = BusFeatures(
    name: "kafka", appendsAtomically: false, survivesPowerLoss: true, compacts: false, hasTransactions: true,
    fences: true, largestCommit: 16 << 20)

  /// The most bytes that one record may have; topics are made for as much.
  public static let largestRecord = 2_000_000

  /// Makes the clients. Brokers are looked for when they are needed, so that they may be away now.
  ///
  /// - Throws: ``BusError/refused(_:)`` for settings that librdkafka does not take.
  public init(_ settings: KafkaSettings) throws(BusError) {
    let (complaints, log) = (Complaints(), settings.log)
    var settings = settings
    settings.log = { log(complaints.note($0)) }
    self.settings = settings
    observer = try Observer(settings, complaints)
    appender = try Appender(settings, observer: observer)
  }

  private var admin: Admin { Admin(client: observer.client, settings: settings) }
  var groups: GroupAdmin { GroupAdmin(observer: observer, admin: admin) }

  // MARK: - Topics and records

  public func create(_ topics: [TopicDeclaration]) async throws(BusError) {
    let (admin, observer) = (admin, observer)
    try await threads.run { () throws(BusError) in
      let known = try observer.topics()
      for topic in topics {
        guard let found = known[topic.name], found != topic.partitions else { continue }
        throw .partitionMismatch(topic: topic.name, declared: topic.partitions, found: found)
      }
      let missing = topics.filter { known[$0.name] == nil }
      try admin.create(missing)
      try Self.wait(for: topics, patiently: !missing.isEmpty, observer, admin)
    }
  }

  /// A topic that was made, by whomever, is known to all brokers a little later. Whoever asked one of the others meanwhile
  /// would be told that there is none, and a group that is led by such a one would go without it for minutes.
  ///
  /// - Parameter patiently: whether a broker that is silent is waited for too: one that was killed is listed for seconds.
  private static func wait(
    for topics: [TopicDeclaration], patiently: Bool, _ observer: Observer, _ admin: Admin
  ) throws(BusError) {
    let deadline = ContinuousClock.now + .seconds(15)
    while true {
      let known = try observer.topics()
      guard let missing = topics.first(where: { known[$0.name] != $0.partitions }) else { break }
      guard ContinuousClock.now < deadline else {
        throw .uncertain("topic \(missing.name) was made, and is not to be seen")
      }
      Pause.milliseconds(20)
    }
    let brokers = try observer.brokers()
    guard brokers.count > 1 else { return }
    for broker in brokers {
      while true {
        var trouble = "is silent"
        do throws(BusError) {
          guard let unknown = try admin.unknown(of: topics.map(\.name), to: broker).first else { break }
          trouble = "does not know \(unknown)"
        } catch {
          // One that went knows when it is back; one that answers, and does not tell, cannot be asked.
          guard patiently, error.isPassing, try observer.brokers().contains(broker) else { break }
        }
        guard ContinuousClock.now < deadline else {
          throw .uncertain("topics were made, and broker \(broker) \(trouble)")
        }
        Pause.milliseconds(20)
      }
    }
  }

  public func describeTopics() async throws(BusError) -> [TopicDescription] {
    let (admin, observer) = (admin, observer)
    return try await threads.run { () throws(BusError) in
      let (topics, ends) = try Self.ends(of: observer.topics(), observer)
      let configurations = try admin.configurations(of: topics.map(\.key))
      return topics.map { name, count in
        TopicDescription(
          declaration: TopicDeclaration(name, partitions: count, configuration: configurations[name] ?? [:]),
          ends: (0..<count).compactMap { ends[TopicPartition(name, $0)] })
      }
    }
  }

  /// Where topics begin and end; less those that another process has removed, or is making.
  private static func ends(
    of counts: [String: Int], _ observer: Observer
  ) throws(BusError) -> (topics: [(key: String, value: Int)], ends: [TopicPartition: PartitionEnds]) {
    let topics = counts.sorted { $0.key < $1.key }
    do throws(BusError) {
      let partitions = topics.flatMap { topic in (0..<topic.value).map { TopicPartition(topic.key, $0) } }
      return (topics, try observer.ends(of: partitions))
    } catch .unknownTopic(let name) where counts[name] != nil {
      return try ends(of: counts.filter { $0.key != name }, observer)
    }
  }

  public func append(_ records: [Outgoing]) async throws(BusError) -> [Int64] {
    for record in records { try Self.check(record) }
    try await check(records.lazy.map(\.topicPartition))
    return try await appender.append(records)
  }

  /// Throws for a partition that there is not.
  private func check(_ partitions: some Sequence<TopicPartition>) async throws(BusError) {
    let observer = observer
    guard !observer.knows(partitions) else { return }
    let asked = Set(partitions).sorted()
    try await threads.run { () throws(BusError) in try observer.check(asked) }
  }

  static func check(_ record: Outgoing) throws(BusError) {
    guard record.size <= largestRecord else {
      throw .tooLarge("a record of \(record.size) bytes for \(record.topicPartition); the most is \(largestRecord)")
    }
  }

  public func reader(from positions: [TopicPartition: Int64]) async throws(BusError) -> any TopicReader {
    try await reader(from: positions, catchingUp: false)
  }

  public func catchUpReader(from positions: [TopicPartition: Int64]) async throws(BusError) -> any TopicReader {
    try await reader(from: positions, catchingUp: true)
  }

  private func reader(
    from positions: [TopicPartition: Int64], catchingUp: Bool
  ) async throws(BusError) -> any TopicReader {
    // First: a client that asks for a topic that is not there may have it made.
    try await check(positions.keys)
    // It connects, and begins to fetch, while it is looked up where the partitions begin.
    var reader = try KafkaReader(bus: self, from: positions, catchingUp: catchingUp)
    do throws(BusError) {
      let observer = observer
      let lows = try await threads.run { () throws(BusError) in try observer.lows(of: positions.keys.sorted()) }
      let starts = positions.merging(lows, uniquingKeysWith: max)
      if starts != positions {
        // Another one: a partition whose first fetch fails is not reliably set elsewhere meanwhile (2.0.2).
        await reader.close()
        reader = try KafkaReader(bus: self, from: starts, catchingUp: catchingUp)
      }
    } catch {
      await reader.close()
      throw error
    }
    let isOpen = opened.withLock { opened in
      if !opened.isClosed { opened.readers[ObjectIdentifier(reader)] = reader }
      return !opened.isClosed
    }
    guard isOpen else {
      await reader.close()
      throw .closed
    }
    return reader
  }

  func forget(_ reader: KafkaReader) { opened.withLock { $0.readers[ObjectIdentifier(reader)] = nil } }
  func forget(_ member: KafkaMember) { opened.withLock { $0.members[ObjectIdentifier(member)] = nil } }

  public func ends(of partitions: [TopicPartition]) async throws(BusError) -> [TopicPartition: PartitionEnds] {
    let observer = observer
    return try await threads.run { () throws(BusError) in try observer.ends(of: partitions) }
  }

  public func offsets(
    of partitions: [TopicPartition], at time: Int64
  ) async throws(BusError) -> [TopicPartition: Int64] {
    let observer = observer
    return try await threads.run { () throws(BusError) in try observer.offsets(of: partitions, since: time) }
  }

  public func trim(before offsets: [TopicPartition: Int64]) async throws(BusError) {
    let (admin, observer) = (admin, observer)
    try await threads.run { () throws(BusError) in
      let ends = try observer.ends(of: offsets.keys.sorted())
      // What is trimmed already stays so; beyond the end there is nothing to trim.
      let asked = offsets.filter { $0.value > ends[$0.key]?.low ?? 0 }
      try admin.trim(before: asked.mapValues { $0 })
    }
  }

  public func maintain(now: Int64) async throws(BusError) {}

  /// Completes an error with where the partition begins.
  func withLowEnd(_ error: BusError) async -> BusError {
    guard case .offsetOutOfRange(let partition, let offset, _) = error else { return error }
    do throws(BusError) {
      let low = try await ends(of: [partition])[partition]?.low ?? offset
      return .offsetOutOfRange(partition, offset: offset, low: low)
    } catch {
      return error
    }
  }

  // MARK: - Groups

  public func join(_ membership: Membership) async throws(BusError) -> any GroupMember {
    let observer = observer
    let member = try await threads.run { () throws(BusError) in
      var counts: [String: Int] = [:]
      for topic in membership.topics {
        guard let count = try observer.partitions(of: topic) else { throw .unknownTopic(topic) }
        counts[topic] = count
      }
      guard Set(counts.values).count <= 1 else {
        let text = counts.sorted { $0.key < $1.key }.map { "\($0.key) has \($0.value)" }.joined(separator: ", ")
        throw .refused("the topics of group \(membership.group) differ in their partitions: \(text)")
      }
      return try KafkaMember(bus: self, membership: membership)
    }
    let isOpen = opened.withLock { opened in
      if !opened.isClosed { opened.members[ObjectIdentifier(member)] = member }
      return !opened.isClosed
    }
    guard isOpen else {
      await member.leave()
      throw .closed
    }
    return member
  }

  public func describeGroups() async throws(BusError) -> [GroupDescription] { try await Lag(bus: self).describe() }

  public func describeGroups(reading topics: Set<String>) async throws(BusError) -> [GroupDescription] {
    try await Lag(bus: self).describe(reading: topics)
  }

  public func resetOffsets(of group: String, to offsets: [TopicPartition: Int64]) async throws(BusError) {
    let groups = groups
    try await threads.run { () throws(BusError) in try groups.reset(group, to: offsets) }
  }

  // MARK: - The end

  public func close() async { await end(abandoning: false) }

  /// Ends as a killed process does, as far as others can tell: nobody leaves, open transactions stay open. For tests.
  package func abandon() async { await end(abandoning: true) }

  private func end(abandoning: Bool) async {
    let (wasClosed, members, readers) = opened.withLock { opened in
      defer { opened.isClosed = true }
      return (opened.isClosed, Array(opened.members.values), Array(opened.readers.values))
    }
    guard !wasClosed else { return }
    await withTaskGroup(of: Void.self) { group in
      for member in members { group.addTask { await abandoning ? member.abandon() : member.leave() } }
      for reader in readers { group.addTask { await reader.close() } }
    }
    await abandoning ? appender.abandon() : appender.close()
    // What is being asked is answered, or times out.
    await threads.close()
    let observer = observer
    startThread("kafka-end") { observer.destroy() }
  }
}
