import CooperationModel
import SimulatedBus
import TopicBus

@testable import ServiceKit

/// What can happen next to an instance.
enum Possibility: Hashable {
  case poll, restore, commit, answer, wake, views, start
  /// An intent that was handed over is acted upon.
  case send(Int)
  /// The outside answers.
  case result(Int)
}

/// One instance of a processor, whichever: what a simulation does with it.
protocol Participant: AnyObject {
  var name: String { get }
  var group: String { get }
  var member: Member? { get }
  /// Nothing is in hand, nothing is dirty, no state stands still, and it does not pause after an error.
  func isAtRest(now: Instant) -> Bool
  var running: [Int] { get }
  var halts: [Halt] { get }
  /// What is being restored now.
  var restoring: [TopicPartition] { get }
  /// It gave all up, and has not heard yet what comes back.
  var isResting: Bool { get }
  /// Something was handed over to be sent, and has not left.
  var isAboutToSend: Bool { get }
  /// Until which of the run's steps it gets no turn.
  var sleepsUntil: Int { get set }
  /// Until which of them it joins and dies, again and again.
  var diesUntil: Int { get set }
  /// When it is to be woken.
  var wakeAt: Instant? { get }

  /// What would bring, or change, something.
  func possibilities(_ log: SimulatedLog, now: Instant) -> [Possibility]
  /// - Returns: false when nothing happened.
  func advance(
    _ choice: Possibility, _ log: inout SimulatedLog, now: Instant, _ chance: inout Chance
  ) -> Bool
  /// What that would be, for a trace.
  func label(_ choice: Possibility) -> String
  func kill(_ log: inout SimulatedLog, evicting: Bool)
  /// It is asked to stop, and begins anew when it has.
  func stop(_ log: inout SimulatedLog, now: Instant)
  func revive()
  /// Nothing outside hangs any more.
  func calm()
  /// A poll that brought nothing for long ends with nothing.
  func endIdlePoll(_ log: inout SimulatedLog, now: Instant)
  func describe(_ log: SimulatedLog, now: Instant) -> String
}

/// One instance of a processor: a step, and what its shell would have outstanding.
///
/// Everything that a real shell waits for is an entry here, and the seed says which of them happens next.
final class Instance<P: Processor>: Participant {
  /// What the outside does with an intent: what it will answer, and whether it keeps that to itself until all is calm.
  typealias Courier = (P.Intent, inout Chance) -> (answer: P.Sent, hangs: Bool)

  /// Looks at what the instance knows before a step, and then at every intent that the step hands over, with what it
  /// knows after it.
  typealias Watch = (_ before: P.State) -> (P.Intent, _ after: P.State) -> Void

  let name: String
  private let processor: P
  private let makeState: () -> P.State
  private let limits: StepLimits
  private let courier: Courier?
  private let watch: Watch?
  /// Told of every intent that was in flight when its partition, or the process, went.
  private let lost: (P.Intent) -> Void

  private(set) var step: Step<P>
  /// How the step stands since its last event: a look at it copies the whole of it, and many look.
  private var standing: Standing?
  private(set) var member: Member?
  private(set) var isAlive = true
  private(set) var wakeAt: Instant?
  var sleepsUntil = 0
  var diesUntil = 0

  private var poll: (limit: FetchLimit?, partitions: Set<TopicPartition>)?
  private var pollIsCut = false
  /// What the outstanding poll ended with, when it had to end.
  private var endedPoll: GroupEvent??
  private var restores: [Restore] = []
  private var commit: Commit?
  /// A commit that was done, whose acknowledgement is still on its way.
  private var answer: Result<Void, BusError>?
  private var asked: [(intent: P.Intent, tenure: Int?)] = [] { didSet { askedCount = asked.count } }
  private var answers: [(intent: P.Intent, sent: P.Sent, hangs: Bool)] = [] {
    didSet { answering = answers.indices.filter { !answers[$0].hangs } }
  }
  // Looked at much more often than they change.
  private var askedCount = 0
  /// The places of those that do not hang.
  private var answering: [Int] = []
  private var viewPartitions: [TopicPartition] = []
  private var viewPlaces: [SimulatedLog.Place] = []
  /// Where it stands in each of them.
  private var viewPositions: [Int64] = []
  /// Since when what is asked back, or goes, was asked back.
  private var askedBack: [TopicPartition: Instant] = [:]
  private var mustRestart = false
  private var isAtPeace = false

  private struct Restore {
    var plan: RestorePlan
    var reading: RestoreReading
    /// In the order of the partitions.
    var viewEnds: [Int64]
  }

  private struct Standing {
    var running: [Int]
    var halts: [Halt]
    var isResting: Bool
    /// Something is asked back.
    var isClosing: Bool
    /// Nothing is in hand, nothing is dirty, and nothing is being restored.
    var isStill: Bool
  }

  init(
    _ processor: P, name: String, limits: StepLimits = StepLimits(), state: @escaping () -> P.State,
    courier: Courier? = nil, watch: Watch? = nil,
    lost: @escaping (P.Intent) -> Void = { _ in }
  ) {
    self.processor = processor
    self.name = name
    self.limits = limits
    self.courier = courier
    self.watch = watch
    self.lost = lost
    makeState = state
    step = Step(processor, state: state(), source: P.topology.name, limits: limits)
  }

  var group: String { P.topology.name }
  var running: [Int] { current().running }
  var halts: [Halt] { current().halts }
  var isResting: Bool { current().isResting }
  var isAboutToSend: Bool { askedCount > 0 }
  var restoring: [TopicPartition] { restores.first?.plan.sources.map(\.partition) ?? [] }

  private func current() -> Standing {
    if let standing { return standing }
    let new = Standing(
      running: step.running, halts: step.halts, isResting: step.phases.values.contains(.resting),
      isClosing: !step.closing.isEmpty, isStill: step.isIdle && step.dirtyCount == 0 && !step.isRestoring)
    standing = new
    return new
  }

  func isAtRest(now: Instant) -> Bool {
    isAlive && member != nil && !mustRestart && restores.isEmpty && commit == nil && answer == nil && askedCount == 0
      && answers.isEmpty && current().isStill && !step.isPaused(now)
  }

  func possibilities(_ log: SimulatedLog, now: Instant) -> [Possibility] {
    guard isAlive else { return [] }
    guard member != nil, !mustRestart else { return [.start] }
    var found: [Possibility] = []
    if step.isIdle, hasViewsToRead(log) { found.append(.views) }
    if let poll, let member, pollIsCut || log.hasNews(for: member, limit: poll.limit, of: poll.partitions) {
      found.append(.poll)
    }
    if !restores.isEmpty { found.append(.restore) }
    if commit != nil { found.append(.commit) }
    if answer != nil { found.append(.answer) }
    if let wakeAt, wakeAt <= now { found.append(.wake) }
    for number in 0..<askedCount { found.append(.send(number)) }
    for number in answering { found.append(.result(number)) }
    return found
  }

  func advance(
    _ possibility: Possibility, _ log: inout SimulatedLog, now: Instant, _ chance: inout Chance
  ) -> Bool {
    do throws(BusError) {
      switch possibility {
      case .start: return try start(&log, now: now)
      case .poll: return try endPoll(&log, now: now)
      case .restore: return try restore(&log, now: now, &chance)
      case .views: return try readViews(&log, now: now, limit: chance.below(20) + 1)
      case .wake:
        wakeAt = nil
        handle(.wake, &log, now: now)
      case .commit:
        guard let commit, let member else { return false }
        self.commit = nil
        do throws(BusError) {
          try log.commit(member, commit)
          answer = .success(())
        } catch { answer = .failure(error) }
      case .answer:
        guard let answer else { return false }
        self.answer = nil
        switch answer {
        case .success: handle(.committed, &log, now: now)
        case .failure(let error): handle(.commitFailed(error), &log, now: now)
        }
      case .send(let number): send(number, &log, now: now, &chance)
      case .result(let number):
        let result = answers.remove(at: number)
        handle(.sent(result.intent, result.sent), &log, now: now)
      }
    } catch {
      if case .unavailable = error { return false }
      mustRestart = true
    }
    return true
  }

  func label(_ choice: Possibility) -> String {
    switch choice {
    case .poll: "polls"
    case .restore: "restores \(restores.first?.reading.next?.description ?? "no more")"
    case .commit:
      "commits \(commit?.outputs.count ?? 0) records"
        + (commit?.offsets.sorted { $0.key < $1.key }.map { ", \($0.key) up to \($0.value)" }.joined() ?? "")
    case .answer: if case .failure(let error) = answer { "hears that \(error)" } else { "hears that it did" }
    case .wake: "wakes"
    case .views: "reads global tables"
    case .start: "starts"
    case .send: "sends"
    case .result: "hears what became of what it sent"
    }
  }

  /// The process dies at once.
  func kill(_ log: inout SimulatedLog, evicting: Bool) {
    if let member { log.kill(member, evicting: evicting) }
    forget()
    isAlive = false
  }

  func stop(_ log: inout SimulatedLog, now: Instant) {
    if isAlive, member != nil, !mustRestart { handle(.stopping, &log, now: now) }
  }

  func revive() { isAlive = true }

  func calm() {
    for index in answers.indices { answers[index].hangs = false }
  }

  func endIdlePoll(_ log: inout SimulatedLog, now: Instant) {
    guard isAlive, member != nil, !mustRestart, poll != nil, endedPoll == nil else { return }
    poll = nil
    handle(.polled(nil), &log, now: now)
  }

  func describe(_ log: SimulatedLog, now: Instant) -> String {
    "\(name): running \(running), idle \(step.isIdle), dirty \(step.dirtyCount), halts \(step.halts), "
      + "in flight \(step.inFlight.count), asked \(asked.count), answers \(answers.count), "
      + "can \(possibilities(log, now: now))"
  }

  // MARK: As the shell does

  /// What was sent and not noted may be sent again, by whoever comes next.
  private func noteLost(where isLost: (P.Intent) -> Bool) {
    let unnoted = step.inFlight + (step.pending?.results.map(\.intent) ?? [])
    for intent in unnoted where !asked.contains(where: { $0.intent == intent }) && isLost(intent) { lost(intent) }
  }

  private func forget() {
    // Who was asked to stop, and had the time to, leaves nothing unnoted.
    if !isAtPeace { noteLost { _ in true } }
    isAtPeace = false
    standing = nil
    step = Step(processor, state: makeState(), source: P.topology.name, limits: limits)
    member = nil
    poll = nil
    pollIsCut = false
    endedPoll = nil
    restores = []
    commit = nil
    answer = nil
    asked = []
    answers = []
    askedBack = [:]
    wakeAt = nil
    viewPositions = []
    mustRestart = false
  }

  private func start(_ log: inout SimulatedLog, now: Instant) throws(BusError) -> Bool {
    if mustRestart || member != nil {
      if let member { log.leave(member) }
      forget()
    }
    if viewPositions.isEmpty {
      viewPartitions = P.topology.viewDeclarations.flatMap { declaration in
        (0..<declaration.partitions).map { TopicPartition(declaration.name, $0) }
      }
      viewPlaces = []
      var lows: [Int64] = []
      for partition in viewPartitions {
        viewPlaces.append(try log.place(of: partition))
        lows.append(try log.ends(of: partition).low)
      }
      viewPositions = lows
    }
    _ = try readViews(&log, now: now, limit: .max)
    // A transaction that is still open holds the start up.
    for number in viewPartitions.indices where try log.high(at: viewPlaces[number]) > viewPositions[number] {
      return false
    }
    member = try log.join(Membership(group: P.topology.name, instance: name, topics: P.topology.streams))
    handle(.joined, &log, now: now)
    return true
  }

  /// An action that the bus refuses ends this life, and the next begins anew from the log.
  private func handle(_ event: StepEvent<P>, _ log: inout SimulatedLog, now: Instant) {
    let tired = courier == nil ? [] : unnotedOfTheTired(event, now)
    let look = watch?(step.state)
    standing = nil
    do throws(BusError) {
      let actions = step.handle(event, now: now)
      if !askedBack.isEmpty {
        let (closing, leaving) = (step.closing, step.leaving)
        askedBack = askedBack.filter { closing[$0.key] != nil || leaving.contains($0.key) }
      }
      for case .release(let partitions) in actions {
        for (intent, partition) in tired where partitions.contains(where: { $0.partition == partition }) {
          lost(intent)
        }
      }
      if let look {
        for case .send(let intent) in actions { look(intent, step.state) }
      }
      try act(on: actions, &log, now: now)
    } catch {
      mustRestart = true
    }
  }

  /// What is being sent for partitions that were asked back so long ago that they may go without its result.
  private func unnotedOfTheTired(_ event: StepEvent<P>, _ now: Instant) -> [(intent: P.Intent, partition: Int)] {
    if current().isClosing { askedBack.merge(step.closing) { first, _ in first } }
    let tired = Set(askedBack.filter { !isPatient(since: $0.value, now) }.keys.map(\.partition))
    guard !tired.isEmpty else { return [] }
    var unnoted = step.inFlight
    if case .committed = event {} else { unnoted += step.pending?.results.map(\.intent) ?? [] }
    return unnoted.compactMap { intent in
      let partition = processor.partition(ofIntent: intent, in: step.state)
      return partition.flatMap { tired.contains($0) ? (intent, $0) : nil }
    }
  }

  private func isPatient(since start: Instant, _ now: Instant) -> Bool {
    start <= now && now - start < limits.patience
  }

  private func act(on actions: [StepAction<P>], _ log: inout SimulatedLog, now: Instant) throws(BusError) {
    for action in actions {
      switch action {
      case .poll(let limit, let partitions):
        poll = (limit, partitions)
        pollIsCut = false
        endedPoll = nil
      case .cutPoll: pollIsCut = true
      case .seek(let positions):
        guard let member else { continue }
        // The outstanding poll ends first, with what it has.
        if let poll, endedPoll == nil {
          endedPoll = .some(try log.poll(member, limit: poll.limit, of: poll.partitions))
          pollIsCut = true
        }
        try log.seek(member, to: positions)
      case .restore(let plan):
        var ends: [TopicPartition: PartitionEnds] = [:]
        var since: [TopicPartition: Int64] = [:]
        for source in plan.sources {
          ends[source.partition] = try log.ends(of: source.partition)
          guard let start = source.start(now: now) else { continue }
          since[source.partition] = try log.offset(of: source.partition, at: start.milliseconds)
        }
        var viewEnds: [Int64] = []
        for place in viewPlaces { viewEnds.append(try log.high(at: place)) }
        restores.append(
          Restore(
            plan: plan,
            reading: RestoreReading(plan, ends: ends, since: since, passing: P.topology.unreplaced), viewEnds: viewEnds)
        )
      case .commit(let commit): self.commit = commit
      case .release(let partitions): if let member { try log.release(member, partitions) }
      case .wakeAt(let instant): wakeAt = instant
      case .restart: mustRestart = true
      case .stop:
        mustRestart = true
        isAtPeace = step.metadata != nil && step.stoppingSince.map { isPatient(since: $0, now) } ?? false
      case .send(let intent): if courier != nil { asked.append((intent, step.tenure(of: intent))) }
      }
    }
  }

  private func send(_ number: Int, _ log: inout SimulatedLog, now: Instant, _ chance: inout Chance) {
    let (intent, tenure) = asked.remove(at: number)
    // The partition may have gone between the action and now.
    guard step.mayStillSend(intent, of: tenure), let courier else {
      return handle(.notSent(intent, of: tenure), &log, now: now)
    }
    let (answer, hangs) = courier(intent, &chance)
    answers.append((intent, answer, hangs))
  }

  private func endPoll(_ log: inout SimulatedLog, now: Instant) throws(BusError) -> Bool {
    guard let poll, let member else { return false }
    let event: GroupEvent?
    if let endedPoll {
      event = endedPoll
    } else {
      event = try log.poll(member, limit: poll.limit, of: poll.partitions)
    }
    // An idle poll goes on, unless it was cut short.
    guard event != nil || pollIsCut else { return false }
    if case .lost(let partitions) = event {
      let numbers = Set(partitions.map(\.partition))
      noteLost { processor.partition(ofIntent: $0, in: step.state).map(numbers.contains) ?? true }
    }
    self.poll = nil
    handle(.polled(event), &log, now: now)
    return true
  }

  private func restore(_ log: inout SimulatedLog, now: Instant, _ chance: inout Chance) throws(BusError) -> Bool {
    var restore = restores[0]
    guard let partition = restore.reading.next else {
      if case let rest = restore.reading.newest.takeSome(), !rest.isEmpty {
        restores[0] = restore
        handle(.restoring(epoch: restore.plan.epoch, rest), &log, now: now)
        return true
      }
      var ends: [TopicPartition: PartitionEnds] = [:]
      for source in restore.plan.sources { ends[source.partition] = try log.ends(of: source.partition) }
      if restore.reading.follow(ends) {
        restores[0] = restore
        return true
      }
      guard zip(viewPositions, restore.viewEnds).allSatisfy({ $0 >= $1 }) else {
        return try readViews(&log, now: now, limit: .max)
      }
      restores.removeFirst()
      handle(.restored(epoch: restore.plan.epoch, ends: restore.reading.ends), &log, now: now)
      return true
    }
    let before = restore.reading.positions[partition] ?? 0
    let read = try log.read(partition, from: before, limit: FetchLimit(records: chance.below(30) + 1))
    restore.reading.reached([partition: read.position])
    // Much of it finds no room among what is held back.
    let records =
      restore.reading.newest.hold(read.records) + (chance.below(3) == 0 ? restore.reading.newest.takeSome() : [])
    restores[0] = restore
    handle(.restoring(epoch: restore.plan.epoch, records), &log, now: now)
    return read.position > before
  }

  private func hasViewsToRead(_ log: SimulatedLog) -> Bool {
    if log.isAway { return false }
    for (place, position) in zip(viewPlaces, viewPositions) {
      if let end = try? log.stableEnd(at: place), end > position { return true }
    }
    return false
  }

  private func readViews(_ log: inout SimulatedLog, now: Instant, limit: Int) throws(BusError) -> Bool {
    guard step.isIdle else { return false }
    var records: [Record] = []
    for (number, partition) in viewPartitions.enumerated() {
      let position = viewPositions[number]
      guard try log.high(at: viewPlaces[number]) > position else { continue }
      let read = try log.read(partition, from: position, limit: FetchLimit(records: limit))
      viewPositions[number] = read.position
      records += read.records
      if limit < .max, !records.isEmpty { break }
    }
    guard !records.isEmpty else { return false }
    handle(.views(records), &log, now: now)
    return true
  }
}
