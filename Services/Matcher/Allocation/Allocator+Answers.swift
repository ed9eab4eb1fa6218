import CooperationModel

extension Allocator {
  /// The lead as it stands after an answer; the same value when it says so already.
  ///
  /// | answer | from | by |
  /// |---|---|---|
  /// | interested | offered; lapsed, when the answer came in time | the collectivité, its contact by a link |
  /// | declined | offered, interested, introduced; lapsed as above | the collectivité, its contact by a link |
  /// | introduced | interested | the embassy |
  /// | concluded | interested, introduced | the embassy |
  ///
  /// Ministry and operators may answer for either.
  ///
  /// - Parameters:
  ///   - request: nil when it is gone.
  ///   - receivedAt: when the front received the answer: it decides whether it came in time.
  package func decide(
    _ answer: LeadAnswer, lead: Lead, request: PartnershipRequest?, actor: Actor, receivedAt: Instant
  ) throws(Rejection) -> Lead {
    try authorise(answer, lead, actor)
    try validate(answer)
    let target: Lead.Status =
      switch answer.answer {
      case .interested: .interested
      case .declined: .declined
      case .introduced: .introduced
      case .concluded: .concluded
      }
    if lead.status == target, lead.reason == answer.reason { return lead }
    guard request?.isOpen == true else {
      throw Rejection(
        .conflict, code: "request-ended", fr: "La demande n’est plus ouverte\u{202F}: il n’y a plus à y répondre.",
        en: "The request is no longer open: there is nothing to answer any more.")
    }
    let isInTime = lead.status == .lapsed && (lead.answerBy.map { receivedAt <= $0 } ?? false)
    let allowed: [Lead.Status] =
      switch answer.answer {
      case .interested: [.offered]
      case .declined: [.offered, .interested, .introduced]
      case .introduced: [.interested]
      case .concluded: [.interested, .introduced]
      }
    let isFromCollectivite = answer.answer == .interested || answer.answer == .declined
    guard allowed.contains(lead.status) || isInTime && isFromCollectivite else {
      throw Rejection(
        .conflict, at: "/answer", code: "wrong-status",
        fr:
          "Cette mise en relation est au statut «\u{202F}\(lead.status.rawValue)\u{202F}»\u{202F}: elle ne peut pas passer à «\u{202F}\(target.rawValue)\u{202F}».",
        en: "This lead is \(lead.status.rawValue): it cannot become \(target.rawValue).")
    }
    return lead.moved(
      to: target, reason: answer.reason, what: answer.answer.rawValue, by: actor.name, at: receivedAt)
  }

  private func authorise(_ answer: LeadAnswer, _ lead: Lead, _ actor: Actor) throws(Rejection) {
    let collectivite = lead.id.collectivite
    let isAllowed =
      switch answer.answer {
      case .interested, .declined:
        actor.mayWrite(for: collectivite) || actor.role == .contact && actor.collectivite == collectivite
      case .introduced, .concluded: actor.mayWrite(for: lead.facts.country)
      }
    guard isAllowed else {
      throw Rejection(
        .forbidden, code: "not-yours",
        fr: "Seule la collectivité répond à cette proposition, et seule l’ambassade du pays la met en relation.",
        en: "Only the authority itself answers this offer, and only the country’s embassy introduces it.")
    }
  }

  private func validate(_ answer: LeadAnswer) throws(Rejection) {
    if answer.answer == .declined {
      guard let reason = answer.reason, Lead.Reason.answers.contains(reason) else {
        let reasons = Lead.Reason.answers.map(\.rawValue).joined(separator: ", ")
        throw Rejection(
          .invalid, at: "/reason", code: "reason-required", fr: "Indiquez pourquoi\u{202F}: \(reasons).",
          en: "Say why: \(reasons).")
      }
    } else if answer.reason != nil {
      throw Rejection(
        .invalid, at: "/reason", code: "reason-unexpected", fr: "Une raison n’accompagne qu’un refus.",
        en: "A reason goes with declining only.")
    }
  }
}
