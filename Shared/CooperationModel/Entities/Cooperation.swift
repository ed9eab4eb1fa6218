/// A sheet of the Atlas: what French and foreign authorities do, or did, together.
public struct Cooperation: Codable, Equatable, Sendable {
  public var id: CooperationID
  public var version: Int
  public var title: String
  public var country: CountryCode
  public var foreignPartners: [ForeignAuthority]
  /// At least one, the first leads. Old codes are allowed: readers resolve them to today's authority.
  public var collectivites: [CollectiviteID]
  /// The main theme first.
  public var themes: [ThemeID]
  public var startsOn: Day?
  public var endsOn: Day?
  public var status: Status
  public var description: String
  /// The request it came from.
  public var request: RequestID?
  public var transitions: [Transition]

  public enum Status: String, Codable, Sendable, CaseIterable {
    case planned, active, ended
  }

  public init(
    id: CooperationID, version: Int, title: String, country: CountryCode, foreignPartners: [ForeignAuthority],
    collectivites: [CollectiviteID], themes: [ThemeID] = [], startsOn: Day? = nil, endsOn: Day? = nil,
    status: Status = .active, description: String = "", request: RequestID? = nil, transitions: [Transition] = []
  ) {
    self.id = id
    self.version = version
    self.title = title
    self.country = country
    self.foreignPartners = foreignPartners
    self.collectivites = collectivites
    self.themes = themes
    self.startsOn = startsOn
    self.endsOn = endsOn
    self.status = status
    self.description = description
    self.request = request
    self.transitions = transitions
  }
}
