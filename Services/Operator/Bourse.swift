import ArgumentParser
import EmbeddedBus
import Foundation
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
      Every command takes --data FOLDER and --bus embedded:FILE (or BOURSE_DATA, BOURSE_BUS, --config FILE), as the \
      services do; --json prints for programs; --lang fr or en (else the locale) chooses the language.
      """,
    subcommands: [
      TopicsCommand.self, LagCommand.self, GroupsCommand.self, SettingsCommand.self, SendingCommand.self,
      ScoringCommand.self, TokenCommand.self, LeadsCommand.self,
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

  /// The log in that file, made when there is none.
  static func openLog(_ path: String) async throws(BusError) -> any TopicBus { try await EmbeddedBus(path: path) }
}
