import ArgumentParser
import CooperationModel
import TopicBus

/// Where groups go on from.
struct OffsetsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "offsets", abstract: "Where groups go on from.", subcommands: [Reset.self])

  struct Reset: OperatorCommand {
    static let configuration = CommandConfiguration(
      abstract: "Sets a group's offsets back or forth; shows alone what it would do, unless told to --apply.",
      discussion: """
        The group's services must be stopped. What lies between is consumed again, or never: of commands, those again \
        are answered as before for a day, those passed over have no outcome.
        """)
    @OptionGroup var suite: SuiteOptions
    @Option(help: "The group.") var group: String
    @Option(help: "One topic alone.") var topic: String?
    @Option(help: "One partition alone.") var partition: Int?
    @Option(
      help: ArgumentHelp(
        "To where: earliest, latest, an offset, or a time as in 2026-09-01T00:00:00Z.", valueName: "place"))
    var to: String
    @Flag(help: "Do it.") var apply = false

    func run(at desk: Desk) async throws {
      guard let place = Place(to) else {
        throw Failure.usage(
          desk.say(
            fr:
              "«\u{202F}\(to)\u{202F}» n’est pas un endroit\u{202F}: earliest, latest, un offset ou une date comme 2026-09-01T00:00:00Z",
            en: "\"\(to)\" is no place: use earliest, latest, an offset, or a time as in 2026-09-01T00:00:00Z"))
      }
      let moves = try await desk.withLog { bus in
        let moves = try await planned(to: place, on: bus, desk)
        if apply {
          try await bus.resetOffsets(
            of: group, to: Dictionary(uniqueKeysWithValues: moves.map { ($0.place, $0.to) }))
        }
        return moves
      }
      try desk.console.show(moves) { text(moves, desk) }
    }

    private func planned(to place: Place, on bus: any TopicBus, _ desk: Desk) async throws -> [Move] {
      let known = try await bus.suiteGroups().first { $0.group == group }
      guard let known else {
        throw Failure.missing(
          desk.say(
            fr: "il n’y a pas de groupe «\u{202F}\(group)\u{202F}»\u{202F}: voyez `bourse groups`",
            en: "there is no group \"\(group)\": see `bourse groups`"))
      }
      guard known.members.isEmpty else {
        throw Failure(
          desk.say(
            fr:
              "le groupe «\u{202F}\(group)\u{202F}» a \(known.members.count) membres\u{202F}: arrêtez d’abord ses services",
            en: "group \"\(group)\" has \(known.members.count) members: stop its services first"), 78)
      }
      let name = try topic.map { try SuiteTopic.named($0).name }
      let chosen = known.partitions.filter { lag in
        (name == nil || lag.partition.topic == name) && (partition == nil || lag.partition.partition == partition)
      }
      guard !chosen.isEmpty else {
        throw Failure.missing(
          desk.say(fr: "le groupe ne lit rien de tel", en: "the group reads nothing of the kind"))
      }
      let partitions = chosen.map(\.partition)
      let ends = try await bus.ends(of: partitions)
      let times =
        if case .time(let time) = place { try await bus.offsets(of: partitions, at: time.milliseconds) } else {
          [TopicPartition: Int64]()
        }
      return chosen.compactMap { lag in
        guard let ends = ends[lag.partition] else { return nil }
        let target =
          switch place {
          case .earliest: ends.low
          case .latest: ends.high
          case .offset(let offset): min(max(offset, ends.low), ends.high)
          case .time: times[lag.partition] ?? ends.high
          }
        return Move(lag.partition, from: lag.committed, to: target)
      }
    }

    private func text(_ moves: [Move], _ desk: Desk) -> String {
      var table = TextTable([
        desk.say(fr: "sujet", en: "topic"), ">partition", desk.say(fr: ">validé", en: ">committed"),
        desk.say(fr: ">nouveau", en: ">new"), desk.say(fr: ">écart", en: ">difference"),
      ])
      for move in moves {
        table.add([
          move.topic, "\(move.partition)", move.from.map(String.init) ?? "-", "\(move.to)",
          move.from.map { "\(move.to - $0)" } ?? "-",
        ])
      }
      let end =
        apply
        ? desk.say(fr: "C’est fait.\n", en: "Done.\n")
        : desk.say(
          fr: "Rien n’est changé\u{202F}: ajoutez --apply pour le faire.\n",
          en: "Nothing is changed: add --apply to do it.\n")
      return table.text + end
    }
  }
}

extension OffsetsCommand.Reset {
  /// Where a group is to go on from.
  enum Place: Equatable {
    case earliest, latest
    case offset(Int64)
    case time(Instant)

    init?(_ text: String) {
      switch text {
      case "earliest": self = .earliest
      case "latest": self = .latest
      default:
        if let offset = Int64(text) {
          guard offset >= 0 else { return nil }
          self = .offset(offset)
        } else if let time = Instant(text) {
          self = .time(time)
        } else {
          return nil
        }
      }
    }
  }

  struct Move: Encodable {
    var topic: String
    var partition: Int
    /// Nil: the group has none.
    var from: Int64?
    var to: Int64

    init(_ partition: TopicPartition, from: Int64?, to: Int64) {
      topic = partition.topic
      self.partition = partition.partition
      self.from = from
      self.to = to
    }

    var place: TopicPartition { TopicPartition(topic, partition) }
  }
}
