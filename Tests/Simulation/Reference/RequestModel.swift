import CooperationModel

/// What is to become of a command.
enum Expected: Equatable {
  case accepted(version: Int, created: Bool)
  case rejected(Rejection.Reason)

  init(_ outcome: CommandOutcome) {
    switch outcome.result {
    case .accepted(let version, let created): self = .accepted(version: version, created: created)
    case .rejected(let rejection): self = .rejected(rejection.reason)
    }
  }
}

/// A command's decision, as the documentation of the suite states it, with the entity's next version; nil as the value
/// erases it, and no change is none.
struct Judgement<Entity> {
  var expected: Expected
  var next: Entity??

  static func refuse(_ reason: Rejection.Reason) -> Judgement { Judgement(expected: .rejected(reason), next: nil) }
  static func same(_ version: Int) -> Judgement {
    Judgement(expected: .accepted(version: version, created: false), next: nil)
  }
}

extension JSONValue {
  var texts: [String] {
    guard case .array(let items) = self else { return [] }
    return items.compactMap(\.string)
  }

  var members: Set<String> {
    guard case .object(let members) = self else { return [] }
    return Set(members.keys)
  }

  var items: [JSONValue] {
    guard case .array(let items) = self else { return [] }
    return items
  }
}

/// What a partnership request's life is, written out plainly for the bodies that the simulation makes.
struct RequestModel {
  let countries: Set<String>

  func judge(_ command: Command, _ request: PartnershipRequest?) -> Judgement<PartnershipRequest> {
    let verb = String(command.kind.dropFirst("request.".count))
    let actor = command.payload.actor
    let body = command.payload.body
    guard var request else {
      guard ["draft", "submit", "import"].contains(verb) else { return .refuse(.notFound) }
      let said = verb == "import" ? body["draft"] ?? .null : body
      guard let id = RequestID(command.entity), var new = content(said, id) else { return .refuse(.invalid) }
      guard maySpeak(actor, for: new.country) else { return .refuse(.forbidden) }
      new.status = verb == "draft" ? .draft : verb == "submit" ? .submitted : .published
      if new.status == .published {
        guard isComplete(new, on: command.receivedAt) else { return .refuse(.invalid) }
        new.confirmBy = command.receivedAt + .days(180)
      }
      new.version = 1
      note(verb, &new, command)
      return Judgement(expected: .accepted(version: 1, created: true), next: new)
    }
    guard maySpeak(actor, for: request.country) else { return .refuse(.forbidden) }
    if let seen = command.payload.ifMatch, seen != request.version { return .refuse(.stale) }
    let isOpen = request.status == .published || request.status == .inContact
    func step(_ change: (inout PartnershipRequest) -> Void) -> Judgement<PartnershipRequest> {
      var next = request
      next.version += 1
      change(&next)
      if next.status != .published, next.status != .inContact { next.confirmBy = nil }
      note(verb, &next, command)
      return Judgement(expected: .accepted(version: next.version, created: false), next: next)
    }
    switch verb {
    case "draft": return .same(request.version)
    case "import":
      guard let said = content(body["draft"] ?? .null, request.id) else { return .refuse(.invalid) }
      guard said.country == request.country else { return .refuse(.invalid) }
      return isSame(said, request) && request.status != .draft && request.status != .submitted
        ? .same(request.version) : .refuse(.conflict)
    case "change":
      guard let said = content(body, request.id), said.country == request.country else { return .refuse(.invalid) }
      if isSame(said, request) { return .same(request.version) }
      guard command.payload.ifMatch != nil else { return .refuse(.versionRequired) }
      if [.concluded, .closed, .expired].contains(request.status) { return .refuse(.conflict) }
      if isOpen, !isComplete(said, on: command.receivedAt) { return .refuse(.invalid) }
      return step { next in
        let (status, confirmBy, version, transitions) = (
          next.status, next.confirmBy, next.version, next.transitions
        )
        next = said
        (next.status, next.confirmBy, next.version, next.transitions) = (status, confirmBy, version, transitions)
      }
    case "submit":
      if request.status == .submitted { return .same(request.version) }
      guard request.status == .draft else { return .refuse(.conflict) }
      return step { $0.status = .submitted }
    case "publish":
      if request.status == .published { return .same(request.version) }
      guard [.draft, .submitted, .expired].contains(request.status) else { return .refuse(.conflict) }
      guard isComplete(request, on: command.receivedAt) else { return .refuse(.invalid) }
      return step {
        $0.status = .published
        $0.confirmBy = command.receivedAt + .days(180)
      }
    case "confirm":
      if request.status == .expired {
        // One that came in time revives it.
        guard let last = request.transitions.last, last.what == "expire", command.receivedAt < last.at else {
          return .refuse(.conflict)
        }
        let before = request.transitions.dropLast().last?.status
        request.status = before.flatMap(PartnershipRequest.Status.init) ?? .published
      }
      guard request.status == .published || request.status == .inContact else { return .refuse(.conflict) }
      return step { $0.confirmBy = command.receivedAt + .days(180) }
    case "contact":
      if request.status == .inContact { return .same(request.version) }
      guard request.status == .published else { return .refuse(.conflict) }
      return step { $0.status = .inContact }
    case "conclude":
      guard let partners = body["partners"]?.texts.compactMap(CollectiviteID.init), body.members == ["partners"] else {
        return .refuse(.invalid)
      }
      if request.status == .concluded, request.partners == partners { return .same(request.version) }
      guard isOpen else { return .refuse(.conflict) }
      return step {
        $0.status = .concluded
        $0.partners = partners
      }
    case "close":
      guard body.members == ["reason"] else { return .refuse(.invalid) }
      if request.status == .closed { return .same(request.version) }
      guard request.status != .concluded else { return .refuse(.conflict) }
      return step { $0.status = .closed }
    default: return .refuse(.invalid)
    }
  }

  /// Whether time may have ended the request by then.
  func mayExpire(_ request: PartnershipRequest, at time: Instant) -> Bool {
    guard request.status == .published || request.status == .inContact else { return false }
    let byDeadline = request.deadline.map { ($0 + 1).start + .hours(12) <= time } ?? false
    return byDeadline || request.confirmBy.map { $0 <= time } ?? false
  }

  private func note(_ verb: String, _ request: inout PartnershipRequest, _ command: Command) {
    request.transitions.append(
      Transition(
        at: command.receivedAt, by: command.payload.actor.name, what: verb, status: request.status.rawValue))
  }

  private func maySpeak(_ actor: Actor, for country: CountryCode) -> Bool {
    actor.role == .ministry || actor.role == .operator || actor.role == .embassy && actor.country == country
  }

  private func isComplete(_ request: PartnershipRequest, on time: Instant) -> Bool {
    !request.authorities.isEmpty && !request.title.isEmpty && !request.summary.isEmpty && request.contact != nil
      && request.deadline.map { $0 >= time.day } ?? true
  }

  private func isSame(_ said: PartnershipRequest, _ request: PartnershipRequest) -> Bool {
    var held = request
    held.version = said.version
    held.status = said.status
    held.confirmBy = said.confirmBy
    held.partners = said.partners
    held.transitions = said.transitions
    return held == said
  }

  /// What a body says; nil when it is wrong.
  private func content(_ body: JSONValue, _ id: RequestID) -> PartnershipRequest? {
    guard let country = body["country"]?.string, countries.contains(country), let code = CountryCode(country) else {
      return nil
    }
    return PartnershipRequest(
      id: id, version: 0, status: .draft, country: code,
      authorities: body["authorities"]?.items.compactMap { item in
        item["name"]?.string.map {
          ForeignAuthority(name: $0, kind: .municipality, population: item["population"]?.integer.map { Int($0) })
        }
      } ?? [], title: body["title"]?.string ?? "", summary: body["summary"]?.string ?? "",
      themes: body["themes"]?.texts.compactMap(ThemeID.init) ?? [],
      forms: body["forms"]?.texts.compactMap(CooperationForm.init) ?? [],
      languages: body["languages"]?.texts.compactMap(LanguageCode.init) ?? [],
      deadline: body["deadline"]?.string.flatMap(Day.init),
      existingPartners: body["existingPartners"]?.texts.compactMap(CollectiviteID.init) ?? [],
      contact: body["contact"]?.string.flatMap(ContactID.init))
  }
}
