/// Who acts: what a verified token says, carried by every command. Subjects are opaque; no name stands here.
public struct Actor: Codable, Equatable, Sendable {
  public var issuer: String
  public var subject: String
  public var role: Role
  /// An embassy's country.
  public var country: CountryCode?
  /// A collectivité's own id.
  public var collectivite: CollectiviteID?
  /// A préfecture's département.
  public var territory: String?
  /// The service that decided, when a command follows from another.
  public var onBehalf: String?

  public enum Role: String, Codable, Sendable, CaseIterable {
    case embassy, collectivite, prefecture, ministry, `operator`
    /// A contact that opened a link made for it: may do that one thing.
    case contact
  }

  public init(
    issuer: String, subject: String, role: Role, country: CountryCode? = nil, collectivite: CollectiviteID? = nil,
    territory: String? = nil, onBehalf: String? = nil
  ) {
    self.issuer = issuer
    self.subject = subject
    self.role = role
    self.country = country
    self.collectivite = collectivite
    self.territory = territory
    self.onBehalf = onBehalf
  }

  /// The name that stands in transitions: whom it acts for, never a person.
  public var name: String {
    switch role {
    case .embassy: country.map { "embassy:\($0)" } ?? "embassy"
    case .collectivite: collectivite?.rawValue ?? "collectivite"
    case .prefecture: territory.map { "prefecture:\($0)" } ?? "prefecture"
    case .ministry: "ministry"
    case .operator: "operator"
    case .contact: "contact"
    }
  }

  /// May write for that country: its embassy, the ministry, an operator.
  public func mayWrite(for country: CountryCode) -> Bool {
    switch role {
    case .embassy: self.country == country
    case .ministry, .operator: true
    case .collectivite, .prefecture, .contact: false
    }
  }

  /// May write for that authority: itself, the ministry, an operator.
  public func mayWrite(for collectivite: CollectiviteID) -> Bool {
    switch role {
    case .collectivite: self.collectivite == collectivite
    case .ministry, .operator: true
    case .embassy, .prefecture, .contact: false
    }
  }

  public func mayWrite(for owner: OwnerID) -> Bool {
    switch owner.kind {
    case .collectivite(let id): mayWrite(for: id)
    case .embassy(let country): mayWrite(for: country)
    case .prefecture(let territory):
      role == .prefecture ? self.territory == territory : role == .ministry || role == .operator
    case .ministry: role == .ministry || role == .operator
    }
  }
}
