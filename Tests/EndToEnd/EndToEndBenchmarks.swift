import CooperationModel
import Foundation
import KafkaBrokers
import ServiceKit
import Synchronization
import Testing
import TopicBus

/// What a person waits for, and what it costs: `Tests/Benchmarks/run`, or `BENCHMARK=1` with debug executables.
///
/// Figures of the processes beside the test: release in a release build. `END_TO_END_EXECUTABLES` names another folder.
@Suite("EndToEnd", .serialized, .enabled(if: ProcessInfo.processInfo.environment["BENCHMARK"] == "1"))
struct EndToEndBenchmarks {
  @Test("from a request published to the first e-mail written, idle; processor time and memory of idle services")
  func publishedToWritten() async throws { try await publishedToWritten(on: nil) }

  @Test("the same on Kafka (at most 400 ms asked at the median)", .enabled(if: TestCluster.isThere))
  func publishedToWrittenOnKafka() async throws {
    let cluster = try TestCluster()
    defer { cluster.end() }
    print("on \(cluster.name):")
    try await publishedToWritten(on: cluster.brokers)
  }

  private func publishedToWritten(on brokers: String?) async throws {
    try await RunningSuite.run([.ingestion: 1, .matcher: 1, .notifications: 1, .apd: 1], in: Place(brokers: brokers)) {
      suite in
      var population = try CrashPopulation(try ReferenceData.load(), collectivites: 30)
      _ = try await suite.bus.append(
        population.commands().map { try Topics.ingestionCommands.record($0, source: "test") })
      try await until("the population is there") { try await suite.bus.table(Topics.profiles).count == 30 }
      var (fromCall, fromAnswer): ([Double], [Double]) = ([], [])
      for number in 0..<80 {
        let (country, body) = population.request(number)
        let embassy = try await suite.token(.embassy, country: country)
        let submitted = try await suite.call(.ingestion, "POST", "/requests", as: embassy, body)
        let path = try #require(submitted.headers["location"])
        empty(suite.maildir)
        let start = ContinuousClock.now
        let published = try await suite.call(.ingestion, "POST", path + "/publish", as: embassy, [:])
        let answered = ContinuousClock.now
        #expect(published.status == 200)
        try await until("an e-mail", within: 10, every: .microseconds(500)) { suite.maildir.count > 0 }
        fromCall.append(start.duration(to: .now) / .milliseconds(1))
        fromAnswer.append(answered.duration(to: .now) / .milliseconds(1))
        try await Task.sleep(for: .milliseconds(150))
      }
      say("published → e-mail written, from the call", fromCall)
      say("published → e-mail written, from its answer", fromAnswer)
      try await idle(suite)
    }
  }

  @Test("from a request published to the first e-mail written, while 100,000 rows are imported, three of them bad")
  func publishedDuringImport() async throws {
    try await RunningSuite.run([.ingestion: 1, .matcher: 1, .notifications: 1]) { suite in
      let reference = try ReferenceData.load()
      var population = try CrashPopulation(reference, collectivites: 90)
      _ = try await suite.bus.append(
        population.commands().map { try Topics.ingestionCommands.record($0, source: "test") })
      try await until("the population is there") { try await suite.bus.table(Topics.profiles).count == 90 }
      // One lead each: five would soon use up what ninety collectivités take in a week.
      var scoring = ScoringSettings.standard
      scoring.version += 1
      scoring.wantedLeads = 1
      try await suite.set(.scoring, version: 2, scoring)
      let operatorToken = try await suite.token(.operator)
      let rows = ProcessInfo.processInfo.environment["END_TO_END_ROWS"].flatMap { Int($0) } ?? 100_000
      let (file, badLines) = cooperations(rows, population, reference)
      let start = ContinuousClock.now
      let port = suite.of(.ingestion)[0].port
      let isImporting = Mutex(true)
      async let imported = {
        defer { isImporting.withLock { $0 = false } }
        return try await HTTPRequest(
          method: "POST", path: "/imports?kind=cooperations", token: operatorToken,
          headers: ["Content-Type": "text/csv", "Idempotency-Key": "benchmark"], body: file
        ).send(port: port, timeout: 1_800)
      }()
      var fromCall: [Double] = []
      var calls: [Call] = []
      var number = 0
      while isImporting.withLock({ $0 }) {
        let (country, body) = population.request(number)
        number += 1
        let embassy = try await suite.token(.embassy, country: country)
        let submitted = try await suite.call(.ingestion, "POST", "/requests", as: embassy, body)
        let path = try #require(submitted.headers["location"])
        empty(suite.maildir)
        let (start, time) = (ContinuousClock.now, SystemClock().now())
        let published = try await suite.call(.ingestion, "POST", path + "/publish", as: embassy, [:])
        let answered = start.duration(to: .now) / .milliseconds(1)
        #expect(published.status == 200)
        try await until("an e-mail", within: 30, every: .microseconds(500)) { suite.maildir.count > 0 }
        if isImporting.withLock({ $0 }) {
          let milliseconds = start.duration(to: .now) / .milliseconds(1)
          fromCall.append(milliseconds)
          let id = try #require(RequestID(String(path.split(separator: "/").last ?? "")))
          calls.append(Call(request: id, at: time, answered: answered, written: milliseconds))
        }
        try await Task.sleep(for: .milliseconds(150))
      }
      let answer = try await imported
      let seconds = start.duration(to: .now) / .seconds(1)
      let report = answer.json
      #expect(answer.status == 200, "\(answer.text.prefix(2_000))")
      #expect(report["created"]?.integer == Int64(rows - badLines.count), "\(answer.text.prefix(2_000))")
      let named = report["problems"]?.items.compactMap { $0["line"]?.integer.map(Int.init) }
      #expect(named == badLines, "\(answer.text.prefix(2_000))")
      print(String(format: "%d rows (%d MB) imported in %.1f s", rows, file.count >> 20, seconds))
      say("published → e-mail written, while they are imported", fromCall)
      try await tell(calls.sorted { $0.written > $1.written }.prefix(8), suite.bus)
      for instance in suite.instances {
        print(String(format: "memory: %@ %.0f MB", instance.description, instance.process?.residentMegabytes ?? 0))
      }
    }
  }

  /// A publication that was waited for, in milliseconds from its call on.
  private struct Call {
    var request: RequestID
    var at: Instant
    var answered: Double
    var written: Double
  }

  /// Where the time went, by what the log says of each step's time.
  private func tell(_ calls: some Sequence<Call>, _ bus: any TopicBus) async throws {
    let lists = try await bus.records(of: Topics.matches.topic, partitions: Topics.matches.partitions)
    let leads = try await bus.table(Topics.leads)
    let messages = try await bus.table(Topics.outboundMessages)
    for call in calls {
      func after(_ times: [Instant]) -> String {
        times.filter { $0 >= call.at }.min().map { "\(($0 - call.at).milliseconds)" } ?? "-"
      }
      let mine = leads.values.filter { $0.id.request == call.request }
      let about = messages.values.filter { message in mine.contains { message.subjects.contains($0.id.rawValue) } }
      print(
        String(format: "slow: answered %.0f, e-mail %.0f ms;", call.answered, call.written),
        "list",
        after(lists.filter { $0.key == Array(call.request.rawValue.utf8) }.map { Instant(milliseconds: $0.timestamp) }),
        "lead", after(mine.map(\.offeredAt)), "message", after(about.map(\.createdAt)),
        "sent", after(about.compactMap(\.outcome?.at)))
    }
  }

  /// A file of cooperations, and the numbers of the lines that are bad.
  ///
  /// Every thirtieth is of one of the population, the others of authorities all over the registry.
  private func cooperations(
    _ count: Int, _ population: CrashPopulation, _ reference: ReferenceData
  ) -> (file: Data, badLines: [Int]) {
    var text =
      "reference,title,country,foreignPartners.name,foreignPartners.kind,collectivites,themes,startsOn,status,description\n"
    let bad = [count / 4: "country", count / 2: "date", count * 3 / 4: "quote"]
    for row in 0..<count {
      let country = bad[row] == "country" ? "ZZ" : population.countries[row % population.countries.count].rawValue
      let date = bad[row] == "date" ? "2001-02-29" : "\(1980 + row % 40)-03-01"
      let collectivite =
        row % 30 == 0
        ? population.collectivites[row / 30 % population.collectivites.count]
        : reference.registry.id(at: Int32(row * 7_919 % reference.registry.count))
      let description = bad[row] == "quote" ? "\"Un\" texte mal fermé" : "Coopération sur l’eau et la formation."
      text += """
        cooperation-\(row),Coopération \(row),\(country),Ville \(row),municipality,\
        \(collectivite),\
        \(population.themes[row % population.themes.count]),\(date),active,\(description)

        """
    }
    return (Data(text.utf8), bad.keys.sorted().map { $0 + 2 })
  }

  @Test("36,246 profiles restored")
  func restored() async throws {
    try await RunningSuite.run([.ingestion: 1, .matcher: 1, .notifications: 1]) { suite in
      let reference = try ReferenceData.load()
      let population = try CrashPopulation(reference, collectivites: 30)
      let now = SystemClock().now()
      for start in stride(from: 0, to: reference.registry.count, by: 1_000) {
        let rows = Int32(start)..<Int32(min(start + 1_000, reference.registry.count))
        _ = try await suite.bus.append(
          rows.map { row in
            let collectivite = reference.registry.id(at: row)
            let profile = Profile(
              collectivite: collectivite, version: 1,
              themes: (0..<3).map { population.themes[(Int(row) + $0) % population.themes.count] },
              countries: [population.countries[Int(row) % population.countries.count]], languages: [])
            return try Topics.profiles.record(
              collectivite, profile, partition: Topics.profiles.partition(of: collectivite, profile), time: now,
              source: "test", cause: "benchmark")
          })
      }
      for instance in suite.instances {
        await instance.kill()
        let start = ContinuousClock.now
        try instance.start()
        try await instance.ready(within: 120)
        let seconds = start.duration(to: .now) / .seconds(1)
        print(
          String(
            format: "%@ ready with %d profiles after %.2f s", instance.description, reference.registry.count, seconds))
      }
      try await idle(suite)
    }
  }

  private func idle(_ suite: RunningSuite) async throws {
    try await Task.sleep(for: .seconds(1))
    let before = suite.instances.map { $0.process?.processorTime ?? 0 }
    try await Task.sleep(for: .seconds(10))
    let used = zip(suite.instances, before).map { ($0.process?.processorTime ?? 0) - $1 }
    print(String(format: "idle: all services together %.2f %% of a core", used.reduce(0, +) / 10 * 100))
    for instance in suite.instances {
      print(String(format: "memory: %@ %.0f MB", instance.description, instance.process?.residentMegabytes ?? 0))
    }
  }

  private func empty(_ maildir: Maildir) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: maildir.path + "/new")) ?? [] {
      try? FileManager.default.removeItem(atPath: "\(maildir.path)/new/\(name)")
    }
  }

  private func say(_ what: String, _ milliseconds: [Double]) {
    let sorted = milliseconds.sorted()
    guard let slowest = sorted.last else { return }
    print(
      String(
        format: "%@: median %.1f ms, p99 %.1f ms, slowest %.1f ms (%d)", what, sorted[sorted.count / 2],
        sorted[min(sorted.count - 1, sorted.count * 99 / 100)], slowest, sorted.count))
  }
}
