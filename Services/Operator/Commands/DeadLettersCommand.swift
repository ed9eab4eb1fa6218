import ArgumentParser
import CooperationModel
import Foundation
import ServiceKit
import TopicBus

struct DeadLettersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dead-letters", abstract: "Records that a service could not take in, kept thirty days.",
    subcommands: [List.self, Show.self, Replay.self, Drop.self], defaultSubcommand: List.self)

  struct List: OperatorCommand {
    static let configuration = CommandConfiguration(abstract: "Lists those that were not dealt with, the oldest first.")
    @OptionGroup var suite: SuiteOptions
    @Flag(help: "Those replayed or dropped, too.") var all = false

    func run(at desk: Desk) async throws {
      let letters = try await desk.withLog { try await DeadLetterBox($0).letters }.filter { all || $0.closed == nil }
      try desk.console.show(letters.map { LetterReport($0) }) {
        guard !letters.isEmpty else { return desk.say(fr: "Aucun rebut.\n", en: "No dead letter.\n") }
        var table = TextTable([
          "id", desk.say(fr: "depuis", en: "since"), desk.say(fr: "d’où", en: "from"), desk.say(fr: "clé", en: "key"),
          desk.say(fr: "groupe", en: "group"), "code", desk.say(fr: "texte", en: "text"),
          desk.say(fr: "état", en: "state"),
        ])
        for letter in letters {
          let original = letter.letter.original
          table.add([
            letter.id, Instant(milliseconds: letter.letter.at).description,
            "\(original.topicPartition)@\(original.offset)",
            original.keyText.shortened(to: 40), letter.letter.group, letter.letter.failure.code,
            letter.letter.failure.text.shortened(to: 60), letter.closed?.rawValue ?? "",
          ])
        }
        return table.text
      }
    }
  }

  struct Show: OperatorCommand {
    static let configuration = CommandConfiguration(abstract: "Shows one with its headers and value.")
    @OptionGroup var suite: SuiteOptions
    @Argument(help: "Its id, as in 3/17.") var id: String

    func run(at desk: Desk) async throws {
      let letter = try await desk.withLog { try DeadLettersCommand.find(id, in: try await DeadLetterBox($0), desk) }
      let report = LetterReport(letter, isWhole: true)
      try desk.console.show(report) {
        """
        \(report.from)@\(report.offset)  \(letter.letter.original.keyText)
        \(report.group), \(report.at): \(report.stage): \(report.text) (\(report.code))

        """ + RecordReport(letter.letter.original).text
      }
    }
  }

  struct Replay: OperatorCommand {
    static let configuration = CommandConfiguration(
      abstract: "Sends what they hold again.",
      discussion: """
        A command is appended byte for byte to the partition it came from. Of anything else the newest record of its key \
        is appended again, so that whoever reads it looks at the key anew.
        """)
    @OptionGroup var suite: SuiteOptions
    @Argument(help: "Their ids, as in 3/17.") var ids: [String] = []
    @Flag(help: "All that were not dealt with.") var all = false

    func run(at desk: Desk) async throws {
      let done = try await desk.withLog { bus in
        let box = try await DeadLetterBox(bus)
        var done: [Replayed] = []
        for letter in try DeadLettersCommand.choose(ids, all, in: box, desk) {
          let again = try await box.replay(letter)
          done.append(Replayed(id: letter.id, appendedTo: again?.topicPartition.description))
        }
        return done
      }
      try desk.console.show(done) {
        done.map { replayed in
          guard let place = replayed.appendedTo else {
            return desk.say(
              fr: "\(replayed.id)\u{202F}: le journal ne garde plus rien de sa clé\u{202F}; classé\n",
              en: "\(replayed.id): the log holds nothing of its key any more; closed\n")
          }
          return desk.say(
            fr: "\(replayed.id)\u{202F}: renvoyé à \(place)\n", en: "\(replayed.id): sent again to \(place)\n")
        }.joined()
      }
    }
  }

  struct Drop: OperatorCommand {
    static let configuration = CommandConfiguration(
      abstract: "Marks them as dealt with; the records go by age, thirty days after they were set aside.")
    @OptionGroup var suite: SuiteOptions
    @Argument(help: "Their ids, as in 3/17.") var ids: [String] = []
    @Flag(help: "All that were not dealt with.") var all = false

    func run(at desk: Desk) async throws {
      let done = try await desk.withLog { bus in
        let box = try await DeadLetterBox(bus)
        let letters = try DeadLettersCommand.choose(ids, all, in: box, desk)
        for letter in letters { try await box.close(letter, as: .dropped) }
        return letters.map(\.id)
      }
      try desk.console.show(done) {
        done.map { desk.say(fr: "\($0)\u{202F}: classé\n", en: "\($0): dropped\n") }.joined()
      }
    }
  }

  private static func find(_ id: String, in box: DeadLetterBox, _ desk: Desk) throws -> DeadLetterBox.Letter {
    guard let letter = box[id] else {
      throw Failure.missing(
        desk.say(
          fr: "il n’y a pas de rebut \(id)\u{202F}: voyez `bourse dead-letters list`",
          en: "there is no dead letter \(id): see `bourse dead-letters list`"))
    }
    return letter
  }

  private static func choose(
    _ ids: [String], _ all: Bool, in box: DeadLetterBox, _ desk: Desk
  ) throws -> [DeadLetterBox.Letter] {
    if all { return box.letters.filter { $0.closed == nil } }
    guard !ids.isEmpty else {
      throw Failure.usage(desk.say(fr: "donnez des identifiants, ou --all", en: "give ids, or --all"))
    }
    return try ids.map { id in
      let letter = try find(id, in: box, desk)
      if let closed = letter.closed {
        throw Failure.data(
          desk.say(fr: "\(id) est déjà traité (\(closed))", en: "\(id) was dealt with already (\(closed))"))
      }
      return letter
    }
  }
}

private struct Replayed: Encodable {
  var id: String
  var appendedTo: String?
}

private struct LetterReport: Encodable {
  var id: String
  var at: Instant
  var from: String
  var offset: Int64
  var key: String
  var group: String
  var stage: String
  var code: String
  var text: String
  var closed: DeadLetterBox.Closing?
  var record: RecordReport?

  init(_ letter: DeadLetterBox.Letter, isWhole: Bool = false) {
    id = letter.id
    at = Instant(milliseconds: letter.letter.at)
    from = letter.letter.original.topicPartition.description
    offset = letter.letter.original.offset
    key = letter.letter.original.keyText
    group = letter.letter.group
    (stage, code, text) = (letter.letter.failure.stage, letter.letter.failure.code, letter.letter.failure.text)
    closed = letter.closed
    record = isWhole ? RecordReport(letter.letter.original) : nil
  }
}
