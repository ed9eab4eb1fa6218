import CooperationModel
import ServiceKit

// What a collectivité says of itself.

extension IngestionDecider {
  func decideProfile(
    _ command: Command, _ state: inout Overlay<IngestionState>
  ) throws(Rejection) -> Decision {
    guard let id = CollectiviteID(command.entity) else { throw .notFound(command.entity) }
    switch command.kind {
    case "profile.put": return try put(id, command, &state)
    case "profile.merge": return try merge(id, command, &state)
    case "profile.absorb": return try absorb(id, command, &state)
    default: throw .unknownKind(command)
    }
  }

  private func put(
    _ id: CollectiviteID, _ command: Command, _ state: inout Overlay<IngestionState>
  ) throws(Rejection) -> Decision {
    guard reference.registry.contains(id) else { throw .notFound(command.entity) }
    let actor = command.payload.actor
    guard actor.mayWrite(for: id) else { throw .forbidden(actor) }
    let draft = try ProfileDraft.read(command.payload.body, with: reference)
    guard let profile = state.profiles[id] else {
      if let seen = command.payload.ifMatch, seen != 0 { throw .notFound(command.entity) }
      var profile = Profile(collectivite: id, draft: draft)
      profile.transitions.note(
        Transition(at: command.receivedAt, by: actor.name, what: "create", status: profile.status.rawValue))
      state.profiles[id] = profile
      return .created()
    }
    var changed = profile.applying(draft)
    if changed == profile { return .changed(to: profile.version) }
    try Rejection.check(command, against: profile.version)
    changed.version += 1
    changed.transitions.note(
      Transition(at: command.receivedAt, by: actor.name, what: "change", status: changed.status.rawValue))
    state.profiles[id] = changed
    return .changed(to: changed.version)
  }
}
