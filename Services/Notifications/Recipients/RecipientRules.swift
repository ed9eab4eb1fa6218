import CooperationModel

/// Who is told what: which messages should exist, given what is known.
///
/// A pure function of the circumstances and the time. Applied to its own result it changes nothing, so it may run as
/// often as anything it reads changes.
///
/// | what happened | who hears of it |
/// |---|---|
/// | a lead is offered | every confirmed contact of the collectivité, while the offer stands |
/// | a lead that a contact was told of is withdrawn, lapses or is concluded | that contact |
/// | a collectivité is interested, or declines | the request's embassy contact, within 14 days |
/// | a request must be confirmed within 14 days | the request's embassy contact |
/// | a contact is new | itself, once: the only message to one that has not confirmed |
package struct RecipientRules: Sendable {
  /// The most causes in one digest; what is more goes into another.
  package static let digestLimit = 50

  package init() {}

  /// The messages that are new or change, by id: each the next version of its key.
  package func changes(for circumstances: Circumstances, at now: Instant) -> [OutboundMessage] {
    var draft = Draft(circumstances, at: now)
    draft.reviewWaiting()
    if circumstances.gate.isClosed { draft.gatherWaiting() }
    for contact in circumstances.contacts.values.sorted(by: { $0.id < $1.id }) {
      for cause in causes(for: contact, in: circumstances, at: now) where !draft.hasTold(cause, to: contact) {
        draft.tell(cause, to: contact)
      }
    }
    return draft.changes
  }

  /// When something will be to tell that is not yet, though nothing else changes; nil when time alone brings nothing.
  package func nextDue(for circumstances: Circumstances, after now: Instant) -> Instant? {
    guard case .embassy = circumstances.owner.kind else { return nil }
    return circumstances.requests.values.lazy
      .filter(\.isOpen)
      .compactMap { $0.confirmBy.map { $0 - Circumstances.reminder } }
      .filter { $0 > now }
      .min()
  }

  /// What the contact is to hear of, oldest first, whether it was told or not.
  package func causes(for contact: Contact, in circumstances: Circumstances, at now: Instant) -> [Cause] {
    guard contact.owner == circumstances.owner else { return [] }
    let candidates: [Cause] =
      switch contact.status {
      case .pending: [Cause(.confirmContact, contact.id, at: contact.since)]
      case .unsubscribed: []
      case .confirmed:
        switch contact.owner.kind {
        case .collectivite: leadCauses(for: contact, in: circumstances)
        case .embassy: embassyCauses(for: contact, in: circumstances, at: now)
        case .prefecture, .ministry: []
        }
      }
    return candidates.filter { circumstances.objection(to: $0, at: now) == nil }.sorted()
  }

  private func leadCauses(for contact: Contact, in circumstances: Circumstances) -> [Cause] {
    let announced = circumstances.announced(to: contact.id)
    return circumstances.leads.values.compactMap { lead in
      let offer = Cause(.offered, lead.id, at: lead.offeredAt)
      if lead.status == .offered { return offer }
      guard let ending = lead.ending, announced.contains(offer) else { return nil }
      return Cause(.ended, lead.id, at: ending)
    }
  }

  private func embassyCauses(for contact: Contact, in circumstances: Circumstances, at now: Instant) -> [Cause] {
    let answers = circumstances.leads.values.compactMap { lead -> Cause? in
      guard let answer = lead.answer else { return nil }
      let hears = circumstances.embassyContact(for: lead.id.request, otherwise: lead.facts.contact)
      return hears?.id == contact.id ? Cause(.answered, lead.id, at: answer) : nil
    }
    let reminders = circumstances.requests.values.compactMap { request -> Cause? in
      guard request.isOpen, let confirmBy = request.confirmBy, confirmBy - Circumstances.reminder <= now else {
        return nil
      }
      let hears = circumstances.embassyContact(for: request.id, otherwise: request.contact)
      return hears?.id == contact.id ? Cause(.confirmRequest, request.id, at: confirmBy) : nil
    }
    return answers + reminders
  }
}

extension OutboundMessage {
  /// The message with a link to sign in that someone asked for. Asked for twice at the same instant, it is one.
  package static func signIn(_ contact: Contact, askedFor at: Instant) -> OutboundMessage {
    let cause = Cause(.signIn, contact.id, at: at)
    return OutboundMessage(
      id: MessageID(cause: cause, contact: contact.id), version: 1, contact: contact.id, owner: contact.owner,
      kind: .signIn, subjects: [cause.description], notBefore: at, createdAt: at)
  }
}

extension Circumstances {
  /// The offers that reached the contact.
  func announced(to contact: ContactID) -> Set<Cause> {
    var causes: Set<Cause> = []
    for message in messages.values where message.contact == contact && message.status == .delivered {
      for cause in message.causes where cause.fact == .offered { causes.insert(cause) }
    }
    return causes
  }
}
