/// What a collectivité says of itself. Whose profile it is, is said by the route or the row.
public struct ProfileDraft: Draft {
  public var status: Profile.Status
  public var themes: [ThemeID]
  public var countries: [CountryCode]
  public var languages: [LanguageCode]
  public var labels: [ThemeID]
  public var forms: [CooperationForm]
  public var weeklyLimit: Int
  public var delivery: Profile.Delivery

  public enum Limits {
    public static let themes = 30
    public static let countries = 60
    public static let languages = 10
    public static let labels = 8
    public static let weeklyLimit = 0...20
  }

  public static let keptByService: Set = ["collectivite", "version", "transitions"]

  public init?(from reader: inout FieldReader, with reference: ReferenceData) {
    status = reader.optional("status", .oneOf(Profile.Status.self)) ?? .active
    themes = reader.optional("themes", .list(of: .theme(reference), atMost: Limits.themes)) ?? []
    countries = reader.optional("countries", .list(of: .country(reference), atMost: Limits.countries)) ?? []
    languages = reader.optional("languages", .list(of: .language, atMost: Limits.languages)) ?? []
    labels = reader.optional("labels", .list(of: .theme(reference), atMost: Limits.labels)) ?? []
    forms =
      reader.optional("forms", .list(of: .oneOf(CooperationForm.self), atMost: CooperationForm.allCases.count)) ?? []
    weeklyLimit = reader.optional("weeklyLimit", .integer(Limits.weeklyLimit)) ?? Profile.defaultWeeklyLimit
    delivery = reader.optional("delivery", .oneOf(Profile.Delivery.self)) ?? .immediate
  }
}

extension ProfileDraft {
  /// What a profile says now.
  public init(of profile: Profile) {
    status = profile.status
    themes = profile.themes
    countries = profile.countries
    languages = profile.languages
    labels = profile.labels
    forms = profile.forms
    weeklyLimit = profile.weeklyLimit
    delivery = profile.delivery
  }
}

extension Profile {
  /// A new profile.
  public init(collectivite: CollectiviteID, draft: ProfileDraft) {
    self.init(
      collectivite: collectivite, version: 1, status: draft.status, themes: draft.themes, countries: draft.countries,
      languages: draft.languages, labels: draft.labels, forms: draft.forms, weeklyLimit: draft.weeklyLimit,
      delivery: draft.delivery)
  }

  /// The profile as the draft has it; version and transitions stay.
  public func applying(_ draft: ProfileDraft) -> Profile {
    var changed = Profile(collectivite: collectivite, draft: draft)
    changed.version = version
    changed.transitions = transitions
    return changed
  }
}
