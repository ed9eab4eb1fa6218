import ArgumentParser
import CooperationModel
import Foundation
import ServiceKit
import TopicBus

struct StateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "state", abstract: "Looks at, and repairs, what the log holds of one key.",
    subcommands: [Show.self, Repair.self])

  struct Show: OperatorCommand {
    static let configuration = CommandConfiguration(abstract: "Shows the newest record of a key.")
    @OptionGroup var suite: SuiteOptions
    @Argument(help: "The topic, with or without prefix and version.") var topic: String
    @Argument(help: "The key, or 0x and its bytes in hexadecimal.") var key: String
    @Option(help: "In one partition alone.") var partition: Int?

    func run(at desk: Desk) async throws {
      let topic = try SuiteTopic.named(topic)
      let key = try StateCommand.bytes(key)
      let found = try await desk.withLog { try await $0.newest(of: topic.declaration) }
        .filter { $0.key == key && (partition == nil || $0.partition == partition) }
      guard !found.isEmpty else {
        throw Failure.missing(
          desk.say(
            fr: "\(topic.name) ne garde rien de la clé \(self.key)",
            en: "\(topic.name) holds nothing of the key \(self.key)"))
      }
      try desk.console.show(found.map(RecordReport.init)) {
        found.map { record in
          let verdict: String
          do throws(BadRecord) {
            try topic.check?(record)
            verdict = desk.say(fr: "lisible", en: "readable")
          } catch {
            verdict = "\(desk.say(fr: "ILLISIBLE", en: "UNREADABLE")): \(error)"
          }
          return "\(record.topicPartition)@\(record.offset)  \(verdict)\n" + RecordReport(record).text
        }.joined(separator: "\n")
      }
    }
  }

  struct Repair: OperatorCommand {
    static let configuration = CommandConfiguration(
      abstract: "Writes a record that takes the place of one that cannot be read.",
      discussion: """
        Readiness and `bourse doctor` name topic, key and partition. The replacement is checked as one of the topic's \
        first. The bad record itself is then removed by compaction, and the partition goes on.
        """)
    @OptionGroup var suite: SuiteOptions
    @Argument(help: "The topic, with or without prefix and version.") var topic: String
    @Argument(help: "The key, or 0x and its bytes in hexadecimal.") var key: String
    @Option(help: "The partition that the bad record lies in.") var partition: Int
    @Option(help: "A file with the value, in JSON, that takes its place.") var replace: String?
    @Flag(help: "Erase the key instead.") var tombstone = false

    func run(at desk: Desk) async throws {
      let topic = try SuiteTopic.named(topic)
      guard topic.isKept else {
        throw Failure.usage("\(topic.name) holds no state: what a service cannot take from it goes to the dead letters")
      }
      guard (0..<topic.declaration.partitions).contains(partition) else {
        throw Failure.usage("\(topic.name) has the partitions 0 to \(topic.declaration.partitions - 1)")
      }
      guard (replace == nil) == tombstone else { throw Failure.usage("give either --replace FILE or --tombstone") }
      let record = try record(of: topic, at: desk.now)
      let offset = try await desk.withLog { bus in
        guard
          try await bus.newest(of: topic.declaration).contains(where: {
            $0.key == record.key && $0.partition == partition
          })
        else {
          throw Failure.missing("partition \(partition) of \(topic.name) holds nothing of the key \(key)")
        }
        let offset = try await bus.append([record]).first ?? 0
        try await bus.maintain(now: desk.now.milliseconds)
        return offset
      }
      let place = RepairReport(topic: topic.name, partition: partition, offset: offset, key: key, tombstone: tombstone)
      try desk.console.show(place) {
        desk.say(
          fr: "Réparé par \(topic.name)/\(partition)@\(offset). Redémarrez le service qui s’était arrêté là.\n",
          en: "Repaired by \(topic.name)/\(partition)@\(offset). Start the service again that stood still there.\n")
      }
    }

    private func record(of topic: SuiteTopic, at time: Instant) throws -> Outgoing {
      if let replace, let replacement = topic.replacement {
        return try replacement(key, readFile(replace), partition, time)
      }
      let bytes = try StateCommand.bytes(key)
      let cause = StableID.uuid(of: ["bourse", "repair", topic.name, key, time.description])
      return Outgoing(
        topic: topic.name, partition: partition, key: bytes, value: nil,
        headers: cloudEventHeaders(
          id: cause, source: "bourse", type: topic.type ?? "", time: time, subject: key, schemaLevel: 1),
        timestamp: time.milliseconds)
    }
  }

  /// A key as it is given on the command line.
  private static func bytes(_ key: String) throws -> [UInt8] {
    guard key.hasPrefix("0x") else { return Array(key.utf8) }
    let digits = Array(key.dropFirst(2))
    let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
      UInt8(String(digits[$0...$0 + 1]), radix: 16)
    }
    guard digits.count.isMultiple(of: 2), bytes.count == digits.count / 2 else {
      throw Failure.usage("\(key) is not 0x and an even number of hexadecimal digits")
    }
    return bytes
  }
}

private struct RepairReport: Encodable {
  var topic: String
  var partition: Int
  var offset: Int64
  var key: String
  var tombstone: Bool
}
