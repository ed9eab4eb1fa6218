/// What an embassy says of a partnership request. Only the country is needed at first; see
/// ``PartnershipRequest/violationsForPublishing(on:)`` for what publishing needs.
public struct RequestDraft: Draft {
  public var country: CountryCode
  public var authorities: [ForeignAuthority]
  public var title: String
  public var summary: String
  public var sought: String
  public var themes: [ThemeID]
  public var forms: [CooperationForm]
  public var wanted: WantedPartner
  public var languages: [LanguageCode]
  public var startsOn: Day?
  public var endsOn: Day?
  public var deadline: Day?
  public var budget: Money?
  public var fundingFound: Money?
  public var existingPartners: [CollectiviteID]
  public var contact: ContactID?

  public enum Limits {
    public static let title = 250
    public static let text = 4_000
    public static let themes = 8
    public static let authorities = 20
    public static let languages = 10
  }

  public static let keptByService: Set = ["id", "version", "status", "confirmBy", "partners", "transitions"]

  public init?(from reader: inout FieldReader, with reference: ReferenceData) {
    let country = reader.required("country", .country(reference))
    authorities = reader.optional("authorities", .list(of: .foreignAuthority, atMost: Limits.authorities)) ?? []
    title = reader.optional("title", .lineOrEmpty(atMost: Limits.title)) ?? ""
    summary = reader.optional("summary", .linesOrEmpty(atMost: Limits.text)) ?? ""
    sought = reader.optional("sought", .linesOrEmpty(atMost: Limits.text)) ?? ""
    themes = reader.optional("themes", .list(of: .theme(reference), atMost: Limits.themes)) ?? []
    forms =
      reader.optional("forms", .list(of: .oneOf(CooperationForm.self), atMost: CooperationForm.allCases.count)) ?? []
    wanted = reader.optional("wanted", .wantedPartner(reference)) ?? WantedPartner()
    languages = reader.optional("languages", .list(of: .language, atMost: Limits.languages)) ?? []
    startsOn = reader.optional("startsOn", .day)
    endsOn = reader.optional("endsOn", .day)
    deadline = reader.optional("deadline", .day)
    budget = reader.optional("budget", .amount)
    fundingFound = reader.optional("fundingFound", .amount)
    existingPartners = reader.optional("existingPartners", .collectivites(reference, atMost: Limits.authorities)) ?? []
    contact = reader.optional("contact", .id(ContactID.self))
    reader.checkOrder(startsOn, endsOn)
    if let budget, let fundingFound, fundingFound > budget {
      reader.note(.fundingExceedsBudget(reader.child("fundingFound"), fundingFound, budget))
    }
    guard let country else { return nil }
    self.country = country
  }
}

extension FieldReader {
  /// Notes a start after the end.
  mutating func checkOrder(_ startsOn: Day?, _ endsOn: Day?) {
    if let startsOn, let endsOn, endsOn < startsOn { note(.datesOutOfOrder(child("endsOn"), startsOn, endsOn)) }
  }
}

extension Field where Value == ForeignAuthority {
  /// A local authority abroad.
  public static var foreignAuthority: Field {
    .object { reader in
      let name = reader.required("name", .line(atMost: 200))
      let kind = reader.required("kind", .oneOf(ForeignAuthority.Kind.self))
      let population = reader.optional("population", .integer(1...2_000_000_000))
      let longitude = reader.optional("longitude", .decimal(-180...180))
      let latitude = reader.optional("latitude", .decimal(-90...90))
      if reader.violations.isEmpty, (longitude == nil) != (latitude == nil) {
        reader.note(.incompletePosition(reader.child(longitude == nil ? "longitude" : "latitude")))
      }
      guard let name, let kind else { return nil }
      return ForeignAuthority(name: name, kind: kind, population: population, longitude: longitude, latitude: latitude)
    }
  }
}

extension Field where Value == WantedPartner {
  /// The French partner that is hoped for.
  public static func wantedPartner(_ reference: ReferenceData) -> Field {
    .object { reader in
      let kinds = reader.optional(
        "kinds", .list(of: .oneOf(CollectiviteKind.self), atMost: CollectiviteKind.allCases.count))
      let populationMin = reader.optional("populationMin", .integer(0...2_000_000_000))
      let populationMax = reader.optional("populationMax", .integer(0...2_000_000_000))
      let territories = reader.optional("territories", .list(of: .territory(reference), atMost: 20))
      let places = reader.optional("places", .list(of: .placeKind, atMost: PlaceKind.allCases.count))
      let expertise = reader.optional("expertise", .list(of: .theme(reference), atMost: RequestDraft.Limits.themes))
      if let populationMin, let populationMax, populationMax < populationMin {
        reader.note(.boundsOutOfOrder(reader.child("populationMax"), populationMin, populationMax))
      }
      return WantedPartner(
        kinds: kinds ?? [], populationMin: populationMin, populationMax: populationMax, territories: territories ?? [],
        places: places ?? [], expertise: expertise ?? [])
    }
  }
}

extension PartnershipRequest {
  /// A new request, in draft.
  public init(id: RequestID, draft: RequestDraft) {
    self.init(
      id: id, version: 1, status: .draft, country: draft.country, authorities: draft.authorities, title: draft.title,
      summary: draft.summary, sought: draft.sought, themes: draft.themes, forms: draft.forms, wanted: draft.wanted,
      languages: draft.languages, startsOn: draft.startsOn, endsOn: draft.endsOn, deadline: draft.deadline,
      budget: draft.budget, fundingFound: draft.fundingFound, existingPartners: draft.existingPartners,
      contact: draft.contact)
  }

  /// The request as the draft has it; its life, version and transitions stay. The country is fixed: it says whose
  /// embassy the request belongs to.
  public func applying(_ draft: RequestDraft) throws(Rejection) -> PartnershipRequest {
    guard draft.country == country else { throw Rejection(.invalid, [.fixed("/country")]) }
    var changed = self
    changed.authorities = draft.authorities
    changed.title = draft.title
    changed.summary = draft.summary
    changed.sought = draft.sought
    changed.themes = draft.themes
    changed.forms = draft.forms
    changed.wanted = draft.wanted
    changed.languages = draft.languages
    changed.startsOn = draft.startsOn
    changed.endsOn = draft.endsOn
    changed.deadline = draft.deadline
    changed.budget = draft.budget
    changed.fundingFound = draft.fundingFound
    changed.existingPartners = draft.existingPartners
    changed.contact = draft.contact
    return changed
  }

  /// What is still wrong before the request can be shown to anyone; see ``RequestDraft/violationsForPublishing(on:)``.
  public func violationsForPublishing(on today: Day) -> [Violation] {
    PublishingRule(authorities: authorities, title: title, summary: summary, deadline: deadline, contact: contact)
      .violations(on: today)
  }
}

extension RequestDraft {
  /// What is still missing before a request can be shown to anyone: who asks, a title, a summary and whom to answer are
  /// needed, and a deadline that has not passed. A published request must keep to it when it is changed.
  public func violationsForPublishing(on today: Day) -> [Violation] {
    PublishingRule(authorities: authorities, title: title, summary: summary, deadline: deadline, contact: contact)
      .violations(on: today)
  }
}

/// What publishing looks at, of a draft or of a request.
private struct PublishingRule {
  var authorities: [ForeignAuthority]
  var title: String
  var summary: String
  var deadline: Day?
  var contact: ContactID?

  func violations(on today: Day) -> [Violation] {
    var violations: [Violation] = []
    if authorities.isEmpty { violations.append(.tooFew("/authorities", atLeast: 1)) }
    if title.isEmpty { violations.append(.missing("/title")) }
    if summary.isEmpty { violations.append(.missing("/summary")) }
    if let deadline, deadline < today { violations.append(.deadlinePassed("/deadline", deadline)) }
    if contact == nil { violations.append(.missing("/contact")) }
    return violations
  }
}
