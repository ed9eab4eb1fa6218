import CooperationModel
import ServiceKit

// Sheets of the Atlas.

extension IngestionDecider {
  func decideCooperation(
    _ command: Command, _ state: inout Overlay<IngestionState>
  ) throws(Rejection) -> Decision {
    guard let id = CooperationID(command.entity) else { throw .notFound(command.entity) }
    let actor = command.payload.actor
    guard ["cooperation.create", "cooperation.import", "cooperation.change"].contains(command.kind) else {
      throw .unknownKind(command)
    }
    let draft = try CooperationDraft.read(command.payload.body, with: reference)
    guard actor.mayWrite(for: draft.country) || draft.collectivites.contains(where: actor.mayWrite(for:)) else {
      throw .forbidden(actor)
    }
    guard let sheet = state.cooperations[id] else {
      guard command.kind != "cooperation.change" else { throw .notFound(command.entity) }
      var sheet = Cooperation(id: id, draft: draft)
      sheet.transitions.note(
        Transition(at: command.receivedAt, by: actor.name, what: command.verb, status: sheet.status.rawValue))
      state.cooperations[id] = sheet
      return .created()
    }
    if command.kind == "cooperation.create" { return Decision(version: sheet.version) }
    guard actor.mayWrite(for: sheet.country) || sheet.collectivites.contains(where: actor.mayWrite(for:)) else {
      throw .forbidden(actor)
    }
    var changed = sheet.applying(draft)
    if changed == sheet { return .changed(to: sheet.version) }
    if command.kind == "cooperation.import" { throw .existing(sheet.id.rawValue, version: sheet.version) }
    try Rejection.check(command, against: sheet.version)
    changed.version += 1
    changed.transitions.note(
      Transition(at: command.receivedAt, by: actor.name, what: "change", status: changed.status.rawValue))
    state.cooperations[id] = changed
    return .changed(to: changed.version)
  }
}
