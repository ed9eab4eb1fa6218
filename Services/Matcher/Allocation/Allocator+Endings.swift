import CooperationModel

extension Allocator {
  /// The leads of one request that end now, each as its next version.
  ///
  /// In the order in which they are looked at:
  /// 1. the request was concluded with the collectivité: *concluded*; it ended otherwise, or is gone: *withdrawn*;
  /// 2. the collectivité was merged into another: withdrawn;
  /// 3. offered or interested, and no confirmed contact is left, or its profile is paused: withdrawn. From the
  ///    introduction on the two talk to each other, and neither says anything of that;
  /// 4. offered, and the pair is below the threshold by the model that offered it, or nothing of substance is left:
  ///    withdrawn. A newer model ends nothing, and a rank never does;
  /// 5. offered, and the time to answer is over: *lapsed*.
  ///
  /// - Parameters:
  ///   - leads: the request's leads, in any order.
  ///   - request: nil when it is gone.
  package func endings(
    of leads: [Lead], request: PartnershipRequest?, candidates: Candidates, now: Instant
  ) -> [Lead] {
    let open = leads.filter(\.isOpen).sorted { $0.id < $1.id }
    guard !open.isEmpty else { return [] }
    let ranking = Ranking(model: model)
    let wish = request.flatMap { $0.isOpen ? Wish($0, in: candidates.landscape, model: model) : nil }
    return open.compactMap { lead in
      guard let (status, reason) = ending(of: lead, request, wish, ranking, candidates, now) else { return nil }
      return lead.moved(to: status, reason: reason, what: status == .lapsed ? "lapse" : "end", by: "system", at: now)
    }
  }

  private func ending(
    of lead: Lead, _ request: PartnershipRequest?, _ wish: Wish?, _ ranking: Ranking, _ candidates: Candidates,
    _ now: Instant
  ) -> (Lead.Status, Lead.Reason?)? {
    let collectivite = lead.id.collectivite
    let landscape = candidates.landscape
    guard let wish else {
      let isPartner =
        request?.status == .concluded
        && request?.partners.contains { landscape.today($0) == landscape.today(collectivite) } == true
      return isPartner ? (.concluded, nil) : (.withdrawn, .requestEnded)
    }
    guard landscape.today(collectivite) == collectivite else { return (.withdrawn, .merged) }
    if lead.status != .introduced {
      if !candidates.canBeWrittenTo(collectivite) { return (.withdrawn, .noContact) }
      if candidates.isPaused(collectivite) { return (.withdrawn, .paused) }
    }
    guard lead.status == .offered else { return nil }
    switch ranking.standing(of: collectivite, for: wish, among: candidates) {
    case .noSubstance, .notCandidate: return (.withdrawn, .belowThreshold)
    case .belowThreshold where lead.scoring == settings.version: return (.withdrawn, .belowThreshold)
    default: break
    }
    if let answerBy = lead.answerBy, answerBy <= now { return (.lapsed, nil) }
    return nil
  }

  /// The next instant at which time alone changes something for the request: a lead lapses, or room returns at one of
  /// those in its list while it wants a lead. Nil when nothing waits for time.
  ///
  /// - Parameter rows: of `matches.ranked`, as ``Landscape/rows(of:)`` says; nil: they are looked up.
  package func nextDue(
    for id: RequestID, request: PartnershipRequest?, matches: MatchSet?, rows: [Int]? = nil, book: LeadBook,
    candidates: Candidates
  ) -> Instant? {
    var result = book.entries(of: id).compactMap(\.answerBy).min()
    guard let request, wanted(by: request, in: book) > 0 else { return result }
    let list = Shortlist(request, matches, rows, candidates)
    for row in eligible(list, book, candidates) {
      guard let returns = book.roomReturns(row, limit: candidates.weeklyLimit(ofRow: row)) else { continue }
      result = min(result ?? returns, returns)
    }
    return result
  }
}

extension Lead {
  /// The next version, in another status.
  func moved(to status: Status, reason: Reason?, what: String, by: String, at now: Instant) -> Lead {
    var result = self
    result.version += 1
    result.status = status
    result.reason = reason
    if status != .offered, status != .lapsed { result.answerBy = nil }
    result.transitions.note(Transition(at: now, by: by, what: what, status: status.rawValue))
    return result
  }
}
