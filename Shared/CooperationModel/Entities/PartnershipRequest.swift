/// What foreign local authorities ask for through an embassy.
///
/// Its life: draft → submitted → published → in contact → concluded | closed | expired. A published request must be
/// confirmed again before ``confirmBy``, or it expires: this keeps the Bourse fresh.
public struct PartnershipRequest: Codable, Equatable, Sendable {
  public var id: RequestID
  /// 1 when created, one more with every change.
  public var version: Int
  public var status: Status
  /// The country whose embassy enters and manages the request.
  public var country: CountryCode
  /// Who asks; at least one, the first leads.
  public var authorities: [ForeignAuthority]
  public var title: String
  public var summary: String
  /// What is sought, in a sentence or a few.
  public var sought: String
  /// In order of priority, the first weighs most; at most 8. Empty is allowed: text may still say it.
  public var themes: [ThemeID]
  public var forms: [CooperationForm]
  public var wanted: WantedPartner
  /// The languages one can work in.
  public var languages: [LanguageCode]
  public var startsOn: Day?
  public var endsOn: Day?
  /// The last day on which an answer is of use; the request expires after it.
  public var deadline: Day?
  public var budget: Money?
  public var fundingFound: Money?
  /// French authorities that are partners already.
  public var existingPartners: [CollectiviteID]
  /// The embassy's contact that answers are sent to.
  public var contact: ContactID?
  /// Set while published or in contact.
  public var confirmBy: Instant?
  /// Set once concluded: with whom.
  public var partners: [CollectiviteID]
  /// What happened, oldest first; the last 200.
  public var transitions: [Transition]

  public enum Status: String, Codable, Sendable, CaseIterable {
    case draft, submitted, published
    case inContact = "in-contact"
    case concluded, closed, expired
  }

  public init(
    id: RequestID, version: Int, status: Status, country: CountryCode, authorities: [ForeignAuthority],
    title: String, summary: String, sought: String = "", themes: [ThemeID] = [], forms: [CooperationForm] = [],
    wanted: WantedPartner = WantedPartner(), languages: [LanguageCode] = [], startsOn: Day? = nil, endsOn: Day? = nil,
    deadline: Day? = nil, budget: Money? = nil, fundingFound: Money? = nil, existingPartners: [CollectiviteID] = [],
    contact: ContactID? = nil, confirmBy: Instant? = nil, partners: [CollectiviteID] = [],
    transitions: [Transition] = []
  ) {
    self.id = id
    self.version = version
    self.status = status
    self.country = country
    self.authorities = authorities
    self.title = title
    self.summary = summary
    self.sought = sought
    self.themes = themes
    self.forms = forms
    self.wanted = wanted
    self.languages = languages
    self.startsOn = startsOn
    self.endsOn = endsOn
    self.deadline = deadline
    self.budget = budget
    self.fundingFound = fundingFound
    self.existingPartners = existingPartners
    self.contact = contact
    self.confirmBy = confirmBy
    self.partners = partners
    self.transitions = transitions
  }

  /// Looking for partners: published or in contact.
  public var isOpen: Bool { status == .published || status == .inContact }

  /// Nothing can happen to it any more.
  public var isEnded: Bool { status == .concluded || status == .closed || status == .expired }
}

/// A local authority abroad, as its embassy describes it.
public struct ForeignAuthority: Codable, Equatable, Sendable {
  public var name: String
  public var kind: Kind
  public var population: Int?
  /// Where it is; both or neither.
  public var longitude: Double?
  public var latitude: Double?

  public enum Kind: String, Codable, Sendable, CaseIterable {
    case region, province, district, municipality, grouping, other
  }

  public init(name: String, kind: Kind, population: Int? = nil, longitude: Double? = nil, latitude: Double? = nil) {
    self.name = name
    self.kind = kind
    self.population = population
    self.longitude = longitude
    self.latitude = latitude
  }
}

public enum CooperationForm: String, Codable, Sendable, CaseIterable {
  case twinning
  case technicalAssistance = "technical-assistance"
  case exchange
  case training
  case delegation
  case mission
  case project
}

/// The French partner that is hoped for. Whatever is empty or nil is open.
public struct WantedPartner: Codable, Equatable, Sendable {
  public var kinds: [CollectiviteKind]
  public var populationMin: Int?
  public var populationMax: Int?
  /// Parts of France: régions or départements.
  public var territories: [CollectiviteID]
  /// Kinds of place. Who lies in one of them, or in one of the territories, lies where it is hoped for.
  public var places: [PlaceKind]
  public var expertise: [ThemeID]

  public init(
    kinds: [CollectiviteKind] = [], populationMin: Int? = nil, populationMax: Int? = nil,
    territories: [CollectiviteID] = [], places: [PlaceKind] = [], expertise: [ThemeID] = []
  ) {
    self.kinds = kinds
    self.populationMin = populationMin
    self.populationMax = populationMax
    self.territories = territories
    self.places = places
    self.expertise = expertise
  }
}

/// In JSON, places are a member only where there are any: requests had none once, and who wants none is written as then.
extension WantedPartner {
  private enum CodingKeys: CodingKey {
    case kinds, populationMin, populationMax, territories, places, expertise
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      kinds: try container.decode([CollectiviteKind].self, forKey: .kinds),
      populationMin: try container.decodeIfPresent(Int.self, forKey: .populationMin),
      populationMax: try container.decodeIfPresent(Int.self, forKey: .populationMax),
      territories: try container.decode([CollectiviteID].self, forKey: .territories),
      places: try container.decodeIfPresent([PlaceKind].self, forKey: .places) ?? [],
      expertise: try container.decode([ThemeID].self, forKey: .expertise))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kinds, forKey: .kinds)
    try container.encodeIfPresent(populationMin, forKey: .populationMin)
    try container.encodeIfPresent(populationMax, forKey: .populationMax)
    try container.encode(territories, forKey: .territories)
    if !places.isEmpty { try container.encode(places, forKey: .places) }
    try container.encode(expertise, forKey: .expertise)
  }
}

/// One step of an entity's life: an entity carries its own history, since compaction keeps no other.
public struct Transition: Codable, Equatable, Sendable {
  /// The most that an entity carries; older ones fall away.
  public static let limit = 200

  public var at: Instant
  /// Who: an actor's short name (`embassy:MG`, `commune:35051`, `system`), never a person.
  public var by: String
  /// What: the command or timer (`publish`, `expire`).
  public var what: String
  /// The status that it led to.
  public var status: String

  public init(at: Instant, by: String, what: String, status: String) {
    self.at = at
    self.by = by
    self.what = what
    self.status = status
  }
}

extension Array where Element == Transition {
  /// Adds one and lets the oldest fall away beyond the limit.
  public mutating func note(_ transition: Transition) {
    append(transition)
    if count > Transition.limit { removeFirst(count - Transition.limit) }
  }
}
