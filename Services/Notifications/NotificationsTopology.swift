import CooperationModel
import ServiceKit

/// What Notifications keeps: its owners' contacts and every message to them; and what messages are about.
struct RecipientState: Sendable {
  var contacts = Table<ContactID, Contact>(notesTouched: true)
  var messages = Table<MessageID, OutboundMessage>(notesTouched: true)
  /// Everyone's contacts: an embassy's stand in messages to collectivités.
  var everyContact = View<ContactID, Contact>()
  var leads = View<LeadID, Lead>()
  var requests = View<RequestID, PartnershipRequest>()
  var profiles = View<CollectiviteID, Profile>()
  var settings = View<SettingID, Setting>()
  /// What the setting `sending` says; nil where there is none, or none that this build reads.
  var sending: SendingSettings?
  var index = RecipientIndex()
  var inFlight: Set<MessageID> = []
}

extension RecipientProcessor {
  /// Owns the contacts of its partitions; reads all that a message can be about.
  static let topology = Topology<RecipientState>("notifications") {
    Input(Topics.contacts, into: \.contacts)
    Kept(Topics.outboundMessages, into: \.messages)
    GlobalTable(Topics.contacts, into: \.everyContact)
    GlobalTable(Topics.leads, into: \.leads)
    GlobalTable(Topics.partnershipRequests, into: \.requests)
    GlobalTable(Topics.profiles, into: \.profiles)
    GlobalTable(Topics.settings, into: \.settings)
  }
}

/// What Notifications' routes read from memory; messages are in a stored table.
struct NotificationsFrontState: KnowsSettings {
  var settings = View<SettingID, Setting>()

  static let topology = Topology<NotificationsFrontState>("notifications-front") {
    GlobalTable(Topics.settings, into: \.settings)
  }
}
