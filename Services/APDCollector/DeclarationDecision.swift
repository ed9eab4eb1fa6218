import CooperationModel

/// What a submitted declaration changes: the new revision, and the one whose place it takes.
package struct DeclarationDecision: Equatable, Sendable {
  package var declaration: Declaration
  /// The revision that was current, now marked as superseded.
  package var superseded: Declaration?
  /// Nothing was changed: what was submitted is what is declared already, in ``declaration``.
  package var isRepeat: Bool

  package init(declaration: Declaration, superseded: Declaration?, isRepeat: Bool) {
    self.declaration = declaration
    self.superseded = superseded
    self.isRepeat = isRepeat
  }
}

/// A declaration as it was submitted: who, when, on top of which revision, and what.
package struct DeclarationSubmission: Sendable {
  package var actor: Actor
  /// When the front received it: the time that counts for the campaign's window.
  package var receivedAt: Instant
  /// The revision that the caller saw; nil for the first.
  package var ifMatch: Int?
  /// The authority whose partition the command is in: the draft's, as the front knew it.
  package var addressee: CollectiviteID
  package var draft: DeclarationDraft

  package init(
    actor: Actor, receivedAt: Instant, ifMatch: Int?, addressee: CollectiviteID, draft: DeclarationDraft
  ) {
    self.actor = actor
    self.receivedAt = receivedAt
    self.ifMatch = ifMatch
    self.addressee = addressee
    self.draft = draft
  }
}

/// Decides on submitted declarations: a pure function of the submission, what is declared, and the campaign.
package struct DeclarationDecider: Sendable {
  package let reference: ReferenceData

  package init(reference: ReferenceData) { self.reference = reference }

  /// Refuses, in this order: who may not declare for that authority (403), what is wrong in itself, all at once (422),
  /// what comes outside the campaign's window (409), what does not name the revision it corrects (428) or names
  /// another (412).
  ///
  /// The ministry declares for an authority within the same window: to take one later, it moves the window.
  ///
  /// - Parameters:
  ///   - existing: revisions of that authority and year, in any order.
  ///   - campaign: the setting of that year's campaign, if any.
  package func decide(
    _ submission: DeclarationSubmission, existing: [Declaration], campaign: CampaignSettings?
  ) throws(Rejection) -> DeclarationDecision {
    try checkActor(submission)
    let checked = try DeclarationCheck(reference: reference).check(submission.draft)
    try checkAddressee(submission.addressee, checked.authority)
    try checkWindow(submission, year: checked.year, campaign: campaign)

    let latest =
      existing
      .filter { $0.id.collectivite == checked.authority.id && $0.id.year == checked.year }
      .max { $0.id.revision < $1.id.revision }
    if let latest, latest.status == .submitted, latest.lines == checked.lines {
      return DeclarationDecision(declaration: latest, superseded: nil, isRepeat: true)
    }
    try checkVersion(submission.ifMatch, latest: latest)
    let revision = Declaration(
      id: DeclarationID(checked.authority.id, year: checked.year, revision: (latest?.id.revision ?? 0) + 1),
      status: .submitted, lines: checked.lines, submittedAt: submission.receivedAt, by: submission.actor.name)
    var superseded = latest?.status == .submitted ? latest : nil
    superseded?.status = .superseded
    return DeclarationDecision(declaration: revision, superseded: superseded, isRepeat: false)
  }

  /// An authority declares for itself, also with a token from before it was merged; the ministry for any.
  private func checkActor(_ submission: DeclarationSubmission) throws(Rejection) {
    guard let declared = submission.draft.collectivite else { return }
    var actor = submission.actor
    if let own = actor.collectivite { actor.collectivite = reference.authority(own)?.id ?? own }
    guard actor.role == .collectivite || actor.role == .ministry,
      actor.mayWrite(for: reference.authority(declared)?.id ?? declared)
    else {
      throw Rejection(
        .forbidden, at: "/collectivite", code: "not-yours",
        fr:
          "Une collectivité déclare pour elle-même, le ministère pour toutes\u{202F}: utilisez l’accès de \(declared).",
        en: "An authority declares for itself, the ministry for all: use the access of \(declared).")
    }
  }

  /// What is decided is one authority's, in its own partition. A front that knows of a merger later than this decider,
  /// or earlier, addresses another than the one that the declaration is for: sent again, it arrives.
  private func checkAddressee(_ addressee: CollectiviteID, _ authority: Collectivite) throws(Rejection) {
    guard addressee != authority.id else { return }
    throw Rejection(
      .conflict, at: "/collectivite", code: "merged-authority",
      fr: "\(addressee) fait désormais partie de \(authority.name)\u{202F}: déclarez sous \(authority.id).",
      en: "\(addressee) is now part of \(authority.name): declare as \(authority.id).")
  }

  private func checkWindow(
    _ submission: DeclarationSubmission, year: Int, campaign: CampaignSettings?
  ) throws(Rejection) {
    let setting = campaign?.year == year ? campaign : nil
    guard let window = CampaignWindow(year: year, setting: setting),
      let violation = window.violation(receivedAt: submission.receivedAt)
    else { return }
    throw Rejection(.conflict, [violation])
  }

  private func checkVersion(_ ifMatch: Int?, latest: Declaration?) throws(Rejection) {
    guard let latest else {
      guard let ifMatch, ifMatch != 0 else { return }
      throw Rejection(
        .stale, code: "stale", fr: "Il n’y a pas encore de révision\u{202F}: n’en nommez aucune (If-Match).",
        en: "There is no revision yet: name none (If-Match).")
    }
    guard let ifMatch else {
      throw Rejection(
        .versionRequired, code: "version-required",
        fr: "La révision \(latest.id.revision) existe déjà\u{202F}: nommez-la (If-Match) pour la remplacer.",
        en: "There is a revision \(latest.id.revision) already: name it (If-Match) to replace it.")
    }
    guard ifMatch == latest.id.revision else {
      throw Rejection(
        .stale, code: "stale",
        fr: "La révision actuelle est \(latest.id.revision), non \(ifMatch)\u{202F}: relisez-la, puis corrigez-la.",
        en: "The current revision is \(latest.id.revision), not \(ifMatch): read it again, then correct it.")
    }
  }
}
