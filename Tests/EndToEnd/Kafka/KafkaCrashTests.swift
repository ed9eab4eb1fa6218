import Foundation
import KafkaBrokers
import Testing

/// The crash test's load on Kafka, while services are added, stopped, and killed where that can be judged.
///
/// A `noida-db` of the test's own never puts a killed member out of its group, so there nothing is killed with -9. On what
/// `KAFKA_BOOTSTRAP_SERVERS` names, a cluster without the suite's topics, and what `KAFKA_START` starts, everything is.
/// `END_TO_END_KAFKA_REQUESTS=10000 END_TO_END_SEED=7` says how long it is, and the same again. It is run when one of the
/// three is set: `noida-db` takes minutes over what a cluster does in seconds.
@Suite("Whoever comes and goes on Kafka, nothing is lost and nothing done twice", .serialized)
struct KafkaCrashTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let isAsked = ["END_TO_END_KAFKA_REQUESTS", "KAFKA_BOOTSTRAP_SERVERS", "KAFKA_START"].contains {
    environment[$0] != nil
  }

  @Test(
    "added, stopped and killed at random, during a load of requests, changed profiles and answers",
    .enabled(
      if: Self.isAsked && TestCluster.isThere,
      "set END_TO_END_KAFKA_REQUESTS, KAFKA_BOOTSTRAP_SERVERS or KAFKA_START"))
  func comings() async throws {
    let requests = Self.environment["END_TO_END_KAFKA_REQUESTS"].flatMap { Int($0) } ?? 60
    let seed = Self.environment["END_TO_END_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0..<100_000)
    let cluster = try TestCluster()
    defer { cluster.end() }
    print("crash test on \(cluster.name): seed \(seed), \(requests) requests")
    try await RunningSuite.run(
      [.ingestion: 2, .matcher: 1, .notifications: 1], in: Place(brokers: cluster.brokers),
      later: [.matcher: 2, .notifications: 1]
    ) { suite in
      // A group waits ten seconds for one that was killed: a long load gets on between two blows.
      let isLong = requests > 1_000
      let run = try await CrashRun(
        suite, requests: requests, seed: seed, clients: isLong ? 48 : 6, patience: .seconds(isLong ? 600 : 180))
      let comings = Comings(suite, kills: cluster.evictsTheDead, rests: isLong ? 5_000...40_000 : 200...1_500)
      try await run.load {
        try await comings.run(seed: seed)
      } end: {
        comings.end()
      }
      let tally = comings.tally
      #expect(tally.chaos.losses.isEmpty, "\(tally.chaos.losses.joined(separator: "\n"))")
      try await run.check()
      print("crash test on \(cluster.name): \(tally.additions) instances added")
      try await run.report(tally.chaos)
    }
  }
}
