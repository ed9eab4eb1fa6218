import CooperationModel
import Foundation
import KafkaBrokers
import ServiceKit
import Testing
import TopicBus

/// One, two and three matchers on Kafka: `Tests/Benchmarks/run Kafka`.
@Suite(
  "Kafka, matchers", .serialized,
  .enabled(if: ProcessInfo.processInfo.environment["BENCHMARK"] == "1" && TestCluster.isThere))
struct KafkaBenchmarks {
  private static let requests = 3_000

  @Test("all requests ranked anew by several matchers, which share them", arguments: [1, 2, 3])
  func matchers(count: Int) async throws {
    let cluster = try TestCluster()
    defer { cluster.end() }
    try await RunningSuite.run([:], in: Place(brokers: cluster.brokers), later: [.matcher: count]) { suite in
      try await populate(suite)
      for matcher in suite.instances { try matcher.start() }
      for matcher in suite.instances { try await matcher.ready(within: 120) }
      try await until("all requests are ranked", within: 240, every: .milliseconds(500)) {
        try await suite.bus.table(Topics.matches).count == Self.requests
      }
      let places = (0..<Topics.matches.partitions).map { TopicPartition(Topics.matches.topic, $0) }
      let reader = try await suite.bus.reader(from: try await suite.bus.ends(of: places).mapValues(\.high))
      let before = try await outputs(suite)
      var scoring = ScoringSettings.standard
      // Another each time: a cluster that was given knows those of the times before.
      scoring.version += count
      let start = ContinuousClock.now
      try await suite.set(.scoring, version: 1 + count, scoring)
      var done: Set<RequestID> = []
      while done.count < Self.requests, start.duration(to: .now) < .seconds(300) {
        for record in try await reader.next(limit: FetchLimit(records: 5_000), timeout: 1_000).records {
          let (request, matches) = try Topics.matches.read(record)
          if matches?.scoring == scoring.version { done.insert(request) }
        }
      }
      let seconds = start.duration(to: .now) / .seconds(1)
      let each = zip(try await outputs(suite), before).map { $0 - $1 }
      #expect(done.count == Self.requests)
      print(
        String(
          format: "%d matchers, %d processors, %@: %d requests ranked anew in %.1f s, %.0f a second; each wrote %@",
          count,
          ProcessInfo.processInfo.activeProcessorCount, cluster.name, done.count, seconds, Double(done.count) / seconds,
          each.map { String(format: "%.0f", $0) }.joined(separator: ", ")))
      for instance in suite.instances {
        print(String(format: "memory: %@ %.0f MB", instance.description, instance.process?.residentMegabytes ?? 0))
      }
      await reader.close()
    }
  }

  /// Every authority with a profile, and requests from many countries.
  private func populate(_ suite: RunningSuite) async throws {
    let reference = try ReferenceData.load()
    let population = try CrashPopulation(reference, collectivites: 30)
    let now = SystemClock().now()
    func theme(_ number: Int) -> ThemeID { population.themes[number % population.themes.count] }
    func country(_ number: Int) -> CountryCode { population.countries[number % population.countries.count] }
    for start in stride(from: 0, to: reference.registry.count, by: 1_000) {
      _ = try await suite.bus.append(
        (start..<min(start + 1_000, reference.registry.count)).map { row in
          let collectivite = reference.registry.id(at: Int32(row))
          let profile = Profile(
            collectivite: collectivite, version: 1, themes: (0..<3).map { theme(row + $0) }, countries: [country(row)],
            languages: [])
          return try Topics.profiles.record(
            collectivite, profile, partition: Topics.profiles.partition(of: collectivite, profile), time: now,
            source: "test", cause: "benchmark")
        })
    }
    _ = try await suite.bus.append(
      (0..<Self.requests).map { number in
        let key: RequestID = try id(StableID.uuid(of: ["benchmark-request", "\(number)"]))
        let request = PartnershipRequest(
          id: key, version: 1, status: .published, country: country(number),
          authorities: [ForeignAuthority(name: "Ville \(number)", kind: .municipality)], title: "Demande \(number)",
          summary: "Ce qui est demandé.", themes: (0..<2).map { theme(number / 7 + $0) })
        return try Topics.partnershipRequests.record(
          key, request, partition: Topics.partnershipRequests.partition(of: key, request), time: now, source: "test",
          cause: "benchmark")
      })
  }

  /// How many records each matcher's ranking has written.
  private func outputs(_ suite: RunningSuite) async throws -> [Double] {
    var found: [Double] = []
    for instance in suite.instances {
      let text = try await HTTPRequest(method: "GET", path: "/metrics").send(port: instance.port).text
      let line = text.split(separator: "\n").first {
        $0.hasPrefix("bourse_outputs_total{") && $0.contains("matcher-ranking")
      }
      found.append(line?.split(separator: " ").last.flatMap { Double($0) } ?? 0)
    }
    return found
  }
}
