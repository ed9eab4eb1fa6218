import Seeds
import CooperationModel
import Foundation
import ServiceKit
import SimulatedBus
import TopicBus

/// Several instances of two processors on one log, one stream of chances that says what happens next, and faults.
///
/// No real time passes and no thread runs: the same seed gives the same trace.
struct World {
  let seed: UInt64
  var chance: Chance
  var log: SimulatedLog
  var now = Instant(milliseconds: 1_700_000_000_000)
  var accounts: [Instance<AccountDecider>] = []
  var statements: [Instance<StatementDeriver>] = []
  /// Commands whose append was acknowledged, in the order of their first appending.
  var acknowledged: [CommandID] = []
  var sent: [Command] = []
  var trace: [String] = []
  let isTracing: Bool
  private var nextName = 0
  /// How much a step takes: where it is little, much waits.
  private let limits: StepLimits
  /// One try in so many ends a commit in flight: where it is many, much happens meanwhile.
  private var commitTakes: Int
  private var lastAccount = 0

  static let rate = CountryCode("FR")

  init(seed: UInt64, isTracing: Bool = false) throws {
    self.seed = seed
    self.isTracing = isTracing
    chance = Chance(seed: seed)
    log = SimulatedLog(
      settings: SimulatedLog.Settings(
        marksTransactions: chance.happens(oneIn: 2), suspendsMembers: chance.happens(oneIn: 2)))
    limits = StepLimits(records: [1, 3, 500][chance.below(3)])
    commitTakes = [1, 1, 4, 12][chance.below(4)]
    try log.create(
      AccountDecider.topology.declarations + StatementDeriver.topology.declarations + [DeadLetter.declaration])
    for _ in 0..<2 + chance.below(2) { join() }
  }

  private mutating func join() {
    nextName += 1
    accounts.append(Instance(AccountDecider(), name: "decider-\(nextName)", limits: limits, state: { AccountState() }))
    statements.append(
      Instance(StatementDeriver(), name: "deriver-\(nextName)", limits: limits, state: { StatementState() }))
  }

  private mutating func note(_ text: @autoclosure () -> String) {
    if isTracing { trace.append("\(now) \(text())") }
  }

  // MARK: What happens

  /// So many steps with load and faults, then calm until all is done.
  mutating func run(steps: Int) throws {
    for _ in 0..<steps { try step() }
    try settle()
  }

  private mutating func step() throws {
    now = now + .milliseconds(Int64(chance.below(400)))
    switch chance.below(100) {
    case 0..<14: appendCommand()
    case 14..<16: appendRate()
    case 16: appendGarbage()
    case 17..<19: fault()
    case 19: crash()
    case 20: log.isAway = true
    case 21: log.isAway = false
    case 22: now = now + .seconds(Int64(chance.below(90)) - 20)
    case 23: if accounts.count < 5 { join() }
    default: advance()
    }
    if !log.openTransactions.isEmpty, chance.happens(oneIn: 3) { deliverMarker() }
    if log.isAway, chance.happens(oneIn: 10) { log.isAway = false }
  }

  private mutating func advance() {
    let index = chance.below(accounts.count * 2)
    let participant: any Participant = index < accounts.count ? accounts[index] : statements[index - accounts.count]
    let possible = participant.possibilities(log, now: now)
    guard let choice = chance.pick(possible) else { return participant.revive() }
    if choice == .commit || choice == .answer, !chance.happens(oneIn: commitTakes) { return }
    note("\(participant.name) \(choice)")
    _ = participant.advance(choice, &log, now: now, &chance)
  }

  private mutating func crash() {
    let evicting = chance.happens(oneIn: 2)
    let index = chance.below(accounts.count)
    let isDecider = chance.happens(oneIn: 2)
    let member = isDecider ? accounts[index].member : statements[index].member
    note("crash \(index) decider \(isDecider) evicting \(evicting)")
    switch chance.below(3) {
    case 0:
      // A zombie: the group goes on without it, and it wakes up later.
      if let member { log.evict(member) }
    default:
      if isDecider {
        accounts[index].kill(&log, evicting: evicting)
      } else {
        statements[index].kill(&log, evicting: evicting)
      }
      if let member, !evicting { log.evict(member) }
    }
  }

  private mutating func fault() {
    let faults: [Fault] = [
      .unavailable, .uncertain(applied: true), .uncertain(applied: false), .aborted, .fatal, .lateMarkers, .lateMarkers,
    ]
    let index = chance.below(accounts.count)
    let fault = faults[chance.below(faults.count)]
    if let member = chance.happens(oneIn: 2) ? accounts[index].member : statements[index].member {
      note("inject \(fault) into \(member)")
      log.inject(fault, into: member.description)
    }
  }

  private mutating func deliverMarker() {
    let open = log.openTransactions
    let transaction = open[chance.below(open.count)]
    guard !transaction.pending.isEmpty else { return }
    if transaction.isDecided {
      log.deliverMarker(of: transaction.id, to: transaction.pending[chance.below(transaction.pending.count)])
    } else if chance.happens(oneIn: 4) {
      log.timeOut(transaction.id)
    }
  }

  // MARK: Load

  private mutating func appendCommand() {
    let command: Command
    if !sent.isEmpty, chance.happens(oneIn: 5) {
      // A caller that repeats: the same command again.
      command = sent[chance.below(sent.count)]
    } else {
      guard let id = CommandID(StableID.uuid(of: ["command", String(seed), String(sent.count)])) else { return }
      // Often the same account again: one partition has more to do than the others.
      if chance.happens(oneIn: 2) { lastAccount = chance.below(12) }
      command = Command(
        id: id, kind: "account.add", entity: StableID.uuid(of: ["account", String(lastAccount)]), partitionKey: "",
        receivedAt: now,
        payload: Command.Payload(
          actor: Actor(issuer: "test", subject: "test", role: .operator), ifMatch: nil, digest: "sha",
          body: .integer(Int64(chance.below(12)) - 2)))
      sent.append(command)
    }
    guard let topic = AccountDecider.topology.streams.first else { return }
    do {
      var keyed = command
      keyed.partitionKey = command.entity
      let record = try CommandTopic(String(topic.dropFirst(Topics.prefix.count)), partitions: LedgerTopics.partitions)
        .record(
          keyed, source: "front")
      _ = try log.append([record], by: "front")
      if !acknowledged.contains(command.id) { acknowledged.append(command.id) }
      note("command \(command.id) \(command.payload.body)")
    } catch {}
  }

  private mutating func appendRate() {
    guard let key = Self.rate,
      let record = try? LedgerTopics.rates.record(
        key, Rate(percent: chance.below(50)), partition: 0, time: now, source: "test", cause: "\(now)")
    else { return }
    _ = try? log.append([record], by: "front")
  }

  private mutating func appendGarbage() {
    guard let topic = AccountDecider.topology.streams.first else { return }
    let headers: Headers = chance.happens(oneIn: 2) ? [] : [Header("ce_id", StableID.uuid(of: ["garbage", "\(now)"]))]
    _ = try? log.append(
      [
        Outgoing(
          topic: topic, partition: chance.below(LedgerTopics.partitions), key: [0xFF], value: [1, 2, 3],
          headers: headers,
          timestamp: now.milliseconds)
      ], by: "front")
  }

  // MARK: Quiet

  /// No more load and no more faults: everything drains within a bounded number of steps.
  mutating func settle() throws {
    log.heal()
    commitTakes = 1
    for index in accounts.indices {
      accounts[index].revive()
      statements[index].revive()
    }
    var quiet = 0
    var left = 60_000
    while quiet < 60 {
      left -= 1
      guard left > 0 else {
        throw SimulationFailure(law: "step", "seed \(seed): not quiet after 60,000 calm steps\n\(describe())")
      }
      now = now + .seconds(2)
      while let open = log.openTransactions.first { log.timeOut(open.id) }
      let before = try progress()
      for _ in 0..<accounts.count * 4 { advance() }
      quiet = try progress() == before && isDone() ? quiet + 1 : 0
    }
  }

  private func progress() throws -> [Int64] {
    var ends: [Int64] = []
    for topic in try log.describeTopics() { ends += topic.ends.map(\.high) }
    return ends
  }

  private func isDone() -> Bool {
    guard let groups = try? log.describeGroups() else { return false }
    let all = Array(0..<LedgerTopics.partitions)
    let running =
      accounts.flatMap(\.step.running).sorted() == all && statements.flatMap(\.step.running).sorted() == all
    return running && groups.allSatisfy { $0.partitions.allSatisfy { $0.lag == 0 } }
      && accounts.allSatisfy { $0.step.isIdle && $0.step.dirtyCount == 0 }
      && statements.allSatisfy { $0.step.isIdle && $0.step.dirtyCount == 0 }
  }

  func describe() -> String {
    var lines: [String] = []
    for instance in accounts {
      lines.append("\(instance.name): \(instance.step.summary), can \(instance.possibilities(log, now: now))")
    }
    for instance in statements {
      lines.append("\(instance.name): \(instance.step.summary), can \(instance.possibilities(log, now: now))")
    }
    for group in (try? log.describeGroups()) ?? [] {
      for partition in group.partitions { lines.append("\(group.group) \(partition.partition) lag \(partition.lag)") }
    }
    return (lines + trace.suffix(isTracing ? 60_000 : 60)).joined(separator: "\n")
  }
}

extension Step {
  fileprivate var summary: String {
    "running \(running), idle \(isIdle), dirty \(dirtyCount), halts \(halts)"
  }
}

extension SimulatedLog {
  /// Everything that is in the log, as text.
  func fingerprint() throws -> String {
    var lines: [String] = []
    for topic in try describeTopics() {
      for (number, ends) in topic.ends.enumerated() {
        let partition = TopicPartition(topic.declaration.name, number)
        for record in try read(partition, from: ends.low, limit: FetchLimit(records: .max, bytes: .max)).records {
          lines.append(
            "\(partition)@\(record.offset) \(record.key) \(record.value ?? []) \(record.headers.map(\.value))")
        }
      }
    }
    return lines.joined(separator: "\n")
  }
}
