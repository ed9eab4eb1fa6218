import Synchronization
import TopicBus

/// The bus in memory: a ``SimulatedLog`` that tasks can wait on.
///
/// Several handles can share one log, as processes share a file: see ``another()`` and ``crash()``.
///
/// ```swift
/// let bus = SimulatedBus()
/// try await bus.create([TopicDeclaration("requests", partitions: 4, cleanup: .trimmed)])
/// bus.withLog { $0.inject(.uncertain(applied: true), into: bus.name) }
/// ```
public final class SimulatedBus: TopicBus {
  public let features: BusFeatures
  /// Its name among callers for ``SimulatedLog/inject(_:into:)``.
  public let name: String

  let shared: SharedLog
  private let state = Mutex(State())

  private struct State {
    var isClosed = false
    var members: [Member] = []
  }

  public convenience init(settings: SimulatedLog.Settings = .embedded) {
    self.init(SharedLog(SimulatedLog(settings: settings)), name: "bus-0")
  }

  private init(_ shared: SharedLog, name: String) {
    self.shared = shared
    self.name = name
    features = Self.features(of: shared.look { $0.settings })
  }

  /// Another handle on the same log, as another process would have it.
  public func another() -> SimulatedBus {
    SimulatedBus(shared, name: "bus-\(shared.nextHandle())")
  }

  /// Does something with the log itself, then wakes whoever waits for it.
  public func withLog<Result>(_ body: (inout SimulatedLog) throws -> Result) rethrows -> Result {
    try shared.change(body)
  }

  /// This handle's process dies: its members are not heard of again.
  ///
  /// - Parameter evicting: whether others get their partitions at once; else upon ``SimulatedLog/evict(_:)``.
  public func crash(evicting: Bool = true) {
    let members = end()
    shared.change { log in
      for member in members { log.kill(member, evicting: evicting) }
    }
  }

  public func close() async {
    let members = end()
    shared.change { log in
      for member in members { log.leave(member) }
    }
  }

  private func end() -> [Member] {
    state.withLock { state in
      state.isClosed = true
      defer { state.members = [] }
      return state.members
    }
  }

  /// What a bus of these settings can do.
  public static func features(of settings: SimulatedLog.Settings) -> BusFeatures {
    BusFeatures(
      name: "simulated", appendsAtomically: true, survivesPowerLoss: false, compacts: true, hasTransactions: true,
      fences: true, largestCommit: settings.largestCommit)
  }
}

extension SimulatedBus {
  public func create(_ topics: [TopicDeclaration]) async throws(BusError) {
    try change { log throws(BusError) in try log.create(topics) }
  }

  public func describeTopics() async throws(BusError) -> [TopicDescription] {
    try change { log throws(BusError) in try log.describeTopics() }
  }

  public func append(_ records: [Outgoing]) async throws(BusError) -> [Int64] {
    try change { log throws(BusError) in try log.append(records, by: self.name) }
  }

  public func join(_ membership: Membership) async throws(BusError) -> any GroupMember {
    let member = try change { log throws(BusError) in try log.join(membership) }
    state.withLock { $0.members.append(member) }
    return SimulatedGroupMember(member: member, bus: self)
  }

  public func reader(from positions: [TopicPartition: Int64]) async throws(BusError) -> any TopicReader {
    let found = try change { log throws(BusError) in
      var found = positions
      for (partition, position) in positions { found[partition] = max(position, try log.ends(of: partition).low) }
      return found
    }
    return SimulatedReader(positions: found, bus: self)
  }

  public func ends(of partitions: [TopicPartition]) async throws(BusError) -> [TopicPartition: PartitionEnds] {
    try change { log throws(BusError) in
      var found: [TopicPartition: PartitionEnds] = [:]
      for partition in partitions { found[partition] = try log.ends(of: partition) }
      return found
    }
  }

  public func offsets(
    of partitions: [TopicPartition], at time: Int64
  ) async throws(BusError) -> [TopicPartition: Int64] {
    try change { log throws(BusError) in
      var found: [TopicPartition: Int64] = [:]
      for partition in partitions { found[partition] = try log.offset(of: partition, at: time) }
      return found
    }
  }

  public func describeGroups() async throws(BusError) -> [GroupDescription] {
    try change { log throws(BusError) in try log.describeGroups() }
  }

  public func resetOffsets(of group: String, to offsets: [TopicPartition: Int64]) async throws(BusError) {
    try change { log throws(BusError) in try log.resetOffsets(of: group, to: offsets) }
  }

  public func trim(before offsets: [TopicPartition: Int64]) async throws(BusError) {
    try change { log throws(BusError) in
      for partition in offsets.keys { _ = try log.ends(of: partition) }
      for (partition, offset) in offsets { try log.trim(partition, before: offset) }
    }
  }

  public func maintain(now: Int64) async throws(BusError) {
    try change { log throws(BusError) in log.maintain(now: now) }
  }

  /// Does something with the log, unless this handle is closed.
  func change<Result>(
    _ body: (inout SimulatedLog) throws(BusError) -> Result
  ) throws(BusError) -> Result {
    try requireOpen()
    return try shared.change(body)
  }

  private func requireOpen() throws(BusError) {
    if state.withLock({ $0.isClosed }) { throw .closed }
  }

  /// Waits until looking gives something, the timeout is over or the task is cancelled.
  ///
  /// - Returns: nil when nothing came.
  func wait<Result>(
    milliseconds: Int64, for look: (inout SimulatedLog) throws(BusError) -> Result?
  ) async throws(BusError) -> Result? {
    let deadline = ContinuousClock.now + .milliseconds(milliseconds)
    while true {
      let seen = shared.version
      try requireOpen()
      if let found = try shared.find(look) { return found }
      guard milliseconds > 0, !Task.isCancelled, ContinuousClock.now < deadline else { return nil }
      await shared.changed(since: seen, until: deadline)
    }
  }
}
