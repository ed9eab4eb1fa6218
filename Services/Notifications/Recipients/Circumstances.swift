import CooperationModel

/// All that decides about the messages to one owner's contacts, at one time.
///
/// An owner is an authority (its leads are those of its predecessors, too), an embassy (the leads of its country's
/// requests) or an office. Contacts and messages are the owner's own; the rest comes from tables that others write.
package struct Circumstances: Sendable {
  package var owner: OwnerID
  package var contacts: [ContactID: Contact]
  package var leads: [LeadID: Lead]
  /// The requests of an embassy's country; of an authority, none are needed.
  package var requests: [RequestID: PartnershipRequest]
  /// An authority's; immediate delivery when it has none.
  package var profile: Profile?
  /// Every message to the owner's contacts, those to contacts that are gone included.
  package var messages: [MessageID: OutboundMessage]
  /// Messages that are being sent at this moment: nothing changes about them until the result is in.
  package var inFlight: Set<MessageID>
  package var gate: Gate

  /// Whether messages may leave, as the `sending` setting says.
  package struct Gate: Equatable, Sendable {
    /// True when messages wait: the setting is closed, and the channel leaves the machine.
    package var isClosed: Bool
    /// The version of the setting: names the digest of what waits.
    package var version: Int

    package init(isClosed: Bool, version: Int) {
      self.isClosed = isClosed
      self.version = version
    }

    package static let open = Gate(isClosed: false, version: 0)
  }

  package init(
    owner: OwnerID, contacts: [ContactID: Contact] = [:], leads: [LeadID: Lead] = [:],
    requests: [RequestID: PartnershipRequest] = [:], profile: Profile? = nil,
    messages: [MessageID: OutboundMessage] = [:], inFlight: Set<MessageID> = [], gate: Gate = .open
  ) {
    self.owner = owner
    self.contacts = contacts
    self.leads = leads
    self.requests = requests
    self.profile = profile
    self.messages = messages
    self.inFlight = inFlight
    self.gate = gate
  }

  /// The contact that hears of a request on the embassy's side: the request's own; when that one cannot be written to,
  /// the embassy's longest confirmed one.
  func embassyContact(for request: RequestID?, otherwise named: ContactID?) -> Contact? {
    let own = request.flatMap { requests[$0]?.contact } ?? named
    if let own, let contact = contacts[own], contact.canBeWrittenTo { return contact }
    return contacts.values.filter(\.canBeWrittenTo).min { ($0.since, $0.id) < ($1.since, $1.id) }
  }
}

/// Why something is not, or no longer, written about.
package enum Unsaid: String, Sendable, CaseIterable, CustomStringConvertible {
  case contactGone = "contact-gone"
  case unsubscribed
  case unconfirmed
  /// The contact confirmed, or is another's now: nothing to ask.
  case alreadyConfirmed = "already-confirmed"
  /// The entity was erased.
  case erased
  /// An offer that was answered, or ended, before anyone was told.
  case offerOver = "offer-over"
  /// The end of a lead that this contact was never told of.
  case neverAnnounced = "never-announced"
  /// What was to be told was overtaken by a later change.
  case overtaken
  /// It happened too long ago.
  case stale
  /// Another contact of the owner hears of it.
  case otherContact = "other-contact"
  /// The request was confirmed, or ended.
  case requestSettled = "request-settled"
  /// It went into a digest.
  case joined
  /// A link that would have expired.
  case expired

  package var description: String { rawValue }
}
