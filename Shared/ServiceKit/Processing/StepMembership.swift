import Collections
import CooperationModel
import TopicBus

// How partitions come to a step, are restored, and go.

extension Step {
  mutating func assigned(_ assignment: Assignment, _ actions: inout [StepAction<P>]) {
    if let metadata, metadata.generation != assignment.metadata.generation {
      // What was fetched under the older generation could only be fenced: read it again under the new one.
      rewind(inbox.filter { $0.metadata.generation != assignment.metadata.generation }, &actions)
      inbox.removeAll { $0.metadata.generation != assignment.metadata.generation }
    }
    metadata = assignment.metadata
    let numbers = Set(assignment.partitions.map(\.partition)).sorted()
    resume(numbers.filter { phases[$0] == .resting }, assignment, &actions)
    let new = numbers.filter { phases[$0] == nil }
    for number in new {
      tenures[number, default: 0] += 1
      for topic in P.topology.streams {
        let partition = TopicPartition(topic, number)
        positions[partition] = assignment.committed[partition]
      }
    }
    beginRestore(of: new, &actions)
  }

  /// Goes on with what comes back as it was left. Of what somebody else had meanwhile, the state is forgotten.
  private mutating func resume(_ resting: [Int], _ assignment: Assignment, _ actions: inout [StepAction<P>]) {
    var seek: [TopicPartition: Int64] = [:]
    for number in resting {
      let streams = P.topology.streams.map { TopicPartition($0, number) }
      let isAsLeft = streams.allSatisfy {
        assignment.unmoved.contains($0) && assignment.committed[$0] ?? 0 <= positions[$0] ?? 0
      }
      guard isAsLeft else {
        forget([number])
        continue
      }
      phases[number] = .running
      // A place that no commit has stored yet is not where the bus begins.
      for stream in streams where assignment.committed[stream] ?? 0 != positions[stream] {
        seek[stream] = positions[stream]
      }
    }
    stuckTimerUntil = nil
    self.seek(seek, &actions)
  }

  mutating func beginRestore(of new: [Int], _ actions: inout [StepAction<P>]) {
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

  mutating func restore(_ records: [Record], epoch: Int, _ actions: inout [StepAction<P>]) {
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
  mutating func retryHalted(_ actions: inout [StepAction<P>]) {
    guard let at = retryHaltedAt, pending == nil else { return }
    // Further away than any such wait: the clock was set back.
    guard at <= now || at - now > .milliseconds(Self.haltedDelays.upperBound) else { return }
    retryHaltedAt = nil
    beginRestore(of: phases.filter { $0.value == .halted }.keys.sorted(), &actions)
  }

  /// When state that stands still is to be read once more.
  var nextRetryOfHalted: Instant? { phases.values.contains(.halted) ? retryHaltedAt : nil }

  mutating func halt(_ number: Int, _ halt: Halt) {
    phases[number] = .halted
    halted[number] = halt
    illegible[number] = nil
    P.topology.drop(&overlay.state, number)
    retryHaltedAt = now + .milliseconds(haltedDelay)
    haltedDelay = min(haltedDelay * 2, Self.haltedDelays.upperBound)
  }

  mutating func finishRestore(epoch: Int, ends: [TopicPartition: Int64], _ actions: inout [StepAction<P>]) {
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

  mutating func beginClosing(_ partitions: Set<TopicPartition>, _ actions: inout [StepAction<P>]) {
    for partition in partitions { closing[partition] = closing[partition] ?? now }
    close(&actions)
  }

  /// Gives up what was revoked, as soon as nothing is being sent for it that would have to be noted, or when that has
  /// been waited for long enough.
  mutating func close(_ actions: inout [StepAction<P>]) {
    guard !closing.isEmpty else { return }
    let unnoted = inFlight + results.map(\.intent) + (pending?.results.map(\.intent) ?? [])
    let busy = Set(unnoted.compactMap { processor.partition(ofIntent: $0, in: overlay.state) })
    var closed = closing.filter { !busy.contains($0.key.partition) || !isPatient(since: $0.value) }
    // What is suspended goes as a whole: nothing of it can be noted once a part rests.
    if closed.count < closing.count { closed = closed.filter { !suspending.contains($0.key.partition) } }
    guard !closed.isEmpty else { return }
    for partition in closed.keys { closing[partition] = nil }
    releasing.formUnion(closed.keys)
    leave(Set(closed.keys), &actions)
  }

  mutating func leave(_ partitions: Set<TopicPartition>, _ actions: inout [StepAction<P>]) {
    leaving.formUnion(partitions)
    if pending == nil { finishLeaving(&actions) }
  }

  /// Drops what is of partitions that go: their batch, and, unless they may come back as they are, all that is known of
  /// them.
  mutating func finishLeaving(_ actions: inout [StepAction<P>]) {
    guard !leaving.isEmpty else { return }
    let numbers = Set(leaving.map(\.partition))
    let resting = numbers.filter { suspending.contains($0) && phases[$0] == .running }
    suspending.subtract(numbers)
    for number in resting { phases[number] = .resting }
    inbox = Deque(
      inbox.map { batch in
        var batch = batch
        batch.records.removeAll { numbers.contains($0.partition) }
        batch.positions = batch.positions.filter { !numbers.contains($0.key.partition) }
        return batch
      })
    forget(numbers.subtracting(resting))
    if !releasing.isEmpty { actions.append(.release(releasing)) }
    leaving = []
    releasing = []
  }

  /// Drops all that is known of partitions that are not here any more: their state, their dirt, what was sent for them.
  private mutating func forget(_ numbers: Set<Int>) {
    guard !numbers.isEmpty else { return }
    for number in numbers.sorted() {
      phases[number] = nil
      halted[number] = nil
      illegible[number] = nil
      unstored.remove(number)
      P.topology.drop(&overlay.state, number)
      for topic in P.topology.streams { positions[TopicPartition(topic, number)] = nil }
    }
    setAside.removeAll { numbers.contains($0.record.partition) }
    refresh()
    let (processor, state, owned) = (processor, overlay.state, phases)
    dirty.removeAll { id in processor.partition(of: id, in: state).map { owned[$0] == nil } ?? true }
    gathering.removeAll { id in processor.partition(of: id, in: state).map { owned[$0] == nil } ?? true }
    traces = traces.filter { dirty.contains($0.key) || gathering.contains($0.key) }
    inFlight = inFlight.filter { intent in
      processor.partition(ofIntent: intent, in: overlay.state).map { phases[$0] != nil } ?? false
    }
    results = results.filter { processor.partition(ofSent: $0.sent, in: overlay.state) != nil }
  }

  /// Reads the partitions of batches again from where the last commit stands.
  mutating func rewind(_ batches: some Sequence<Batch>, _ actions: inout [StepAction<P>]) {
    var seek: [TopicPartition: Int64] = [:]
    for batch in batches {
      for partition in batch.positions.keys { seek[partition] = positions[partition] }
    }
    self.seek(seek, &actions)
  }

  mutating func seek(_ positions: [TopicPartition: Int64], _ actions: inout [StepAction<P>]) {
    guard !positions.isEmpty else { return }
    poll?.sought.formUnion(positions.keys)
    // What waits was fetched before, and says that it stands beyond what is read again.
    waitingEvents = waitingEvents.map { event in
      guard case .records = event else { return event }
      return event.without(Set(positions.keys))
    }
    actions.append(.seek(positions))
  }
}
