import CooperationModel
import Foundation
import ServiceKit
import Testing

/// What a person waits for, and what it costs: `Tests/Benchmarks/run`, or `BENCHMARK=1` with debug executables.
///
/// Figures of the processes beside the test: release in a release build. `END_TO_END_EXECUTABLES` names another folder.
@Suite("EndToEnd", .serialized, .enabled(if: ProcessInfo.processInfo.environment["BENCHMARK"] == "1"))
struct EndToEndBenchmarks {
  @Test("from a request published to the first e-mail written, idle; processor time and memory of idle services")
  func publishedToWritten() async throws {
    try await RunningSuite.run([.ingestion: 1, .matcher: 1, .notifications: 1, .apd: 1]) { suite in
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
