import CooperationModel

extension Circumstances {
  /// Why the cause is nothing to tell now, or nil when it is.
  ///
  /// The same rule decides whether a message is made, whether a waiting one still goes out, and what of a digest is
  /// left: what it says is true when it is sent.
  func objection(to cause: Cause, at now: Instant) -> Unsaid? {
    switch cause.fact {
    case .offered: objectionToOffer(cause, at: now)
    case .ended: objectionToEnding(cause)
    case .answered: objectionToAnswer(cause, at: now)
    case .confirmContact: objectionToConfirming(cause)
    case .confirmRequest: objectionToReminder(cause, at: now)
    case .signIn: now >= cause.at + Self.signInLife ? .expired : nil
    }
  }

  /// Why nothing may be sent to the contact, or nil. An unconfirmed one is asked to confirm and nothing else.
  func objection(to contact: Contact?, kind: OutboundMessage.Kind) -> Unsaid? {
    guard let contact else { return .contactGone }
    return switch contact.status {
    case .unsubscribed: .unsubscribed
    case .pending: kind == .confirmContact ? nil : .unconfirmed
    case .confirmed: kind == .confirmContact ? .alreadyConfirmed : nil
    }
  }

  /// Why the message is not to be sent now, or nil: consent and truth, looked up again at the send.
  package func objection(toSending message: OutboundMessage, at now: Instant) -> Unsaid? {
    if let reason = objection(to: contacts[message.contact], kind: message.kind) { return reason }
    let objections = message.causes.map { objection(to: $0, at: now) }
    return objections.allSatisfy { $0 != nil } ? objections.first ?? nil : nil
  }

  private func objectionToOffer(_ cause: Cause, at now: Instant) -> Unsaid? {
    guard let lead = cause.lead.flatMap({ leads[$0] }) else { return .erased }
    guard lead.status == .offered, lead.offeredAt == cause.at else { return .offerOver }
    if let answerBy = lead.answerBy, answerBy <= now { return .offerOver }
    return nil
  }

  private func objectionToEnding(_ cause: Cause) -> Unsaid? {
    guard let lead = cause.lead.flatMap({ leads[$0] }) else { return .erased }
    return lead.ending == cause.at ? nil : .overtaken
  }

  private func objectionToAnswer(_ cause: Cause, at now: Instant) -> Unsaid? {
    guard let lead = cause.lead.flatMap({ leads[$0] }) else { return .erased }
    guard lead.answer == cause.at else { return .overtaken }
    return cause.at + Self.answerNews < now ? .stale : nil
  }

  private func objectionToConfirming(_ cause: Cause) -> Unsaid? {
    guard let contact = contacts.values.first(where: { $0.id.rawValue == cause.subject }) else { return .contactGone }
    guard contact.status == .pending else { return .alreadyConfirmed }
    return contact.since == cause.at ? nil : .overtaken
  }

  private func objectionToReminder(_ cause: Cause, at now: Instant) -> Unsaid? {
    guard let request = cause.request.flatMap({ requests[$0] }) else { return .erased }
    guard request.isOpen, request.confirmBy == cause.at, cause.at > now else { return .requestSettled }
    return nil
  }

  /// When time alone makes the cause nothing to tell; nil when it takes a change of something else.
  static func expiry(of cause: Cause) -> Instant? {
    switch cause.fact {
    case .answered: cause.at + answerNews + .milliseconds(1)
    case .confirmRequest: cause.at
    case .signIn: cause.at + signInLife
    case .offered, .ended, .confirmContact: nil
    }
  }

  /// How long an answer is news to the embassy. An older one, found by a contact that comes later, is not told again.
  static let answerNews = Instant.Span.days(14)
  /// How long before its end a request is to be confirmed.
  static let reminder = Instant.Span.days(14)
  /// How long a link to sign in is good for.
  static let signInLife = Instant.Span.minutes(15)
}

extension Lead {
  /// When it ended by no doing of the collectivité; nil while it has not.
  var ending: Instant? {
    switch status {
    case .withdrawn, .lapsed, .concluded: reached
    case .offered, .interested, .introduced, .declined: nil
    }
  }

  /// When the collectivité gave the answer that holds; nil while there is none, or more has happened since.
  var answer: Instant? {
    switch status {
    case .interested, .declined: reached
    case .offered, .introduced, .concluded, .withdrawn, .lapsed: nil
    }
  }

  /// When its status was reached.
  private var reached: Instant { transitions.last { $0.status == status.rawValue }?.at ?? offeredAt }
}
