import BusContract
import KafkaBus
import TopicBus

/// A broker that tells whether the bus keeps a promise, and what it is no judge of.
///
/// Which broker can judge which case is told here as data, with the reason: the cases are written for Kafka itself.
struct Judge: Sendable {
  let name: String
  /// Where a member may die without a word, and others get what it had.
  let crashes: Bool
  /// Cases that it says nothing about, by their names.
  let excepted: [String: Reason]
  let patience: Duration
  let interleavings: Int

  enum Reason: String, Sendable {
    case evictsNobody = "a member that died is never evicted"
    case otherBroker = "the broker itself differs from Kafka"
    case slow = "takes too long for every run"
  }

  /// The cases that it is a judge of.
  var cases: [ContractCase] {
    BusContract.cases(for: KafkaBus.features, crashes: crashes).filter { excepted[$0.name] == nil }
  }

  /// Names among ``excepted`` that no case has.
  var strangers: [String] {
    let names = Set(BusContract.cases.map(\.name))
    return excepted.keys.filter { !names.contains($0) }.sorted()
  }

  /// Apache Kafka, or whatever is behind `KAFKA_BOOTSTRAP_SERVERS`: the judge of everything.
  static let cluster = Judge(
    name: "the cluster", crashes: true, excepted: [:], patience: .seconds(60), interleavings: 3)

  /// PyPI's `noida-db`, one binary.
  static let noida = Judge(
    name: "noida-db", crashes: false, excepted: [:], patience: .seconds(20), interleavings: 3)
}

extension Judge {
  func subject(_ brokers: String, _ settings: [String: String] = [:]) -> ContractSubject {
    var passed = ["session.timeout.ms": "6000", "heartbeat.interval.ms": "200", "fetch.wait.max.ms": "20"]
    passed.merge(settings) { $1 }
    let all = KafkaSettings(brokers: brokers, passedThrough: passed)
    let crash: @Sendable (any TopicBus) async throws -> Void = { await ($0 as? KafkaBus)?.abandon() }
    return ContractSubject(
      features: KafkaBus.features, open: { try KafkaBus(all) }, crash: crashes ? crash : nil, patience: patience,
      interleavings: interleavings, earliest: 1)
  }
}
