import CLibrdkafka
import TopicBus

/// How to reach a Kafka cluster, and how to behave there.
public struct KafkaSettings: Sendable {
  /// Where to begin: `host:9092[,host:9092…]`.
  public var brokers: String
  /// Settings passed through to librdkafka as they are, such as `security.protocol` or `sasl.username`. Those that the
  /// bus's promises rest on cannot be set.
  public var passedThrough: [String: String]
  /// For topics that are made; nil leaves it to the cluster.
  public var replicationFactor: Int?
  /// A file with a token for SASL/OAUTHBEARER, read again whenever one is needed; whoever runs the service renews it.
  public var tokenFile: String?
  /// Told what librdkafka has to say.
  public var log: @Sendable (KafkaLogLine) -> Void

  public init(
    brokers: String, passedThrough: [String: String] = [:], replicationFactor: Int? = nil, tokenFile: String? = nil,
    log: @escaping @Sendable (KafkaLogLine) -> Void = { _ in }
  ) {
    self.brokers = brokers
    self.passedThrough = passedThrough
    self.replicationFactor = replicationFactor
    self.tokenFile = tokenFile
    self.log = log
  }

  /// A configuration object of librdkafka as the bus makes it, to be taken by a client or destroyed: for benchmarks, whose
  /// plain calls are to have the same settings.
  package func configuration(for role: Role) throws(BusError) -> OpaquePointer {
    try Configuration(self, for: role).make()
  }

  /// How long the broker keeps a transaction open, in milliseconds.
  var transactionTimeout: Int32 { passedThrough["transaction.timeout.ms"].flatMap { Int32($0) } ?? 10_000 }

  /// SASL is asked for, and nothing says which.
  var needsMechanism: Bool {
    guard passedThrough["security.protocol"]?.lowercased().hasPrefix("sasl") == true else { return false }
    return passedThrough["sasl.mechanism"] == nil && passedThrough["sasl.mechanisms"] == nil && tokenFile == nil
  }

  /// Settings that the bus's promises rest on.
  static let reserved: Set<String> = [
    "acks", "allow.auto.create.topics", "auto.offset.reset", "bootstrap.servers", "enable.auto.commit",
    "enable.auto.offset.store", "enable.gapless.guarantee", "enable.idempotence", "enable.partition.eof", "group.id",
    "group.instance.id", "isolation.level", "max.in.flight", "max.in.flight.requests.per.connection",
    "metadata.broker.list", "partition.assignment.strategy", "request.required.acks", "transactional.id",
  ]
}

/// A line of librdkafka's log.
public struct KafkaLogLine: Sendable {
  /// As syslog counts: 3 is an error, 4 a warning, 6 information, 7 for debugging.
  public let level: Int32
  /// What it is about, such as `FAIL`.
  public let facility: String
  public let text: String
}

/// What a client of librdkafka is for.
package enum Role: Sendable {
  /// Asks about topics and groups, changes them, and sees the log as an uncommitted reader does.
  case observer
  case appender
  case transactor(id: String)
  /// - Parameter catchingUp: whether it is closed once it has come to the end.
  case reader(catchingUp: Bool)
  case member(group: String, instance: String)
}

/// A client's settings: defaults of its role, then what the operator passes through, then what must be so.
struct Configuration {
  private(set) var values: [(name: String, value: String)] = []

  /// What a consumer of librdkafka holds before it stops fetching.
  static let heldKilobytes = 8_192
  static let heldRecords = 10_000

  /// - Throws: ``BusError/refused(_:)`` for a setting that cannot be passed through.
  init(_ settings: KafkaSettings, for role: Role) throws(BusError) {
    for name in settings.passedThrough.keys.sorted() where KafkaSettings.reserved.contains(name) {
      throw .refused("the setting \(name) of librdkafka cannot be passed through: the bus's promises rest on it")
    }
    if settings.needsMechanism {
      throw .refused(
        "SASL needs its mechanism said, as in sasl.mechanism=SCRAM-SHA-512: librdkafka takes GSSAPI otherwise")
    }
    defaults(for: role, settings)
    for (name, value) in settings.passedThrough.sorted(by: { $0.key < $1.key }) { set(name, value) }
    required(for: role, settings)
  }

  private mutating func set(_ name: String, _ value: String) { values.append((name, value)) }

  private mutating func defaults(for role: Role, _ settings: KafkaSettings) {
    // A broker that was away is tried again soon.
    set("reconnect.backoff.ms", "50")
    set("reconnect.backoff.max.ms", "1000")
    set("socket.keepalive.enable", "true")
    set("socket.nagle.disable", "true")
    // Until 2.1 a connection that the broker closes for want of use was logged as a failure.
    set("log.connection.close", "false")
    switch role {
    case .observer: break
    case .appender, .transactor:
      set("queue.buffering.max.kbytes", "32768")
      set("message.max.bytes", "\(KafkaBus.largestRecord + 10_000)")
      if case .transactor = role {
        set("transaction.timeout.ms", "\(settings.transactionTimeout)")
        set("linger.ms", "5")
      } else {
        set("linger.ms", "1")
        set("message.timeout.ms", "5000")
      }
    case .reader, .member:
      // What a broker did not tell of a topic, or told wrongly, is found out that soon, not after five minutes.
      set("topic.metadata.refresh.interval.ms", "10000")
      set("queued.max.messages.kbytes", "\(Self.heldKilobytes)")
      set("queued.min.messages", "\(Self.heldRecords)")
      // When there is no room: until 2.2 it was a second, see ``Drain``.
      if rd_kafka_version() >= 0x0202_0000 { set("fetch.queue.backoff.ms", "20") }
      set("fetch.message.max.bytes", "\(2 << 20)")
      set("fetch.max.bytes", "\(8 << 20)")
      set("fetch.error.backoff.ms", "50")
      // The end of a partition is told by the first fetch that brings nothing, which waits that long; shorter, and an
      // idle reader of many partitions keeps brokers busy.
      if case .reader(catchingUp: true) = role {
        set("fetch.wait.max.ms", "10")
      } else {
        set("fetch.wait.max.ms", "500")
      }
      if case .member = role {
        set("session.timeout.ms", "10000")
        set("heartbeat.interval.ms", "1000")
        // How long a member may take to give up what is asked back.
        set("max.poll.interval.ms", "30000")
      }
    }
  }

  private mutating func required(for role: Role, _ settings: KafkaSettings) {
    set("bootstrap.servers", settings.brokers)
    if settings.tokenFile != nil { set("sasl.mechanism", "OAUTHBEARER") }
    switch role {
    case .observer:
      set("client.id", "bourse-observer")
      // A watermark asked through a client that reads committed is the last stable offset.
      set("isolation.level", "read_uncommitted")
      set("allow.auto.create.topics", "false")
    case .appender:
      set("client.id", "bourse-append")
      set("enable.idempotence", "true")
    case .transactor(let id):
      set("client.id", "bourse-commit")
      set("transactional.id", id)
      set("delivery.report.only.error", "true")
    case .reader:
      // A name is needed to be assigned partitions by hand; nothing joins or commits under it.
      set("group.id", "bourse-reader")
      set("client.id", "bourse-reader")
      reading()
    case .member(let group, let instance):
      set("group.id", group)
      set("client.id", Self.clientID(instance))
      // Co-partitioned topics stay together; the cooperative one can hang on close (2.0.2).
      set("partition.assignment.strategy", "range")
      reading()
    }
  }

  private mutating func reading() {
    set("isolation.level", "read_committed")
    set("allow.auto.create.topics", "false")
    set("enable.auto.commit", "false")
    // It may crash in 2.0.2 when a partition is stored that was revoked meanwhile, and nothing here uses it.
    set("enable.auto.offset.store", "false")
    set("enable.partition.eof", "true")
    set("auto.offset.reset", "error")
  }

  /// An instance's name as a client id: long ones can crash librdkafka 2.0.2.
  static func clientID(_ instance: String) -> String {
    instance.utf8.count <= 64 ? instance : String(decoding: instance.utf8.prefix(64), as: UTF8.self)
  }

  /// A configuration object of librdkafka, to be taken by a client or destroyed.
  func make() throws(BusError) -> OpaquePointer {
    guard let object = rd_kafka_conf_new() else { throw .fatal("librdkafka has no memory") }
    var text = [CChar](repeating: 0, count: 512)
    for (name, value) in values {
      guard rd_kafka_conf_set(object, name, value, &text, text.count) == RD_KAFKA_CONF_OK else {
        rd_kafka_conf_destroy(object)
        // Its text may quote the value, which may be a secret.
        let reason = value.isEmpty ? string(text) : string(text).replacing(value, with: "…")
        throw .refused("librdkafka does not take the setting \(name): \(reason)")
      }
    }
    return object
  }
}

/// The text before the NUL that ends it.
func string(_ text: [CChar]) -> String {
  String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
