import CooperationModel
import TopicBus

// What a step computes between two commits.

extension Step {
  /// Takes as much as fits one commit; begins the commit when there is something to write.
  mutating func work(now: Instant, _ actions: inout [StepAction<P>]) {
    // All rests while the group is shared out anew.
    if phases.values.contains(.resting) { return }
    // What the last commit made due leaves before the next one begins: under a load there is always a next one.
    if pending == nil, metadata != nil { sendIntents(now: now, &actions) }
    var recomputations = limits.recomputations
    while pending == nil, leaving.isEmpty, metadata != nil, !isPaused(now), recomputations > 0 {
      var taking = Taking(limits: limits, recomputations: recomputations)
      // Also when it stops: whatever it writes then says that it has passed them.
      takeSetAside(&taking, now: now)
      if isStopping {
        takeResults(&taking, now: now)
      } else {
        takeBatch(&taking, now: now)
        takeResults(&taking, now: now)
        takeTimers(&taking, now: now)
        for id in gathering.popDue(at: now, limits.gathering) { mark(id) }
        takeDirty(&taking, now: now)
      }
      recomputations = taking.recomputations
      for number in unstored where phases[number] == .running { taking.partitions.insert(number) }
      guard !taking.partitions.isEmpty else {
        // Nothing to write and nothing consumed: what was computed equals what is.
        P.topology.commit(&overlay.state)
        if taking.didWork { continue } else { break }
      }
      begin(taking, &actions)
    }
    guard pending == nil, metadata != nil else { return }
    sendIntents(now: now, &actions)
  }

  func isPaused(_ now: Instant) -> Bool {
    waits(until: pausedUntil, atMost: .milliseconds(limits.retry.upperBound), now)
  }

  /// Whether what is being sent is still waited for.
  func isPatient(since start: Instant) -> Bool { waits(until: start + limits.patience, atMost: limits.patience, now) }

  /// Whether a wait goes on. A clock that was set back makes none longer than it was meant to be.
  private func waits(until end: Instant?, atMost span: Instant.Span, _ now: Instant) -> Bool {
    end.map { now < $0 && $0 - now <= span } ?? false
  }

  /// What one step has taken so far.
  struct Taking {
    let limits: StepLimits
    /// How many more entities may be derived again before other events get their turn.
    var recomputations: Int
    var outputs: [Outgoing] = []
    var bytes = 0
    var batch: Batch?
    var offsets: [TopicPartition: Int64] = [:]
    var taken: [P.EntityID] = []
    var traces: [P.EntityID: TraceContext] = [:]
    var results: [(intent: P.Intent, sent: P.Sent)] = []
    var setAside: [(record: Record, failure: BadRecord)] = []
    /// Partitions that it acted for.
    var partitions: Set<Int> = []
    var didWork = false

    var isFull: Bool { bytes >= limits.bytes || outputs.count >= limits.outputs }

    mutating func add(_ outgoing: [Outgoing], for partition: Int, trace: TraceContext? = nil) {
      guard !outgoing.isEmpty else { return }
      partitions.insert(partition)
      outputs += trace == nil ? outgoing : outgoing.map { $0.carrying(trace) }
      for record in outgoing { bytes += record.size }
    }
  }

  private mutating func begin(_ taking: Taking, _ actions: inout [StepAction<P>]) {
    guard let metadata = taking.batch?.metadata ?? metadata else { return }
    var offsets = taking.offsets
    for number in taking.partitions {
      for topic in P.topology.streams {
        let partition = TopicPartition(topic, number)
        if offsets[partition] == nil { offsets[partition] = positions[partition] }
      }
    }
    let commit = Commit(outputs: taking.outputs, offsets: offsets, metadata: metadata)
    pending = Pending(
      commit: commit, batch: taking.batch, taken: taking.taken, traces: taking.traces, results: taking.results,
      setAside: taking.setAside,
      partitions: taking.partitions)
    actions.append(.commit(commit))
  }

  // MARK: Input

  private mutating func takeSetAside(_ taking: inout Taking, now: Instant) {
    guard !setAside.isEmpty else { return }
    for (record, failure) in setAside where owns(record.partition) {
      taking.setAside.append((record, failure))
      taking.add([deadLetter(record, failure, now)], for: record.partition)
    }
    setAside = setAside.filter { !owns($0.record.partition) }
  }

  private mutating func takeBatch(_ taking: inout Taking, now: Instant) {
    guard var batch = inbox.popFirst() else { return }
    var taken = Batch(records: [], metadata: batch.metadata, positions: [:])
    var rest = batch.records[...]
    while let record = rest.first, taken.records.count < limits.records, !taking.isFull {
      rest.removeFirst()
      let partition = record.topicPartition
      guard owns(record.partition) else { continue }
      // Read twice after a seek: what is before the position was consumed.
      if let position = taking.offsets[partition] ?? positions[partition], record.offset < position { continue }
      take(record, &taking, now: now)
      taken.records.append(record)
      taking.offsets[partition] = record.offset + 1
      taking.partitions.insert(record.partition)
    }
    if rest.isEmpty {
      // The end-of-partition position, which gaps of compaction and markers may have moved beyond the last record.
      for (partition, position) in batch.positions where owns(partition.partition) {
        guard position > taking.offsets[partition] ?? positions[partition] ?? 0 else { continue }
        taking.offsets[partition] = position
        taking.partitions.insert(partition.partition)
      }
      taken.positions = batch.positions
    } else {
      batch.records = Array(rest)
      inbox.prepend(batch)
    }
    taking.didWork = true
    taking.batch = taken
  }

  private mutating func take(_ record: Record, _ taking: inout Taking, now: Instant) {
    guard let edge = P.topology.streamEdge(of: record.topic) else { return }
    let context = Context(
      now: now, partition: record.partition, cause: "\(record.topic)/\(record.partition)@\(record.offset)")
    let trace = TraceContext(record)
    P.topology.begin(&overlay.state, for: record.partition)
    let marks = P.topology.marks(in: overlay.state)
    do throws(BadRecord) {
      var outputs: [Outgoing] = []
      if edge.role == .input {
        if let change = try edge.fold?(record, &overlay.state) {
          refresh()
          mark(affectedBy: change, for: trace)
        }
      } else {
        outputs = try processor.process(record, &overlay, context)
      }
      taking.add(try emitted(context) + outputs, for: record.partition, trace: trace)
      refresh()
    } catch {
      P.topology.rollback(&overlay.state, to: marks)
      refresh()
      let letter = deadLetter(record, error, now)
      processor.refuse(record, because: error, &overlay, context)
      taking.add((try? emitted(context)) ?? [], for: record.partition, trace: trace)
      taking.add([letter], for: record.partition)
    }
  }

  private mutating func emitted(_ context: Context) throws(BadRecord) -> [Outgoing] {
    do {
      return try P.topology.emit(&overlay.state, context, source: source)
    } catch {
      throw BadRecord(stage: "encode", code: "unencodable", text: String(describing: error))
    }
  }

  private func deadLetter(_ record: Record, _ failure: BadRecord, _ now: Instant) -> Outgoing {
    DeadLetter(record, group: P.topology.name, failure: failure, at: now).outgoing
  }

  // MARK: What follows

  private mutating func takeResults(_ taking: inout Taking, now: Instant) {
    while !taking.isFull, let result = results.popFirst() {
      taking.didWork = true
      // Nobody acts upon it any more: what follows from the result may change what it was about.
      inFlight.removeAll { $0 == result.intent }
      guard let partition = processor.partition(ofSent: result.sent, in: overlay.state), owns(partition) else {
        continue
      }
      let context = Context(now: now, partition: partition, cause: "sent@\(now)")
      P.topology.begin(&overlay.state, for: partition)
      processor.sent(result.sent, &overlay, context)
      taking.results.append(result)
      taking.add((try? emitted(context)) ?? [], for: partition)
      refresh()
    }
  }

  private mutating func takeTimers(_ taking: inout Taking, now: Instant) {
    if waits(until: stuckTimerUntil, atMost: .minutes(1), now) { return }
    stuckTimerUntil = nil
    var fired: Set<P.EntityID> = []
    while !taking.isFull, let (at, id) = processor.nextDue(in: &overlay.state), at <= now {
      // Dirty already: its turn comes, and then the timer is looked at again.
      if dirty.contains(id) { return }
      guard fired.insert(id).inserted else {
        stuckTimerUntil = now + .minutes(1)
        return
      }
      take(id, &taking, now: now)
      processor.didFire(id, at: at, in: &overlay.state)
    }
  }

  private mutating func takeDirty(_ taking: inout Taking, now: Instant) {
    while !taking.isFull, taking.recomputations > 0, let id = popDirty(now) { take(id, &taking, now: now) }
  }

  private mutating func popDirty(_ now: Instant) -> P.EntityID? {
    guard !dirty.isEmpty else { return nil }
    let (processor, state) = (processor, overlay.state)
    return dirty.popFirst { processor.priority(of: $0, in: state, now: now) }
  }

  private mutating func take(_ id: P.EntityID, _ taking: inout Taking, now: Instant) {
    taking.didWork = true
    taking.recomputations -= 1
    gathering.settle(id)
    let trace = traces.removeValue(forKey: id)
    // An entity of a partition that is not at work here: whoever gets it, has it dirty.
    guard let partition = processor.partition(of: id, in: overlay.state), owns(partition) else { return }
    let context = Context(now: now, partition: partition, cause: "recomputed@\(now)")
    P.topology.begin(&overlay.state, for: partition)
    let recomputed = processor.recompute(id, &overlay, context)
    taking.taken.append(id)
    taking.traces[id] = trace
    taking.add(((try? emitted(context)) ?? []) + recomputed.outputs, for: partition, trace: trace)
    refresh()
    if recomputed.isUnfinished { mark(id, for: trace) }
  }

  // MARK: What is asked of the shell

  private mutating func sendIntents(now: Instant, _ actions: inout [StepAction<P>]) {
    guard !isStopping, inFlight.count < limits.intents, phases.values.contains(.running) else { return }
    let flying = inFlight
    let intents = processor.intents(
      in: overlay.state, now: now, limit: limits.intents - inFlight.count, unless: { flying.contains($0) })
    // What is being restored is not acted upon yet: asked for now, it could not leave, and would seem in flight for ever.
    for intent in intents where tenure(of: intent) != nil {
      inFlight.append(intent)
      actions.append(.send(intent))
    }
  }

  mutating func askForMore(now: Instant, _ actions: inout [StepAction<P>]) {
    guard isMember, !hasStopped else { return }
    var partitions: Set<TopicPartition> = []
    if inbox.count < 2, !isStopping {
      for (number, phase) in phases where phase == .running && owns(number) {
        for topic in P.topology.streams { partitions.insert(TopicPartition(topic, number)) }
      }
    }
    let limit = partitions.isEmpty ? nil : FetchLimit(records: limits.records, bytes: limits.bytes)
    if let outstanding = poll {
      let isRight = outstanding.limit == limit && outstanding.partitions == partitions && outstanding.sought.isEmpty
      if !isRight, !outstanding.isCut {
        poll?.isCut = true
        actions.append(.cutPoll)
      }
    } else {
      poll = OutstandingPoll(limit: limit, partitions: partitions)
      actions.append(.poll(limit, of: partitions))
    }
    let wake = nextWake(now: now)
    if lastWake != .some(wake) {
      lastWake = .some(wake)
      actions.append(.wakeAt(wake))
    }
  }

  private mutating func nextWake(now: Instant) -> Instant? {
    guard pending == nil else { return nil }
    if let stoppingSince {
      return [stoppingSince + limits.patience, isPaused(now) ? pausedUntil : nil].compactMap { $0 }.min()
    }
    let retry = nextRetryOfHalted
    guard phases.values.contains(.running) else { return retry }
    if isPaused(now) { return pausedUntil }
    if !dirty.isEmpty, metadata != nil { return now }
    var times = [retry, gathering.nextDue(limits.gathering), closing.values.min().map { $0 + limits.patience }]
      .compactMap { $0 }
    if let (at, _) = processor.nextDue(in: &overlay.state) { times.append(max(at, stuckTimerUntil ?? at)) }
    if inFlight.count < limits.intents, let at = processor.nextIntent(in: &overlay.state, after: now) {
      times.append(at)
    }
    return times.min()
  }
}
