import CooperationModel
import ServiceKit
import TopicBus

/// How long a published request stands before its embassy must confirm it again.
let requestConfirmation = Instant.Span.days(180)

// The life of a partnership request: draft → submitted → published → in contact → concluded | closed | expired.

extension IngestionDecider {
  func decideRequest(
    _ command: Command, _ state: inout Overlay<IngestionState>
  ) throws(Rejection) -> Decision {
    guard let id = RequestID(command.entity) else { throw .notFound(command.entity) }
    if command.kind == "request.draft" || command.kind == "request.submit" || command.kind == "request.import",
      state.requests[id] == nil
    {
      return try create(id, command, &state)
    }
    guard let request = state.requests[id] else { throw .notFound(command.entity) }
    let actor = command.payload.actor
    // A link lets a contact of the embassy confirm, and nothing else.
    let isLink = actor.role == .contact && command.kind == "request.confirm" && actor.country == request.country
    guard isLink || actor.mayWrite(for: request.country) else { throw .forbidden(actor) }
    if command.payload.ifMatch != nil { try Rejection.check(command, against: request.version) }

    switch command.kind {
    case "request.import": return try imported(request, command)
    case "request.draft":
      // The id derives from the command: it was done, longer ago than outcomes are remembered.
      return Decision(version: request.version)
    case "request.change": return try change(request, command, &state)
    case "request.submit": return try move(request, to: .submitted, from: [.draft], command, &state)
    case "request.publish": return try publish(request, command, &state)
    case "request.confirm": return try confirm(request, command, &state)
    case "request.contact": return try move(request, to: .inContact, from: [.published], command, &state)
    case "request.conclude": return try conclude(request, command, &state)
    case "request.close":
      _ = try ClosingOrder.read(command.payload.body, with: reference)
      return try move(
        request, to: .closed, from: [.draft, .submitted, .published, .inContact, .expired], command, &state)
    default: throw .unknownKind(command)
    }
  }

  /// A row whose request is there already: done, when it says what is there.
  private func imported(_ request: PartnershipRequest, _ command: Command) throws(Rejection) -> Decision {
    let body = command.payload.body
    let draft = try RequestDraft.read(body["draft"] ?? .null, with: reference)
    let status = body["status"]?.string.flatMap(PartnershipRequest.Status.init) ?? .draft
    guard try request.applying(draft) == request, request.status.isAsFar(as: status) else {
      throw .existing(request.id.rawValue, version: request.version)
    }
    return .changed(to: request.version)
  }

  private func create(
    _ id: RequestID, _ command: Command, _ state: inout Overlay<IngestionState>
  ) throws(Rejection) -> Decision {
    var (status, body) = (PartnershipRequest.Status.submitted, command.payload.body)
    switch command.kind {
    case "request.draft": status = .draft
    case "request.import":
      status = body["status"]?.string.flatMap(PartnershipRequest.Status.init) ?? .submitted
      body = body["draft"] ?? .null
    default: break
    }
    let draft = try RequestDraft.read(body, with: reference)
    let actor = command.payload.actor
    guard actor.mayWrite(for: draft.country) else { throw .forbidden(actor) }
    var request = PartnershipRequest(id: id, draft: draft)
    request.version = 0
    if status == .published {
      try checkPublishable(request, on: command.receivedAt)
      request.confirmBy = command.receivedAt + requestConfirmation
    }
    request.move(to: status, by: actor.name, what: command.verb, at: command.receivedAt)
    state.requests[id] = request
    return .created()
  }

  private func change(
    _ request: PartnershipRequest, _ command: Command, _ state: inout Overlay<IngestionState>
  ) throws(Rejection) -> Decision {
    let draft = try RequestDraft.read(command.payload.body, with: reference)
    var changed = try request.applying(draft)
    if changed == request { return .changed(to: request.version) }
    try Rejection.check(command, against: request.version)
    guard !request.isEnded else { throw .state(request, "request.change") }
    if request.isOpen { try checkPublishable(changed, on: command.receivedAt) }
    changed.move(to: request.status, by: command.payload.actor.name, what: "change", at: command.receivedAt)
    state.requests[request.id] = changed
    return .changed(to: changed.version)
  }

  private func publish(
    _ request: PartnershipRequest, _ command: Command, _ state: inout Overlay<IngestionState>
  ) throws(Rejection) -> Decision {
    if request.status == .published { return .changed(to: request.version) }
    guard [.draft, .submitted, .expired].contains(request.status) else { throw .state(request, command.kind) }
    try checkPublishable(request, on: command.receivedAt)
    var published = request
    published.confirmBy = command.receivedAt + requestConfirmation
    published.move(to: .published, by: command.payload.actor.name, what: command.verb, at: command.receivedAt)
    state.requests[request.id] = published
    return .changed(to: published.version)
  }

  /// Confirms that a request still stands. The time of receipt decides: one that came in time revives a request that
  /// expired meanwhile.
  private func confirm(
    _ request: PartnershipRequest, _ command: Command, _ state: inout Overlay<IngestionState>
  ) throws(Rejection) -> Decision {
    var confirmed = request
    if request.status == .expired {
      guard let last = request.transitions.last, last.what == "expire", command.receivedAt < last.at else {
        throw .state(request, command.kind)
      }
      let before = request.transitions.dropLast().last?.status
      confirmed.status = before.flatMap(PartnershipRequest.Status.init) ?? .published
    }
    guard confirmed.isOpen else { throw .state(request, command.kind) }
    confirmed.confirmBy = command.receivedAt + requestConfirmation
    confirmed.move(
      to: confirmed.status, by: command.payload.actor.name, what: command.verb, at: command.receivedAt)
    state.requests[request.id] = confirmed
    return .changed(to: confirmed.version)
  }

  /// Concludes a request with its partners; the Atlas sheet follows by a command of its own, in the same transaction.
  private func conclude(
    _ request: PartnershipRequest, _ command: Command, _ state: inout Overlay<IngestionState>
  ) throws(Rejection) -> Decision {
    let order = try ConclusionOrder.read(command.payload.body, with: reference)
    if request.status == .concluded, request.partners == order.partners { return .changed(to: request.version) }
    guard request.isOpen else { throw .state(request, command.kind) }
    var concluded = request
    concluded.partners = order.partners
    concluded.move(to: .concluded, by: command.payload.actor.name, what: command.verb, at: command.receivedAt)
    state.requests[request.id] = concluded
    let sheet = try self.sheet(of: concluded, command)
    return .changed(to: concluded.version, [sheet])
  }

  private func sheet(of request: PartnershipRequest, _ command: Command) throws(Rejection) -> Outgoing {
    var actor = command.payload.actor
    actor.onBehalf = "ingestion"
    return try derived(
      "conclude", from: command, kind: "cooperation.create",
      entity: StableID.uuid(of: ["cooperation", command.id.rawValue]), by: actor,
      body: CooperationDraft(concluding: request, with: request.partners))
  }

  private func move(
    _ request: PartnershipRequest, to status: PartnershipRequest.Status, from allowed: [PartnershipRequest.Status],
    _ command: Command, _ state: inout Overlay<IngestionState>
  ) throws(Rejection) -> Decision {
    if request.status == status { return .changed(to: request.version) }
    guard allowed.contains(request.status) else { throw .state(request, command.kind) }
    var moved = request
    moved.move(to: status, by: command.payload.actor.name, what: command.verb, at: command.receivedAt)
    state.requests[request.id] = moved
    return .changed(to: moved.version)
  }

  private func checkPublishable(_ request: PartnershipRequest, on time: Instant) throws(Rejection) {
    let violations = request.violationsForPublishing(on: time.day)
    guard violations.isEmpty else { throw Rejection(.invalid, violations) }
  }
}

extension PartnershipRequest.Status {
  /// Whether an import that takes a request to that status has nothing left to do.
  fileprivate func isAsFar(as wanted: Self) -> Bool {
    switch self {
    case .draft: wanted == .draft
    case .submitted: wanted != .published
    case .published, .inContact, .concluded, .closed, .expired: true
    }
  }
}

extension PartnershipRequest {
  /// The next version, in another status or the same.
  mutating func move(to status: Status, by actor: String, what: String, at time: Instant) {
    version += 1
    self.status = status
    if !isOpen { confirmBy = nil }
    transitions.note(Transition(at: time, by: actor, what: what, status: status.rawValue))
  }

  /// When it expires by itself: unconfirmed, or when its deadline has passed everywhere on Earth (UTC−12).
  var expiresAt: Instant? {
    guard isOpen else { return nil }
    let afterDeadline = deadline.map { ($0 + 1).start + .hours(12) }
    return [confirmBy, afterDeadline].compactMap { $0 }.min()
  }
}

extension Command {
  /// The part behind the dot: `publish`.
  var verb: String { String(kind.drop { $0 != "." }.dropFirst()) }
}

extension Rejection {
  /// A row that would create what is there already, in another form.
  static func existing(_ id: String, version: Int) -> Rejection {
    Rejection(
      .conflict, code: "exists",
      fr:
        "Cette ligne a déjà été importée et ce qui existe est différent\u{202F}: pour le modifier, donnez id «\u{202F}\(id)\u{202F}» et version «\u{202F}\(version)\u{202F}».",
      en:
        "This row was imported before, and what is there is different: to change it, give id \"\(id)\" and version \"\(version)\"."
    )
  }

  static func state(_ request: PartnershipRequest, _ kind: String) -> Rejection {
    Rejection(
      .conflict, code: "state",
      fr:
        "La demande est à l’état «\u{202F}\(request.status.rawValue)\u{202F}»\u{202F}: «\u{202F}\(kind)\u{202F}» n’y est pas possible.",
      en: "The request is \(request.status.rawValue): \(kind) is not possible.")
  }
}
