import CooperationModel

// The laws of leads, by plain counting over all leads.

extension SuiteRun {
  func checkLeads() throws {
    guard let scoring else { return }
    for place in checked.offers..<chronicle.offers.count { try checkOffer(place) }
    let leads = chronicle.leads.living
    let byRequest = Dictionary(grouping: leads, by: \.id.request)
    for lead in leads where lead.isOpen {
      try checkOpen(lead)
    }
    for request in chronicle.requests.living {
      let own = byRequest[request.id] ?? []
      let open = own.count { $0.isOpen }
      try require(
        Set(own.map { cast.today($0.id.collectivite) }).count == own.count, "leads",
        "\(request.id) was offered to the same authority twice")
      guard request.isOpen, open < scoring.wantedLeads, let list = chronicle.matches[request.id] else { continue }
      for match in list.ranked {
        let had = own.contains { cast.today($0.id.collectivite) == match.collectivite }
        let recent = leads.count {
          cast.today($0.id.collectivite) == match.collectivite && $0.offeredAt > now - .days(7)
        }
        try require(
          had || recent >= weeklyLimit(of: match.collectivite), "leads",
          "\(request.id) has \(open) leads, and waits while \(match.collectivite) has room")
      }
    }
  }

  /// What was true of an offer when it was made.
  private func checkOffer(_ place: Int) throws {
    let lead = chronicle.offers[place]
    let collectivite = cast.today(lead.id.collectivite)
    let earlier = chronicle.offers[..<place].filter {
      cast.today($0.id.collectivite) == collectivite && $0.offeredAt > lead.offeredAt - .days(7)
    }
    let limit = possibleLimits(of: collectivite).max() ?? 0
    try require(
      earlier.count < limit, "leads",
      "\(lead.id) of \(lead.offeredAt) is one too many in seven days of \(collectivite), whose limit is \(limit): "
        + earlier.map { "\($0.id.request) of \($0.offeredAt)" }.joined(separator: ", "))
    let wasListed = (chronicle.matches.versions[lead.id.request] ?? []).contains { version in
      version.value.map { set in
        set.requestVersion == lead.facts.version && set.ranked.contains { $0.collectivite == lead.id.collectivite }
      } ?? false
    }
    try require(wasListed, "leads", "\(lead.id) was offered and not in the matches")
    try require(
      lead.factors.reduce(0) { $0 + $1.points } == lead.score, "leads", "the factors of \(lead.id) are not its score")
  }

  private func checkOpen(_ lead: Lead) throws {
    let request = chronicle.requests[lead.id.request]
    try require(request?.isOpen == true, "leads", "\(lead.id) is \(lead.status), and its request has ended")
    try require(
      cast.today(lead.id.collectivite) == lead.id.collectivite, "leads", "\(lead.id) is of a merged authority")
    guard lead.status != .introduced else { return }
    let canBeWrittenTo = chronicle.contacts.newest.values.contains { contact in
      contact.status == .confirmed && contact.owner.collectivite.map(cast.today) == lead.id.collectivite
    }
    try require(canBeWrittenTo, "leads", "\(lead.id) is \(lead.status), and nobody can be written to")
    try require(profile(of: lead.id.collectivite)?.status != .paused, "leads", "\(lead.id) is of a paused profile")
    guard lead.status == .offered, let answerBy = lead.answerBy else { return }
    try require(answerBy > now, "leads", "\(lead.id) should have lapsed")
  }

  /// The profile that counts: an authority's own, or else its predecessor's.
  private func profile(of id: CollectiviteID) -> Profile? {
    chronicle.profiles[id] ?? (id == cast.former.successor ? chronicle.profiles[cast.former.old] : nil)
  }

  private func weeklyLimit(of id: CollectiviteID) -> Int {
    profile(of: id)?.weeklyLimit ?? Profile.defaultWeeklyLimit
  }

  /// Every limit that somebody may have taken for the current one since all was quiet last.
  private func possibleLimits(of id: CollectiviteID) -> [Int] {
    var found: [Int] = []
    for id in id == cast.former.successor ? [id, cast.former.old] : [id] {
      let versions = chronicle.profiles.versions[id] ?? []
      let known = checked.profiles[id] ?? 0
      if known == 0 { found.append(Profile.defaultWeeklyLimit) }
      for version in versions[max(0, known - 1)...] {
        found.append(version.value?.weeklyLimit ?? Profile.defaultWeeklyLimit)
      }
    }
    return found
  }
}
