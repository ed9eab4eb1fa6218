import Foundation

/// librdkafka's mock cluster, served over TCP by the test executable `KafkaMockCluster`.
///
/// It has several brokers, stops and starts them, and answers what it is told to. Its transactions have no effect, it
/// makes no topics by request, lists no groups, and keeps everything in memory.
public final class MockCluster: Sendable {
  public let brokers: String
  private let process: BrokerProcess

  public init(brokers count: Int) throws {
    let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    process = try BrokerProcess(
      folder.appendingPathComponent("KafkaMockCluster").path, ["\(count)"], isKept: false)
    guard let line = process.line() else { throw BrokerFailure("the mock cluster does not start") }
    brokers = line
  }

  public func create(topic: String, partitions: Int) throws { try tell("topic \(topic) \(partitions)") }
  public func stop(_ broker: Int) throws { try tell("down \(broker)") }
  public func start(_ broker: Int) throws { try tell("up \(broker)") }

  /// Lets the next requests of a kind fail: Kafka's number of the request, and of the error, 0 for none.
  public func fail(_ request: Int, with codes: [Int]) throws {
    try tell("fail \(request) \(codes.map(String.init).joined(separator: " "))")
  }

  /// Gives a partition another leader.
  public func lead(_ topic: String, _ partition: Int, by broker: Int) throws {
    try tell("lead \(topic) \(partition) \(broker)")
  }

  /// Lets a group's, or with `transaction` a transactional id's, coordinator be another broker.
  public func coordinate(_ kind: String, _ name: String, by broker: Int) throws {
    try tell("coordinate \(kind) \(name) \(broker)")
  }

  private func tell(_ line: String) throws {
    let answer = process.ask(line)
    guard answer == "ok" else { throw BrokerFailure("\(line): \(answer ?? "the mock cluster is gone")") }
  }

  public func end() { process.end() }

  deinit { end() }
}
