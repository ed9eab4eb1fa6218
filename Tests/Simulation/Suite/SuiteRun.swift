import Seeds
import CooperationModel
import SimulatedBus
import TopicBus

@testable import APDCollector
@testable import Ingestion
@testable import Matcher
@testable import Notifications
@testable import ServiceKit

/// One run of the whole suite on one log, as a plan says: several processes of each service, people at work, and faults.
///
/// No real time passes and no thread runs: the same plan gives the same trace, byte for byte.
final class SuiteRun {
  let plan: Plan
  let cast: Cast
  var log: SimulatedLog
  var now: Instant
  var chronicle = Chronicle()
  let outside = Outside()
  private(set) var processes: [Process] = []
  /// Those of all processes.
  private(set) var participants: [any Participant] = []
  /// Every command by its append: the record as it was sent, and whether its append was acknowledged.
  var appended: [(command: Command, acknowledged: Bool)] = []
  /// Records that are none, by where they lie.
  var garbage: Set<String> = []
  var steps = 0
  /// By how much the clock was set back, in all: so much less may lie between two times than who lived through it saw.
  private(set) var setBack: Int64 = 0
  var isCompacted = false
  /// When everybody had read everything last.
  private var readAt: Instant
  /// Values of the setting `sending` that a service may hold to be current, since all was quiet last.
  var gates: [Bool]
  var checked = Checked()
  /// Whether records that cannot be read come into state topics.
  private let corrupts: Bool
  private let isTracing: Bool
  private(set) var trace: [String] = []

  /// The processors of one process: they live and die together.
  struct Process {
    var name: String
    var participants: [any Participant]
  }

  /// How far the laws were checked: what was right stays right.
  struct Checked {
    var offers = 0
    var arrivals = 0
    var commits: [TopicPartition: Int64] = [:]
    /// How many versions each profile, and each contact, had.
    var profiles: [CollectiviteID: Int] = [:]
    var contacts: [ContactID: Int] = [:]
  }

  /// A run that begins in the plan's market.
  convenience init(_ plan: Plan, isTracing: Bool = false) throws {
    try self.init(plan, Beginning.founded(plan.market), isTracing: isTracing)
  }

  init(_ plan: Plan, _ beginning: Beginning, isTracing: Bool = false) throws {
    self.plan = plan
    corrupts = plan.moves.contains { $0.kind == .corruption }
    self.isTracing = isTracing
    cast = try Cast.shared.get()
    log = beginning.log
    now = beginning.now
    readAt = now
    chronicle = beginning.chronicle
    appended = beginning.appended
    gates = beginning.gates
    outside.now = now
    outside.arrive(beginning.arrivals)
    for (command, _) in appended { note("\(command.kind) \(command.entity) was there") }
    for (service, count) in plan.shape.processes.enumerated() {
      for number in 1...max(count, 1) { processes.append(process(service, number)) }
    }
    participants = processes.flatMap(\.participants)
  }

  /// All records, in the order of their partitions.
  func everything() throws -> [Outgoing] {
    var found: [Outgoing] = []
    for topic in try log.describeTopics() {
      for (number, ends) in topic.ends.enumerated() {
        let partition = TopicPartition(topic.declaration.name, number)
        for record in try log.read(partition, from: ends.low, limit: FetchLimit(records: .max, bytes: .max)).records {
          found.append(
            Outgoing(
              topic: record.topic, partition: record.partition, key: record.key, value: record.value,
              headers: record.headers, timestamp: record.timestamp))
        }
      }
    }
    return found
  }

  private func process(_ service: Int, _ number: Int) -> Process {
    let limits = StepLimits(records: plan.shape.stepRecords, recomputations: plan.shape.recomputations)
    let (reference, landscape, outside) = (cast.reference, cast.landscape, outside)
    func instance<P: Processor>(
      _ processor: P, _ name: String, state: @escaping () -> P.State, courier: Instance<P>.Courier? = nil,
      watch: Instance<P>.Watch? = nil, lost: @escaping (P.Intent) -> Void = { _ in }
    ) -> any Participant {
      Instance(processor, name: name, limits: limits, state: state, courier: courier, watch: watch, lost: lost)
    }
    switch service {
    case 0:
      let name = "ingestion-\(number)"
      return Process(
        name: name,
        participants: [instance(IngestionDecider(reference: reference), name, state: { IngestionState() })])
    case 1:
      let name = "matcher-\(number)"
      return Process(
        name: name,
        participants: [
          instance(RankingProcessor(), name, state: { RankingState(landscape) }),
          instance(LeadAllocator(reference: reference), name, state: { AllocationState(landscape) }),
        ])
    case 2:
      let name = "notifications-\(number)"
      return Process(
        name: name,
        participants: [
          instance(
            RecipientProcessor(reference: reference, leavesMachine: plan.market.leavesMachine), name,
            state: { RecipientState() }, courier: { outside.deliver($0, &$1) },
            watch: { before in
              let contacts = before.contacts
              return { dispatch, after in
                let message = dispatch.order.message
                outside.note(message, knew: (contacts[message.contact], after.contacts[message.contact]))
              }
            },
            lost: { outside.lost($0) })
        ])
    default:
      let name = "apd-collector-\(number)"
      return Process(
        name: name,
        participants: [instance(DeclarationProcessor(reference: reference), name, state: { DeclarationState() })])
    }
  }

  func note(_ text: @autoclosure () -> String) {
    if isTracing { trace.append("\(now) \(text())") }
  }

  // MARK: What happens

  /// Makes the market: somebody brings what it needs, and mostly all is worked on before those who did it go home.
  func found() throws {
    try prepare()
    for seed in plan.market.founding {
      var chance = Chance(seed: seed)
      appendCommand(isFounding: true, &chance)
    }
    outside.isCalm = true
    if plan.market.isAtWork { try drain() }
    for participant in participants { participant.kill(&log, evicting: true) }
    try chronicle.catchUp(log)
  }

  /// Makes every move, then lets all come to its end, and checks the laws: at once; after a fortnight in which nobody wishes
  /// anything, when what waits for time alone has come; and when every message is on its way, if that took anything.
  func run() throws {
    for move in plan.moves {
      var chance = Chance(seed: move.seed)
      try make(move.kind, &chance)
    }
    try settle(toTheEnd: false)
    try check()
    pass(.days(15))
    try settle(toTheEnd: false)
    try check()
    let held = chronicle.records
    try settle(toTheEnd: true)
    if chronicle.records > held { try check() }
  }

  private func make(_ kind: Plan.Move.Kind, _ chance: inout Chance) throws {
    switch kind {
    case .advance: for _ in 0...chance.below(8) { advance(&chance) }
    case .command: appendCommand(&chance)
    case .setting: appendSetting(&chance)
    case .garbage: appendGarbage(&chance)
    case .corruption: corrupt(&chance)
    case .repair: try repair()
    case .fault: fault(&chance)
    case .crash: crash(&chance)
    case .stop: stop(&chance)
    case .sleep: if let process = chance.pick(processes) { sleep(process, &chance) }
    case .zombie: strand(&chance)
    case .away:
      note("the bus is away")
      log.isAway = true
    case .back:
      log.isAway = false
    case .marker: deliverMarker(&chance)
    case .tick: pass(.milliseconds(Int64(chance.below(5_000))))
    case .hours: pass(.minutes(Int64(chance.below(2_000))))
    case .days: pass(.days(Int64(1 + chance.below(12))))
    case .jump: pass(chance.happens(oneIn: 2) ? .hours(-1) : .days(Int64(60 + chance.below(300))))
    case .housekeeping: try keepHouse()
    case .quiet:
      try settle(toTheEnd: false)
      try check()
    }
  }

  func pass(_ span: Instant.Span) {
    now = now + span
    setBack += max(0, -span.milliseconds)
    outside.now = now
    note("later")
  }

  /// Something goes on somewhere.
  private func advance(_ chance: inout Chance) {
    let all = participants
    // What died is started again, sooner or later: a group may wait for it.
    if chance.happens(oneIn: 30) { chance.pick(processes)?.participants.forEach { $0.revive() } }
    let first = chance.below(all.count)
    for offset in all.indices {
      let participant = all[(first + offset) % all.count]
      if participant.sleepsUntil > steps { continue }
      guard let choice = chance.pick(participant.possibilities(log, now: now)) else { continue }
      if advance(participant, choice, &chance) { return }
    }
    for participant in all {
      participant.sleepsUntil = 0
      participant.revive()
    }
    // Nothing to do: polls end, and time passes until somebody is to be woken.
    if let participant = chance.pick(all) { participant.endIdlePoll(&log, now: now) }
    if let wake = all.compactMap(\.wakeAt).filter({ $0 > now }).min(), wake - now < .hours(2) { pass(wake - now) }
  }

  private func advance(_ participant: any Participant, _ choice: Possibility, _ chance: inout Chance) -> Bool {
    steps += 1
    outside.now = now
    let label = isTracing ? participant.label(choice) : ""
    let isDone = participant.advance(choice, &log, now: now, &chance)
    if isDone {
      note("\(participant.name) \(participant.group) \(label)")
      if choice == .restore, corrupts, !outside.isCalm, chance.happens(oneIn: 20) {
        corrupt(whatIsRestored: participant.restoring, &chance)
      }
      if !outside.isCalm { befall(participant, after: choice, &chance) }
    }
    return isDone
  }

  private func keepHouse() throws {
    guard !log.isAway else { return }
    try chronicle.catchUp(log)
    note("housekeeping")
    isCompacted = true
    // Tombstones stay longer than anybody reads behind: how late somebody may be is time's to say, not the clock's.
    log.maintain(now: min(now, readAt + .days(6)).milliseconds)
    for group in try log.describeGroups() {
      for partition in group.partitions {
        guard
          [Topics.ingestionCommands, .init("lead-commands.v1", partitions: 1), Topics.apdCommands]
            .contains(where: { $0.topic == partition.partition.topic }), let committed = partition.committed
        else { continue }
        let old = try log.offset(of: partition.partition, at: (min(now, readAt + .days(6)) - .days(7)).milliseconds)
        try log.trim(partition.partition, before: min(committed, old))
      }
    }
  }

  // MARK: Quiet

  /// No more load and no more faults: everything comes to its end within a bounded number of steps.
  ///
  /// - Parameter toTheEnd: also what waits for time or for the gate, as far as it concerns messages.
  func settle(toTheEnd: Bool) throws {
    note("quiet")
    log.heal()
    outside.isCalm = true
    if toTheEnd { openGate() }
    try drain()
    if try repair() { try drain() }
    if toTheEnd {
      var rounds = 0
      while chronicle.messages.living.contains(where: { $0.status == .pending }) {
        rounds += 1
        guard rounds < 2_000 else { throw failure("progress", "messages wait for ever") }
        guard let wake = participants.compactMap(\.wakeAt).filter({ $0 > now }).min() else {
          let waiting = chronicle.messages.living.filter { $0.status == .pending }
          throw failure("progress", "these wait, and nobody is to be woken: \(waiting)")
        }
        pass(wake - now)
        try drain()
      }
    }
    outside.isCalm = false
  }

  private func drain() throws {
    var chance = Chance(seed: plan.seed)
    var left = 20_000
    var isIdle = false
    while true {
      var hasMoved = false
      for transaction in log.openTransactions {
        log.timeOut(transaction.id)
        hasMoved = true
      }
      for participant in participants {
        participant.revive()
        participant.calm()
        while participant.possibilities(log, now: now).contains(where: {
          advance(participant, $0, &chance)
        }) {
          hasMoved = true
          left -= 1
          guard left > 0 else { throw failure("progress", "not quiet after 20,000 calm steps") }
        }
      }
      try chronicle.catchUp(log)
      if hasMoved { continue }
      if isDone {
        readAt = now
        return
      }
      if !isIdle {
        // Polls that bring nothing end after half a minute.
        pass(.seconds(30))
        for participant in participants { participant.endIdlePoll(&log, now: now) }
        isIdle = true
        continue
      }
      isIdle = false
      // What pauses after an error, or stands still until it looks again, goes on a little later.
      guard let wake = participants.compactMap(\.wakeAt).filter({ $0 > now }).min(), wake - now <= .minutes(2) else {
        guard hasHalts else { throw failure("progress", "stuck") }
        return
      }
      if hasHalts, unreadableKeys > 0 { return }
      pass(wake - now)
    }
  }

  private var hasHalts: Bool { participants.contains { !$0.halts.isEmpty } }

  var isDone: Bool {
    guard participants.allSatisfy({ $0.isAtRest(now: now) }), !hasHalts, let groups = try? log.describeGroups() else {
      return false
    }
    var running: [String: Int] = [:]
    for participant in participants { running[participant.group, default: 0] += participant.running.count }
    return groups.allSatisfy { group in
      group.partitions.allSatisfy { $0.lag == 0 }
        && running[group.group] ?? 0 == Set(group.partitions.map(\.partition.partition)).count
    }
  }

  func failure(_ law: String, _ text: String) -> SimulationFailure {
    SimulationFailure(law: law, "\(text)\n\(describe())")
  }

  func describe() -> String {
    var lines = participants.map { $0.describe(log, now: now) }
    for group in (try? log.describeGroups()) ?? [] {
      for partition in group.partitions where partition.lag > 0 {
        lines.append("\(group.group) \(partition.partition) lag \(partition.lag)")
      }
    }
    return lines.joined(separator: "\n")
  }
}
