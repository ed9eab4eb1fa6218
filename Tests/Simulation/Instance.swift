import CooperationModel
import ServiceKit
import SimulatedBus
import TopicBus

/// One instance of a processor in the simulation: a step, and what its shell would have outstanding.
///
/// Everything that a real shell waits for is an entry here, and the seed says which of them happens next.
struct Instance<P: Processor> {
  let processor: P
  let makeState: () -> P.State
  let name: String
  private(set) var step: Step<P>
  private(set) var member: Member?
  private(set) var isAlive = true

  private var poll: (limit: FetchLimit?, partitions: Set<TopicPartition>)?
  private var pollIsCut = false
  private var restores: [Restore] = []
  private var commit: Commit?
  /// A commit that was done, whose acknowledgement is still on its way.
  private var answer: Result<Void, BusError>?
  private var wakeAt: Instant?
  private var viewPositions: [TopicPartition: Int64] = [:]
  private var mustRestart = false

  struct Restore {
    var plan: RestorePlan
    var positions: [TopicPartition: Int64]
    var ends: [TopicPartition: Int64]
    var viewEnds: [TopicPartition: Int64]
  }

  /// What can happen to it next.
  enum Possibility: CaseIterable {
    case poll, restore, commit, answer, wake, views, start
  }

  init(_ processor: P, name: String, state: @escaping () -> P.State) {
    self.processor = processor
    self.name = name
    makeState = state
    step = Step(processor, state: state(), source: P.topology.name)
  }

  func possibilities(now: Instant) -> [Possibility] {
    guard isAlive else { return [] }
    guard member != nil, !mustRestart else { return [.start] }
    var found: [Possibility] = [.views]
    if poll != nil { found.append(.poll) }
    if !restores.isEmpty { found.append(.restore) }
    if commit != nil { found.append(.commit) }
    if answer != nil { found.append(.answer) }
    if let wakeAt, wakeAt <= now { found.append(.wake) }
    return found
  }

  mutating func advance(_ possibility: Possibility, _ log: inout SimulatedLog, now: Instant, _ chance: inout Chance) {
    do throws(BusError) {
      switch possibility {
      case .start: try start(&log, now: now)
      case .poll: try endPoll(&log, now: now)
      case .restore: try restore(&log, now: now, &chance)
      case .views: try readViews(&log, now: now, limit: chance.below(20) + 1)
      case .wake:
        wakeAt = nil
        handle(.wake, &log, now: now)
      case .commit:
        guard let commit, let member else { return }
        self.commit = nil
        do throws(BusError) {
          try log.commit(member, commit)
          answer = .success(())
        } catch { answer = .failure(error) }
      case .answer:
        guard let answer else { return }
        self.answer = nil
        switch answer {
        case .success: handle(.committed, &log, now: now)
        case .failure(let error): handle(.commitFailed(error), &log, now: now)
        }
      }
    } catch {
      if error == .unavailable("the bus is away") || isAway(error) { return }
      mustRestart = true
    }
  }

  private func isAway(_ error: BusError) -> Bool { if case .unavailable = error { true } else { false } }

  /// The process dies at once.
  mutating func kill(_ log: inout SimulatedLog, evicting: Bool) {
    if let member { log.kill(member, evicting: evicting) }
    forget()
    isAlive = false
  }

  mutating func revive() { isAlive = true }

  private mutating func forget() {
    step = Step(processor, state: makeState(), source: P.topology.name)
    member = nil
    poll = nil
    pollIsCut = false
    restores = []
    commit = nil
    answer = nil
    wakeAt = nil
    viewPositions = [:]
    mustRestart = false
  }

  private mutating func start(_ log: inout SimulatedLog, now: Instant) throws(BusError) {
    if let member { log.leave(member) }
    forget()
    for declaration in P.topology.viewDeclarations {
      for number in 0..<declaration.partitions { viewPositions[TopicPartition(declaration.name, number)] = 0 }
    }
    try readViews(&log, now: now, limit: .max)
    member = try log.join(Membership(group: P.topology.name, instance: name, topics: P.topology.streams))
    handle(.joined, &log, now: now)
  }

  /// As the shell does: an action that the bus refuses ends this life, and the next begins anew from the log.
  private mutating func handle(_ event: StepEvent<P>, _ log: inout SimulatedLog, now: Instant) {
    do throws(BusError) {
      try act(on: step.handle(event, now: now), &log)
    } catch {
      mustRestart = true
    }
  }

  private mutating func act(on actions: [StepAction<P>], _ log: inout SimulatedLog) throws(BusError) {
    for action in actions {
      switch action {
      case .poll(let limit, let partitions):
        poll = (limit, partitions)
        pollIsCut = false
      case .cutPoll: pollIsCut = true
      case .seek(let positions):
        pollIsCut = true
        if let member { try log.seek(member, to: positions) }
      case .restore(let plan):
        var restore = Restore(plan: plan, positions: [:], ends: [:], viewEnds: [:])
        for source in plan.sources {
          restore.positions[source.partition] = try log.ends(of: source.partition).low
          restore.ends[source.partition] = try log.ends(of: source.partition).high
        }
        for partition in viewPositions.keys { restore.viewEnds[partition] = try log.ends(of: partition).high }
        restores.append(restore)
      case .commit(let commit): self.commit = commit
      case .release(let partitions): if let member { try log.release(member, partitions) }
      case .wakeAt(let instant): wakeAt = instant
      case .restart, .stop: mustRestart = true
      case .send: break
      }
    }
  }

  private mutating func endPoll(_ log: inout SimulatedLog, now: Instant) throws(BusError) {
    guard let poll, let member else { return }
    let event = try log.poll(member, limit: poll.limit, of: poll.partitions)
    // An idle poll goes on, unless it was cut short.
    guard event != nil || pollIsCut else { return }
    self.poll = nil
    handle(.polled(event), &log, now: now)
  }

  private mutating func restore(_ log: inout SimulatedLog, now: Instant, _ chance: inout Chance) throws(BusError) {
    var restore = restores[0]
    let missing = restore.positions.keys.sorted().filter { restore.positions[$0] ?? 0 < restore.ends[$0] ?? 0 }
    if let partition = missing.first {
      let read = try log.read(
        partition, from: restore.positions[partition] ?? 0, limit: FetchLimit(records: chance.below(30) + 1))
      restore.positions[partition] = read.position
      restores[0] = restore
      handle(.restoring(epoch: restore.plan.epoch, read.records), &log, now: now)
    } else if restore.viewEnds.allSatisfy({ viewPositions[$0.key] ?? 0 >= $0.value }) {
      restores.removeFirst()
      handle(.restored(epoch: restore.plan.epoch, ends: restore.ends), &log, now: now)
    } else {
      try readViews(&log, now: now, limit: .max)
    }
  }

  private mutating func readViews(_ log: inout SimulatedLog, now: Instant, limit: Int) throws(BusError) {
    guard step.isIdle else { return }
    for partition in viewPositions.keys.sorted() {
      let read = try log.read(partition, from: viewPositions[partition] ?? 0, limit: FetchLimit(records: limit))
      viewPositions[partition] = read.position
      if !read.records.isEmpty { handle(.views(read.records), &log, now: now) }
    }
  }
}

/// SplitMix64: the seed's stream of choices.
struct Chance: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }
  mutating func happens(oneIn count: Int) -> Bool { below(count) == 0 }
}
