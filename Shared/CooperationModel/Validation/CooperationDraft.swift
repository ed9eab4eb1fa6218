/// What is said of a sheet of the Atlas.
public struct CooperationDraft: Draft {
  public var title: String
  public var country: CountryCode
  public var foreignPartners: [ForeignAuthority]
  public var collectivites: [CollectiviteID]
  public var themes: [ThemeID]
  public var startsOn: Day?
  public var endsOn: Day?
  public var status: Cooperation.Status
  public var description: String
  public var request: RequestID?

  public static let keptByService: Set = ["id", "version", "transitions"]

  public init?(from reader: inout FieldReader, with reference: ReferenceData) {
    let title = reader.required("title", .line(atMost: RequestDraft.Limits.title))
    let country = reader.required("country", .country(reference))
    let foreignPartners = reader.required(
      "foreignPartners", .list(of: .foreignAuthority, atLeast: 1, atMost: RequestDraft.Limits.authorities))
    let collectivites = reader.required(
      "collectivites", .collectivites(reference, atLeast: 1, atMost: RequestDraft.Limits.authorities))
    themes = reader.optional("themes", .list(of: .theme(reference), atMost: RequestDraft.Limits.themes)) ?? []
    startsOn = reader.optional("startsOn", .day)
    endsOn = reader.optional("endsOn", .day)
    status = reader.optional("status", .oneOf(Cooperation.Status.self)) ?? .active
    description = reader.optional("description", .linesOrEmpty(atMost: RequestDraft.Limits.text)) ?? ""
    request = reader.optional("request", .id(RequestID.self))
    reader.checkOrder(startsOn, endsOn)
    guard let title, let country, let foreignPartners, let collectivites else { return nil }
    self.title = title
    self.country = country
    self.foreignPartners = foreignPartners
    self.collectivites = collectivites
  }

  /// The sheet that a concluded request becomes.
  public init(concluding request: PartnershipRequest, with partners: [CollectiviteID]) {
    title = request.title
    country = request.country
    foreignPartners = request.authorities
    collectivites = partners
    themes = request.themes
    startsOn = request.startsOn
    endsOn = request.endsOn
    status = .planned
    description = request.summary
    self.request = request.id
  }
}

extension Cooperation {
  /// A new sheet.
  public init(id: CooperationID, draft: CooperationDraft) {
    self.init(
      id: id, version: 1, title: draft.title, country: draft.country, foreignPartners: draft.foreignPartners,
      collectivites: draft.collectivites, themes: draft.themes, startsOn: draft.startsOn, endsOn: draft.endsOn,
      status: draft.status, description: draft.description, request: draft.request)
  }

  /// The sheet as the draft has it; version and transitions stay.
  public func applying(_ draft: CooperationDraft) -> Cooperation {
    var changed = Cooperation(id: id, draft: draft)
    changed.version = version
    changed.transitions = transitions
    return changed
  }
}
