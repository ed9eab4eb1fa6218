import ArgumentParser
import CooperationModel
import Foundation

/// The model that ranks and shares out.
struct ScoringCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scoring", abstract: "The model that ranks authorities and shares leads out.",
    subcommands: [Show.self, Diff.self, Apply.self])

  struct Show: OperatorCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows the model in force; with --json as the file that `apply` takes.")
    @OptionGroup var suite: SuiteOptions

    func run(at desk: Desk) async throws {
      let model = try await desk.withLog { try await ScoringCommand.current(SettingsBook($0), desk) }
      try desk.console.show(model) {
        var table = TextTable([desk.say(fr: "facteur", en: "factor"), desk.say(fr: ">poids", en: ">weight")])
        for (code, weight) in model.weights.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
          table.add([code, "\(weight)"])
        }
        return desk.say(
          fr:
            "Modèle \(model.version)\u{202F}: seuil \(model.threshold), \(model.wantedLeads) mises en relation par demande, réponse en \(model.answerDays) jours\n",
          en:
            "Model \(model.version): threshold \(model.threshold), \(model.wantedLeads) leads a request, \(model.answerDays) days to answer\n"
        )
          + table.text
      }
    }
  }

  struct Diff: OperatorCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows how a model in a file differs from the one in force, and how many matches it would change.",
      discussion: "The matcher ranks every open request by both models; nothing is applied.")
    @OptionGroup var suite: SuiteOptions
    @Argument(help: "A JSON file, as `scoring show --json` prints.") var file: String
    @Option(help: "Where the matcher answers.") var url = "http://127.0.0.1:8082"
    @Option(help: "A file with an operator's or the ministry's token; tokens/operator in the data folder otherwise.")
    var token: String?

    func run(at desk: Desk) async throws {
      let next = try ScoringCommand.read(file)
      let model = try await desk.withLog { try await ScoringCommand.current(SettingsBook($0), desk) }
      let changes = ScoringChange.between(model, next)
      let token = self.token ?? desk.dataFolder + "/tokens/operator"
      let matches: ModelDifference?
      if self.token != nil || FileManager.default.fileExists(atPath: token) {
        matches = try MatcherDesk(url: url, token: token).difference(to: next, desk)
      } else {
        matches = nil
        desk.console.note(
          desk.say(
            fr: "Nommez un jeton par --token pour savoir combien de correspondances changeraient.",
            en: "Name a token with --token to learn how many matches would change."))
      }
      try desk.console.show(ScoringDifference(figures: changes, matches: matches)) {
        ScoringChange.text(changes, desk) + (matches.map { MatcherDesk.text($0, desk) } ?? "")
      }
    }
  }

  struct Apply: OperatorCommand {
    static let configuration = CommandConfiguration(
      abstract: "Puts a model in force: every open request is ranked again; no lead ends.")
    @OptionGroup var suite: SuiteOptions
    @Argument(help: "A JSON file, as `scoring show --json` prints.") var file: String

    func run(at desk: Desk) async throws {
      let next = try ScoringCommand.read(file)
      try await desk.withLog { bus in
        var book = try await SettingsBook(bus)
        let before = book.value(.scoring, as: ScoringSettings.self)
        let value = try JSONValue(encoding: next)
        try SettingRules.checkVersion(of: value, after: book[.scoring]?.value)
        try await book.set(.scoring, value, at: desk.now)
        let changes = before.map { ScoringChange.between($0, next) } ?? []
        try desk.console.show(changes) {
          ScoringChange.text(changes, desk)
            + (changes.isEmpty
              ? "" : desk.say(fr: "Modèle \(next.version) en vigueur.\n", en: "Model \(next.version) is in force.\n"))
        }
      }
    }
  }

  private static func current(_ book: SettingsBook, _ desk: Desk) throws -> ScoringSettings {
    guard let model = book.value(.scoring, as: ScoringSettings.self) else {
      throw Failure.missing(
        desk.say(
          fr: "aucun modèle n’est écrit\u{202F}: lancez `bourse topics apply`",
          en: "no model is written: run `bourse topics apply`"))
    }
    return model
  }

  private static func read(_ file: String) throws -> ScoringSettings {
    let value = try SettingRules.normalized(try JSONValue(text: "@" + file), for: .scoring)
    return try value.decoded(as: ScoringSettings.self)
  }
}

/// What another model is, and what it would change.
private struct ScoringDifference: Encodable {
  var figures: [ScoringChange]
  /// Nil when the matcher was not asked.
  var matches: ModelDifference?
}

/// One figure of the model that is another.
private struct ScoringChange: Encodable {
  var member: String
  var before: Int?
  var after: Int?

  static func between(_ before: ScoringSettings, _ after: ScoringSettings) -> [ScoringChange] {
    let figures: [(String, Int?, Int?)] = [
      ("version", before.version, after.version), ("threshold", before.threshold, after.threshold),
      ("wantedLeads", before.wantedLeads, after.wantedLeads), ("answerDays", before.answerDays, after.answerDays),
      ("textThemes", before.textThemes, after.textThemes),
    ]
    let codes = Set(before.weights.keys).union(after.weights.keys).sorted()
    return figures.filter { $0.1 != $0.2 }.map { ScoringChange(member: $0.0, before: $0.1, after: $0.2) }
      + codes.filter { before.weights[$0] != after.weights[$0] }
      .map { ScoringChange(member: "weights/\($0)", before: before.weights[$0], after: after.weights[$0]) }
  }

  static func text(_ changes: [ScoringChange], _ desk: Desk) -> String {
    guard !changes.isEmpty else { return desk.say(fr: "Aucune différence.\n", en: "No difference.\n") }
    var table = TextTable([
      desk.say(fr: "membre", en: "member"), desk.say(fr: ">avant", en: ">before"), desk.say(fr: ">après", en: ">after"),
    ])
    for change in changes {
      table.add([change.member, change.before.map(String.init) ?? "-", change.after.map(String.init) ?? "-"])
    }
    return table.text
  }
}
