import CooperationModel
import Logging
import TopicBus

/// The thin asynchronous shell around a ``Step``: it carries events in and actions out, and decides nothing.
///
/// One worker is one member of its processor's group. Everything that waits (polls, commits, restores, sends) runs in
/// tasks beside it, each with at most one outstanding, so that no queue here can grow: what a worker holds is bounded by
/// the step's limits.
package actor Worker<P: Processor> {
  /// Acts upon an intent, outside the log, once its reason is committed. Called for owned partitions alone.
  package typealias Sender = @Sendable (P.Intent) async -> P.Sent

  private let makeStep: @Sendable () -> Step<P>
  let bus: any TopicBus
  private let instance: String
  let clock: any WallClock
  private let sender: Sender?
  private let report: @Sendable (WorkerStatus) -> Void
  let measures: WorkerMeasures?
  let logger: Logger

  var step: Step<P>
  private var member: (any GroupMember)?
  var events: AsyncStream<StepEvent<P>>.Continuation?
  private var tasks: [String: Task<Void, Never>] = [:]
  private var sends: [Int: Task<Void, Never>] = [:]
  private var nextSend = 0
  private var releases = 0
  var idleWaiters: [CheckedContinuation<Void, Never>] = []
  /// Slices of restores that the step has not taken in yet, and who waits until there are none.
  var untaken = 0
  var takenWaiters: [CheckedContinuation<Void, Never>] = []
  var viewPositions: [TopicPartition: Int64] = [:]
  var viewWaiters: [(ends: [TopicPartition: Int64], continuation: CheckedContinuation<Void, Never>)] = []
  var isStopping = false
  private var resting: Task<Void, Never>?
  private var commits = 0
  /// When the event that is being handled was taken, and when the one that led to the commit in flight.
  private var handled = ContinuousClock.now
  private var taken = ContinuousClock.now
  /// What this life is to end with.
  private var failure: BusError?
  /// What the last poll failed with.
  private var away: BusError?

  package init(
    _ processor: P, state: @escaping @Sendable () -> P.State, bus: any TopicBus, instance: String,
    clock: any WallClock, limits: StepLimits = StepLimits(), logger: Logger, sender: Sender? = nil,
    measures: WorkerMeasures? = nil, report: @escaping @Sendable (WorkerStatus) -> Void = { _ in }
  ) {
    let source = P.topology.name
    makeStep = { Step(processor, state: state(), source: source, limits: limits) }
    step = makeStep()
    self.bus = bus
    self.instance = instance
    self.clock = clock
    self.sender = sender
    self.report = report
    self.measures = measures
    var logger = logger
    logger[metadataKey: "processor"] = "\(source)"
    self.logger = logger
  }

  /// Works until the task is cancelled or ``stop()`` is called; then finishes the commit in hand and leaves the group.
  ///
  /// A bus that is away is waited for. Whatever makes the client useless throws it away and begins anew from the log.
  package func run() async {
    // In a task of its own: a cancelled one could wait for nothing, and there is a commit, or a send, to finish.
    let work = Task { await live() }
    await withTaskCancellationHandler {
      await work.value
    } onCancel: {
      Task { await self.stop() }
    }
  }

  private func live() async {
    var delay: Int64 = 100
    while !isStopping {
      let began = clock.now()
      do throws(BusError) {
        try await life()
      } catch {
        if !(isStopping && error == .closed) {
          logger.warning("begins anew", metadata: ["error": "\(error)"])
          report(WorkerStatus(P.topology.name, problem: error.description))
        }
      }
      await clear()
      if clock.now() - began > .seconds(30) { delay = 100 }
      await rest(delay)
      delay = min(delay * 2, 5_000)
    }
    report(WorkerStatus(P.topology.name, problem: "stopped"))
  }

  /// Waits, in milliseconds, unless it is to stop.
  private func rest(_ milliseconds: Int64) async {
    guard !isStopping else { return }
    let task = Task { _ = try? await Task.sleep(for: .milliseconds(milliseconds)) }
    resting = task
    await task.value
    resting = nil
  }

  /// Finishes the commit in hand and leaves the group.
  package func stop() {
    isStopping = true
    resting?.cancel()
    events?.yield(.stopping)
  }

  /// How many records of each input lie beyond where the partitions at work here stand.
  ///
  /// - Throws: ``BusError`` when the bus cannot say.
  package func lag() async throws(BusError) -> [String: Int] {
    let positions = step.positions.filter { step.owns($0.key.partition) }
    let ends = try await bus.ends(of: positions.keys.sorted())
    var lag = Dictionary(uniqueKeysWithValues: P.topology.streams.map { ($0, 0) })
    for (partition, position) in positions {
      lag[partition.topic, default: 0] += Int(max(0, (ends[partition]?.high ?? 0) - position))
    }
    return lag
  }

  // MARK: One life: from joining to leaving

  private func life() async throws(BusError) {
    step = makeStep()
    let (stream, continuation) = AsyncStream<StepEvent<P>>.makeStream(bufferingPolicy: .unbounded)
    events = continuation
    viewPositions = [:]
    untaken = 0
    away = nil
    if isStopping { return }
    try await openViews()
    let member = try await bus.join(
      Membership(group: P.topology.name, instance: instance, topics: P.topology.streams))
    self.member = member
    continuation.yield(.joined)
    if isStopping { continuation.yield(.stopping) }
    for await event in stream {
      #if DEBUG
        FailurePoint.eventTaken.reached()
      #endif
      if case .commitFailed(let error) = event {
        logger.notice("commit failed", metadata: ["error": "\(error)"])
      }
      handled = .now
      let actions = step.handle(event, now: clock.now())
      if case .restoring = event { noteTaken() }
      if step.isIdle { resumeIdleWaiters() }
      for action in actions {
        if try await perform(action, member) { return }
      }
      report(status())
    }
  }

  private func status() -> WorkerStatus {
    var status = WorkerStatus(P.topology.name, problem: away?.description)
    status.running = step.running
    status.halts = step.halts.map(\.description)
    status.unreadable = step.unreadable.keys.sorted().compactMap { step.unreadable[$0]?.description }
    status.isRestoring = step.isRestoring
    status.hasGroup = step.hasGroup
    status.dirty = step.dirtyCount
    status.commits = commits
    return status
  }

  /// - Returns: true when this life is over.
  private func perform(_ action: StepAction<P>, _ member: any GroupMember) async throws(BusError) -> Bool {
    switch action {
    case .poll(let limit, let partitions):
      // The first answer is short in coming, so that a member without a partition soon says that it stands by.
      let timeout: Int64 = step.hasGroup ? 30_000 : 1_000
      start("poll") { [weak self] in
        var event: GroupEvent?
        do throws(BusError) {
          event = try await member.next(limit: limit, of: partitions, timeout: timeout)
        } catch {
          await self?.pollFailed(error)
          return
        }
        await self?.polled(event)
      }
    case .cutPoll:
      tasks["poll"]?.cancel()
    case .seek(let positions):
      tasks["poll"]?.cancel()
      await tasks["poll"]?.value
      try await member.seek(positions)
    case .restore(let plan):
      start("restore \(plan.epoch)") { [weak self] in await self?.restore(plan) }
    case .commit(let commit):
      #if DEBUG
        FailurePoint.commitBegun.reached()
      #endif
      taken = handled
      let (records, begun) = (step.pending?.batch?.records.count ?? 0, ContinuousClock.now)
      start("commit") { [weak self] in
        do throws(BusError) {
          try await member.commit(commit)
          #if DEBUG
            FailurePoint.commitAcknowledged.reached()
          #endif
          await self?.committed(records: records, outputs: commit.outputs.count, begun: begun)
        } catch {
          await self?.yield(.commitFailed(error))
        }
      }
    case .release(let partitions):
      try await release(partitions, member)
    case .send(let intent):
      send(intent)
    case .wakeAt(let instant):
      tasks["wake"]?.cancel()
      guard let instant else { return false }
      start("wake") { [weak self, clock] in
        // No longer than a second at a time: a clock may jump.
        while !Task.isCancelled {
          let left = instant - clock.now()
          if left.milliseconds <= 0 { break }
          try? await Task.sleep(for: .milliseconds(min(left.milliseconds, 1_000)))
        }
        if !Task.isCancelled { await self?.yield(.wake) }
      }
    case .restart(let error):
      throw error
    case .stop(let halt):
      if let halt {
        logger.error("stands still", metadata: ["reason": "\(halt)"])
        await clear()
        report(WorkerStatus(P.topology.name, problem: halt.description))
        while !isStopping { await rest(60_000) }
      }
      isStopping = true
      return true
    }
    return false
  }

  /// Gives partitions up. When there is no room to write that, or no bus, what else is at work here goes on, so that
  /// what is being sent for it is noted; giving up is tried again beside it.
  private func release(_ partitions: Set<TopicPartition>, _ member: any GroupMember) async throws(BusError) {
    do throws(BusError) {
      try await member.release(partitions)
    } catch {
      guard error.isPassing else { throw error }
      logger.warning("cannot give up partitions yet", metadata: ["error": "\(error)"])
      releases += 1
      start("release \(releases)") { [weak self] in
        while (try? await Task.sleep(for: .milliseconds(200))) != nil {
          do throws(BusError) {
            return try await member.release(partitions)
          } catch {
            if !error.isPassing { return await self?.fail(error) ?? () }
          }
        }
      }
    }
  }

  /// Ends this life, unless it is over.
  func fail(_ error: BusError) {
    guard error != .closed else { return }
    failure = error
    events?.finish()
  }

  func yield(_ event: StepEvent<P>) { events?.yield(event) }

  private func committed(records: Int, outputs: Int, begun: ContinuousClock.Instant) {
    commits += 1
    measures?.note(
      records: records, outputs: outputs, commit: begun.duration(to: .now), batch: taken.duration(to: .now))
    yield(.committed)
  }

  private func polled(_ event: GroupEvent?) {
    away = nil
    yield(.polled(event))
  }

  /// A poll that fails tells that the client is of no use, or that the bus is away for longer than it hides.
  private func pollFailed(_ error: BusError) async {
    guard error != .closed else { return yield(.polled(nil)) }
    logger.warning("poll failed", metadata: ["error": "\(error)"])
    guard error.isPassing else { return fail(error) }
    away = error
    report(status())
    try? await Task.sleep(for: .milliseconds(500))
    yield(.polled(nil))
  }

  func start(_ name: String, _ body: @escaping @Sendable () async -> Void) {
    tasks[name] = Task { await body() }
  }

  /// Ends everything that this life began, and leaves the group.
  private func clear() async {
    for task in tasks.values { task.cancel() }
    for task in sends.values { task.cancel() }
    events?.finish()
    events = nil
    resumeIdleWaiters()
    resumeTakenWaiters()
    for waiter in viewWaiters { waiter.continuation.resume() }
    viewWaiters = []
    let waiting = Array(tasks.values) + Array(sends.values)
    tasks = [:]
    sends = [:]
    for task in waiting { await task.value }
    await member?.leave()
    member = nil
    if let failure { report(WorkerStatus(P.topology.name, problem: failure.description)) }
    failure = nil
  }

  // MARK: Sending

  private func send(_ intent: P.Intent) {
    guard let sender else { return }
    let number = nextSend
    nextSend += 1
    let tenure = step.tenure(of: intent)
    sends[number] = Task { [weak self] in
      // The partition may have gone between the action and now.
      if await self?.step.mayStillSend(intent, of: tenure) == true {
        #if DEBUG
          FailurePoint.sendBegun.reached()
        #endif
        let sent = await sender(intent)
        #if DEBUG
          FailurePoint.sendEnded.reached()
        #endif
        await self?.yield(.sent(intent, sent))
      } else {
        await self?.yield(.notSent(intent, of: tenure))
      }
      await self?.forgetSend(number)
    }
  }

  private func forgetSend(_ number: Int) { sends[number] = nil }
}

/// How a worker is, for readiness, metrics and `doctor`.
package struct WorkerStatus: Sendable, Equatable {
  package var processor: String
  package var running: [Int] = []
  package var halts: [String] = []
  package var unreadable: [String] = []
  package var isRestoring = false
  package var hasGroup = false
  package var dirty = 0
  package var commits = 0
  /// Why it is not at work at all.
  package var problem: String?

  package init(_ processor: String, problem: String? = nil) {
    self.processor = processor
    self.problem = problem
  }

  /// In the group, with nothing being restored and nothing standing still.
  package var isReady: Bool { problem == nil && hasGroup && !isRestoring && halts.isEmpty }
}
