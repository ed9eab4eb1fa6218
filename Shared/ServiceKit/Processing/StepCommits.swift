import CooperationModel
import TopicBus

// What a step does when its commit is resolved.

extension Step {
  mutating func commitSucceeded(_ actions: inout [StepAction<P>]) {
    guard let pending else { return }
    self.pending = nil
    retryDelay = 0
    pausedUntil = nil
    P.topology.commit(&overlay.state)
    for (partition, offset) in pending.commit.offsets { positions[partition] = offset }
    unstored.subtract(pending.partitions)
    resolved(&actions)
  }

  mutating func commitFailed(_ error: BusError, now: Instant, _ actions: inout [StepAction<P>]) {
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

  mutating func resolved(_ actions: inout [StepAction<P>]) {
    for records in waitingViews { apply(records) }
    waitingViews = []
    finishLeaving(&actions)
    while leaving.isEmpty, !waitingEvents.isEmpty { handle(waitingEvents.removeFirst(), &actions) }
  }
}
