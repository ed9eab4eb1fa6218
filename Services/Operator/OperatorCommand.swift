import ArgumentParser
import CooperationModel
import Foundation
import ServiceKit
import TopicBus

/// What every command can be told.
struct SuiteOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Where the suite keeps its files.", valueName: "folder"))
  var data: String?
  @Option(
    help: ArgumentHelp("Which log to work on: embedded:FILE, embedded alone, or kafka://HOST:PORT.", valueName: "bus"))
  var bus: String?
  @Option(help: ArgumentHelp("On Kafka: a file of librdkafka's settings, as for TLS and SASL.", valueName: "file"))
  var kafkaSettings: String?
  @Option(help: ArgumentHelp("On Kafka: a file with a JWT for SASL/OAUTHBEARER.", valueName: "file"))
  var kafkaToken: String?
  @Option(help: ArgumentHelp("A YAML or JSON file with the services' configuration.", valueName: "file"))
  var config: String?
  @Flag(help: "Print JSON, for programs.")
  var json = false
  @Option(help: ArgumentHelp("The language for people: fr or en.", valueName: "language"))
  var lang: Language?

  /// The same flags, variables and file as the services have.
  func configuration() async throws -> ServiceConfiguration {
    let given = [
      ("--data", data), ("--bus", bus), ("--kafka-settings", kafkaSettings), ("--kafka-token", kafkaToken),
      ("--config", config),
    ]
    return try await ServiceConfiguration(
      CommonOptions.all, arguments: given.flatMap { flag, value in value.map { [flag, $0] } ?? [] },
      environment: ProcessInfo.processInfo.environment)
  }
}

extension Language: ExpressibleByArgument {
  /// The language of the locale; English when it says neither.
  static func ofLocale(_ environment: [String: String]) -> Language {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    return locale?.hasPrefix("fr") == true ? .french : .english
  }
}

/// One of the operator's commands: what it does, given a desk to work at.
protocol OperatorCommand: AsyncParsableCommand {
  var suite: SuiteOptions { get }
  func run(at desk: Desk) async throws
}

extension OperatorCommand {
  func run() async throws {
    do {
      try await run(at: try await Desk(suite))
    } catch let error as ExitCode {
      throw error
    } catch {
      throw Failure(error)
    }
  }
}

/// What a command works with: the log, the console, the time.
struct Desk: Sendable {
  let console: Console
  let configuration: ServiceConfiguration
  let clock: any WallClock = SystemClock()

  init(_ options: SuiteOptions) async throws {
    configuration = try await options.configuration()
    console = Console(
      language: options.lang ?? Language.ofLocale(ProcessInfo.processInfo.environment), isJSON: options.json)
  }

  var now: Instant { clock.now() }
  var dataFolder: String { configuration[CommonOptions.data] ?? "data" }

  /// Where the log's file is, or is to be.
  func busFile() throws -> String {
    switch configuration[CommonOptions.bus] ?? .embedded(nil) {
    case .embedded(let file?): return file
    case .embedded(nil): return dataFolder + "/bourse.sqlite"
    case .kafka:
      throw Failure(
        say(
          fr: "un cluster n’a pas de fichier\u{202F}: utilisez les outils de Kafka",
          en: "a cluster has no file: use Kafka's own tools"), 78)
    }
  }

  func say(fr: String, en: String) -> String { Localized(fr: fr, en: en)[console.language] }

  /// Works on the log, which is closed afterwards.
  ///
  /// - Parameter makes: makes the file, and the data folder, when there is none; otherwise that is an error.
  func withLog<T>(making makes: Bool = false, _ body: (any TopicBus) async throws -> T) async throws -> T {
    try await work(on: openLog(making: makes), body)
  }

  /// Whether there is a log; on a cluster, always.
  func hasLog() throws -> Bool {
    if case .kafka = configuration[CommonOptions.bus] { return true }
    return FileManager.default.fileExists(atPath: try busFile())
  }

  private func openLog(making makes: Bool) async throws -> any TopicBus {
    if case .kafka(let brokers) = configuration[CommonOptions.bus] {
      return try Bourse.openLog(on: brokers, configuration)
    }
    let path = try busFile()
    if makes {
      try FileManager.default.createDirectory(
        atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
    } else if !FileManager.default.fileExists(atPath: path) {
      throw Failure.missing(
        say(
          fr:
            "il n’y a pas de journal à \(path)\u{202F}: créez-le par `bourse topics apply`, ou nommez-en un par --data ou --bus",
          en: "there is no log at \(path): make it with `bourse topics apply`, or name another with --data or --bus"))
    }
    return try await Bourse.openLog(path)
  }

  private func work<T>(on bus: any TopicBus, _ body: (any TopicBus) async throws -> T) async throws -> T {
    do {
      let result = try await body(bus)
      await bus.close()
      return result
    } catch {
      await bus.close()
      throw error
    }
  }

  /// Names of countries and authorities.
  func reference() throws -> ReferenceData { try ReferenceData.load() }
}
