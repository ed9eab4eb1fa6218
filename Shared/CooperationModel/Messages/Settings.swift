/// A setting's name: `scoring`, `sending`, `log`, `campaign:2026`, `revoked:<jti>`.
public struct SettingID: Identifier {
  public let rawValue: String
  public static let form = "scoring, sending, log, campaign:<year> or revoked:<jti>"

  public init?(rawValue: String) {
    let parts = rawValue.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    switch (parts.first.map(String.init), parts.count) {
    case ("scoring", 1), ("sending", 1), ("log", 1): break
    case ("campaign", 2): guard let year = Int(parts[1]), (1990...2200).contains(year) else { return nil }
    case ("revoked", 2): guard (1...200).contains(parts[1].utf8.count) else { return nil }
    default: return nil
    }
    self.rawValue = rawValue
  }

  private init(known: String) { rawValue = known }
  public static let scoring = SettingID(known: "scoring")
  public static let sending = SettingID(known: "sending")
  public static let log = SettingID(known: "log")
}

/// What shapes outputs beyond the entities, as a logged fact.
public struct Setting: Codable, Equatable, Sendable {
  public var id: SettingID
  public var version: Int
  public var value: JSONValue

  public init(id: SettingID, version: Int, value: JSONValue) {
    self.id = id
    self.version = version
    self.value = value
  }
}

/// `scoring`: the model that ranks and shares out.
public struct ScoringSettings: Codable, Equatable, Sendable {
  /// The model's version: stands in every match set.
  public var version: Int
  /// The most points a factor gives, by its code. A pair's score is the sum, at most 1000.
  public var weights: [String: Int]
  /// A match below is none, 0…1000.
  public var threshold: Int
  /// How many open leads a request wants.
  public var wantedLeads: Int
  /// Days that a collectivité has to answer.
  public var answerDays: Int
  /// The generation of the classifier that reads the themes of a request that declares none; nil: they are not read.
  public var textThemes: Int?

  public init(
    version: Int, weights: [String: Int], threshold: Int, wantedLeads: Int, answerDays: Int, textThemes: Int? = nil
  ) {
    self.version = version
    self.weights = weights
    self.threshold = threshold
    self.wantedLeads = wantedLeads
    self.answerDays = answerDays
    self.textThemes = textThemes
  }
}

/// `sending`: the gate before every channel that leaves the machine, and its limits.
public struct SendingSettings: Codable, Equatable, Sendable {
  public var isOpen: Bool
  /// Messages an hour, for the whole suite.
  public var perHour: Int
  /// Messages per recipient and day.
  public var perRecipientAndDay: Int

  public init(isOpen: Bool = false, perHour: Int = 1_000, perRecipientAndDay: Int = 20) {
    self.isOpen = isOpen
    self.perHour = perHour
    self.perRecipientAndDay = perRecipientAndDay
  }
}

/// `campaign:<year>`: when declarations for the year are taken (by default 15 April to 31 May of the year after).
public struct CampaignSettings: Codable, Equatable, Sendable {
  /// The year declared for.
  public var year: Int
  public var opensOn: Day
  /// The last day.
  public var closesOn: Day

  public init(year: Int, opensOn: Day, closesOn: Day) {
    self.year = year
    self.opensOn = opensOn
    self.closesOn = closesOn
  }
}

/// `log`: which log this is. A restored one is another.
public struct LogSettings: Codable, Equatable, Sendable {
  public var id: String

  public init(id: String) { self.id = id }
}
