import CooperationModel
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// A service's `main`: what it is called, what it can be told, and how it is wired. The rest is the same for all.
///
/// ```swift
/// @main
/// struct Matcher: Microservice {
///   static let name = "matcher"
///   static let summary = Localized(fr: "…", en: "Ranks authorities for requests.")
///
///   static func assemble(_ setup: ServiceSetup) async throws -> [any Service] {
///     [setup.server(routes: […])]
///   }
/// }
/// ```
///
/// The process ends with 0 after a stop that was asked for, 64 or 78 for a wrong configuration, 1 when a part of it failed.
package protocol Microservice {
  /// The executable's name.
  static var name: String { get }
  static var summary: Localized { get }
  /// Beside ``CommonOptions``.
  static var options: [any AnyConfigurationOption] { get }
  /// What the executable does instead of serving when its first argument says so (`matcher classify FILE`): it is given
  /// the arguments behind. Nil for a word that is no command.
  static func command(_ name: String) -> (([String]) throws -> Void)?
  /// Makes the long-lived parts. They are started in this order and stopped in the reverse one, each after the other has
  /// ended: the server last, so that it stops first.
  static func assemble(_ setup: ServiceSetup) async throws -> [any Service]
}

extension Microservice {
  package static var options: [any AnyConfigurationOption] { [] }
  package static func command(_ name: String) -> (([String]) throws -> Void)? { nil }

  package static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    let status = await start(arguments: arguments, environment: ProcessInfo.processInfo.environment)
    exit(status)
  }

  /// Runs the service until it is asked to stop.
  ///
  /// - Returns: the exit status.
  static func start(arguments: [String], environment: [String: String]) async -> Int32 {
    let parent = getppid()
    let options = CommonOptions.all + Self.options
    var logger: Logger?
    do {
      if let command = arguments.first.flatMap(command) {
        try command(Array(arguments.dropFirst()))
        return 0
      }
      let configuration = try await ServiceConfiguration(options, arguments: arguments, environment: environment)
      let setup = ServiceSetup(name: name, summary: summary, configuration: configuration)
      logger = setup.logger
      // Trapped before anything is read or opened: whoever is asked to stop while it starts stops as well as later.
      let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
      setup.logger.info("starting", metadata: ["process": "\(getpid())"])
      let services = try await assemble(setup)
      try await Shutdown(configuration, parent: parent, setup.logger, setup.health).run(services, heeding: signals)
      return 0
    } catch is HelpRequested {
      print(HelpText.text(name: name, summary: summary.en, options: options), terminator: "")
      return 0
    } catch let error as StartupError {
      standardError.write("\(name): \(error.message)\n")
      return error.exit
    } catch {
      if let logger {
        logger.critical("ended by an error", metadata: ["error": "\(error)"])
      } else {
        standardError.write("\(name): \(error)\n")
      }
      return 1
    }
  }
}
