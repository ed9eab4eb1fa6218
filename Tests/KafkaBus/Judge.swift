import BusContract
import KafkaBrokers
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
    case noTransactions = "its transactions have no effect"
    case noAdministration = "it describes no topics, lists no groups, trims nothing and finds nothing by time"
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
  /// librdkafka's mock cluster of three brokers: crashes it can judge, effects of transactions not.
  static let mock = Judge(
    name: "the mock cluster", crashes: true, excepted: mockExceptions, patience: .seconds(40), interleavings: 1)

  private static let mockExceptions: [String: Reason] = [String: Reason](
    uniqueKeysWithValues: needsAdministration.map { ($0, .noAdministration) }
      + needsTransactions.map { ($0, .noTransactions) })

  private static let needsAdministration: [String] = [
    "a partition has no new owner before the old one gave it up",
    "groups do not disturb each other",
    "a commit's outputs, in several partitions and topics, and its offsets are there together",
    "offsets of all its topics are committed together, and described in order",
    "a position can be committed again, and nothing but offsets can be committed",
    "a committed offset never moves back: such a commit is refused whole",
    "a commit that fails leaves nothing behind, and the member goes on",
    "what a member gave up it cannot commit, whatever the commit holds",
    "a batch from before it lost a partition and got it again is fenced",
    "metadata of another group, another member or no generation is fenced",
    "two members never commit the same partition, however often it changes hands",
    "a batch says where the member stands, and its metadata is of the owner",
    "a member whose next records were trimmed away is told, seeks, and goes on",
    "random comings, goings, crashes, commits and stale commits end as a plain list says",
    "a group is described with its members, their partitions, its offsets and its lag",
    "of groups that read some topics, those topics alone are described",
    "lag counts records, not the gaps between them",
    "a group that all have left keeps its offsets",
    "offsets are reset while nobody is in the group, back or forth, and only then",
    "a reset keeps the offsets that it does not name, and can come before the first member",
    "an offset is found by time: the first record that is not older, or the end",
    "trimming removes what lies before an offset, and no more",
    "a partition trimmed to its end goes on at its end",
    "what was trimmed is found by no time, and stands in no description",
    "trimming beyond the end is refused or ends there: what comes later is kept",
    "trimming what a group has consumed does not disturb it",
    "a reader whose next records were trimmed away is told, a new one begins at the low end",
    "a group whose last member left is another's with other topics",
    "topics made again stay as they are",
    "another count of partitions is refused, and nothing of that call is made",
    "topics are described by name, with how they were declared and their ends",
  ]

  private static let needsTransactions: [String] = [
    "a group with offsets goes on from there, wherever it would have begun",
    "a third member that joins in mid-batch begins where that batch was committed",
    "of a commit that is seen, all is seen; of one that failed, nothing",
    "closing a bus takes its members out of their groups",
    "a member that had all, shared, and has all again is fenced by its old batch",
    "a partition that was never its own, or is not the group's, is fenced",
    "a group without offsets begins at the first record, or after the last, as it says",
    "a committed offset of 0 is an offset",
    "a member that leaves hands over at once, from what it committed",
    "what was read and not committed is read again by the next owner",
    "a dead owner's partitions pass to the others, from what it committed",
    "all die at once: a new one has everything, from what they committed",
    "a restarted instance has what it had before it died",
    "a member of a dead process commits nothing",
  ]

  func subject(_ cluster: MockCluster) -> ContractSubject {
    // It holds a group's first joiners for three seconds, and evicts whoever is silent for longer than a session.
    var subject = subject(cluster.brokers, ["session.timeout.ms": "4000"])
    let open = subject.open
    subject.open = {
      guard let bus = try await open() as? KafkaBus else { throw BusError.closed }
      return MockedBus(bus: bus, cluster: cluster)
    }
    if subject.crash != nil { subject.crash = { (bus: any TopicBus) in await (bus as? MockedBus)?.bus.abandon() } }
    return subject
  }

  func subject(
    _ brokers: String, _ settings: [String: String] = [:], log: @escaping @Sendable (KafkaLogLine) -> Void = { _ in }
  ) -> ContractSubject {
    var passed = ["session.timeout.ms": "6000", "heartbeat.interval.ms": "200", "fetch.wait.max.ms": "20"]
    passed.merge(settings) { $1 }
    let all = KafkaSettings(brokers: brokers, passedThrough: passed, log: log)
    let crash: @Sendable (any TopicBus) async throws -> Void = { await ($0 as? KafkaBus)?.abandon() }
    return ContractSubject(
      features: KafkaBus.features, open: { try KafkaBus(all) }, crash: crashes ? crash : nil, patience: patience,
      interleavings: interleavings, earliest: 1)
  }
}
