import EmbeddedBus
import Foundation
import KafkaBus
import Logging
import ServiceKit
import TopicBus

extension ServiceSetup {
  /// The log that the service was told to work on.
  package func openBus() async throws -> any TopicBus {
    switch configuration[CommonOptions.bus] ?? .embedded(nil) {
    case .embedded: try await EmbeddedBus(path: busFile())
    case .kafka(let brokers): try KafkaBus(configuration.kafkaSettings(brokers, logger))
    }
  }
}

extension ServiceConfiguration {
  /// How to reach a cluster.
  ///
  /// - Throws: ``StartupError`` for a file of settings that cannot be read.
  package func kafkaSettings(_ brokers: String, _ logger: Logger) throws -> KafkaSettings {
    var passed = try self[CommonOptions.kafkaSettings].map { try KafkaSettingsFile.read($0) } ?? [:]
    if let user = self[CommonOptions.kafkaUser] { passed["sasl.username"] = user }
    if let password = self[CommonOptions.kafkaPassword] { passed["sasl.password"] = password.value }
    let replicas = self[CommonOptions.kafkaReplicas] ?? 0
    return KafkaSettings(
      brokers: brokers, passedThrough: passed, replicationFactor: replicas == 0 ? nil : replicas,
      tokenFile: self[CommonOptions.kafkaToken]
    ) { line in
      let level: Logger.Level =
        switch line.level {
        case ...3: .error
        case 4: .warning
        case 5: .notice
        case 6: .info
        default: .debug
        }
      logger.log(level: level, "kafka: \(line.text)", metadata: ["facility": "\(line.facility)"])
    }
  }
}

/// A file of librdkafka's settings: `name=value` a line. `name=@FILE` takes the value from a file of its own, as secrets
/// are kept; lines that begin with `#` are comments.
enum KafkaSettingsFile {
  static func read(_ path: String) throws -> [String: String] {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw StartupError.configuration("--kafka-settings: cannot read \(path)")
    }
    return try parse(text, path: path)
  }

  static func parse(_ text: String, path: String) throws -> [String: String] {
    var settings: [String: String] = [:]
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let line = line.trimmingCharacters(in: .whitespaces)
      if line.isEmpty || line.hasPrefix("#") { continue }
      // A line may hold a secret: it is not shown.
      guard let sign = line.firstIndex(of: "="), sign > line.startIndex else {
        throw StartupError.configuration("\(path), line \(number + 1): use name=value")
      }
      let name = line[..<sign].trimmingCharacters(in: .whitespaces)
      let value = line[line.index(after: sign)...].trimmingCharacters(in: .whitespaces)
      guard value.hasPrefix("@") else {
        settings[name] = value
        continue
      }
      guard let secret = try? String(contentsOfFile: String(value.dropFirst()), encoding: .utf8) else {
        throw StartupError.configuration("\(path), line \(number + 1): cannot read \(value.dropFirst())")
      }
      settings[name] = secret.hasSuffix("\n") ? String(secret.dropLast()) : secret
    }
    return settings
  }
}
