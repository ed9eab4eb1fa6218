import CooperationModel
import EmbeddedBus
import Foundation
import Matcher
import ServiceKit
import TopicBus

/// What the log says at the end, held against what was promised and against everything computed anew from the entities.
struct EndState {
  let requests: [RequestID: PartnershipRequest]
  let profiles: [CollectiviteID: Profile]
  let contacts: [ContactID: Contact]
  let cooperations: [CooperationID: Cooperation]
  let matches: [RequestID: MatchSet]
  let leads: [LeadID: Lead]
  let messages: [MessageID: OutboundMessage]
  /// Entities whose versions are not 1, 2, 3 …
  let versionFaults: [String]
  private let matched: [RequestID: Set<CollectiviteID>]
  private let bus: any TopicBus

  /// - Parameter witness: who followed the log while it was written; nil: it holds everything still.
  init(_ bus: any TopicBus, witness: Witness? = nil) async throws {
    self.bus = bus
    let witness = witness ?? Witness(bus)
    try await witness.catchUp()
    versionFaults = await witness.versionFaults
    matched = await witness.matched
    requests = try await bus.table(Topics.partnershipRequests)
    profiles = try await bus.table(Topics.profiles)
    contacts = try await bus.table(Topics.contacts)
    cooperations = try await bus.table(Topics.cooperations)
    matches = try await bus.table(Topics.matches)
    leads = try await bus.table(Topics.leads)
    messages = try await bus.table(Topics.outboundMessages)
  }

  // MARK: Commands and versions

  /// Commands without exactly one outcome.
  func commandFaults() async throws -> [String] {
    var commands: Set<String> = []
    for topic in [Topics.ingestionCommands, Topics.leadCommands, Topics.apdCommands] {
      for record in try await bus.records(of: topic.topic, partitions: topic.partitions) {
        commands.insert(record.header("ce_id") ?? "without id")
      }
    }
    var outcomes: [String: Int] = [:]
    for (key, _) in try await bus.history(Topics.commandOutcomes) { outcomes[key.rawValue, default: 0] += 1 }
    return commands.sorted().filter { outcomes[$0] != 1 }.map { "command \($0) has \(outcomes[$0] ?? 0) outcomes" }
      + outcomes.keys.sorted().filter { !commands.contains($0) }.map { "outcome \($0) is of no command" }
  }

  /// Commands before their decider's committed offset without exactly one outcome, and later ones that have one: what
  /// holds at any moment, and not at rest alone.
  func decisionFaults() async throws -> [String] {
    var committed: [TopicPartition: Int64] = [:]
    for partition in try await bus.describeGroups().flatMap(\.partitions) {
      committed[partition.partition] = partition.committed
    }
    var outcomes: [String: Int] = [:]
    for (key, _) in try await bus.history(Topics.commandOutcomes) { outcomes[key.rawValue, default: 0] += 1 }
    var faults: [String] = []
    for topic in [Topics.ingestionCommands, Topics.leadCommands, Topics.apdCommands] {
      for record in try await bus.records(of: topic.topic, partitions: topic.partitions) {
        let isConsumed = record.offset < committed[record.topicPartition] ?? 0
        let count = outcomes[record.header("ce_id") ?? ""] ?? 0
        if count != (isConsumed ? 1 : 0) {
          faults.append(
            "\(record.topicPartition) at \(record.offset), \(isConsumed ? "consumed" : "not consumed"): \(count) outcomes"
          )
        }
      }
    }
    return faults
  }

  /// Promises that the log does not keep.
  func promiseFaults(_ promises: [PatientClient.Promise]) -> [String] {
    promises.compactMap { promise in
      let parts = promise.path.split(separator: "/").map(String.init)
      let key = parts.count > 1 ? parts[1] : ""
      let version: Int? =
        switch parts.first {
        case "requests": RequestID(key).flatMap { requests[$0]?.version }
        case "profiles": CollectiviteID(key).flatMap { profiles[$0]?.version }
        case "leads": LeadID(key).flatMap { leads[$0]?.version }
        default: nil
        }
      guard let version, version >= promise.version else {
        return
          "\(promise.path) was promised at version \(promise.version) and is at \(version.map(String.init) ?? "none")"
      }
      return nil
    }
  }

  // MARK: What follows from the entities

  private func knowledge(_ landscape: Landscape) -> Candidates {
    var candidates = Candidates(landscape)
    for (key, profile) in profiles { _ = candidates.update(profile: profile, for: key) }
    for (key, sheet) in cooperations { _ = candidates.update(cooperation: sheet, for: key) }
    for (key, contact) in contacts { _ = candidates.update(contact: contact, for: key) }
    return candidates
  }

  /// Match sets that differ from those ranked anew.
  func matchFaults(_ landscape: Landscape, _ model: ScoringModel) -> [String] {
    let candidates = knowledge(landscape)
    let ranking = Ranking(model: model)
    var faults: [String] = []
    for (key, request) in requests {
      let expected = request.isOpen ? ranking.best(for: request, among: candidates) : nil
      if matches[key] != expected { faults.append("the matches of \(key) are not those of its candidates") }
    }
    return faults.sorted()
  }

  /// Leads that break the laws of sharing out.
  func leadFaults(_ landscape: Landscape, _ model: ScoringModel, now: Instant) -> [String] {
    let candidates = knowledge(landscape)
    let allocator = Allocator(model: model)
    var book = LeadBook(landscape)
    for (key, lead) in leads { book.update(lead: lead, for: key) }
    var faults: [String] = []
    for (collectivite, offered) in Dictionary(grouping: leads.values, by: \.id.collectivite)
    where offered.count > candidates.weeklyLimit(of: collectivite) {
      faults.append("\(collectivite) was offered \(offered.count) leads in a week")
    }
    for lead in leads.values where matched[lead.id.request]?.contains(lead.id.collectivite) != true {
      faults.append("\(lead.id) was offered and never matched")
    }
    let byRequest = Dictionary(grouping: leads.values, by: \.id.request)
    for (key, request) in requests {
      let own = byRequest[key] ?? []
      let open = own.count { $0.isOpen }
      if open > model.settings.wantedLeads { faults.append("\(key) has \(open) open leads") }
      for lead in allocator.endings(of: own, request: request, candidates: candidates, now: now) {
        faults.append("\(lead.id) should be \(lead.status): \(lead.reason?.rawValue ?? "")")
      }
      if let turn = allocator.turn(for: request, matches: matches[key], book: book, candidates: candidates, now: now) {
        faults.append("\(key) waits while a candidate has room: \(turn)")
      }
    }
    return faults.sorted()
  }

  // MARK: Messages

  /// Messages that are missing, or still wait though they were due.
  ///
  /// One that was delivered while its sender died may say that it was overtaken, when the offer ended before anyone
  /// could note the delivery. One that the mail server did not take waits for its next attempt.
  ///
  /// - Parameters:
  ///   - arrivals: how often each arrived, as of later than this state. Whether more than once is forgiven says
  ///     ``MailAccount``.
  ///   - due: until when messages had to leave.
  func messageFaults(_ arrivals: [String: Int], due: Instant) -> [String] {
    var faults: [String] = []
    for name in arrivals.keys where MessageID(name).flatMap({ messages[$0] }) == nil {
      faults.append("message \(name) arrived and is not in the log")
    }
    for message in messages.values {
      switch message.status {
      case .pending where message.attempt == 0 || message.notBefore < due:
        faults.append("message \(message.id) still waits")
      case .failed: faults.append("message \(message.id) failed: \(message.outcome?.detail ?? "")")
      case .delivered where arrivals[message.id.rawValue] == nil:
        faults.append("message \(message.id) is said to be delivered and did not arrive")
      case .pending, .delivered, .suppressed: break
      }
    }
    let told = Dictionary(
      grouping: messages.values.filter { $0.status == .delivered || $0.status == .pending }, by: \.contact
    ).mapValues { $0.flatMap(\.subjects) }
    for lead in leads.values where lead.status == .offered {
      let subject = "offered/\(lead.id)/\(lead.offeredAt)"
      for contact in contacts.values where contact.owner.collectivite == lead.id.collectivite && contact.canBeWrittenTo
      {
        let count = told[contact.id]?.count { $0 == subject } ?? 0
        if count != 1 { faults.append("\(contact.id) is told \(count) times of \(lead.id)") }
      }
    }
    return faults.sorted()
  }
}
