/// Why a collectivité has its place in a request's list, or why it has none: every factor, those that give nothing too.
public struct Verdict: Codable, Equatable, Sendable {
  public var request: RequestID
  public var requestVersion: Int
  public var scoring: Int
  /// Today's authority, when an old code was asked for.
  public var collectivite: CollectiviteID
  public var standing: Standing
  /// 1 for the first, among those that can be written to, or among prospects; nil for whoever is not matched.
  public var place: Int?
  public var score: Int
  public var threshold: Int
  /// In the order of their points, then of their declaration.
  public var factors: [Factor]

  public enum Standing: String, Codable, Sendable, CaseIterable {
    /// In the list of those that can be written to.
    case ranked
    /// Matched, but behind those in the list.
    case beyond
    /// Matched, without a confirmed contact.
    case prospect
    /// Matched, without a confirmed contact and behind the prospects in the list.
    case prospectBeyond = "prospect-beyond"
    case belowThreshold = "below-threshold"
    /// Nothing of substance speaks for it: no theme, country, interest or label.
    case noSubstance = "no-substance"
    /// Neither a profile nor a cooperation.
    case notCandidate = "not-candidate"
    case paused
    /// A partner of the asking authority already.
    case partner
    /// The registry knows no such authority.
    case unknown
    /// The request looks for nobody.
    case requestNotOpen = "request-not-open"

    /// Has a place.
    public var isMatched: Bool {
      self == .ranked || self == .beyond || self == .prospect || self == .prospectBeyond
    }
  }

  public init(
    request: RequestID, requestVersion: Int, scoring: Int, collectivite: CollectiviteID, standing: Standing,
    place: Int? = nil, score: Int = 0, threshold: Int, factors: [Factor] = []
  ) {
    self.request = request
    self.requestVersion = requestVersion
    self.scoring = scoring
    self.collectivite = collectivite
    self.standing = standing
    self.place = place
    self.score = score
    self.threshold = threshold
    self.factors = factors
  }
}
