import CooperationModel
import ServiceKit

// Whom one may write to. Consent is given by the address itself, through the link that it receives; or it stands on
// paper, and the ministry or an operator says so when it imports.

extension IngestionDecider {
  func decideContact(
    _ command: Command, _ state: inout Overlay<IngestionState>
  ) throws(Rejection) -> Decision {
    guard let id = ContactID(command.entity), let owner = OwnerID(command.partitionKey) else {
      throw .notFound(command.entity)
    }
    let actor = command.payload.actor
    guard let contact = state.contacts[id] else {
      guard command.kind == "contact.create" || command.kind == "contact.import" else {
        // An erased contact that is erased, or unsubscribed, again: done.
        if command.kind == "contact.erase" { return Decision(version: 0) }
        throw .notFound(command.entity)
      }
      return try create(id, owner, command, &state)
    }
    guard actor.mayWrite(for: owner) || (actor.role == .contact && actor.subject == id.rawValue) else {
      throw .forbidden(actor)
    }
    if command.payload.ifMatch != nil { try Rejection.check(command, against: contact.version) }

    switch command.kind {
    case "contact.create": return Decision(version: contact.version)
    case "contact.import": return try imported(contact, command)
    case "contact.change": return try change(contact, command, &state)
    case "contact.confirm": return try move(contact, to: .confirmed, command, &state)
    case "contact.unsubscribe": return try move(contact, to: .unsubscribed, command, &state)
    case "contact.erase":
      guard actor.role != .contact else { throw .forbidden(actor) }
      state.contacts[id] = nil
      return .changed(to: contact.version + 1)
    default: throw .unknownKind(command)
    }
  }

  /// A row whose contact is there already: done, when it says what is there. Consent that the address has given or taken
  /// back since is not touched.
  private func imported(_ contact: Contact, _ command: Command) throws(Rejection) -> Decision {
    let body = command.payload.body
    let draft = try ContactDraft.read(body["draft"] ?? .null, with: reference)
    let isPaper = body["status"]?.string == Contact.Status.confirmed.rawValue
    guard try contact.applying(draft, at: command.receivedAt) == contact, !isPaper || contact.status != .pending else {
      throw .existing(contact.id.rawValue, version: contact.version)
    }
    return .changed(to: contact.version)
  }

  private func create(
    _ id: ContactID, _ owner: OwnerID, _ command: Command, _ state: inout Overlay<IngestionState>
  ) throws(Rejection) -> Decision {
    let actor = command.payload.actor
    var (isConfirmed, body) = (false, command.payload.body)
    if command.kind == "contact.import" {
      isConfirmed = body["status"]?.string == Contact.Status.confirmed.rawValue
      body = body["draft"] ?? .null
    }
    let draft = try ContactDraft.read(body, with: reference)
    guard draft.owner == owner else {
      throw Rejection(
        .invalid, at: "/owner", code: "other-owner", fr: "La commande est adressée à un autre propriétaire.",
        en: "The command is addressed to another owner.")
    }
    guard actor.mayWrite(for: owner) else { throw .forbidden(actor) }
    // Consent on paper is the ministry's, or an operator's, to vouch for.
    guard !isConfirmed || actor.role == .ministry || actor.role == .operator else { throw .forbidden(actor) }
    var contact = Contact(id: id, draft: draft, at: command.receivedAt)
    if isConfirmed { contact.status = .confirmed }
    contact.transitions.note(
      Transition(at: command.receivedAt, by: actor.name, what: command.verb, status: contact.status.rawValue))
    state.contacts[id] = contact
    return .created()
  }

  private func change(
    _ contact: Contact, _ command: Command, _ state: inout Overlay<IngestionState>
  ) throws(Rejection) -> Decision {
    guard command.payload.actor.role != .contact else { throw .forbidden(command.payload.actor) }
    let draft = try ContactDraft.read(command.payload.body, with: reference)
    var changed = try contact.applying(draft, at: command.receivedAt)
    if changed == contact { return .changed(to: contact.version) }
    try Rejection.check(command, against: contact.version)
    changed.version += 1
    changed.transitions.note(
      Transition(
        at: command.receivedAt, by: command.payload.actor.name, what: "change", status: changed.status.rawValue))
    state.contacts[contact.id] = changed
    return .changed(to: changed.version)
  }

  private func move(
    _ contact: Contact, to status: Contact.Status, _ command: Command, _ state: inout Overlay<IngestionState>
  ) throws(Rejection) -> Decision {
    if contact.status == status { return .changed(to: contact.version) }
    // Only the address itself confirms: whoever entered it cannot consent for it.
    if status == .confirmed, command.payload.actor.role != .contact { throw .forbidden(command.payload.actor) }
    var moved = contact
    moved.version += 1
    moved.status = status
    moved.since = command.receivedAt
    moved.transitions.note(
      Transition(
        at: command.receivedAt, by: command.payload.actor.name, what: command.verb, status: status.rawValue))
    state.contacts[contact.id] = moved
    return .changed(to: moved.version)
  }
}
