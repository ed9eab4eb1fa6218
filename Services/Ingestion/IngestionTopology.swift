import CooperationModel
import ServiceKit

/// What Ingestion keeps: the entities that people write, of the partitions that this instance owns.
struct IngestionState: DecidingState {
  var requests = Table<RequestID, PartnershipRequest>(due: \.expiresAt)
  var profiles = Table<CollectiviteID, Profile>()
  var contacts = Table<ContactID, Contact>()
  var cooperations = Table<CooperationID, Cooperation>()
  var outcomes = Table<CommandID, CommandOutcome>()
}

extension IngestionDecider {
  /// One writer for requests, profiles, contacts and Atlas sheets: whatever people say of them comes as a command.
  static let topology = Topology<IngestionState>("ingestion") {
    Commands(Topics.ingestionCommands)
    Kept(Topics.partnershipRequests, into: \.requests)
    Kept(Topics.profiles, into: \.profiles)
    Kept(Topics.contacts, into: \.contacts)
    Kept(Topics.cooperations, into: \.cooperations)
    Kept(Topics.commandOutcomes, into: \.outcomes, window: outcomeReach, where: { IngestionDecider.decides($0.kind) })
  }
}

/// What Ingestion's routes read.
struct IngestionFrontState: FrontState, KnowsSettings {
  var requests = View<RequestID, PartnershipRequest>()
  var profiles = View<CollectiviteID, Profile>()
  var contacts = View<ContactID, Contact>()
  var cooperations = View<CooperationID, Cooperation>()
  var settings = View<SettingID, Setting>()
  var outcomes = View<CommandID, CommandOutcome>()
  /// What the outcomes tell of imports.
  var imports = ImportFolds()

  static let topology = Topology<IngestionFrontState>("ingestion-front") {
    GlobalTable(Topics.partnershipRequests, into: \.requests)
    GlobalTable(Topics.profiles, into: \.profiles)
    GlobalTable(Topics.contacts, into: \.contacts)
    GlobalTable(Topics.cooperations, into: \.cooperations)
    GlobalTable(Topics.settings, into: \.settings)
    GlobalTable(Topics.commandOutcomes, into: \.outcomes, window: .hours(24))
  }

  /// Keeps what is derived from the tables in step with them.
  static func absorb(_ change: TableChange, into state: inout IngestionFrontState) {
    guard let change = change.of(Topics.commandOutcomes), change.before == nil, let outcome = change.after else {
      return
    }
    state.imports.apply(outcome)
  }
}
