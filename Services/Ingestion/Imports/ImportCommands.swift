import CooperationModel
import ServiceKit

/// Turns the rows of one caller's import into commands whose ids derive from the rows.
///
/// The *entity* that a row creates is known by the row's reference, or else by all that it says; the *command* by that and
/// by what it says. So a row that is sent again is the same command and is done once; one that was refused and corrected
/// is decided anew; and one that was accepted and says something else later meets its entity, and is a conflict.
struct ImportCommands: Sendable {
  let kind: ImportKind
  let actor: Actor
  /// The import that the rows belong to.
  let `import`: CommandID

  /// The command that a row is.
  ///
  /// - Throws: ``RowError`` for an id that can be none.
  func command(_ row: ImportRow, receivedAt now: Instant) throws -> Command {
    let key = Self.key(kind, actor, try row.identity)
    let target = try target(of: row, key)
    let body = try body(of: row)
    let digest = StableID.digest(body: try JSON.encode(body), ifMatch: row.version)
    return Command(
      id: StableID.command(of: ["import-row", key, target.entity, digest]), kind: target.command, entity: target.entity,
      partitionKey: target.partitionKey ?? target.entity,
      receivedAt: now,
      payload: Command.Payload(
        actor: actor, ifMatch: row.version, digest: digest, body: body,
        origin: CommandOrigin(import: `import`, line: row.line, version: row.version)))
  }

  /// The contact that a row of the same caller's contacts import makes, by the row's reference.
  static func contact(_ reference: String, of actor: Actor) -> ContactID? {
    ContactID(entity("contact", key(.contacts, actor, "reference:\(reference)")))
  }

  private static func key(_ kind: ImportKind, _ actor: Actor, _ identity: String) -> String {
    StableID.uuid(of: ["import", actor.issuer, actor.subject, kind.rawValue, identity])
  }

  private static func entity(_ type: String, _ key: String) -> String { StableID.uuid(of: [type, key]) }

  private struct Target {
    var command: String
    var entity: String
    var partitionKey: String?
  }

  private func target(of row: ImportRow, _ key: String) throws -> Target {
    func target(_ type: String, _ isID: (String) -> Bool, partitionKey: String? = nil) throws -> Target {
      guard let id = row.id else {
        return Target(command: "\(type).import", entity: Self.entity(type, key), partitionKey: partitionKey)
      }
      guard isID(id) else { throw Self.invalidID(row) }
      return Target(command: "\(type).change", entity: id, partitionKey: partitionKey)
    }
    switch row.content {
    case .request: return try target("request") { RequestID($0) != nil }
    case .profile(let collectivite, _): return Target(command: "profile.put", entity: collectivite.rawValue)
    case .contact(let draft, _):
      return try target("contact", { ContactID($0) != nil }, partitionKey: draft.owner.rawValue)
    case .cooperation: return try target("cooperation") { CooperationID($0) != nil }
    }
  }

  /// What the command says: a change the draft alone, a creation also how far the row takes the entity.
  private func body(of row: ImportRow) throws -> JSONValue {
    func body(_ draft: some Draft, _ status: String?) throws -> JSONValue {
      let draft = try JSONValue(encoding: draft)
      guard row.id == nil, let status else { return draft }
      return .object(["status": .string(status), "draft": draft])
    }
    return switch row.content {
    case .request(let draft, let status): try body(draft, status.rawValue)
    case .profile(_, let draft): try body(draft, nil)
    case .contact(let draft, let status): try body(draft, status.rawValue)
    case .cooperation(let draft): try body(draft, nil)
    }
  }

  private static func invalidID(_ row: ImportRow) -> RowError {
    RowError(
      line: row.line, column: "id", code: "invalid-id",
      message: Localized(
        fr: "Cet identifiant n’en est pas un\u{202F}: reprenez celui de l’export, un UUID en minuscules.",
        en: "This is no id: take the one in the export, a lower-case UUID."))
  }
}
