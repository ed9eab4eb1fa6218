import ArgumentParser
import CooperationModel
import Foundation

struct SettingsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "settings", abstract: "What shapes the suite's outputs beside the entities.",
    subcommands: [List.self, Show.self, Set.self])

  struct List: OperatorCommand {
    static let configuration = CommandConfiguration(abstract: "Lists every setting.")
    @OptionGroup var suite: SuiteOptions

    func run(at desk: Desk) async throws {
      let settings = try await desk.withLog { try await SettingsBook($0).all }
      try desk.console.show(settings) {
        var table = TextTable([desk.say(fr: "réglage", en: "setting"), ">version", desk.say(fr: "valeur", en: "value")])
        for setting in settings {
          let value = (try? JSON.encode(setting.value)).map { String(decoding: $0, as: UTF8.self) } ?? ""
          table.add([setting.id.rawValue, "\(setting.version)", value.shortened(to: 100)])
        }
        return table.isEmpty ? desk.say(fr: "Aucun réglage.\n", en: "No setting.\n") : table.text
      }
    }
  }

  struct Show: OperatorCommand {
    static let configuration = CommandConfiguration(abstract: "Shows one setting's value as JSON.")
    @OptionGroup var suite: SuiteOptions
    @Argument(help: "scoring, sending, log, campaign:YEAR or revoked:JTI.") var setting: SettingID

    func run(at desk: Desk) async throws {
      guard let found = try await desk.withLog({ try await SettingsBook($0)[setting] }) else {
        throw Failure.missing(
          desk.say(
            fr: "le réglage \(setting) n’est pas écrit\u{202F}: voyez `bourse settings list`",
            en: "the setting \(setting) is not written: see `bourse settings list`"))
      }
      if desk.console.isJSON {
        try desk.console.show(found) { "" }
      } else {
        Console.standardOutput(try Console.json(found.value))
      }
    }
  }

  struct Set: OperatorCommand {
    static let configuration = CommandConfiguration(
      abstract: "Writes a setting, after its value was checked.",
      discussion: """
        The value is one JSON text, @FILE, or members to be changed: `settings set sending perHour=500`, \
        `settings set campaign:2026 year=2026 opensOn=2027-04-15 closesOn=2027-05-31`.
        """)
    @OptionGroup var suite: SuiteOptions
    @Argument(help: "scoring, sending, campaign:YEAR or revoked:JTI.") var setting: SettingID
    @Argument(help: "JSON, @FILE, or member=value…") var value: [String]

    func run(at desk: Desk) async throws {
      let change = try SettingChange(value)
      try await desk.withLog { bus in
        var book = try await SettingsBook(bus)
        let current = book[setting]?.value
        let next = try SettingRules.normalized(change.applied(to: current), for: setting)
        if setting == .scoring {
          try SettingRules.checkVersion(of: next, after: current)
        }
        let (written, isNew) = try await book.set(setting, next, at: desk.now)
        try desk.console.show(written) {
          isNew
            ? desk.say(
              fr: "\(setting)\u{202F}: version \(written.version) écrite.\n",
              en: "\(setting): wrote version \(written.version).\n")
            : desk.say(fr: "\(setting)\u{202F}: inchangé.\n", en: "\(setting): unchanged.\n")
        }
      }
    }
  }
}

extension SettingID: ExpressibleByArgument {
  public init?(argument: String) { self.init(rawValue: argument) }
}

/// What is to be written: a whole value, or some members of the one that stands.
enum SettingChange: Equatable {
  case whole(JSONValue)
  case members([String: JSONValue])

  init(_ arguments: [String]) throws {
    if arguments.count == 1, let text = arguments.first,
      !text.contains("=") || text.hasPrefix("{") || text.hasPrefix("@")
    {
      self = .whole(try JSONValue(text: text))
      return
    }
    var members: [String: JSONValue] = [:]
    for argument in arguments {
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, !parts[0].isEmpty else {
        throw Failure.usage("\"\(argument)\" is not member=value, as in perHour=500")
      }
      // What is no JSON is a text: days and names need no quotes.
      members[parts[0]] = (try? JSON.decode(JSONValue.self, from: Data(parts[1].utf8))) ?? .string(parts[1])
    }
    guard !members.isEmpty else { throw Failure.usage("give a value: JSON, @FILE or member=value") }
    self = .members(members)
  }

  func applied(to current: JSONValue?) -> JSONValue {
    switch self {
    case .whole(let value): return value
    case .members(let changed):
      guard case .object(let members)? = current else { return .object(changed) }
      return .object(members.merging(changed) { $1 })
    }
  }
}

extension JSONValue {
  /// Reads JSON, or the file behind an `@`.
  init(text: String) throws {
    let data: Data
    if text.hasPrefix("@") {
      data = try readFile(String(text.dropFirst()))
    } else {
      data = Data(text.utf8)
    }
    do {
      self = try JSON.decode(JSONValue.self, from: data)
    } catch {
      throw Failure.data("\(text.shortened(to: 80)): not JSON")
    }
  }
}

/// A file's bytes.
///
/// - Throws: ``Failure`` naming the file.
func readFile(_ path: String) throws -> Data {
  do {
    return try Data(contentsOf: URL(fileURLWithPath: path))
  } catch {
    throw Failure.missing("cannot read \(path): name a file that this user can read")
  }
}
