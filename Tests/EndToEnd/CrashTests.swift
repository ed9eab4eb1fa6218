import CooperationModel
import EmbeddedBus
import Foundation
import Matcher
import ServiceKit
import Testing
import TopicBus

/// The real executables, two of each, killed, stopped and restarted while people work.
///
/// `END_TO_END_REQUESTS=1000 END_TO_END_SEED=7` makes it longer, or the same again.
@Suite("Whatever is killed, nothing is lost and nothing done twice", .serialized)
struct CrashTests {
  @Test("at random, during a load of requests, changed profiles and answers")
  func atRandom() async throws {
    let environment = ProcessInfo.processInfo.environment
    let requests = environment["END_TO_END_REQUESTS"].flatMap { Int($0) } ?? 400
    let seed = environment["END_TO_END_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0..<100_000)
    print("crash test: seed \(seed), \(requests) requests")
    try await RunningSuite.run([.ingestion: 2, .matcher: 2, .notifications: 2]) { suite in
      let run = try await CrashRun(suite, requests: requests, seed: seed)
      let chaos = Chaos(suite)
      try await run.load {
        try await chaos.run(seed: seed)
      } end: {
        chaos.end()
      }
      #expect(chaos.tally.losses.isEmpty, "\(chaos.tally.losses.joined(separator: "\n"))")
      try await run.check()
      run.report(chaos.tally)
    }
  }
}

/// One load, what disturbs it, and what must hold afterwards.
struct CrashRun {
  let suite: RunningSuite
  let client: PatientClient
  let reader: MailReader
  let reference: ReferenceData
  private let population: CrashPopulation
  private let work: Load
  private let start = ContinuousClock.now

  /// - Parameters:
  ///   - requests: how many there are, if the load lasts so long.
  ///   - rest: how long each client rests between two.
  init(
    _ suite: RunningSuite, requests: Int, seed: UInt64, rest: Duration = .zero,
    isOver: @escaping @Sendable () -> Bool = { false }
  ) async throws {
    self.suite = suite
    reference = try ReferenceData.load()
    var population = try CrashPopulation(reference, collectivites: 30)
    let commands = try population.commands().map { try Topics.ingestionCommands.record($0, source: "test") }
    _ = try await suite.bus.append(commands)
    self.population = population
    client = PatientClient(suite)
    reader = MailReader(suite.maildir)
    work = Load(
      suite: suite, client: client, population: population, requests: requests, seed: seed, rest: rest, isOver: isOver)
  }

  /// Works while something disturbs, then waits until everything is at rest.
  func load(disturbedBy disturbance: @escaping @Sendable () async throws -> Void, end: @escaping @Sendable () -> Void)
    async throws
  {
    let (reader, work) = (reader, work)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await reader.run() }
      let disturbing = Task { try await disturbance() }
      do {
        try await work.run()
      } catch {
        end()
        reader.end()
        _ = try? await disturbing.value
        throw error
      }
      end()
      try await disturbing.value
      for instance in suite.instances {
        if instance.process?.end != nil { try instance.start() }
        try await instance.ready()
      }
      try await rest()
      reader.end()
      try await group.waitForAll()
    }
  }

  /// Waits until every command is consumed, nobody has anything to derive, and nothing was written for a while.
  private func rest() async throws {
    var last: [String: [PartitionEnds]] = [:]
    var quiet = 0
    try await until("everything is at rest", within: 120, every: .milliseconds(250)) {
      let ends = Dictionary(
        uniqueKeysWithValues: try await suite.bus.describeTopics().map { ($0.declaration.name, $0.ends) })
      let lag = try await suite.bus.describeGroups().flatMap(\.partitions).reduce(0) { $0 + $1.lag }
      let dirty = try await dirtyEntities()
      quiet = ends == last && lag == 0 && dirty == 0 ? quiet + 1 : 0
      last = ends
      // A worker in the middle of a long step tells of what is left only after it.
      if quiet < 20 { throw NoAnswer(description: "lag \(lag), \(dirty) entities to be derived") }
      return true
    }
  }

  private func dirtyEntities() async throws -> Double {
    var sum = 0.0
    for instance in suite.instances {
      let metrics = try await HTTPRequest(method: "GET", path: "/metrics").send(port: instance.port).text
      for line in metrics.split(separator: "\n") where line.hasPrefix("bourse_dirty_entities{") {
        sum += line.split(separator: " ").last.flatMap { Double($0) } ?? 0
      }
    }
    return sum
  }

  func check() async throws {
    let state = try await EndState(suite.bus)
    let landscape = Landscape(reference)
    let model = try #require(ScoringModel(.standard))
    expectNone(try await state.commandFaults(), "every command has one outcome")
    expectNone(state.promiseFaults(client.counts.promises), "what was acknowledged is there")
    expectNone(try await state.versionFaults(), "versions have no gap")
    expectNone(state.matchFaults(landscape, model), "matches equal those ranked anew")
    expectNone(state.leadFaults(landscape, model, now: SystemClock().now()), "the laws of sharing out hold")
    expectNone(state.messageFaults(reader.arrivals), "every message arrived once")
    #expect(try await suite.bus.deadLetters().isEmpty)
  }

  private func expectNone(_ faults: [String], _ law: Comment) {
    #expect(faults.isEmpty, "\(law): \(faults.count) faults\n\(faults.prefix(8).joined(separator: "\n"))")
  }

  func report(_ chaos: Chaos.Tally) {
    let counts = client.counts
    let recoveries = chaos.recoveries.sorted()
    let median = recoveries.isEmpty ? 0 : recoveries[recoveries.count / 2]
    print(
      String(
        format: """
          crash test: %.0f s, %d kills, %d pauses, %d stops (slowest %.1f s); %d calls, %d repeats, longest %.1f s; \
          %d changes acknowledged, refused %@; %d e-mails; ready again after %.1f s (median), %.1f s (slowest)
          """, start.duration(to: .now) / .seconds(1), chaos.kills, chaos.pauses, chaos.stops, chaos.slowestStop,
        counts.calls, counts.repeats, counts.longest, counts.promises.count,
        "\(counts.refusals.sorted { $0.key < $1.key })",
        reader.arrivals.count, median, recoveries.last ?? 0))
  }
}
