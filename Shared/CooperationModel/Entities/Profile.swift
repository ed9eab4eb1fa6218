/// What a collectivité declares of itself: what it works on, where, and how it wants to hear of requests.
public struct Profile: Codable, Equatable, Sendable {
  public var collectivite: CollectiviteID
  public var version: Int
  public var status: Status
  public var themes: [ThemeID]
  /// Countries of interest.
  public var countries: [CountryCode]
  public var languages: [LanguageCode]
  /// Fields of excellence certified by the PACT2 label.
  public var labels: [ThemeID]
  public var forms: [CooperationForm]
  /// The most new leads in any seven days, 0…20.
  public var weeklyLimit: Int
  public var delivery: Delivery
  public var transitions: [Transition]

  public enum Status: String, Codable, Sendable, CaseIterable {
    case active
    /// Keeps its profile, receives nothing.
    case paused
  }

  /// When messages are sent.
  public enum Delivery: String, Codable, Sendable, CaseIterable {
    case immediate
    /// One message a day, with all there is.
    case daily
  }

  public init(
    collectivite: CollectiviteID, version: Int, status: Status = .active, themes: [ThemeID] = [],
    countries: [CountryCode] = [], languages: [LanguageCode] = [], labels: [ThemeID] = [],
    forms: [CooperationForm] = [], weeklyLimit: Int = Profile.defaultWeeklyLimit, delivery: Delivery = .immediate,
    transitions: [Transition] = []
  ) {
    self.collectivite = collectivite
    self.version = version
    self.status = status
    self.themes = themes
    self.countries = countries
    self.languages = languages
    self.labels = labels
    self.forms = forms
    self.weeklyLimit = weeklyLimit
    self.delivery = delivery
    self.transitions = transitions
  }

  public static let defaultWeeklyLimit = 3
}
