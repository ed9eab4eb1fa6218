/// A person or office that can be written to. Personal data stand here and nowhere else: a tombstone erases them.
public struct Contact: Codable, Equatable, Sendable {
  public var id: ContactID
  public var version: Int
  public var owner: OwnerID
  public var status: Status
  public var name: String
  public var email: String
  public var language: Language
  /// When the status was reached.
  public var since: Instant
  public var transitions: [Transition]

  public enum Status: String, Codable, Sendable, CaseIterable {
    /// Entered, not confirmed by the address itself: receives one message that asks to confirm, nothing else.
    case pending
    case confirmed
    case unsubscribed
  }

  public init(
    id: ContactID, version: Int, owner: OwnerID, status: Status, name: String, email: String, language: Language,
    since: Instant, transitions: [Transition] = []
  ) {
    self.id = id
    self.version = version
    self.owner = owner
    self.status = status
    self.name = name
    self.email = email
    self.language = language
    self.since = since
    self.transitions = transitions
  }

  public var canBeWrittenTo: Bool { status == .confirmed }
}
