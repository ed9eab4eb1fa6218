/// A request's ranked lists: a pure function of request, candidates and scoring. No capacity, no answers, no sentences.
public struct MatchSet: Codable, Equatable, Sendable {
  public var request: RequestID
  /// The request's version that was ranked.
  public var requestVersion: Int
  /// The scoring model's version (`settings.v1`).
  public var scoring: Int
  /// Authorities with a confirmed contact, best first; at most 20.
  public var ranked: [Match]
  /// Authorities that cannot be written to yet, best first; at most 10.
  public var prospects: [Match]

  public init(request: RequestID, requestVersion: Int, scoring: Int, ranked: [Match], prospects: [Match]) {
    self.request = request
    self.requestVersion = requestVersion
    self.scoring = scoring
    self.ranked = ranked
    self.prospects = prospects
  }
}

/// One candidate's place in a request's list, and what it stands on.
public struct Match: Codable, Equatable, Sendable {
  public var collectivite: CollectiviteID
  /// 0…1000.
  public var score: Int
  /// What made the score, largest contribution first.
  public var factors: [Factor]

  public init(collectivite: CollectiviteID, score: Int, factors: [Factor]) {
    self.collectivite = collectivite
    self.score = score
    self.factors = factors
  }
}

/// One reason: a code, what it contributed, and the facts that a sentence is made from.
public struct Factor: Codable, Equatable, Sendable {
  public var code: Code
  /// What it adds to the score; all points of a match sum to its score.
  public var points: Int
  /// Facts for the sentence, by name: ids and numbers, never sentences.
  public var facts: FactorFacts

  public enum Code: String, Codable, Sendable, CaseIterable {
    /// Shares themes (`theme`: the best shared one, or where the two meet; `affinity`: own, field, domain; `shared`: how
    /// many of the request's themes; `from`: text, when the request declares none and they were read from its text).
    case theme
    /// Works in that country (`country`, `cooperation`, `partner`, `status`: active, ended).
    case country
    /// Works in that country on that theme (as country, `theme`).
    case experience
    /// Declared an interest in that country (`country`).
    case interest
    /// Works, or others of its région or département work, in the country or near it (`country`, `through`: neighbour,
    /// subregion with `near`; departement, region with `count`).
    case neighbourhood
    /// Of the kind that is wanted (`kind`, `because`: wanted, level).
    case kind
    /// Of the size that is wanted, or of a similar size (`population`, `because`: wanted, similar).
    case size
    /// In the part of France that is wanted (`territory`), or else in a kind of place that is (`place`: coast, mountain,
    /// overseas, border).
    case territory
    /// In the région or département that the request names (`territory`), and with something to say for it: a theme in
    /// common, work in the country, or a declared interest in it.
    case namedTerritory = "named-territory"
    /// Has a land border with the country, or lies on its sea (`country`, `through`: border, sea; `sea`).
    case proximity
    /// Is not far from the asking authority or its country (`within` kilometres, `from`: place, country).
    case distance
    /// Others of its intercommunality work in the country, or of its région in that part of the world (`country`,
    /// `count`, `through`: epci, region with `subregion`).
    case network
    /// Works where one of the country's languages is spoken (`country`, `language`, `near`: where, if not there).
    case languageArea = "language-area"
    /// Holds the PACT2 label for the theme (`theme`).
    case label
    /// Shares a working language (`language`).
    case language
    /// Offers the form of cooperation that is sought (`form`).
    case form
    /// Is a partner of that authority already.
    case partner
    /// What the collectivité answered before (in leads alone): may be less than nothing.
    case answers
  }

  public init(code: Code, points: Int, facts: FactorFacts = [:]) {
    self.code = code
    self.points = points
    self.facts = facts
  }
}
