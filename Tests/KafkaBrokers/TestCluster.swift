import Foundation

/// The cluster that a test works on: what `KAFKA_BOOTSTRAP_SERVERS` names, or else a broker of its own, Kafka or `noida-db`.
public final class TestCluster: Sendable {
  public let brokers: String
  /// For figures: they say what they were taken on.
  public let name: String
  /// Whether members that were killed are put out of their groups after their session's time.
  ///
  /// `noida-db` never does, so nothing that needs it can be judged there.
  public let evictsTheDead: Bool
  /// A process that a test may stop and kill; nil for a cluster of others.
  public let own: OwnBroker?

  private static let servers = ProcessInfo.processInfo.environment["KAFKA_BOOTSTRAP_SERVERS"]

  public static var isThere: Bool { servers != nil || OwnBroker.best != nil }

  public init() throws {
    if let servers = Self.servers {
      (brokers, name, evictsTheDead, own) = (servers, "the cluster \(servers)", true, nil)
    } else {
      guard let kind = OwnBroker.best else { throw BrokerFailure("there is no broker: compose/test installs noida-db") }
      let broker = try OwnBroker(kind)
      own = broker
      brokers = broker.brokers
      (name, evictsTheDead) = kind == .kafka ? ("a Kafka of its own", true) : ("noida-db", false)
    }
  }

  public func end() { own?.end() }
}
