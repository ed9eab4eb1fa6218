import CooperationModel
import ServiceKit
import TopicBus

// Two small processors that use everything the step offers, and whose right result is easy to say: accounts that
// commands add to, and a sum per owner that follows from them and from a global rate.

/// An account: what a decider writes.
struct Account: Codable, Equatable, Sendable {
  var version: Int
  var amount: Int
  /// Commands done, in order.
  var commands: [String]
  var closesAt: Instant?
  var isClosed: Bool
}

/// What a deriver makes of one account under the current rate.
struct Statement: Codable, Equatable, Sendable {
  var accountVersion: Int
  var total: Int
}

struct Rate: Codable, Equatable, Sendable { var percent: Int }

enum LedgerTopics {
  /// So many that three members keep one, lose one and get two when the first of them goes.
  static let partitions = 6

  static let accounts = TopicContract<RequestID, Account>(
    "accounts.v1", partitions: partitions, retention: .compacted, type: "test.account")
  static let statements = TopicContract<RequestID, Statement>(
    "statements.v1", partitions: partitions, retention: .compacted, type: "test.statement")
  static let rates = TopicContract<CountryCode, Rate>(
    "rates.v1", partitions: 1, retention: .compacted, type: "test.rate")
  static let outcomes = TopicContract<CommandID, CommandOutcome>(
    "command-outcomes.v1", partitions: partitions, retention: .aged(.days(7)), type: "test.outcome")
}

struct AccountState: DecidingState {
  var accounts = Table<RequestID, Account>(due: { $0.isClosed ? nil : $0.closesAt })
  var outcomes = Table<CommandID, CommandOutcome>()
}

struct AccountDecider: Decider {
  typealias EntityID = RequestID

  static let topology = Topology<AccountState>("accounts") {
    Commands(CommandTopic("account-commands.v1", partitions: LedgerTopics.partitions))
    Kept(LedgerTopics.accounts, into: \.accounts)
    Kept(LedgerTopics.outcomes, into: \.outcomes, window: outcomeReach)
  }

  func decide(
    _ command: Command, _ state: inout Overlay<AccountState>, _ context: Context
  ) throws(Rejection) -> Decision {
    guard let id = RequestID(command.entity), let amount = command.payload.body.integer else {
      throw Rejection(.invalid, code: "invalid", fr: "", en: "")
    }
    var account = state.accounts[id] ?? Account(version: 0, amount: 0, commands: [], closesAt: nil, isClosed: false)
    guard !account.isClosed else { throw Rejection(.conflict, code: "closed", fr: "", en: "") }
    account.version += 1
    account.amount += Int(amount)
    account.commands.append(command.id.rawValue)
    if amount == 7 { account.closesAt = command.receivedAt + .seconds(30) }
    state.accounts[id] = account
    guard amount >= 0 else { throw Rejection(.conflict, code: "negative", fr: "", en: "") }
    return Decision(version: account.version, isCreated: account.version == 1)
  }

  func recompute(_ id: RequestID, _ state: inout Overlay<AccountState>, _ context: Context) -> Recomputed {
    guard var account = state.accounts[id], let closesAt = account.closesAt, closesAt <= context.now, !account.isClosed
    else { return .done }
    account.version += 1
    account.isClosed = true
    state.accounts[id] = account
    return .done
  }

  func nextDue(in state: inout AccountState) -> (Instant, RequestID)? { state.accounts.nextDue() }
  func partition(of id: RequestID, in state: AccountState) -> Int? { state.accounts.partition(of: id) }
}

struct StatementState: Sendable {
  var accounts = Table<RequestID, Account>()
  var statements = Table<RequestID, Statement>()
  var rates = View<CountryCode, Rate>()
}

struct StatementDeriver: Processor {
  typealias EntityID = RequestID

  static let topology = Topology<StatementState>("statements") {
    Input(LedgerTopics.accounts, into: \.accounts)
    Kept(LedgerTopics.statements, into: \.statements)
    GlobalTable(LedgerTopics.rates, into: \.rates)
  }

  static func statement(of account: Account, rate: Rate?) -> Statement? {
    account.isClosed
      ? nil : Statement(accountVersion: account.version, total: account.amount * (100 + (rate?.percent ?? 0)))
  }

  func affected(by change: TableChange, in state: StatementState) -> [RequestID] {
    if let account = change.of(LedgerTopics.accounts) { return [account.key] }
    return state.accounts.sortedKeys()
  }

  func recompute(_ id: RequestID, _ state: inout Overlay<StatementState>, _ context: Context) -> Recomputed {
    let rate = CountryCode("FR").flatMap { state.rates[$0] }
    let after = state.accounts[id].flatMap { Self.statement(of: $0, rate: rate) }
    if after != state.statements[id] { state.statements[id] = after }
    return .done
  }

  func owned(in partition: Int, of state: StatementState) -> [RequestID] {
    Set(state.accounts.sortedKeys(in: partition) + state.statements.sortedKeys(in: partition)).sorted()
  }

  func partition(of id: RequestID, in state: StatementState) -> Int? {
    state.accounts.partition(of: id) ?? state.statements.partition(of: id)
  }
}
