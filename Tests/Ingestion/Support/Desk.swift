import CooperationModel
import Testing
import TopicBus

@testable import Ingestion
@testable import ServiceKit

/// A decider with its state, without bus or clock: gives commands, one by one, as records of one partition.
struct Desk {
  let decider: IngestionDecider
  var state = Overlay(IngestionState(), topology: IngestionDecider.topology)
  var now = Instant(milliseconds: 1_795_600_000_000)
  /// Commands that followed from others, not decided yet.
  var following: [Command] = []
  private var offset: Int64 = 0

  init() throws { decider = IngestionDecider(reference: try .shared()) }

  static let embassy = Actor(issuer: "i", subject: "e", role: .embassy, country: CountryCode("MG"))
  static let otherEmbassy = Actor(issuer: "i", subject: "o", role: .embassy, country: CountryCode("NE"))
  static let rennes = Actor(
    issuer: "i", subject: "r", role: .collectivite, collectivite: CollectiviteID("commune:35238"))
  static let laon = Actor(issuer: "i", subject: "l", role: .collectivite, collectivite: CollectiviteID("commune:02408"))
  static let ministry = Actor(issuer: "i", subject: "m", role: .ministry)
  static let prefecture = Actor(issuer: "i", subject: "p", role: .prefecture, territory: "35")

  static let actors: [String: Actor] = [
    "embassy": embassy, "other embassy": otherEmbassy, "rennes": rennes, "laon": laon, "ministry": ministry,
    "prefecture": prefecture,
  ]

  /// What became of it, in a word: `created`, `3` for a version, or the reason of a rejection.
  @discardableResult
  mutating func give(
    _ kind: String, _ entity: String, _ body: JSONValue = .object([:]), by actor: Actor = embassy, ifMatch: Int? = nil,
    key: String? = nil, partitionKey: String? = nil
  ) throws -> String {
    let id = try #require(CommandID(StableID.uuid(of: ["test", key ?? "\(offset)"])))
    return try give(
      Command(
        id: id, kind: kind, entity: entity, partitionKey: partitionKey ?? entity, receivedAt: now,
        payload: Command.Payload(
          actor: actor, ifMatch: ifMatch, digest: StableID.digest(body: try JSON.encode(body), ifMatch: ifMatch),
          body: body)))
  }

  @discardableResult
  mutating func give(_ command: Command) throws -> String {
    let outgoing = try Topics.ingestionCommands.record(command, source: "test")
    let record = Record(
      topic: outgoing.topic, partition: outgoing.partition, offset: offset, key: outgoing.key, value: outgoing.value,
      headers: outgoing.headers, timestamp: outgoing.timestamp)
    offset += 1
    let context = Context(now: now, partition: 0, cause: "test@\(offset)")
    for follow in try decider.process(record, &state, context) {
      following.append(
        try Command(
          Record(
            topic: follow.topic, partition: follow.partition, offset: 0, key: follow.key, value: follow.value,
            headers: follow.headers, timestamp: follow.timestamp)))
    }
    switch state.outcomes[command.id]?.result {
    case .accepted(_, created: true): return "created"
    case .accepted(let version, _): return "\(version)"
    case .rejected(let rejection): return rejection.reason.rawValue
    case nil: return "nothing"
    }
  }

  /// Lets the timers that are due take effect.
  mutating func wait(_ span: Instant.Span) {
    now = now + span
    var plain = state.current
    while let (at, id) = decider.nextDue(in: &plain), at <= now {
      _ = decider.recompute(id, &state, Context(now: now, partition: 0, cause: "timer"))
      plain = state.current
    }
  }
}
