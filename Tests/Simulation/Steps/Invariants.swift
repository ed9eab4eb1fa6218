import CooperationModel
import ServiceKit
import SimulatedBus
import TopicBus

// The invariants, checked against a plain fold of the log that shares no code with the step.

extension World {
  private func all(_ topic: String, partitions: Int) throws -> [[Record]] {
    try (0..<partitions).map {
      try log.read(TopicPartition(topic, $0), from: 0, limit: FetchLimit(records: .max, bytes: .max)).records
    }
  }

  private func require(_ isTrue: Bool, _ text: @autoclosure () -> String) throws {
    if !isTrue { throw SimulationFailure(law: "step", "seed \(seed): \(text())\n\(describe())") }
  }

  func check() throws {
    var accounts: [RequestID: Account] = [:]
    var applied: [String: Int] = [:]
    // Order: an entity's versions are 1, 2, 3 … without gap, in offset order.
    for record in try all(LedgerTopics.accounts.topic, partitions: LedgerTopics.partitions).joined() {
      let (key, value) = try LedgerTopics.accounts.read(record)
      guard let value else { continue }
      try require(
        value.version == (accounts[key]?.version ?? 0) + 1,
        "account \(key) goes from version \(accounts[key]?.version ?? 0) to \(value.version)")
      accounts[key] = value
    }
    for account in accounts.values { for command in account.commands { applied[command, default: 0] += 1 } }

    // No doubling, no loss: each command one outcome; its effect once if accepted, never if not.
    var outcomes: [CommandID: CommandOutcome] = [:]
    for record in try all(LedgerTopics.outcomes.topic, partitions: LedgerTopics.partitions).joined() {
      let (key, value) = try LedgerTopics.outcomes.read(record)
      try require(outcomes[key] == nil, "command \(key) has two outcomes")
      outcomes[key] = value
    }
    for id in acknowledged {
      guard let outcome = outcomes[id] else {
        throw SimulationFailure(law: "step", "seed \(seed): acknowledged \(id) has no outcome\n\(describe())")
      }
      let isAccepted = if case .accepted = outcome.result { true } else { false }
      try require(
        applied[id.rawValue] ?? 0 == (isAccepted ? 1 : 0), "\(id) was applied \(applied[id.rawValue] ?? 0) times")
    }

    // What was accepted is what the commands say, in the order of the log.
    let amounts = Dictionary(uniqueKeysWithValues: sent.map { ($0.id.rawValue, $0) })
    for (key, account) in accounts {
      let sum = account.commands.reduce(0) { $0 + Int(amounts[$1]?.payload.body.integer ?? 0) }
      try require(sum == account.amount, "account \(key) holds \(account.amount), its commands say \(sum)")
      if let closesAt = account.closesAt, closesAt < now - .minutes(2) {
        try require(account.isClosed, "\(key) is overdue")
      }
    }

    // Derived truth: statements equal those made from scratch.
    var rate: Rate?
    for record in try all(LedgerTopics.rates.topic, partitions: 1).joined() {
      rate = try LedgerTopics.rates.read(record).value
    }
    var statements: [RequestID: Statement] = [:]
    for record in try all(LedgerTopics.statements.topic, partitions: LedgerTopics.partitions).joined() {
      let (key, value) = try LedgerTopics.statements.read(record)
      try require(statements[key] != value, "statement \(key) was written again unchanged")
      statements[key] = value
    }
    for (key, account) in accounts {
      let right = StatementDeriver.statement(of: account, rate: rate)
      try require(
        statements[key] == right,
        "statement \(key) is \(String(describing: statements[key])), right is \(String(describing: right))")
    }

    // Rebuildable: what instances hold is the fold of the topics.
    for instance in self.accounts {
      for key in instance.step.state.accounts.sortedKeys() {
        try require(instance.step.state.accounts[key] == accounts[key], "\(instance.name) holds another \(key)")
      }
    }
    let held = self.accounts.reduce(0) { $0 + $1.step.state.accounts.count }
    try require(held == accounts.count, "instances hold \(held) accounts, the log \(accounts.count)")
    for instance in self.statements {
      for key in instance.step.state.statements.sortedKeys() {
        try require(
          instance.step.state.statements[key] == statements[key], "\(instance.name) holds another statement \(key)")
      }
    }

    // Garbage is set aside, each once.
    var letters: [String: Int] = [:]
    for record in try all(DeadLetter.topic, partitions: 12).joined() {
      guard let letter = DeadLetter(record) else {
        throw SimulationFailure(law: "step", "seed \(seed): a dead letter cannot be read")
      }
      letters["\(letter.original.partition)@\(letter.original.offset)", default: 0] += 1
    }
    try require(letters.values.allSatisfy { $0 == 1 }, "a record was set aside twice")
    let topic = AccountDecider.topology.streams[0]
    let garbage = try all(topic, partitions: LedgerTopics.partitions).joined().count { $0.key == [0xFF] }
    try require(letters.count == garbage, "\(garbage) records are garbage, \(letters.count) were set aside")
  }
}
