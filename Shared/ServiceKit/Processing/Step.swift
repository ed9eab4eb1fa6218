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
  private var now = Instant(milliseconds: 0)

  // What it owns.
  var metadata: GroupMetadata?
  var phases: [Int: Phase] = [:]
  /// The offset to go on from, by stream partition that is running.
  var positions: [TopicPartition: Int64] = [:]
  /// Running partitions whose position no commit has stored yet.
  var unstored: Set<Int> = []
  var epoch = 0
  /// Given up, or lost, once the commit in flight is resolved.
  var leaving: Set<TopicPartition> = []
  var releasing: Set<TopicPartition> = []
  /// What happened to the member while something was leaving, in order: a partition that was lost may come back before
  /// the commit in flight is resolved.
  var waitingEvents: [GroupEvent] = []

  // What is to be done.
  var inbox: Deque<Batch> = []
  var dirty = DirtySet<P.EntityID, P.Priority>()
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
  private var retryHaltedAt: Instant?
  private var haltedDelay = Self.haltedDelays.lowerBound
  static var haltedDelays: ClosedRange<Int64> { 1_000...60_000 }
  /// Inputs' bad records met while restoring, not yet set aside.
  var setAside: [(record: Record, failure: BadRecord)] = []

  // What is being done.
  var pending: Pending?
  var pausedUntil: Instant?
  var retryDelay: Int64 = 0
  var isMember = false
  var isStopping = false
  var hasStopped = false
  /// A timer that its entity's recomputation does not answer; it would fire for ever.
  var stuckTimerUntil: Instant?

  // What was asked for last, so that only differences are asked for.
  var poll: Poll?
  var lastWake: Instant??

  /// Global tables' records that cannot be read, by topic and key: the last readable version stands.
  package internal(set) var unreadable: [String: Halt] = [:]

  enum Phase: Sendable, Equatable {
    case restoring(epoch: Int)
    case running
    case halted
  }

  /// A key of a state topic, byte for byte: it may be no identifier.
  struct StateKey: Hashable, Sendable {
    var partition: TopicPartition
    var key: [UInt8]
  }

  /// The poll that is outstanding.
  struct Poll: Sendable {
    var limit: FetchLimit?
    var partitions: Set<TopicPartition>
    var isCut = false
    /// Partitions that were sought since it began: what it brings of them is read again.
    var sought: Set<TopicPartition> = []
  }

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
  package var dirtyCount: Int { dirty.count }

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

  /// Whether what it asked to be sent may leave now: its partition may have gone since.
  package func mayStillSend(_ intent: P.Intent) -> Bool {
    processor.partition(ofIntent: intent, in: state).map(owns) ?? false
  }

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
    case .joined:
      isMember = true
    case .wake:
      lastWake = nil
    case .stopping:
      isStopping = true
    }
    guard !hasStopped else { return actions }
    retryHalted(&actions)
    if stopIfFinished(&actions) { return actions }
    work(now: now, &actions)
    if stopIfFinished(&actions) { return actions }
    askForMore(now: now, &actions)
    return actions
  }

  /// Stops, when asked to, once the commit in flight is resolved and what is being sent is noted: what left and was not
  /// noted would leave again.
  private mutating func stopIfFinished(_ actions: inout [StepAction<P>]) -> Bool {
    guard isStopping, pending == nil else { return false }
    let canNote = metadata != nil && !isPaused(now)
    guard (inFlight.isEmpty && results.isEmpty) || !canNote else { return false }
    hasStopped = true
    actions.append(.stop(nil))
    return true
  }

  private mutating func handle(
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
      leave(partitions, &actions)
    } else if leaving.isEmpty {
      handle(event, &actions)
    } else {
      waitingEvents.append(event)
    }
  }

  private mutating func handle(_ event: GroupEvent, _ actions: inout [StepAction<P>]) {
    switch event {
    case .assigned(let assignment): assigned(assignment, &actions)
    case .revoked(let partitions):
      releasing.formUnion(partitions)
      leave(partitions, &actions)
    case .lost(let partitions): leave(partitions, &actions)
    case .records(let batch): inbox.append(batch)
    }
  }

  // MARK: Partitions come and go

  private mutating func assigned(_ assignment: Assignment, _ actions: inout [StepAction<P>]) {
    if let metadata, metadata.generation != assignment.metadata.generation {
      // What was fetched under the older generation could only be fenced: read it again under the new one.
      rewind(inbox.filter { $0.metadata.generation != assignment.metadata.generation }, &actions)
      inbox.removeAll { $0.metadata.generation != assignment.metadata.generation }
    }
    metadata = assignment.metadata
    let numbers = Set(assignment.partitions.map(\.partition)).sorted()
    let new = numbers.filter { phases[$0] == nil }
    for number in new {
      for topic in P.topology.streams {
        let partition = TopicPartition(topic, number)
        positions[partition] = assignment.committed[partition]
      }
    }
    beginRestore(of: new, &actions)
  }

  private mutating func beginRestore(of new: [Int], _ actions: inout [StepAction<P>]) {
    guard !new.isEmpty else { return }
    epoch += 1
    for number in new {
      phases[number] = .restoring(epoch: epoch)
      illegible[number] = nil
    }
    // What an earlier restore met, this one meets again.
    setAside.removeAll { new.contains($0.record.partition) }
    var sources: [RestorePlan.Source] = []
    for edge in P.topology.restored {
      let partitions: [Int]
      if edge.role == .kept(.everyPartition) {
        partitions = new.contains(0) ? Array(0..<edge.partitions) : []
      } else {
        partitions = new
      }
      for number in partitions {
        sources.append(RestorePlan.Source(partition: TopicPartition(edge.topic, number), window: edge.window))
      }
    }
    actions.append(.restore(RestorePlan(epoch: epoch, sources: sources)))
  }

  private mutating func restore(_ records: [Record], epoch: Int, _ actions: inout [StepAction<P>]) {
    for record in records {
      guard let edge = P.topology.restoredEdge(of: record.topic) else { continue }
      let number = edge.role == .kept(.everyPartition) ? 0 : record.partition
      guard phases[number] == .restoring(epoch: epoch) else { continue }
      let key = StateKey(partition: record.topicPartition, key: record.key)
      do throws(BadRecord) {
        _ = try edge.apply?(record, &overlay.state)
        illegible[number]?[key] = nil
      } catch {
        let halt = Halt(
          topic: record.topic, partition: record.partition, offset: record.offset,
          key: String(decoding: record.key, as: UTF8.self), text: error.text)
        if error.stage == "schema" {
          hasStopped = true
          actions.append(.stop(halt))
          return
        }
        if edge.role == .input {
          // Set aside already when it lies before the committed offset.
          if record.offset >= positions[record.topicPartition] ?? 0 { setAside.append((record, error)) }
        } else {
          // Told at the end: a later record of the key may have repaired it.
          illegible[number, default: [:]][key] = halt
        }
      }
    }
  }

  /// Reads the state of partitions that stand still once more, in case it was repaired.
  private mutating func retryHalted(_ actions: inout [StepAction<P>]) {
    guard let at = retryHaltedAt, pending == nil else { return }
    // Further away than any such wait: the clock was set back.
    guard at <= now || at - now > .milliseconds(Self.haltedDelays.upperBound) else { return }
    retryHaltedAt = nil
    beginRestore(of: phases.filter { $0.value == .halted }.keys.sorted(), &actions)
  }

  /// When state that stands still is to be read once more.
  var nextRetryOfHalted: Instant? { phases.values.contains(.halted) ? retryHaltedAt : nil }

  private mutating func halt(_ number: Int, _ halt: Halt) {
    phases[number] = .halted
    halted[number] = halt
    illegible[number] = nil
    P.topology.drop(&overlay.state, number)
    retryHaltedAt = now + .milliseconds(haltedDelay)
    haltedDelay = min(haltedDelay * 2, Self.haltedDelays.upperBound)
  }

  private mutating func finishRestore(epoch: Int, ends: [TopicPartition: Int64], _ actions: inout [StepAction<P>]) {
    var done = phases.filter { $0.value == .restoring(epoch: epoch) }.keys.sorted()
    for number in done {
      let first = illegible[number]?.values.min {
        ($0.topic, $0.partition, $0.offset) < ($1.topic, $1.partition, $1.offset)
      }
      if let first { halt(number, first) } else { halted[number] = nil }
    }
    done.removeAll { phases[$0] == .halted }
    refresh()
    guard !done.isEmpty else { return }
    haltedDelay = Self.haltedDelays.lowerBound
    var seek: [TopicPartition: Int64] = [:]
    for number in done {
      phases[number] = .running
      unstored.insert(number)
      for edge in P.topology.edges where edge.role.isStream {
        let partition = TopicPartition(edge.topic, number)
        if edge.role == .input, let end = ends[partition] {
          positions[partition] = end
          seek[partition] = end
          // A read may have brought more than was asked for: what lies from the end on is fetched again.
          setAside.removeAll { $0.record.topicPartition == partition && $0.record.offset >= end }
        } else if positions[partition] == nil {
          // A group without an offset begins where the log begins; commits need a number.
          positions[partition] = 0
        }
      }
    }
    refresh()
    for number in done {
      for id in processor.owned(in: number, of: overlay.state) { mark(id) }
    }
    stuckTimerUntil = nil
    self.seek(seek, &actions)
  }

  private mutating func leave(_ partitions: Set<TopicPartition>, _ actions: inout [StepAction<P>]) {
    leaving.formUnion(partitions)
    if pending == nil { finishLeaving(&actions) }
  }

  /// Drops what is of partitions that go: their state, their batch, their dirt.
  private mutating func finishLeaving(_ actions: inout [StepAction<P>]) {
    guard !leaving.isEmpty else { return }
    let numbers = Set(leaving.map(\.partition))
    for number in numbers.sorted() {
      phases[number] = nil
      halted[number] = nil
      illegible[number] = nil
      unstored.remove(number)
      P.topology.drop(&overlay.state, number)
      for topic in P.topology.streams { positions[TopicPartition(topic, number)] = nil }
    }
    inbox = Deque(
      inbox.map { batch in
        var batch = batch
        batch.records.removeAll { numbers.contains($0.partition) }
        batch.positions = batch.positions.filter { !numbers.contains($0.key.partition) }
        return batch
      })
    setAside.removeAll { numbers.contains($0.record.partition) }
    refresh()
    let (processor, state, owned) = (processor, overlay.state, phases)
    dirty.removeAll { id in processor.partition(of: id, in: state).map { owned[$0] == nil } ?? true }
    traces = traces.filter { dirty.contains($0.key) }
    inFlight = inFlight.filter { intent in
      processor.partition(ofIntent: intent, in: overlay.state).map { phases[$0] != nil } ?? false
    }
    results = results.filter { processor.partition(ofSent: $0.sent, in: overlay.state) != nil }
    if !releasing.isEmpty { actions.append(.release(releasing)) }
    leaving = []
    releasing = []
  }

  /// Reads the partitions of batches again from where the last commit stands.
  private mutating func rewind(_ batches: some Sequence<Batch>, _ actions: inout [StepAction<P>]) {
    var seek: [TopicPartition: Int64] = [:]
    for batch in batches {
      for partition in batch.positions.keys { seek[partition] = positions[partition] }
    }
    self.seek(seek, &actions)
  }

  private mutating func seek(_ positions: [TopicPartition: Int64], _ actions: inout [StepAction<P>]) {
    guard !positions.isEmpty else { return }
    poll?.sought.formUnion(positions.keys)
    // What waits was fetched before, and says that it stands beyond what is read again.
    waitingEvents = waitingEvents.map { event in
      guard case .records = event else { return event }
      return event.without(Set(positions.keys))
    }
    actions.append(.seek(positions))
  }

  // MARK: Global tables

  private mutating func apply(_ records: [Record]) {
    let isAtWork = phases.values.contains(.running)
    for record in records {
      guard let edge = P.topology.viewEdge(of: record.topic) else { continue }
      let name = "\(record.topic) \(String(decoding: record.key, as: UTF8.self))"
      do throws(BadRecord) {
        guard let change = try edge.apply?(record, &overlay.state) else { continue }
        unreadable[name] = nil
        processor.absorb(change, into: &overlay.state)
        guard isAtWork else { continue }
        refresh()
        for id in processor.affected(by: change, in: overlay.state) { mark(id, for: TraceContext(record)) }
      } catch {
        unreadable[name] = Halt(
          topic: record.topic, partition: record.partition, offset: record.offset,
          key: String(decoding: record.key, as: UTF8.self), text: error.text)
      }
    }
  }

  /// Lets the processor bring in step what it derives from its own tables.
  mutating func refresh() {
    for id in processor.refresh(&overlay.state) { mark(id) }
  }

  mutating func mark(_ id: P.EntityID, for trace: TraceContext? = nil) {
    dirty.insert(id, priority: processor.priority(of: id, in: overlay.state, now: now))
    if let trace { traces[id] = trace }
  }

  // MARK: A commit is resolved

  private mutating func commitSucceeded(_ actions: inout [StepAction<P>]) {
    guard let pending else { return }
    self.pending = nil
    retryDelay = 0
    pausedUntil = nil
    P.topology.commit(&overlay.state)
    for (partition, offset) in pending.commit.offsets { positions[partition] = offset }
    unstored.subtract(pending.partitions)
    resolved(&actions)
  }

  private mutating func commitFailed(_ error: BusError, now: Instant, _ actions: inout [StepAction<P>]) {
    guard let pending else { return }
    self.pending = nil
    P.topology.rollback(&overlay.state)
    refresh()
    for id in pending.taken { mark(id, for: traces[id] ?? pending.traces[id]) }
    results.prepend(contentsOf: pending.results)
    inFlight += pending.results.map(\.intent)
    setAside.insert(contentsOf: pending.setAside, at: 0)
    switch error {
    case .fenced:
      // Another generation began, or soon will: its assignment, or the loss, comes with the next poll. What was fetched
      // before is read again.
      rewind([pending.batch].compactMap { $0 } + inbox, &actions)
      inbox.removeAll()
      pausedUntil = now + .milliseconds(limits.retry.lowerBound)
    case .aborted, .unavailable, .full:
      if let batch = pending.batch { inbox.prepend(batch) }
      retryDelay = min(max(limits.retry.lowerBound, retryDelay * 2), limits.retry.upperBound)
      pausedUntil = now + .milliseconds(retryDelay)
    case .uncertain, .fatal, .closed, .unknownTopic, .partitionMismatch, .tooLarge, .offsetOutOfRange, .corrupt,
      .refused:
      // Only the log knows what happened, or the client is of no use any more: begin anew from the log.
      hasStopped = true
      actions.append(.restart(error))
      return
    }
    resolved(&actions)
  }

  private mutating func resolved(_ actions: inout [StepAction<P>]) {
    for records in waitingViews { apply(records) }
    waitingViews = []
    finishLeaving(&actions)
    while leaving.isEmpty, !waitingEvents.isEmpty { handle(waitingEvents.removeFirst(), &actions) }
  }
}

extension GroupEvent {
  /// The event as if some partitions had no part in it.
  fileprivate func without(_ partitions: Set<TopicPartition>) -> GroupEvent {
    switch self {
    case .assigned(var assignment):
      assignment.partitions.subtract(partitions)
      return .assigned(assignment)
    case .revoked(let revoked): return .revoked(revoked.subtracting(partitions))
    case .lost: return self
    case .records(var batch):
      batch.records.removeAll { partitions.contains($0.topicPartition) }
      batch.positions = batch.positions.filter { !partitions.contains($0.key) }
      return .records(batch)
    }
  }
}
