/// One message to one contact, from its cause to its end. It names the contact, never an address.
public struct OutboundMessage: Codable, Equatable, Sendable {
  public var id: MessageID
  public var version: Int
  public var contact: ContactID
  public var owner: OwnerID
  public var kind: Kind
  /// What it is about, by kind: leads, a request, a contact.
  public var subjects: [String]
  public var status: Status
  /// How often it was tried, or is being tried.
  public var attempt: Int
  /// Not to be sent earlier.
  public var notBefore: Instant
  public var createdAt: Instant
  /// How it left, or why it did not.
  public var outcome: Outcome?

  public enum Kind: String, Codable, Sendable, CaseIterable {
    /// Asks a new contact to confirm.
    case confirmContact = "confirm-contact"
    /// Offers leads.
    case leads
    /// Tells that leads ended.
    case leadsEnded = "leads-ended"
    /// Tells the embassy of an answer.
    case answer
    /// Asks the embassy to confirm a request again.
    case confirmRequest = "confirm-request"
    /// Several of the above in one.
    case digest
    /// A link to sign in.
    case signIn = "sign-in"
  }

  public enum Status: String, Codable, Sendable, CaseIterable {
    case pending, delivered, failed, suppressed
  }

  public struct Outcome: Codable, Equatable, Sendable {
    public var at: Instant
    /// `maildir`, `smtp`; empty when it never left.
    public var channel: String
    /// The server's answer, or why it was suppressed or failed. No address stands in it.
    public var detail: String

    public init(at: Instant, channel: String, detail: String) {
      self.at = at
      self.channel = channel
      self.detail = detail
    }
  }

  public init(
    id: MessageID, version: Int, contact: ContactID, owner: OwnerID, kind: Kind, subjects: [String],
    status: Status = .pending, attempt: Int = 0, notBefore: Instant, createdAt: Instant, outcome: Outcome? = nil
  ) {
    self.id = id
    self.version = version
    self.contact = contact
    self.owner = owner
    self.kind = kind
    self.subjects = subjects
    self.status = status
    self.attempt = attempt
    self.notBefore = notBefore
    self.createdAt = createdAt
    self.outcome = outcome
  }
}
