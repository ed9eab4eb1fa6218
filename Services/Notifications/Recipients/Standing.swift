import CooperationModel

/// How one contact stands to one thing that happened: written to, or not and why.
package enum Standing: Equatable, Sendable {
  /// The messages about it, one unless an earlier one was suppressed into it; the last decides.
  case told([MessageID])
  case untold(Unsaid)
}

extension RecipientRules {
  /// Why the contact has, or has not, a message about the cause: the reason that stands behind every silence.
  package func standing(of cause: Cause, to contact: ContactID, in circumstances: Circumstances, at now: Instant)
    -> Standing
  {
    let about = circumstances.messages.values
      .filter { $0.contact == contact && $0.causes.contains(cause) }
      .sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
    if !about.isEmpty { return .told(about.map(\.id)) }
    if let reason = circumstances.objection(to: circumstances.contacts[contact], kind: cause.kind) {
      return .untold(reason)
    }
    if let reason = circumstances.objection(to: cause, at: now) { return .untold(reason) }
    switch cause.fact {
    case .ended: return .untold(.neverAnnounced)
    case .answered, .confirmRequest: return .untold(.otherContact)
    case .offered, .confirmContact, .signIn: return .untold(.overtaken)
    }
  }
}
