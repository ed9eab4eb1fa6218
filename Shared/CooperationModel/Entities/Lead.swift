/// What a collectivité was really offered of one request, with what a message about it says. Addresses excepted.
///
/// offered → interested → introduced → concluded, or declined, withdrawn, lapsed on the way. It is *open* while
/// offered, interested or introduced. A lead is sticky: it never ends because its rank changed.
public struct Lead: Codable, Equatable, Sendable {
  public var id: LeadID
  public var version: Int
  public var status: Status
  /// 0…1000, when offered.
  public var score: Int
  /// The scoring model's version when offered: a newer one never ends the lead.
  public var scoring: Int
  public var factors: [Factor]
  /// The request as it was when offered.
  public var facts: RequestFacts
  public var offeredAt: Instant
  /// No answer by then: it lapses. Nil once answered.
  public var answerBy: Instant?
  /// Why it was declined or withdrawn.
  public var reason: Reason?
  public var transitions: [Transition]

  public enum Status: String, Codable, Sendable, CaseIterable {
    case offered, interested, introduced, concluded, declined, withdrawn, lapsed
  }

  public enum Reason: String, Codable, Sendable, CaseIterable {
    // declined
    case theme, country, capacity, timing, funding, other
    // withdrawn
    case requestEnded = "request-ended"
    case belowThreshold = "below-threshold"
    case paused
    case noContact = "no-contact"
    case merged

    /// The reasons that a collectivité can give with its answer.
    public static let answers: [Reason] = [.theme, .country, .capacity, .timing, .funding, .other]
  }

  /// What a message says of the request.
  public struct RequestFacts: Codable, Equatable, Sendable {
    public var version: Int
    public var country: CountryCode
    public var authority: String
    public var title: String
    public var summary: String
    public var sought: String
    public var themes: [ThemeID]
    public var forms: [CooperationForm]
    public var languages: [LanguageCode]
    public var deadline: Day?
    /// The embassy's contact, which answers go to.
    public var contact: ContactID?

    public init(_ request: PartnershipRequest) {
      version = request.version
      country = request.country
      authority = request.authorities.map(\.name).joined(separator: ", ")
      title = request.title
      summary = request.summary
      sought = request.sought
      themes = request.themes
      forms = request.forms
      languages = request.languages
      deadline = request.deadline
      contact = request.contact
    }
  }

  public init(
    id: LeadID, version: Int, status: Status, score: Int, scoring: Int = 1, factors: [Factor], facts: RequestFacts,
    offeredAt: Instant, answerBy: Instant?, reason: Reason? = nil, transitions: [Transition] = []
  ) {
    self.id = id
    self.version = version
    self.status = status
    self.score = score
    self.scoring = scoring
    self.factors = factors
    self.facts = facts
    self.offeredAt = offeredAt
    self.answerBy = answerBy
    self.reason = reason
    self.transitions = transitions
  }

  public var isOpen: Bool { status == .offered || status == .interested || status == .introduced }
}
