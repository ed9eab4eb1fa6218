import CooperationModel
import Foundation
import ServiceKit
import TopicBus

/// A topic of the suite, whatever its keys and values are.
struct SuiteTopic: Sendable {
  let declaration: TopicDeclaration
  /// Says what is wrong with a record; nil for topics whose values only their decider reads.
  let check: (@Sendable (Record) throws(BadRecord) -> Void)?
  /// The record that gives a key its next value, after the value was read as one of the topic's.
  let replacement: (@Sendable (_ key: String, _ value: Data, _ partition: Int, _ time: Instant) throws -> Outgoing)?
  /// CloudEvents type of its records, where all have the same.
  let type: String?

  var name: String { declaration.name }
  var isCommands: Bool { declaration.cleanup == .trimmed }
  var isKept: Bool { if case .compacted = declaration.cleanup { true } else { false } }

  init<Key, Value>(_ contract: TopicContract<Key, Value>) {
    declaration = contract.declaration
    type = contract.type
    check = { (record) throws(BadRecord) in _ = try contract.read(record) }
    replacement = { text, data, partition, time in
      guard let key = Key(rawValue: text) else { throw Failure.data("\"\(text)\" is not \(Key.form)") }
      let value = try JSON.decode(Value.self, from: data)
      let home = contract.partition(of: key, value)
      guard home == partition else {
        throw Failure.data("that value belongs into partition \(home) of \(contract.topic), not \(partition)")
      }
      return try contract.record(
        key, value, partition: partition, time: time, source: "bourse", cause: "repair \(time)")
    }
  }

  init(_ topic: CommandTopic) {
    declaration = topic.declaration
    type = nil
    check = nil
    replacement = nil
  }

  private init(deadLetters declaration: TopicDeclaration) {
    self.declaration = declaration
    type = nil
    check = nil
    replacement = nil
  }

  /// Every topic of the suite, in the order of the names.
  static let all: [SuiteTopic] = [
    SuiteTopic(Topics.partnershipRequests), SuiteTopic(Topics.profiles), SuiteTopic(Topics.contacts),
    SuiteTopic(Topics.cooperations), SuiteTopic(Topics.matches), SuiteTopic(Topics.leads),
    SuiteTopic(Topics.outboundMessages), SuiteTopic(Topics.declarations), SuiteTopic(Topics.settings),
    SuiteTopic(Topics.commandOutcomes), SuiteTopic(Topics.ingestionCommands), SuiteTopic(Topics.leadCommands),
    SuiteTopic(Topics.notificationCommands), SuiteTopic(Topics.apdCommands),
    SuiteTopic(deadLetters: DeadLetter.declaration),
  ].sorted { $0.name < $1.name }

  static let names = Set(all.map(\.name))

  /// The topic of that name, with or without the suite's prefix and version.
  static func named(_ name: String) throws -> SuiteTopic {
    let known = all.first { topic in
      [topic.name, String(topic.name.dropFirst(Topics.prefix.count))].contains(name)
        || topic.name.hasPrefix(Topics.prefix + name + ".v")
    }
    guard let known else {
      let names = all.map { $0.name.dropFirst(Topics.prefix.count) }.joined(separator: ", ")
      throw Failure.usage("there is no topic \"\(name)\": use one of \(names)")
    }
    return known
  }
}
