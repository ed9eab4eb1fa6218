import BusContract
import Foundation
import KafkaBrokers
import KafkaBus
import Testing
import TopicBus

@Suite("The bus on Kafka keeps the contract", .serialized)
struct KafkaBusContract {
  private static let servers = ProcessInfo.processInfo.environment["KAFKA_BOOTSTRAP_SERVERS"]

  @Test(
    "on Apache Kafka: what KAFKA_BOOTSTRAP_SERVERS names, or KAFKA_START starts",
    .enabled(if: servers != nil || OwnBroker.Kind.kafka.isThere), .timeLimit(.minutes(10)))
  func cluster() async throws {
    let cluster = try TestCluster()
    defer { cluster.end() }
    await CaseRun(subject: Judge.cluster.subject(cluster.brokers)).run(Judge.cluster.cases)
  }

  @Test("on the mock cluster, and on noida-db where it is installed", .timeLimit(.minutes(5)))
  func others() async throws {
    let cluster = try MockCluster(brokers: 3)
    defer { cluster.end() }
    let subject = Judge.mock.subject(cluster)
    // It holds a group for seconds whenever its members change: the case with most changes waits beside all others.
    let patient = Judge.mock.cases.filter { $0.name.contains("ten times in a row") }
    try #require(patient.count == 1)
    async let waiting: Void = CaseRun(subject: subject).run(patient)
    await CaseRun(subject: subject, width: 40).run(Judge.mock.cases.filter { $0.name != patient[0].name })
    if OwnBroker.Kind.noida.isThere {
      try await noida()
    } else {
      print("contract: noida-db is not installed: compose/test installs it where it can")
    }
    await waiting
  }

  @Test("a judge's exceptions are cases", arguments: [Judge.cluster, .noida, .mock])
  func exceptions(_ judge: Judge) {
    #expect(judge.strangers == [])
  }

  private func noida() async throws {
    let broker = try OwnBroker(.noida)
    defer { broker.end() }
    await CaseRun { promise in
      try await Joins.watched { joins in
        var subject = Judge.noida.subject(broker.brokers, Joins.settings) { joins.hear($0) }
        subject.isLost = { joins.isLost }
        try await promise.run(on: subject)
      }
    }.run(Judge.noida.cases)
  }
}

/// Runs many cases beside each other: they wait for brokers more than they work.
struct CaseRun {
  let width: Int
  private let judge: @Sendable (ContractCase) async throws -> Void

  init(width: Int = 12, judge: @escaping @Sendable (ContractCase) async throws -> Void) {
    (self.width, self.judge) = (width, judge)
  }

  init(subject: ContractSubject, width: Int = 12) {
    self.init(width: width) { try await $0.run(on: subject) }
  }

  func run(_ cases: [ContractCase]) async {
    let only = ProcessInfo.processInfo.environment["KAFKA_CONTRACT_CASE"]
    var waiting = cases.filter { only.map($0.name.contains) ?? true }[...]
    await withTaskGroup(of: Void.self) { group in
      for promise in waiting.prefix(width) { add(promise, to: &group) }
      waiting = waiting.dropFirst(width)
      while await group.next() != nil {
        if let promise = waiting.popFirst() { add(promise, to: &group) }
      }
    }
  }

  private func add(_ promise: ContractCase, to group: inout TaskGroup<Void>) {
    group.addTask {
      let start = ContinuousClock.now
      do {
        try await judge(promise)
      } catch {
        Issue.record("\(promise.name): \(error)")
      }
      print("contract: \((ContinuousClock.now - start) / .milliseconds(1)) ms: \(promise.name)")
    }
  }
}
