import ArgumentParser
import TopicBus

/// Who works: each group's members, their processes and partitions.
struct GroupsCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "groups", abstract: "Shows each group's members, their processes and partitions.")
  @OptionGroup var suite: SuiteOptions

  func run(at desk: Desk) async throws {
    let groups = try await desk.withLog { try await $0.suiteGroups() }
    let members = groups.flatMap { group in group.members.map { MemberReport($0, of: group.group) } }
    let idle = groups.filter(\.members.isEmpty).map(\.group)
    try desk.console.show(GroupsReport(members: members, withoutMembers: idle)) {
      var table = TextTable([
        desk.say(fr: "groupe", en: "group"), "instance", desk.say(fr: ">processus", en: ">process"), ">partitions",
        desk.say(fr: "répond", en: "responds"),
      ])
      for member in members {
        table.add([
          member.group, member.instance, member.process.map(String.init) ?? "", "\(member.partitions.count)",
          member.responds ? desk.say(fr: "oui", en: "yes") : desk.say(fr: "NON", en: "NO"),
        ])
      }
      for group in idle { table.add([group, desk.say(fr: "personne", en: "nobody"), "", "0", ""]) }
      return table.isEmpty ? desk.say(fr: "Aucun groupe.\n", en: "No group.\n") : table.text
    }
  }
}

private struct GroupsReport: Encodable {
  var members: [MemberReport]
  /// Groups that nobody works for.
  var withoutMembers: [String]
}

private struct MemberReport: Encodable {
  var group: String
  var instance: String
  var process: Int32?
  var responds: Bool
  var partitions: [String]

  init(_ member: GroupDescription.Member, of group: String) {
    self.group = group
    instance = member.instance
    process = member.process
    responds = member.responds
    partitions = member.partitions.map(\.description)
  }
}
