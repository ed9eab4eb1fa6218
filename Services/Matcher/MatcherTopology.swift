import CooperationModel
import ServiceKit

/// What ranking keeps: this instance's requests and their lists, and every candidate.
struct RankingState: Sendable {
  var requests = Table<RequestID, PartnershipRequest>(notesTouched: true)
  var matches = Table<RequestID, MatchSet>(notesTouched: true)
  var profiles = View<CollectiviteID, Profile>()
  var cooperations = View<CooperationID, Cooperation>()
  var contacts = View<ContactID, Contact>()
  var settings = View<SettingID, Setting>()
  var knowledge: Knowledge
  /// The open requests with the edges of their lists.
  var board: MatchBoard?

  init(_ landscape: Landscape) { knowledge = Knowledge(landscape) }
}

extension RankingProcessor {
  /// Owns the requests of its partitions; knows every candidate.
  static let topology = Topology<RankingState>("matcher-ranking") {
    Input(Topics.partnershipRequests, into: \.requests)
    Kept(Topics.matches, into: \.matches)
    GlobalTable(Topics.profiles, into: \.profiles)
    GlobalTable(Topics.cooperations, into: \.cooperations)
    GlobalTable(Topics.contacts, into: \.contacts)
    GlobalTable(Topics.settings, into: \.settings)
  }
}

/// What sharing out keeps: every lead, and all that speaks for or against one.
struct AllocationState: DecidingState {
  var leads = Table<LeadID, Lead>(notesTouched: true)
  var outcomes = Table<CommandID, CommandOutcome>()
  var requests = View<RequestID, PartnershipRequest>()
  var matches = View<RequestID, MatchSet>()
  var profiles = View<CollectiviteID, Profile>()
  var cooperations = View<CooperationID, Cooperation>()
  var contacts = View<ContactID, Contact>()
  var settings = View<SettingID, Setting>()
  var knowledge: Knowledge
  var book: LeadBook
  var standing = Standing()

  init(_ landscape: Landscape) {
    knowledge = Knowledge(landscape)
    book = LeadBook(landscape)
  }
}

extension LeadAllocator {
  /// The one writer of leads: whoever has the single partition where answers come in restores all of them.
  static let topology = Topology<AllocationState>("matcher-allocation") {
    Commands(Topics.leadCommands)
    Kept(Topics.leads, into: \.leads, scope: .everyPartition)
    Kept(Topics.commandOutcomes, into: \.outcomes, window: outcomeReach, where: { $0.kind.hasPrefix("lead.") })
    GlobalTable(Topics.partnershipRequests, into: \.requests)
    GlobalTable(Topics.matches, into: \.matches)
    GlobalTable(Topics.profiles, into: \.profiles)
    GlobalTable(Topics.cooperations, into: \.cooperations)
    GlobalTable(Topics.contacts, into: \.contacts)
    GlobalTable(Topics.settings, into: \.settings)
  }
}

/// What Matcher's routes read.
struct MatcherFrontState: FrontState, KnowsSettings {
  var requests = View<RequestID, PartnershipRequest>()
  var matches = View<RequestID, MatchSet>()
  var leads = View<LeadID, Lead>()
  var profiles = View<CollectiviteID, Profile>()
  var cooperations = View<CooperationID, Cooperation>()
  var contacts = View<ContactID, Contact>()
  var settings = View<SettingID, Setting>()
  var outcomes = View<CommandID, CommandOutcome>()
  var knowledge: Knowledge

  /// By request: the leads that it ever had.
  private(set) var offered: [RequestID: Set<LeadID>] = [:]

  init(_ landscape: Landscape) { knowledge = Knowledge(landscape) }

  mutating func absorb(_ change: TableChange) {
    knowledge.absorb(change)
    guard let lead = change.of(Topics.leads) else { return }
    if lead.after != nil {
      offered[lead.key.request, default: []].insert(lead.key)
    } else {
      offered[lead.key.request]?.remove(lead.key)
    }
  }

  /// How a request's leads stand.
  func outlook(of request: PartnershipRequest) -> LeadOutlook {
    LeadOutlook(
      request, matches: matches[request.id], leads: (offered[request.id] ?? []).sorted().compactMap { leads[$0] },
      candidates: knowledge.candidates, wanted: knowledge.model?.settings.wantedLeads ?? 0)
  }

  /// Why the service cannot do its work, as far as settings go.
  var lacksModel: String? {
    if let lacksSettings { return lacksSettings }
    return knowledge.model == nil
      ? "the setting scoring is missing, or of a version that this build does not know: run `bourse topics apply`" : nil
  }

  static let topology = Topology<MatcherFrontState>("matcher-front") {
    GlobalTable(Topics.partnershipRequests, into: \.requests)
    GlobalTable(Topics.matches, into: \.matches)
    GlobalTable(Topics.leads, into: \.leads)
    GlobalTable(Topics.profiles, into: \.profiles)
    GlobalTable(Topics.cooperations, into: \.cooperations)
    GlobalTable(Topics.contacts, into: \.contacts)
    GlobalTable(Topics.settings, into: \.settings)
    GlobalTable(Topics.commandOutcomes, into: \.outcomes, window: .hours(24))
  }
}
