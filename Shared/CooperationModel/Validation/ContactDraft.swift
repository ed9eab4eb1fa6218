/// What is said of a person or office that can be written to. Consent is no part of it: the address itself confirms.
public struct ContactDraft: Draft {
  public var owner: OwnerID
  public var name: String
  public var email: String
  public var language: Language

  public enum Limits {
    public static let name = 200
  }

  public static let keptByService: Set = ["id", "version", "status", "since", "transitions"]

  public init?(from reader: inout FieldReader, with reference: ReferenceData) {
    let owner = reader.required("owner", .owner(reference))
    let name = reader.required("name", .line(atMost: Limits.name))
    let email = reader.required("email", .email)
    language = reader.optional("language", .oneOf(Language.self)) ?? .french
    guard let owner, let name, let email else { return nil }
    self.owner = owner
    self.name = name
    self.email = email.text
  }
}

extension Contact {
  /// A new contact that its address has not confirmed yet.
  public init(id: ContactID, draft: ContactDraft, at now: Instant) {
    self.init(
      id: id, version: 1, owner: draft.owner, status: .pending, name: draft.name, email: draft.email,
      language: draft.language, since: now)
  }

  /// The contact as the draft has it; version and transitions stay. Another address has to confirm anew. The owner is
  /// fixed: everything about a contact is kept by owner.
  public func applying(_ draft: ContactDraft, at now: Instant) throws(Rejection) -> Contact {
    guard draft.owner == owner else { throw Rejection(.invalid, [.fixed("/owner")]) }
    var changed = self
    changed.name = draft.name
    changed.language = draft.language
    if draft.email != email {
      changed.email = draft.email
      changed.status = .pending
      changed.since = now
    }
    return changed
  }
}
