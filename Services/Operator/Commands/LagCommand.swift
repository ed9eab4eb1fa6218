import ArgumentParser
import TopicBus

/// How far each group is behind.
struct LagCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "lag", abstract: "Shows how many records each group has still to consume.")
  @OptionGroup var suite: SuiteOptions
  @Option(help: "One group alone.") var group: String?
  @Flag(help: "A line for each partition.") var partitions = false

  func run(at desk: Desk) async throws {
    let groups = try await desk.withLog { try await $0.suiteGroups() }.filter { group == nil || $0.group == group }
    if let group, groups.isEmpty {
      throw Failure.missing(
        desk.say(
          fr: "il n’y a pas de groupe «\u{202F}\(group)\u{202F}»\u{202F}: voyez `bourse groups`",
          en: "there is no group \"\(group)\": see `bourse groups`"))
    }
    let lines = groups.flatMap { group in group.partitions.map { LagReport($0, of: group.group) } }
    try desk.console.show(lines) {
      let shown = partitions ? lines : Self.byTopic(lines)
      var table = TextTable([
        desk.say(fr: "groupe", en: "group"), desk.say(fr: "sujet", en: "topic"), ">partition",
        desk.say(fr: ">validé", en: ">committed"), desk.say(fr: ">retard", en: ">lag"),
      ])
      for line in shown {
        table.add([
          line.group, line.topic, line.partition.map(String.init) ?? "*", line.committed.map(String.init) ?? "-",
          "\(line.lag)",
        ])
      }
      return table.isEmpty ? desk.say(fr: "Aucun groupe.\n", en: "No group.\n") : table.text
    }
  }

  /// One line for each group and topic.
  private static func byTopic(_ lines: [LagReport]) -> [LagReport] {
    lines.reduce(into: []) { sums, line in
      if let last = sums.indices.last, sums[last].group == line.group, sums[last].topic == line.topic {
        sums[last].lag += line.lag
        sums[last].committed = (sums[last].committed ?? 0) + (line.committed ?? 0)
      } else {
        var sum = line
        sum.partition = nil
        sums.append(sum)
      }
    }
  }
}

private struct LagReport: Encodable {
  var group: String
  var topic: String
  /// Nil stands for all of the topic's.
  var partition: Int?
  var committed: Int64?
  var lag: Int64

  init(_ lag: GroupDescription.PartitionLag, of group: String) {
    self.group = group
    topic = lag.partition.topic
    partition = lag.partition.partition
    committed = lag.committed
    self.lag = lag.lag
  }
}
