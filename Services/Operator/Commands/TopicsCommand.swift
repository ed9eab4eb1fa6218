import ArgumentParser
import CooperationModel
import Foundation
import ServiceKit
import TopicBus

struct TopicsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "topics", abstract: "The suite's topics and standard settings.",
    subcommands: [Plan.self, Apply.self, Describe.self, Document.self])

  struct Plan: OperatorCommand {
    static let configuration = CommandConfiguration(abstract: "Shows what `apply` would make, and what differs.")
    @OptionGroup var suite: SuiteOptions

    func run(at desk: Desk) async throws {
      let plan =
        try desk.hasLog() ? try await desk.withLog { try await TopicsPlan(of: $0) } : TopicsPlan([], settings: nil)
      try desk.console.show(plan) { plan.text(desk) }
    }
  }

  struct Apply: OperatorCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes what is missing; changes nothing that is there.",
      discussion: "Settings that are missing get the standard: scoring as built in, sending closed, a new log id.")
    @OptionGroup var suite: SuiteOptions

    func run(at desk: Desk) async throws {
      let before = try await desk.withLog(making: true) { bus in
        let plan = try await TopicsPlan(of: bus)
        if let topic = plan.mismatches.first {
          throw Failure.data(
            desk.say(
              fr:
                "\(topic.topic)\u{202F}: \(topic.found ?? "") au lieu de \(topic.partitions) partitions\u{202F}; un autre nombre demande une nouvelle version du sujet",
              en:
                "\(topic.topic): \(topic.found ?? "") instead of \(topic.partitions) partitions; another count needs a new topic version"
            ))
        }
        try await bus.create(SuiteTopic.all.map(\.declaration))
        var book = try await SettingsBook(bus)
        for setting in plan.settings where setting.state == .missing {
          try await book.set(setting.setting, try setting.standard(), at: desk.now)
        }
        return plan
      }
      let report = Applied(plan: before)
      try desk.console.show(report) { report.text(desk) }
    }
  }

  struct Describe: OperatorCommand {
    static let configuration = CommandConfiguration(abstract: "Shows each topic with its partitions' ends.")
    @OptionGroup var suite: SuiteOptions
    @Option(help: "One topic alone, by partition.") var topic: String?

    func run(at desk: Desk) async throws {
      let chosen = try topic.map { try SuiteTopic.named($0).name }
      let found = try await desk.withLog { try await $0.describeTopics() }
        .filter { chosen == nil || $0.declaration.name == chosen }
      try desk.console.show(found.map(Described.init)) {
        chosen == nil ? Self.overview(found, desk) : Self.partitions(found, desk)
      }
    }

    private static func overview(_ topics: [TopicDescription], _ desk: Desk) -> String {
      var table = TextTable(
        desk.console.language == .french
          ? ["sujet", ">partitions", "gardé", ">offsets"] : ["topic", ">partitions", "kept", ">offsets"])
      for topic in topics {
        let span = topic.ends.reduce(0) { $0 + $1.high - $1.low }
        table.add([topic.declaration.name, "\(topic.ends.count)", topic.declaration.cleanup.text, "\(span)"])
      }
      return table.text
    }

    private static func partitions(_ topics: [TopicDescription], _ desk: Desk) -> String {
      var table = TextTable(
        desk.console.language == .french
          ? ["sujet", ">partition", ">début", ">fin"] : ["topic", ">partition", ">begin", ">end"])
      for topic in topics {
        for (number, ends) in topic.ends.enumerated() {
          table.add([topic.declaration.name, "\(number)", "\(ends.low)", "\(ends.high)"])
        }
      }
      return table.text
    }
  }

  struct Document: OperatorCommand {
    static let configuration = CommandConfiguration(
      commandName: "asyncapi", abstract: "Prints the topics' AsyncAPI 3 document, as JSON.",
      discussion: "Made from the topics' declarations; needs no log.")
    @OptionGroup var suite: SuiteOptions

    func run(at desk: Desk) async throws { Console.standardOutput(try Console.json(AsyncAPI.document)) }
  }
}

extension TopicsPlan {
  init(of bus: any TopicBus) async throws {
    let found = try await bus.describeTopics()
    let hasSettings = found.contains { $0.declaration.name == Topics.settings.topic }
    self.init(found, settings: hasSettings ? try await SettingsBook(bus) : nil)
  }

  func text(_ desk: Desk) -> String {
    let words: [State: String] = [
      .missing: desk.say(fr: "à créer", en: "to be made"), .present: desk.say(fr: "présent", en: "there"),
      .differs: desk.say(fr: "diffère", en: "differs"), .undeclared: desk.say(fr: "non déclaré", en: "not declared"),
    ]
    var table = TextTable([
      desk.say(fr: "sujet ou réglage", en: "topic or setting"), ">partitions", desk.say(fr: "gardé", en: "kept"),
      desk.say(fr: "état", en: "state"), desk.say(fr: "trouvé", en: "found"),
    ])
    for topic in topics {
      table.add([topic.topic, "\(topic.partitions)", topic.kept, words[topic.state] ?? "", topic.found ?? ""])
    }
    for setting in settings {
      table.add([setting.setting.rawValue, "", "", words[setting.state] ?? "", setting.found ?? ""])
    }
    return table.text
  }
}

extension TopicsPlan.StandardSetting {
  /// What `apply` writes where the setting is missing.
  fileprivate func standard() throws -> JSONValue {
    switch setting {
    case .scoring: try JSONValue(encoding: ScoringSettings.standard)
    case .sending: try JSONValue(encoding: SendingSettings(isOpen: false))
    default: try JSONValue(encoding: LogSettings(id: UUID().uuidString.lowercased()))
    }
  }
}

/// What `topics apply` made, and what differs from the declarations and stays.
private struct Applied: Encodable {
  var made: [String]
  var written: [SettingID]
  var differences: [String]

  init(plan: TopicsPlan) {
    made = plan.topics.filter { $0.state == .missing }.map(\.topic)
    written = plan.settings.filter { $0.state == .missing }.map(\.setting)
    differences =
      plan.topics.filter { $0.state == .differs }.map { topic in
        "\(topic.topic): \(topic.found ?? ""), declared \(topic.partitions) × \(topic.kept)"
      }
      + plan.settings.filter { $0.state == .differs }.map { setting in
        "\(setting.setting): \(setting.found ?? ""), this build's standard is version \(ScoringSettings.standard.version)"
      }
  }

  func text(_ desk: Desk) -> String {
    let topics = made.count
    let settings = written.map(\.rawValue).joined(separator: ", ")
    var lines = [
      topics == 0
        ? desk.say(fr: "Tous les sujets sont là.", en: "Every topic is there.")
        : desk.say(fr: "\(topics) sujets créés.", en: "Made \(topics) topics."),
      written.isEmpty
        ? desk.say(fr: "Tous les réglages sont là.", en: "Every setting is there.")
        : desk.say(fr: "Réglages écrits\u{202F}: \(settings).", en: "Wrote the settings \(settings)."),
    ]
    lines += differences.map {
      desk.say(fr: "Diffère, laissé tel quel\u{202F}: \($0)", en: "Differs, left as it is: \($0)")
    }
    return lines.map { $0 + "\n" }.joined()
  }
}

private struct Described: Encodable {
  var topic: String
  var kept: String
  var partitions: [Ends]

  struct Ends: Encodable {
    var partition: Int
    var low: Int64
    var high: Int64
  }

  init(_ description: TopicDescription) {
    topic = description.declaration.name
    kept = description.declaration.cleanup.text
    partitions = description.ends.enumerated().map { Ends(partition: $0, low: $1.low, high: $1.high) }
  }
}
