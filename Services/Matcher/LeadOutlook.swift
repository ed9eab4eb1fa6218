import CooperationModel

/// How a request's leads stand: how many are open of those that it wants and, where there are fewer, why.
struct LeadOutlook: Sendable, Equatable {
  var open: Int
  var wanted: Int
  /// Nil when it has what it wants.
  var shortage: Shortage?

  enum Shortage: String, Sendable, CaseIterable {
    case notOpen = "request-not-open"
    case notRanked = "not-ranked-yet"
    case nobodyFits = "nobody-fits"
    /// Only prospects fit: none of them has a confirmed contact.
    case noContact = "no-contact"
    /// Everyone in the list was offered the request already, or has paused.
    case allAsked = "all-asked"
    /// Those that are left have had their week's number of offers.
    case noRoom = "no-room"
  }

  init(open: Int, wanted: Int, shortage: Shortage?) {
    self.open = open
    self.wanted = wanted
    self.shortage = shortage
  }

  /// - Parameter leads: all of the request's, ended ones too.
  init(
    _ request: PartnershipRequest, matches: MatchSet?, leads: [Lead], candidates: Candidates, wanted: Int
  ) {
    open = leads.count(where: \.isOpen)
    self.wanted = request.isOpen ? wanted : 0
    shortage = nil
    guard request.isOpen else {
      shortage = .notOpen
      return
    }
    guard open < wanted else { return }
    guard let matches, matches.requestVersion == request.version else {
      shortage = .notRanked
      return
    }
    guard !matches.ranked.isEmpty else {
      shortage = matches.prospects.isEmpty ? .nobodyFits : .noContact
      return
    }
    let landscape = candidates.landscape
    let asked = Set(leads.compactMap { landscape.row(of: $0.id.collectivite) })
    let isSomeoneLeft = matches.ranked.contains { match in
      landscape.row(of: match.collectivite).map { candidates.canTakeLeads($0) && !asked.contains($0) } ?? false
    }
    shortage = isSomeoneLeft ? .noRoom : .allAsked
  }
}

extension LeadOutlook.Shortage {
  var sentence: Localized {
    switch self {
    case .notOpen:
      Localized(
        fr: "La demande n’est pas ouverte\u{00A0}: elle ne cherche personne.",
        en: "The request is not open: it looks for nobody.")
    case .notRanked:
      Localized(
        fr: "La demande vient de changer\u{00A0}: son classement est en cours.",
        en: "The request has just changed: it is being ranked.")
    case .nobodyFits:
      Localized(
        fr: "Aucune collectivité connue ne convient\u{00A0}: précisez les thèmes, ou élargissez ce qui est souhaité.",
        en: "No known authority fits: say the themes more precisely, or widen what is wanted.")
    case .noContact:
      Localized(
        fr: "Des collectivités conviendraient, mais aucune n’a de contact confirmé\u{00A0}: voyez les prospects.",
        en: "Authorities would fit, but none has a confirmed contact: see the prospects.")
    case .allAsked:
      Localized(
        fr: "Toutes les collectivités de la liste ont déjà reçu la demande, ou sont en pause.",
        en: "Every authority of the list was offered the request already, or has paused.")
    case .noRoom:
      Localized(
        fr:
          "Les autres collectivités de la liste ont reçu leur nombre de propositions de la semaine\u{00A0}: la suite viendra quand elles auront de la place.",
        en: "The list’s other authorities have had their week’s number of offers: more will come when they have room.")
    }
  }
}
