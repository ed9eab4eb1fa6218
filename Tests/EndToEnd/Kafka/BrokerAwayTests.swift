import CooperationModel
import Foundation
import KafkaBrokers
import Synchronization
import Testing

/// The broker goes away in the middle of a load, and comes back.
///
/// Kafka (`KAFKA_START`) is killed and started again; sessions and transactions run out meanwhile as they may. `noida-db`
/// stands still: connections stay open, nothing is answered, and sessions and transactions outlast it. It would wait for ever
/// for members whose sessions ran out, which Kafka puts out of their groups; and take what a producer had sent before another
/// one took its place, as part of a transaction that it never ends. (Killed and started again, it has lost what it had
/// acknowledged last.)
///
/// `END_TO_END_AWAY_SECONDS=60` makes it stand still for so long.
@Suite("While the broker is away the fronts say so and stay up, and afterwards everything goes on", .serialized)
struct BrokerAwayTests {
  @Test(
    "away during a load: 503 with Retry-After, then every repeated call is done once",
    .enabled(if: OwnBroker.best != nil, "noida-db is not installed: compose/test installs it where it can"))
  func away() async throws {
    let environment = ProcessInfo.processInfo.environment
    let seconds = environment["END_TO_END_AWAY_SECONDS"].flatMap { Double($0) } ?? 8
    let seed = environment["END_TO_END_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0..<100_000)
    let broker = try OwnBroker(try #require(OwnBroker.best))
    defer { broker.end() }
    print("broker away: seed \(seed), \(broker.kind), for \(seconds) s")
    let long = "\(Int(seconds + 120) * 1_000)"
    let patience =
      broker.kind == .kafka
      ? [:] : ["session.timeout.ms": long, "max.poll.interval.ms": long, "transaction.timeout.ms": long]
    try await RunningSuite.run(
      [.ingestion: 1, .matcher: 1, .notifications: 1], in: Place(brokers: broker.brokers, kafkaSettings: patience),
      later: [.ingestion: 1]
    ) { suite in
      // Two that join at once may hear nothing from `noida-db` for ever: its first round ends without those who come then.
      let second = suite.of(.ingestion)[1]
      try second.start()
      try await second.ready()
      let isOver = Flag()
      let run = try await CrashRun(
        suite, requests: 100_000, seed: seed, rest: .milliseconds(150), patience: .seconds(seconds + 120),
        isOver: { isOver.isSet })
      let away = Away(suite, run, broker)
      try await run.load {
        defer { isOver.set() }
        try await away.pass(seconds)
      } end: {
      }
      try await run.check()
      try await run.report(Chaos.Tally())
      let figures = away.figures
      print(
        String(
          format: "broker away: %d answers of the fronts meanwhile, slowest %.1f s; all at work again after %.1f s",
          figures.answers, figures.slowest, figures.back))
    }
  }
}

/// A broker that stands still for a while, and what the fronts say meanwhile.
private final class Away: Sendable {
  private let suite: RunningSuite
  private let client: PatientClient
  private let reference: ReferenceData
  private let broker: OwnBroker
  private let noted = Mutex(Figures())

  struct Figures: Sendable {
    var answers = 0
    var slowest = 0.0
    /// Seconds from the broker's return until every instance was ready and every kind of call was answered again.
    var back = 0.0
  }

  var figures: Figures { noted.withLock { $0 } }

  init(_ suite: RunningSuite, _ run: CrashRun, _ broker: OwnBroker) {
    (self.suite, self.broker) = (suite, broker)
    (client, reference) = (run.client, run.reference)
  }

  func pass(_ seconds: Double) async throws {
    try await until("the load is under way", within: 60) { client.counts.promises.count >= 20 }
    let ministry = try await suite.token(.ministry)
    var changes: [Change] = []
    broker.goAway()
    // What it had in hand it may still have done.
    let last = Change(reference, number: 0, front: 0, token: ministry)
    try await until("the broker is away") { try await self.answer(last).status == 503 }
    changes.append(last)
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      let fronts = suite.of(.ingestion).indices
      let asked = fronts.map { Change(reference, number: changes.count + $0, front: $0, token: ministry) }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for change in asked { group.addTask { try await self.ask(change) } }
        try await group.waitForAll()
      }
      changes += asked
    }
    let before = client.counts.promises.count
    try broker.comeBack()
    let start = ContinuousClock.now
    // What was turned away is done now, when it comes again with its key.
    for change in changes {
      let answer = try await client.change(
        .ingestion, "PUT", change.path, as: ministry, Change.body, key: change.key)
      #expect(answer.status == 201, "\(answer.status) \(answer.text)")
    }
    for instance in suite.instances { try await instance.ready() }
    try await until("the load goes on", within: 120) { client.counts.promises.count >= before + 15 }
    noted.withLock { $0.back = start.duration(to: .now) / .seconds(1) }
  }

  /// Asks a front for a change that it cannot append.
  private func ask(_ change: Change) async throws {
    let start = ContinuousClock.now
    let answer = try await answer(change)
    let took = start.duration(to: .now) / .seconds(1)
    noted.withLock { figures in
      figures.answers += 1
      figures.slowest = max(figures.slowest, took)
    }
    #expect(answer.status == 503, "\(change.key): \(answer.status) \(answer.text)")
    #expect(answer.headers["retry-after"].flatMap { Int($0) } ?? 0 > 0, "\(answer.headers)")
    // Not a figure but a promise to callers, who would give up.
    #expect(took < 3, "answered after \(took) s")
    let port = suite.of(.ingestion)[change.front].port
    let live = try await HTTPRequest(method: "GET", path: "/health/live").send(port: port)
    #expect(live.status == 200)
  }

  private func answer(_ change: Change) async throws -> Answer {
    try await suite.call(
      .ingestion, "PUT", change.path, as: change.token, Change.body, headers: ["Idempotency-Key": change.key],
      instance: change.front)
  }

  /// The profile of an authority that nobody else in the load writes about.
  private struct Change {
    let path: String
    let key: String
    let front: Int
    let token: String

    static let body: JSONValue = ["themes": [], "status": "paused"]

    init(_ reference: ReferenceData, number: Int, front: Int, token: String) {
      path = "/profiles/\(reference.registry.id(at: Int32(5_000 + 97 * number)))"
      key = "away-\(number)"
      (self.front, self.token) = (front, token)
    }
  }
}

/// Set once.
private final class Flag: Sendable {
  private let state = Mutex(false)
  var isSet: Bool { state.withLock { $0 } }
  func set() { state.withLock { $0 = true } }
}
