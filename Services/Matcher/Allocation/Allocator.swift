import CooperationModel

/// Decides who is really offered what: pure functions of requests, their matches, candidates, leads and the time.
///
/// - A request that is open and ranked as it stands wants ``ScoringSettings/wantedLeads`` open leads.
/// - An offer goes to the best of its `ranked` list, weighed by what the collectivité answered before, that can be
///   written to, is not paused, has had no lead of this request, and has room.
/// - *Room*: fewer leads offered in the last seven days than its own limit. A hard limit; withdrawn and declined leads
///   count, since they were attention all the same.
/// - *Fairness*: offers are made one at a time; the request with the fewest open leads goes first, then the one that is
///   urgent, then the one whose next offer has the highest score, then the smallest id.
/// - *Urgent* is a request whose deadline is at most ``urgentDays`` days away, by the days of Paris. Urgency is the same
///   for everyone in the request's list, so it is no factor of a score: it says who is asked first, not who fits.
///
/// So nothing depends on the order in which requests are given, nobody exceeds a limit, and none waits while a candidate
/// of its list has room.
package struct Allocator: Sendable {
  package let model: ScoringModel

  package init(model: ScoringModel) { self.model = model }

  var settings: ScoringSettings { model.settings }

  /// How near a deadline makes a request urgent.
  package static let urgentDays = 45

  /// A request's place in the queue: smaller goes first.
  package struct Turn: Comparable, Sendable {
    package var openLeads: Int
    package var isUrgent: Bool
    /// Of the next offer.
    package var score: Int
    package var request: RequestID

    package static func < (left: Self, right: Self) -> Bool {
      if left.openLeads != right.openLeads { return left.openLeads < right.openLeads }
      if left.isUrgent != right.isUrgent { return left.isUrgent }
      if left.score != right.score { return left.score > right.score }
      return left.request < right.request
    }
  }

  /// What would be offered next, and when it is the request's turn.
  struct Prospect: Sendable {
    var turn: Turn
    var match: Match
    var row: Int
    var answers: Int
    var score: Int
  }

  /// How many leads the request still wants; none when it is not open.
  package func wanted(by request: PartnershipRequest, in book: LeadBook) -> Int {
    request.isOpen ? max(0, settings.wantedLeads - book.openCount(of: request.id)) : 0
  }

  /// Nil when the request wants no lead or nobody in its list can take one now.
  ///
  /// - Parameter rows: of `matches.ranked`, as ``Landscape/rows(of:)`` says; nil: they are looked up.
  package func turn(
    for request: PartnershipRequest, matches: MatchSet?, rows: [Int]? = nil, book: LeadBook, candidates: Candidates,
    now: Instant
  ) -> Turn? {
    next(for: Shortlist(request, matches, rows, candidates), book: book, candidates: candidates, now: now)?.turn
  }

  /// The next lead of a request; nil when ``turn(for:matches:rows:book:candidates:now:)`` is.
  package func offer(
    for request: PartnershipRequest, matches: MatchSet?, rows: [Int]? = nil, book: LeadBook, candidates: Candidates,
    now: Instant
  ) -> Lead? {
    next(for: Shortlist(request, matches, rows, candidates), book: book, candidates: candidates, now: now).map {
      lead(for: request, $0, scoring: matches?.scoring ?? settings.version, now: now)
    }
  }

  /// A request's list with its rows; empty when the list is of another version of the request.
  struct Shortlist {
    let request: PartnershipRequest
    let matches: MatchSet?
    /// By place in `ranked`; -1 for an authority that is no more.
    let rows: [Int]

    /// - Parameter rows: of all of `matches.ranked`, where they are known.
    init(_ request: PartnershipRequest, _ matches: MatchSet?, _ rows: [Int]?, _ candidates: Candidates) {
      self.request = request
      let isCurrent = request.isOpen && matches?.requestVersion == request.version
      self.matches = isCurrent ? matches : nil
      self.rows = self.matches.map { rows ?? candidates.landscape.rows(of: $0) } ?? []
    }
  }

  func next(for list: Shortlist, book: LeadBook, candidates: Candidates, now: Instant) -> Prospect? {
    let entries = book.entries(of: list.request.id)
    let open = entries.reduce(0) { $1.isOpen ? $0 + 1 : $0 }
    guard open < settings.wantedLeads, let ranked = list.matches?.ranked else { return nil }
    var best: (place: Int, score: Int)?
    for (place, row) in list.rows.enumerated() {
      // The list descends: whoever cannot catch up by answers ends the search.
      if let best, best.score > ranked[place].score + model.answers { break }
      guard row >= 0, candidates.canTakeLeads(row), !entries.contains(where: { $0.row == row }),
        book.recent(row, at: now) < candidates.weeklyLimit(ofRow: row)
      else { continue }
      let answers = answers(of: row, to: list.request, book, candidates.landscape)
      let score = min(max(ranked[place].score + answers, 0), 1000)
      if let held = best {
        guard score >= held.score else { continue }
        if score == held.score, ranked[held.place].collectivite < ranked[place].collectivite { continue }
      }
      best = (place, score)
    }
    guard let best else { return nil }
    return Prospect(
      turn: Turn(
        openLeads: open, isUrgent: isUrgent(list.request, at: now), score: best.score, request: list.request.id),
      match: ranked[best.place], row: list.rows[best.place], answers: best.score - ranked[best.place].score,
      score: best.score)
  }

  private func isUrgent(_ request: PartnershipRequest, at now: Instant) -> Bool {
    request.deadline.map { $0 <= ParisTime.day(of: now) + Self.urgentDays } ?? false
  }

  /// What the row's earlier answers add or take, within the weight.
  private func answers(of row: Int, to request: PartnershipRequest, _ book: LeadBook, _ landscape: Landscape) -> Int {
    let answers = book.priorAnswers(row)
    if answers.isEmpty { return 0 }
    let fields = PriorAnswer.fields(of: request.themes, in: landscape)
    let sum = answers.reduce(0) {
      $0 + $1.points(country: request.country, fields: fields, weight: model.answers)
    }
    return min(max(sum, -model.answers), model.answers)
  }

  /// The rows of a list that may be offered the request, room aside.
  func eligible(_ list: Shortlist, _ book: LeadBook, _ candidates: Candidates) -> [Int] {
    let entries = book.entries(of: list.request.id)
    return list.rows.filter { row in
      row >= 0 && candidates.canTakeLeads(row) && !entries.contains { $0.row == row }
    }
  }

  func lead(for request: PartnershipRequest, _ prospect: Prospect, scoring: Int, now: Instant) -> Lead {
    var factors = prospect.match.factors
    if prospect.answers != 0 {
      let factor = Factor(code: .answers, points: prospect.answers)
      factors.insert(factor, at: factors.firstIndex { $0.points < factor.points } ?? factors.endIndex)
    }
    return Lead(
      id: LeadID(request.id, prospect.match.collectivite), version: 1, status: .offered, score: prospect.score,
      scoring: scoring, factors: factors, facts: Lead.RequestFacts(request), offeredAt: now,
      answerBy: now + .days(Int64(settings.answerDays)),
      transitions: [Transition(at: now, by: "system", what: "offer", status: Lead.Status.offered.rawValue)])
  }
}

extension Landscape {
  /// The rows of a list's `ranked`, by place; -1 for an authority that is no more.
  func rows(of matches: MatchSet) -> [Int] { matches.ranked.map { row(of: $0.collectivite) ?? -1 } }
}
