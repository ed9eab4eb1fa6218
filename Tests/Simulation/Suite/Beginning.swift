import CooperationModel
import SimulatedBus
import Synchronization
import TopicBus

/// What a run begins with.
struct Beginning: Sendable {
  var log: SimulatedLog
  var now: Instant
  var chronicle = Chronicle()
  var appended: [(command: Command, acknowledged: Bool)] = []
  var arrivals: [Outside.Arrival] = []
  /// Values of the setting `sending` that were current since all was quiet last.
  var gates: [Bool] = []

  /// A log without a record.
  init(_ market: Plan.Market) throws {
    log = SimulatedLog(
      settings: SimulatedLog.Settings(
        marksTransactions: market.marksTransactions, suspendsMembers: market.suspendsMembers))
    try log.create(Chronicle.declarations)
    // In the middle of a campaign.
    now = Instant(milliseconds: 1_777_716_000_000)
  }

  /// A log that holds what another does, of commands that were all acknowledged.
  init(
    _ market: Plan.Market, holding records: [Record], _ commands: [Command], _ messages: [OutboundMessage], now: Instant
  ) throws {
    try self.init(market)
    self.now = now
    _ = try log.append(
      records.map {
        Outgoing(
          topic: $0.topic, partition: $0.partition, key: $0.key, value: $0.value, headers: $0.headers,
          timestamp: $0.timestamp)
      })
    appended = commands.map { ($0, true) }
    arrivals = messages.map { Outside.Arrival(message: $0, at: now) }
    // Whenever it was that it was open.
    gates = [true, false]
  }

  /// Where a run stands. Nobody may be at work in it any more.
  init(_ run: SuiteRun) {
    log = run.log
    now = run.now
    chronicle = run.chronicle
    appended = run.appended
    arrivals = run.outside.arrivals
    gates = run.gates
  }

  private static let last = Mutex<(market: Plan.Market, beginning: Beginning)?>(nil)

  /// The market as it was founded. The one that was asked for last is kept.
  static func founded(_ market: Plan.Market) throws -> Beginning {
    if let last = last.withLock({ $0 }), last.market == market { return last.beginning }
    let run = try SuiteRun(Plan(founding: market), Beginning(market))
    try run.found()
    let beginning = Beginning(run)
    last.withLock { $0 = (market, beginning) }
    return beginning
  }
}
