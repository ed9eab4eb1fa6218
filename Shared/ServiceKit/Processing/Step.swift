import Collections
import CooperationModel
import TopicBus

/// The runtime's own step: takes events, returns actions, and is nothing but a value.
///
/// The same value runs on every bus and in the simulation. It knows no clock, no thread and no file; the shell around it
/// carries events in and actions out and decides nothing.
///
/// What holds, whatever the order of events:
/// - at most one commit is in flight; computing waits for it, fetching does not;
/// - a commit names an offset for each input partition it acted for, also when nothing was consumed;
/// - a batch is committed under the metadata that it was fetched under;
/// - state changes when the commit is acknowledged, never before.
package struct Step<P: Processor>: Sendable {
  let processor: P
  let source: String
  let limits: StepLimits
  var overlay: Overlay<P.State>

  /// The time of the event that is being handled.
  var now = Instant(milliseconds: 0)

  // What it owns.
  /// How often each partition has come.
  var tenures: [Int: Int] = [:]
  var metadata: GroupMetadata?
  var phases: [Int: PartitionPhase] = [:]
  /// The offset to go on from, by stream partition that is running.
  var positions: [TopicPartition: Int64] = [:]
  /// Running partitions whose position no commit has stored yet.
  var unstored: Set<Int> = []
  var epoch = 0
  /// Given up, or lost, once the commit in flight is resolved.
  var leaving: Set<TopicPartition> = []
  /// To be given up once what is being sent for them is noted, and when that was asked: what left and was not noted would
  /// leave again.
  var closing: [TopicPartition: Instant] = [:]
  /// Those among what closes or leaves that may come back as they were left: their state stays.
  var suspending: Set<Int> = []
  var releasing: Set<TopicPartition> = []
  /// What happened to the member while something was leaving, in order: a partition that was lost may come back before
  /// the commit in flight is resolved.
  var waitingEvents: [GroupEvent] = []

  // What is to be done.
  var inbox: Deque<Batch> = []
  var dirty = DirtySet<P.EntityID, P.Priority>()
  /// What is dirty by news that may be gathered, and was derived again by such news a moment ago.
  var gathering = Gathering<P.EntityID>()
  /// The trace of what last made a dirty entity so, where it has one.
  var traces: [P.EntityID: TraceContext] = [:]
  var results: Deque<(intent: P.Intent, sent: P.Sent)> = []
  var inFlight: [P.Intent] = [] {
    didSet { processor.note(inFlight: inFlight, in: &overlay.state) }
  }
  var waitingViews: [[Record]] = []
  /// State records met while restoring that cannot be read, until a later record of their key repairs them.
  var illegible: [Int: [StateKey: Halt]] = [:]
  /// Partitions that stand still, or did when their state was read last; and when it is read again.
  var halted: [Int: Halt] = [:]
  var retryHaltedAt: Instant?
  var haltedDelay = Self.haltedDelays.lowerBound
  static var haltedDelays: ClosedRange<Int64> { 1_000...60_000 }
  /// Inputs' bad records met while restoring, not yet set aside.
  var setAside: [(record: Record, failure: BadRecord)] = []

  // What is being done.
  var pending: Pending?
  var pausedUntil: Instant?
  var retryDelay: Int64 = 0
  var isMember = false
  var stoppingSince: Instant?
  var hasStopped = false
  /// A timer that its entity's recomputation does not answer; it would fire for ever.
  var stuckTimerUntil: Instant?

  // What was asked for last, so that only differences are asked for.
  var poll: OutstandingPoll?
  var lastWake: Instant??

  /// Global tables' records that cannot be read, by topic and key: the last readable version stands.
  package internal(set) var unreadable: [String: Halt] = [:]

  struct Pending: Sendable {
    var commit: Commit
    /// What was taken, to come back when it aborts.
    var batch: Batch?
    var taken: [P.EntityID]
    var traces: [P.EntityID: TraceContext]
    var results: [(intent: P.Intent, sent: P.Sent)]
    var setAside: [(record: Record, failure: BadRecord)]
    var partitions: Set<Int>
  }

  package init(_ processor: P, state: P.State, source: String, limits: StepLimits = StepLimits()) {
    self.processor = processor
    self.source = source
    self.limits = limits
    overlay = Overlay(state, topology: P.topology)
  }

  /// The state as of the last acknowledged commit; while one is in flight, with its writes.
  package var state: P.State { overlay.state }
  package var isIdle: Bool { pending == nil }
  var isStopping: Bool { stoppingSince != nil }
  package var dirtyCount: Int { dirty.count + gathering.count }

  /// Partitions that are restored and at work.
  package var running: [Int] { phases.filter { $0.value == .running }.keys.sorted() }
  /// Partitions that stand still, and why.
  package var halts: [Halt] { halted.keys.sorted().compactMap { halted[$0] } }
  package var isRestoring: Bool {
    phases.values.contains { if case .restoring = $0 { true } else { false } }
  }
  /// The group has been heard, or has had its time to speak: who has no partition by then stands by.
  package private(set) var hasGroup = false

  /// Still the owner of a partition, and at work on it.
  package func owns(_ partition: Int) -> Bool {
    phases[partition] == .running && !leaving.contains { $0.partition == partition }
  }

  /// Whether what it asked to be sent may leave now: its partition may have gone since, and may be back: then it was asked
  /// again.
  ///
  /// - Parameter tenure: ``tenure(of:)`` when it was asked.
  package func mayStillSend(_ intent: P.Intent, of tenure: Int?) -> Bool {
    tenure != nil && self.tenure(of: intent) == tenure
  }

  /// Which time it is that the intent's partition is here; nil while nothing may be sent for it.
  package func tenure(of intent: P.Intent) -> Int? {
    processor.partition(ofIntent: intent, in: state).flatMap { owns($0) && !isClosing($0) ? tenures[$0] : nil }
  }

  func isClosing(_ partition: Int) -> Bool { closing.keys.contains { $0.partition == partition } }

  // MARK: Events

  package mutating func handle(_ event: StepEvent<P>, now: Instant) -> [StepAction<P>] {
    guard !hasStopped else { return [] }
    self.now = now
    var actions: [StepAction<P>] = []
    switch event {
    case .polled(let event):
      let sought = poll?.sought ?? []
      poll = nil
      hasGroup = true
      if let event { handle(event, sought: sought, &actions) }
    case .restoring(let epoch, let records):
      restore(records, epoch: epoch, &actions)
    case .restored(let epoch, let ends):
      finishRestore(epoch: epoch, ends: ends, &actions)
    case .views(let records):
      if pending == nil { apply(records) } else { waitingViews.append(records) }
    case .committed:
      commitSucceeded(&actions)
    case .commitFailed(let error):
      commitFailed(error, now: now, &actions)
    case .sent(let intent, let sent):
      results.append((intent, sent))
    case .notSent(let intent, let tenure):
      // Asked again since, it may be on its way.
      let partition = processor.partition(ofIntent: intent, in: overlay.state)
      if let partition, tenures[partition] == tenure { inFlight.removeAll { $0 == intent } }
    case .joined:
      isMember = true
    case .wake:
      lastWake = nil
    case .stopping:
      stoppingSince = stoppingSince ?? now
    }
    guard !hasStopped else { return actions }
    retryHalted(&actions)
    close(&actions)
    if stopIfFinished(&actions) { return actions }
    work(now: now, &actions)
    close(&actions)
    if stopIfFinished(&actions) { return actions }
    askForMore(now: now, &actions)
    return actions
  }

  /// Stops, when asked to, once the commit in flight is resolved and what is being sent is noted: what left and was not
  /// noted would leave again.
  mutating func stopIfFinished(_ actions: inout [StepAction<P>]) -> Bool {
    guard let stoppingSince, pending == nil else { return false }
    let mayNote = metadata != nil && isPatient(since: stoppingSince)
    guard (inFlight.isEmpty && results.isEmpty) || !mayNote else { return false }
    hasStopped = true
    actions.append(.stop(nil))
    return true
  }

  mutating func handle(
    _ event: GroupEvent, sought: Set<TopicPartition>, _ actions: inout [StepAction<P>]
  ) {
    var event = event
    if case .records(var batch) = event {
      batch.records.removeAll { sought.contains($0.topicPartition) }
      batch.positions = batch.positions.filter { !sought.contains($0.key) }
      event = .records(batch)
    }
    if case .lost(let partitions) = event {
      // Also of what still waits: a partition that is lost is not released, for it may be this member's again already.
      waitingEvents = waitingEvents.map { $0.without(partitions) }
      releasing.subtract(partitions)
      closing = closing.filter { !partitions.contains($0.key) }
      suspending.subtract(partitions.map(\.partition))
      leave(partitions, &actions)
    } else if leaving.isEmpty {
      handle(event, &actions)
    } else {
      waitingEvents.append(event)
    }
  }

  mutating func handle(_ event: GroupEvent, _ actions: inout [StepAction<P>]) {
    switch event {
    case .assigned(let assignment): assigned(assignment, &actions)
    case .revoked(let partitions): beginClosing(partitions, &actions)
    case .suspended(let partitions):
      suspending.formUnion(partitions.map(\.partition))
      beginClosing(partitions, &actions)
    case .lost(let partitions): leave(partitions, &actions)
    case .records(let batch): inbox.append(batch)
    }
  }

  // MARK: Global tables

  mutating func apply(_ records: [Record]) {
    let isAtWork = phases.values.contains { $0 == .running || $0 == .resting }
    for record in records {
      guard let apply = P.topology.view(of: record.topic) else { continue }
      do throws(BadRecord) {
        guard let change = try apply(record, &overlay.state) else { continue }
        if !unreadable.isEmpty { unreadable[record.place] = nil }
        processor.absorb(change, into: &overlay.state)
        guard isAtWork else { continue }
        refresh()
        mark(affectedBy: change, for: TraceContext(record))
      } catch {
        unreadable[record.place] = Halt(
          topic: record.topic, partition: record.partition, offset: record.offset,
          key: String(decoding: record.key, as: UTF8.self), text: error.text)
      }
    }
  }

  /// Lets the processor bring in step what it derives from its own tables.
  mutating func refresh() {
    for id in processor.refresh(&overlay.state) { mark(id) }
  }

  mutating func mark(affectedBy change: TableChange, for trace: TraceContext?) {
    let mayGather = processor.mayGather(after: change)
    for id in processor.affected(by: change, in: overlay.state) {
      if mayGather, !dirty.contains(id), gathering.holds(id, at: now) {
        if let trace { traces[id] = trace }
      } else {
        mark(id, for: trace)
      }
    }
  }

  mutating func mark(_ id: P.EntityID, for trace: TraceContext? = nil) {
    dirty.insert(id, priority: processor.priority(of: id, in: overlay.state, now: now))
    if let trace { traces[id] = trace }
  }
}

// Beside the step, not in it: what is nested in a generic type is looked up anew for each processor.

/// How one partition stands here.
enum PartitionPhase: Sendable, Equatable {
  case restoring(epoch: Int)
  case running
  case halted
  /// Given up while the group is shared out anew, its state kept: it comes back, or is lost.
  case resting
}

/// A key of a state topic, byte for byte: it may be no identifier.
struct StateKey: Hashable, Sendable {
  var partition: TopicPartition
  var key: [UInt8]
}

/// The poll that is outstanding.
struct OutstandingPoll: Sendable {
  var limit: FetchLimit?
  var partitions: Set<TopicPartition>
  var isCut = false
  /// Partitions that were sought since it began: what it brings of them is read again.
  var sought: Set<TopicPartition> = []
}

extension Record {
  /// Topic and key, as one text.
  var place: String { "\(topic) \(String(decoding: key, as: UTF8.self))" }
}

extension GroupEvent {
  /// The event as if some partitions had no part in it.
  func without(_ partitions: Set<TopicPartition>) -> GroupEvent {
    switch self {
    case .assigned(var assignment):
      assignment.partitions.subtract(partitions)
      assignment.unmoved.subtract(partitions)
      return .assigned(assignment)
    case .revoked(let revoked): return .revoked(revoked.subtracting(partitions))
    case .suspended(let suspended): return .suspended(suspended.subtracting(partitions))
    case .lost: return self
    case .records(var batch):
      batch.records.removeAll { partitions.contains($0.topicPartition) }
      batch.positions = batch.positions.filter { !partitions.contains($0.key) }
      return .records(batch)
    }
  }
}
