import ArgumentParser
import BusChoice
import EmbeddedBus
import Foundation
import KafkaBus
import Logging
import ServiceKit
import TopicBus

/// The operator's command line.
///
/// Ends with 0 when all is well, 1 when it found something that wants attention, 64 for a wrong command line, 65 for
/// data that are wrong, 66 for a file or record that is not there, 69 when something it needs is away, 78 for a wrong
/// configuration.
@main
struct Bourse: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bourse", abstract: "Operates the Bourse-projets: topics, settings, tokens, leads, repair, backup.",
    discussion: """
      Every command takes --data FOLDER and --bus embedded:FILE or kafka://HOST:PORT (or BOURSE_DATA, BOURSE_BUS, \
      --config FILE), as the services do; --json prints for programs; --lang fr or en (else the locale) chooses the language.
      """,
    subcommands: [
      TopicsCommand.self, LagCommand.self, OffsetsCommand.self, GroupsCommand.self, SettingsCommand.self,
      SendingCommand.self,
      ScoringCommand.self, TokenCommand.self, LeadsCommand.self, ImportCommand.self, DeadLettersCommand.self,
      StateCommand.self, TailCommand.self, MaintainCommand.self, BackupCommand.self, RestoreCommand.self,
      DoctorCommand.self,
    ])

  static func main() async {
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch let failure as Failure {
      Console.standardError("bourse: \(failure.text)\n")
      Foundation.exit(failure.status)
    } catch {
      exit(withError: error)
    }
  }

  // What is of the embedded bus alone stands here.

  /// The log on a cluster.
  static func openLog(on brokers: String, _ configuration: ServiceConfiguration) throws -> any TopicBus {
    try KafkaBus(configuration.kafkaSettings(brokers, Logger(label: "bourse") { _ in SwiftLogNoOpLogHandler() }))
  }

  /// The log in that file, made when there is none.
  static func openLog(_ path: String) async throws(BusError) -> any TopicBus { try await EmbeddedBus(path: path) }

  static func backUp(_ bus: any TopicBus, to path: String) async throws { try await embedded(bus).backup(to: path) }

  static func restore(
    _ backup: String, to path: String, _ prepare: (any TopicBus) async throws -> Void
  ) async throws -> String? {
    try await EmbeddedBus.restore(from: backup, to: path) { try await prepare($0) }
  }

  /// Where the log's file is; nil for a log on a cluster.
  static func place(of bus: any TopicBus) async throws -> LogPlace? {
    if bus is KafkaBus { return nil }
    let info = try await embedded(bus).info()
    return LogPlace(
      path: info.path, fileBytes: info.fileBytes, walBytes: info.walBytes, freeBytes: info.freeBytes,
      sqliteVersion: info.sqliteVersion)
  }

  private static func embedded(_ bus: any TopicBus) throws -> EmbeddedBus {
    guard let bus = bus as? EmbeddedBus else {
      throw Failure("only the embedded bus can do that: on Kafka use its own tools", 78)
    }
    return bus
  }
}
