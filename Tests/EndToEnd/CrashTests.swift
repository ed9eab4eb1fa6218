import CooperationModel
import EmbeddedBus
import Foundation
import Matcher
import OutsideWorld
import ServiceKit
import Testing
import TopicBus

/// The real executables, two of each, killed, stopped and restarted while people work; their disk fills up for a while,
/// and their mail server goes away.
///
/// `END_TO_END_SECONDS=600 END_TO_END_SEED=7` makes it longer, or the same again; `END_TO_END_REQUESTS=1000` ends it after
/// so many requests.
@Suite("Whatever is killed, nothing is lost and nothing done twice", .serialized)
struct CrashTests {
  @Test("at random, during a load of requests, changed profiles, answers and declarations")
  func atRandom() async throws {
    let environment = ProcessInfo.processInfo.environment
    let requests = environment["END_TO_END_REQUESTS"].flatMap { Int($0) } ?? .max
    let seconds = environment["END_TO_END_SECONDS"].flatMap { Double($0) } ?? 60
    let seed = environment["END_TO_END_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0..<100_000)
    print("crash test: seed \(seed), a load of \(Int(seconds)) s")
    var place = Place()
    let server = try MailServer()
    place.mailServer = server
    if SmallDisk.isPossible {
      place.megabytes = 512
    } else {
      print("crash test: no disk can be mounted here (that takes root), so none is filled")
    }
    try await RunningSuite.run([.ingestion: 2, .matcher: 2, .notifications: 2, .apd: 2], in: place) { suite in
      let end = ContinuousClock.now + .seconds(seconds)
      let run = try await CrashRun(
        suite, mailbox: .server(server), requests: requests, seed: seed, isOver: { ContinuousClock.now > end })
      let chaos = Chaos(suite, mailServer: server)
      let due = try await run.load {
        try await chaos.run(seed: seed)
      } end: {
        chaos.end()
      }
      #expect(chaos.tally.losses.isEmpty, "\(chaos.tally.losses.joined(separator: "\n"))")
      try await run.check(due: due)
      let mail = try MailAccount(server.taken(), history: try await suite.bus.history(Topics.outboundMessages))
      run.expectNone(mail.faults(deaths: chaos.tally.deaths), "a message is repeated only where its note was lost")
      try await run.report(chaos.tally, mail)
    }
  }
}

/// One load, what disturbs it, and what must hold afterwards.
struct CrashRun {
  let suite: RunningSuite
  let client: PatientClient
  let mailbox: Mailbox
  let reference: ReferenceData
  private let witness: Witness
  private let population: CrashPopulation
  private let load: Load
  private let start = ContinuousClock.now

  /// - Parameters:
  ///   - mailbox: nil: the suite's Maildir.
  ///   - requests: how many there are, if the load lasts so long.
  ///   - first: the number of the first; nil when the population is there already.
  ///   - clients: how many work at once.
  ///   - rest: how long each client rests between two.
  ///   - patience: how long a client repeats a call.
  ///   - declarations: what was declared before.
  init(
    _ suite: RunningSuite, mailbox: Mailbox? = nil, requests: Int = .max, from first: Int = 0, seed: UInt64,
    clients: Int = 6, rest: Duration = .zero, patience: Duration = .seconds(60),
    after declarations: DeclarationModel = DeclarationModel(),
    isOver: @escaping @Sendable () -> Bool = { false }
  ) async throws {
    self.suite = suite
    reference = try ReferenceData.load()
    var population = try CrashPopulation(reference, collectivites: 30)
    let commands = try population.commands().map { try Topics.ingestionCommands.record($0, source: "test") }
    if first == 0 {
      _ = try await suite.bus.append(commands)
      try await suite.set(try id("campaign:\(CrashPopulation.year)"), population.campaign)
    }
    self.population = population
    client = PatientClient(suite, patience: patience, declarations: declarations)
    self.mailbox = mailbox ?? .maildir(MailReader(suite.maildir))
    witness = Witness(suite.bus)
    load = Load(
      suite: suite, client: client, population: population, requests: requests, first: first, seed: seed,
      clients: clients, rest: rest, isOver: isOver)
  }

  /// Works while something disturbs, then waits until everything is at rest.
  ///
  /// - Returns: until when messages that were due had to leave.
  @discardableResult
  func load(
    disturbedBy disturbance: @escaping @Sendable () async throws -> Void = {},
    end: @escaping @Sendable () -> Void = {}
  ) async throws -> Instant {
    let (mailbox, witness) = (mailbox, witness)
    async let watching: Void = mailbox.watch()
    async let following: Void = witness.follow()
    let due: Instant
    do {
      try await work(disturbedBy: disturbance, end: end)
      for instance in suite.instances {
        if instance.isDown { try instance.start() }
        try await instance.ready()
      }
      due = try await rest()
    } catch {
      mailbox.endWatch()
      await witness.end()
      throw error
    }
    mailbox.endWatch()
    await witness.end()
    await watching
    await following
    return due
  }

  /// Works while something disturbs.
  ///
  /// - Parameter end: tells the disturbance that the work is done.
  func work(
    disturbedBy disturbance: @escaping @Sendable () async throws -> Void, end: @escaping @Sendable () -> Void = {}
  ) async throws {
    let disturbing = Task { try await disturbance() }
    do {
      try await load.run()
    } catch {
      end()
      _ = try? await disturbing.value
      throw error
    }
    end()
    try await disturbing.value
  }

  /// Waits until every command is consumed, nobody has anything to derive, no message is to leave soon, and nothing was
  /// written for a while.
  private func rest() async throws -> Instant {
    // A mail that the server did not take is tried again a minute later; what failed twice, much later.
    let soon = SystemClock().now() + .seconds(30)
    var last: [String: [PartitionEnds]] = [:]
    var quiet: ContinuousClock.Instant?
    try await until("everything is at rest", within: 120, every: .milliseconds(250)) {
      let ends = Dictionary(
        uniqueKeysWithValues: try await suite.bus.describeTopics().map { ($0.declaration.name, $0.ends) })
      let lag = try await suite.bus.describeGroups().flatMap(\.partitions).reduce(0) { $0 + $1.lag }
      let dirty = try await dirtyEntities()
      if quiet == nil, ends == last, try await sends(before: soon) {
        throw NoAnswer(description: "messages are to leave soon")
      }
      quiet = ends == last && lag == 0 && dirty == 0 ? quiet ?? .now : nil
      last = ends
      // A worker in the middle of a long step tells of what is left only after it.
      guard let quiet, quiet + .seconds(5) <= .now else {
        throw NoAnswer(description: "lag \(lag), \(dirty) entities to be derived")
      }
      return true
    }
    return soon
  }

  private func sends(before soon: Instant) async throws -> Bool {
    try await suite.bus.table(Topics.outboundMessages).values.contains {
      $0.status == .pending && $0.notBefore < soon
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

  /// - Parameters:
  ///   - before: the mail that arrived before this load.
  ///   - due: until when messages had to leave; nil: until now.
  func check(after before: [String: Int] = [:], due: Instant? = nil) async throws {
    let state = try await EndState(suite.bus, witness: witness)
    let landscape = Landscape(reference)
    let model = try #require(ScoringModel(.standard))
    expectNone(try await state.commandFaults(), "every command has one outcome")
    expectNone(state.promiseFaults(client.counts.promises), "what was acknowledged is there")
    expectNone(state.versionFaults, "versions have no gap")
    expectNone(state.matchFaults(landscape, model), "matches equal those ranked anew")
    expectNone(state.leadFaults(landscape, model, now: SystemClock().now()), "the laws of sharing out hold")
    let arrivals = try mailbox.arrivals.merging(before) { $0 + $1 }
    expectNone(state.messageFaults(arrivals, due: due ?? SystemClock().now()), "every message arrived")
    if case .maildir = mailbox {
      expectNone(arrivals.filter { $0.value > 1 }.map(\.key), "no message comes twice into a Maildir")
    }
    expectNone(try await declarationFaults(), "declarations and their totals are those that were acknowledged")
    #expect(try await suite.bus.deadLetters().isEmpty)
  }

  /// What the log and every collector say of declarations, held against what was acknowledged.
  private func declarationFaults() async throws -> [String] {
    let model = client.counts.declarations
    var faults = model.faults(in: try await suite.bus.table(Topics.declarations))
    for instance in suite.of(.apd) {
      let totals = try await HTTPRequest(method: "GET", path: "/totals?year=\(CrashPopulation.year)&by=category")
        .send(port: instance.port).json
      faults += model.faults(inTotals: totals).map { "\(instance.description): \($0)" }
    }
    return faults
  }

  /// Submits the first request of all once more, under its key.
  ///
  /// - Returns: the address that is answered.
  func repeatFirst() async throws -> String? {
    let request = population.request(0)
    let answer = try await client.call(
      .ingestion, "POST", "/requests", as: try await suite.token(.embassy, country: request.country), request.body,
      key: "submit-0")
    return answer.status == 201 ? answer.headers["location"] : nil
  }

  func expectNone(_ faults: [String], _ law: Comment) {
    #expect(faults.isEmpty, "\(law): \(faults.count) faults\n\(faults.prefix(8).joined(separator: "\n"))")
  }

  func report(_ chaos: Chaos.Tally, _ mail: MailAccount? = nil) async throws {
    let messages =
      try mail.map {
        "\($0.messages) e-mails, \($0.retried) of them later on, \($0.repeats) repeats, \($0.waiting) still to be tried again"
      } ?? "\(mailbox.arrivals.count) e-mails"
    let leads = try await suite.bus.table(Topics.leads).count
    let counts = client.counts
    let recoveries = chaos.recoveries.sorted()
    let median = recoveries.isEmpty ? 0 : recoveries[recoveries.count / 2]
    print(
      String(
        format: """
          crash test: %.0f s, %d kills, %d pauses, %d stops (slowest %.1f s), %d disk fillings (%d starts refused), \
          %d mail outages; %d calls, %d repeated, longest %.1f s; %d commands acknowledged, refused %@; %d leads; \
          %d declarations; %@; ready again after %.1f s (median), %.1f s (slowest)
          """, start.duration(to: .now) / .seconds(1), chaos.kills, chaos.pauses, chaos.stops, chaos.slowestStop,
        chaos.fillings, chaos.refusals, chaos.outages, counts.calls, counts.repeats, counts.longest,
        counts.promises.count + counts.declarations.count, "\(counts.refusals.sorted { $0.key < $1.key })",
        leads, counts.declarations.count, messages, median,
        recoveries.last ?? 0))
  }
}
