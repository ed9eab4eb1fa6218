import CooperationModel
import Foundation
import ServiceKit
import TopicBus

/// The suite's topics and standard settings beside what the log holds: what is to be made, and what differs.
struct TopicsPlan: Encodable {
  var topics: [Topic]
  var settings: [StandardSetting]

  struct Topic: Encodable {
    var topic: String
    var partitions: Int
    var kept: String
    var state: State
    /// What is there instead of what is declared.
    var found: String?
  }

  struct StandardSetting: Encodable {
    var setting: SettingID
    var state: State
    /// What stands there instead of this build's standard.
    var found: String?
  }

  enum State: String, Encodable {
    case missing, present, differs, undeclared
  }

  /// - Parameter found: the log's topics; nil when there is no log yet.
  init(_ found: [TopicDescription], settings: SettingsBook?) {
    let there = Dictionary(found.map { ($0.declaration.name, $0.declaration) }) { first, _ in first }
    topics = SuiteTopic.all.map { topic in
      let declared = topic.declaration
      let actual = there[declared.name]
      let state: State = actual.map { $0 == declared ? .present : .differs } ?? .missing
      return Topic(
        topic: declared.name, partitions: declared.partitions, kept: declared.cleanup.text, state: state,
        found: state == .differs ? actual.map { "\($0.partitions) × \($0.cleanup.text)" } : nil)
    }
    let declared = Set(topics.map(\.topic))
    topics += found.map(\.declaration).filter { !declared.contains($0.name) }.map { topic in
      Topic(topic: topic.name, partitions: topic.partitions, kept: topic.cleanup.text, state: .undeclared)
    }
    self.settings = [
      Self.scoring(settings?.value(.scoring, as: ScoringSettings.self)),
      StandardSetting(setting: .sending, state: settings?[.sending] == nil ? .missing : .present),
      StandardSetting(setting: .log, state: settings?[.log] == nil ? .missing : .present),
    ]
  }

  private static func scoring(_ found: ScoringSettings?) -> StandardSetting {
    guard let found else { return StandardSetting(setting: .scoring, state: .missing) }
    guard found != .standard else { return StandardSetting(setting: .scoring, state: .present) }
    return StandardSetting(setting: .scoring, state: .differs, found: "version \(found.version)")
  }

  var isComplete: Bool { !topics.contains { $0.state == .missing } && !settings.contains { $0.state == .missing } }

  /// Topics whose number of partitions is not the declared one: no service starts on them.
  var mismatches: [Topic] {
    topics.filter { topic in
      topic.state == .differs && topic.found.map { !$0.hasPrefix("\(topic.partitions) ×") } == true
    }
  }
}

extension TopicDeclaration.Cleanup {
  /// For people and programs: `compacted`, `trimmed`, `30d`.
  var text: String {
    switch self {
    case .compacted: "compacted"
    case .trimmed: "trimmed"
    case .aged(let age): Instant.Span(milliseconds: age).configurationText
    }
  }
}
