import ArgumentParser
import CooperationModel
import Foundation
import TopicBus

/// What collectivités were offered, and how evenly.
struct LeadsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "leads", abstract: "What collectivités were really offered, and how evenly.",
    subcommands: [List.self, Fairness.self], defaultSubcommand: List.self)

  struct List: OperatorCommand {
    static let configuration = CommandConfiguration(abstract: "Lists leads, the newest first.")
    @OptionGroup var suite: SuiteOptions
    @Option(help: "Of one request: its id, or how it begins.") var request: String?
    @Option(help: "Of one authority (commune:35051).") var collectivite: CollectiviteID?
    @Option(help: "Of one status.") var status: Lead.Status?
    @Flag(help: "Open ones alone.") var open = false
    @Option(help: "At most so many; 0 for all.") var limit = 100

    func run(at desk: Desk) async throws {
      let leads = try await desk.withLog { try await $0.table(of: Topics.leads) }.values
        .filter { lead in
          (request == nil || lead.id.request.rawValue.hasPrefix(request ?? ""))
            && (collectivite == nil || lead.id.collectivite == collectivite)
            && (status == nil || lead.status == status) && (!open || lead.isOpen)
        }
        .sorted { ($1.offeredAt, $0.id) < ($0.offeredAt, $1.id) }
      let shown = limit == 0 ? leads : Array(leads.prefix(limit))
      let registry = try? desk.reference().registry
      try desk.console.show(shown.map { LeadReport($0, registry?.name(of: $0.id.collectivite)) }) {
        Self.text(shown, of: leads.count, registry, desk)
      }
    }

    private static func text(_ leads: [Lead], of total: Int, _ registry: Registry?, _ desk: Desk) -> String {
      guard !leads.isEmpty else { return desk.say(fr: "Aucune mise en relation.\n", en: "No lead.\n") }
      var table = TextTable([
        desk.say(fr: "demande", en: "request"), desk.say(fr: "pays", en: "country"),
        desk.say(fr: "demandeur", en: "asking"),
        "collectivité", desk.say(fr: "nom", en: "name"), desk.say(fr: "état", en: "status"), ">score",
        desk.say(fr: "proposée le", en: "offered on"), desk.say(fr: "réponse avant", en: "answer by"),
      ])
      for lead in leads {
        table.add([
          String(lead.id.request.rawValue.prefix(8)), lead.facts.country.rawValue,
          lead.facts.authority.shortened(to: 28),
          lead.id.collectivite.rawValue, (registry?.name(of: lead.id.collectivite) ?? "").shortened(to: 28),
          lead.status.rawValue + (lead.reason.map { " (\($0.rawValue))" } ?? ""), "\(lead.score)",
          lead.offeredAt.day.description, lead.answerBy?.day.description ?? "",
        ])
      }
      let more = total - leads.count
      return table.text
        + (more == 0 ? "" : desk.say(fr: "… et \(more) autres (--limit 0)\n", en: "… and \(more) more (--limit 0)\n"))
    }
  }

  struct Fairness: OperatorCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows how evenly leads are shared out, and which countries are served least.",
      discussion: """
        Leads are offered one at a time. The request with the fewest open leads goes first; of those that have equally few, \
        one whose deadline is at most 45 days away; then the one whose next lead has the highest score.
        """)
    @OptionGroup var suite: SuiteOptions

    func run(at desk: Desk) async throws {
      let registry = try? desk.reference().registry
      let report = try await desk.withLog { bus in
        let scoring = try await SettingsBook(bus).value(.scoring, as: ScoringSettings.self)
        return FairnessReport(
          requests: Array(try await bus.table(of: Topics.partnershipRequests).values),
          leads: Array(try await bus.table(of: Topics.leads).values),
          profiles: Array(try await bus.table(of: Topics.profiles).values),
          contacts: Array(try await bus.table(of: Topics.contacts).values),
          wanted: scoring?.wantedLeads ?? ScoringSettings.standard.wantedLeads,
          current: { id in registry?.current(of: id) ?? id })
      }
      try desk.console.show(report) { report.text(desk) }
    }
  }
}

extension Lead.Status: ExpressibleByArgument {}

private struct LeadReport: Encodable {
  var request: RequestID
  var collectivite: CollectiviteID
  var name: String?
  var status: Lead.Status
  var reason: Lead.Reason?
  var score: Int
  var scoring: Int
  var country: CountryCode
  var authority: String
  var title: String
  var offeredAt: Instant
  var answerBy: Instant?

  init(_ lead: Lead, _ name: String?) {
    request = lead.id.request
    collectivite = lead.id.collectivite
    self.name = name
    status = lead.status
    reason = lead.reason
    score = lead.score
    scoring = lead.scoring
    country = lead.facts.country
    authority = lead.facts.authority
    title = lead.facts.title
    offeredAt = lead.offeredAt
    answerBy = lead.answerBy
  }
}
