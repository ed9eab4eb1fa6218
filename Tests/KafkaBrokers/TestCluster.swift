import Foundation

/// The cluster that a test works on: what `KAFKA_BOOTSTRAP_SERVERS` names, or else a `noida-db` of its own.
public final class TestCluster: Sendable {
  public let brokers: String
  /// For figures: they say what they were taken on.
  public let name: String
  /// Whether members that were killed are put out of their groups after their session's time.
  ///
  /// `noida-db` never does, so nothing that needs it can be judged there.
  public let evictsTheDead: Bool
  /// A process that a test may stop and kill; nil for a cluster of others.
  public let own: NoidaBroker?

  private static let servers = ProcessInfo.processInfo.environment["KAFKA_BOOTSTRAP_SERVERS"]

  public static var isThere: Bool { servers != nil || NoidaBroker.executable != nil }

  public init() throws {
    if let servers = Self.servers {
      (brokers, name, evictsTheDead, own) = (servers, "the cluster \(servers)", true, nil)
    } else {
      let broker = try NoidaBroker()
      (brokers, name, evictsTheDead, own) = (broker.brokers, "noida-db", false, broker)
    }
  }

  public func end() { own?.end() }
}
