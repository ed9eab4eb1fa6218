import CooperationModel
import Logging
import SimulatedBus
import Synchronization
import Testing
import TopicBus

@testable import ServiceKit

/// A bus that has no room to write that partitions are given up, so many times, or whose partitions seem longer than they
/// are, or on which something happens before anything is read, record by record.
private final class CrampedBus: TopicBus {
  private let bus: SimulatedBus
  private let excess: Int64
  private let beforeReading: @Sendable () async throws(BusError) -> Void
  private let state: Mutex<(refusals: Int, joins: Int, readers: Int)>

  /// - Parameters:
  ///   - excess: how much further partitions are said to go than anybody can read.
  ///   - beforeReading: what happens once somebody begins to read, and knows how far.
  init(
    _ bus: SimulatedBus, refusals: Int = 0, excess: Int64 = 0,
    beforeReading: @escaping @Sendable () async throws(BusError) -> Void = { () throws(BusError) in }
  ) {
    self.bus = bus
    self.excess = excess
    self.beforeReading = beforeReading
    state = Mutex((refusals, 0, 0))
  }

  var readers: Int { state.withLock { $0.readers } }

  var joins: Int { state.withLock { $0.joins } }
  var refusals: Int { state.withLock { $0.refusals } }

  private final class CrampedMember: GroupMember {
    let member: any GroupMember
    let bus: CrampedBus

    init(_ member: any GroupMember, _ bus: CrampedBus) {
      self.member = member
      self.bus = bus
    }

    func next(limit: FetchLimit?, of partitions: Set<TopicPartition>, timeout: Int64) async throws(BusError)
      -> GroupEvent?
    {
      try await member.next(limit: limit, of: partitions, timeout: timeout)
    }
    func seek(_ positions: [TopicPartition: Int64]) async throws(BusError) { try await member.seek(positions) }
    func commit(_ commit: Commit) async throws(BusError) { try await member.commit(commit) }
    func release(_ partitions: Set<TopicPartition>) async throws(BusError) {
      let isRefused = bus.state.withLock { state in
        state.refusals -= 1
        return state.refusals >= 0
      }
      if isRefused { throw .full("free some space") }
      try await member.release(partitions)
    }
    func leave() async { await member.leave() }
  }

  private struct TightReader: TopicReader {
    let reader: any TopicReader

    init(_ reader: any TopicReader) { self.reader = reader }

    func next(limit: FetchLimit, timeout: Int64) async throws(BusError) -> Slice {
      try await reader.next(limit: FetchLimit(records: 1, bytes: limit.bytes), timeout: timeout)
    }
    func close() async { await reader.close() }
  }

  var features: BusFeatures { bus.features }
  func create(_ topics: [TopicDeclaration]) async throws(BusError) { try await bus.create(topics) }
  func describeTopics() async throws(BusError) -> [TopicDescription] { try await bus.describeTopics() }
  func append(_ records: [Outgoing]) async throws(BusError) -> [Int64] { try await bus.append(records) }
  func join(_ membership: Membership) async throws(BusError) -> any GroupMember {
    state.withLock { $0.joins += 1 }
    return CrampedMember(try await bus.join(membership), self)
  }
  func reader(from positions: [TopicPartition: Int64]) async throws(BusError) -> any TopicReader {
    let isFirst = state.withLock { state in
      state.readers += 1
      return state.readers == 1
    }
    if isFirst { try await beforeReading() }
    return TightReader(try await bus.reader(from: positions))
  }
  func ends(of partitions: [TopicPartition]) async throws(BusError) -> [TopicPartition: PartitionEnds] {
    try await bus.ends(of: partitions).mapValues { PartitionEnds(low: $0.low, high: $0.high + excess) }
  }
  func offsets(of partitions: [TopicPartition], at time: Int64) async throws(BusError) -> [TopicPartition: Int64] {
    try await bus.offsets(of: partitions, at: time)
  }
  func describeGroups() async throws(BusError) -> [GroupDescription] { try await bus.describeGroups() }
  func resetOffsets(of group: String, to offsets: [TopicPartition: Int64]) async throws(BusError) {
    try await bus.resetOffsets(of: group, to: offsets)
  }
  func trim(before offsets: [TopicPartition: Int64]) async throws(BusError) { try await bus.trim(before: offsets) }
  func maintain(now: Int64) async throws(BusError) { try await bus.maintain(now: now) }
  func close() async { await bus.close() }
}

/// Reads a global table, and does nothing with it.
private struct Onlooker: Processor {
  struct State: Sendable {
    var requests = Table<RequestID, PartnershipRequest>()
    var profiles = View<CollectiviteID, Profile>()
  }
  typealias EntityID = RequestID

  static let topology = Topology<State>("onlooker") {
    Input(Topics.partnershipRequests, into: \.requests)
    GlobalTable(Topics.profiles, into: \.profiles)
  }

  func affected(by change: TableChange, in state: State) -> [RequestID] { [] }
  func owned(in partition: Int, of state: State) -> [RequestID] { [] }
  func partition(of id: RequestID, in state: State) -> Int? { nil }
  func recompute(_ id: RequestID, _ state: inout Overlay<State>, _ context: Context) -> Recomputed { .done }
}

/// As ``Echo``, and derives anew what comes to it.
private struct Heir: Processor {
  typealias State = Echo.State
  typealias EntityID = RequestID

  static let topology = Echo.topology

  func affected(by change: TableChange, in state: State) -> [RequestID] { Echo().affected(by: change, in: state) }
  func owned(in partition: Int, of state: State) -> [RequestID] {
    state.matches.sortedKeys(in: partition)
  }
  func partition(of id: RequestID, in state: State) -> Int? { Echo().partition(of: id, in: state) }
  func recompute(_ id: RequestID, _ state: inout Overlay<State>, _ context: Context) -> Recomputed {
    Echo().recompute(id, &state, context)
  }
}

@Suite("A worker")
struct WorkerTests {
  @Test("that has no room to give partitions up keeps the others at work, and gives up later")
  func release() async throws {
    let log = SimulatedBus()
    let bus = CrampedBus(log, refusals: 3)
    try await log.create([
      Topics.partnershipRequests.declaration, Topics.matches.declaration, DeadLetter.declaration,
    ])
    let first = run(on: bus, "a")
    try await share(log, ["a": 12])
    let second = run(on: log.another(), "b")
    try await share(log, ["a": 6, "b": 6])
    #expect(bus.refusals < 0)
    #expect(bus.joins == 1, "it began anew: what was being sent for the other partitions was forgotten")
    for task in [first, second] { task.cancel() }
    for task in [first, second] { await task.value }
  }

  @Test("that is asked to stop while it reads its global tables stops, however much there is to be read")
  func stopsWhileOpening() async throws {
    let log = SimulatedBus()
    let bus = CrampedBus(log, excess: 1)
    try await log.create([
      Topics.partnershipRequests.declaration, Topics.matches.declaration, Topics.profiles.declaration,
      DeadLetter.declaration,
    ])
    let worker = Worker(
      Onlooker(), state: { Onlooker.State() }, bus: bus, instance: "a", clock: SystemClock(),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let work = Task { await worker.run() }
    while bus.readers == 0 { try await Task.sleep(for: .milliseconds(5)) }
    await worker.stop()
    await work.value
    #expect(bus.joins == 0)
  }

  @Test(
    "takes nothing for erased of which an older version goes while it restores, for a newer one that came meanwhile")
  func compactionDuringRestore() async throws {
    let log = SimulatedBus()
    try await log.create([
      Topics.partnershipRequests.declaration, Topics.matches.declaration, DeadLetter.declaration,
    ])
    let id = try #require(RequestID("0f8fad5b-d9cb-469f-a165-70867728950e"))
    let place = Topics.matches.partition(of: id, .empty(id))
    let other = try #require(RequestID("1b4e28ba-2fa1-41d2-883f-0016d3cca427"))
    func version(_ number: Int, of id: RequestID) throws -> Outgoing {
      try Topics.partnershipRequests.record(
        id, try Echo.request(id, number), partition: place, time: Instant(milliseconds: 0), source: "test",
        cause: "test")
    }
    let derived = try Topics.matches.record(
      id, .empty(id), partition: place, time: Instant(milliseconds: 0), source: "test", cause: "test")
    _ = try await log.append([try version(1, of: id), try version(1, of: other), derived])
    let newer = try version(2, of: id)
    let bus = CrampedBus(log) { () throws(BusError) in
      _ = try await log.append([newer])
      try await log.maintain(now: 0)
    }
    let worker = Worker(
      Heir(), state: { Heir.State() }, bus: bus, instance: "a", clock: SystemClock(),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let work = Task { await worker.run() }
    let reader = try await log.reader(from: [TopicPartition(Topics.matches.topic, place): 0])
    var versions: [Int?] = []
    while versions.last != 2 {
      for record in try await reader.next(limit: FetchLimit(), timeout: 1_000).records {
        versions.append(try Topics.matches.read(record).value?.requestVersion)
      }
    }
    #expect(versions == [1, 2])
    await worker.stop()
    await work.value
  }

  private func run(on bus: any TopicBus, _ instance: String) -> Task<Void, Never> {
    let worker = Worker(
      Echo(), state: { Echo.State() }, bus: bus, instance: instance, clock: SystemClock(),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    return Task { await worker.run() }
  }

  /// Waits until the members own so many partitions each.
  private func share(_ bus: any TopicBus, _ shares: [String: Int]) async throws {
    while true {
      let members = try await bus.describeGroups().first { $0.group == "echo" }?.members ?? []
      let found = Dictionary(members.map { ($0.instance, $0.partitions.count) }) { $1 }
      if found == shares { return }
      try await Task.sleep(for: .milliseconds(5))
    }
  }
}
