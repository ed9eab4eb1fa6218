import CooperationModel

/// Decides who is really offered what: pure functions of requests, their matches, candidates, leads and the time.
///
/// - A request that is open and ranked as it stands wants ``ScoringSettings/wantedLeads`` open leads.
/// - An offer goes to the best of its `ranked` list, weighed by what the collectivité answered before, that can be
///   written to, is not paused, has had no lead of this request, and has room.
/// - *Room*: fewer leads offered in the last seven days than its own limit. A hard limit; withdrawn and declined leads
///   count, since they were attention all the same.
/// - *Fairness*: offers are made one at a time; the request with the fewest open leads goes first, then the one whose
///   next offer has the highest score, then the smallest id.
///
/// So nothing depends on the order in which requests are given, nobody exceeds a limit, and none waits while a candidate
/// of its list has room.
package struct Allocator: Sendable {
  package let model: ScoringModel

  package init(model: ScoringModel) { self.model = model }

  var settings: ScoringSettings { model.settings }

  /// A request's place in the queue: smaller goes first.
  package struct Turn: Comparable, Sendable {
    package var openLeads: Int
    /// Of the next offer.
    package var score: Int
    package var request: RequestID

    package static func < (left: Self, right: Self) -> Bool {
      if left.openLeads != right.openLeads { return left.openLeads < right.openLeads }
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
  package func turn(
    for request: PartnershipRequest, matches: MatchSet?, book: LeadBook, candidates: Candidates, now: Instant
  ) -> Turn? {
    next(for: request, matches: matches, book: book, candidates: candidates, now: now)?.turn
  }

  /// The next lead of a request; nil when ``turn(for:matches:book:candidates:now:)`` is.
  package func offer(
    for request: PartnershipRequest, matches: MatchSet?, book: LeadBook, candidates: Candidates, now: Instant
  ) -> Lead? {
    next(for: request, matches: matches, book: book, candidates: candidates, now: now).map {
      lead(for: request, $0, scoring: matches?.scoring ?? settings.version, now: now)
    }
  }

  func next(
    for request: PartnershipRequest, matches: MatchSet?, book: LeadBook, candidates: Candidates, now: Instant
  ) -> Prospect? {
    let open = book.openCount(of: request.id)
    guard request.isOpen, open < settings.wantedLeads, let matches, matches.requestVersion == request.version else {
      return nil
    }
    var best: Prospect?
    var fields: [UInt8]?
    for (match, row) in eligible(matches, book, candidates) {
      // The list descends: whoever cannot catch up by answers ends the search.
      if let best, best.score > match.score + model.answers { break }
      guard book.recent(row, at: now) < candidates.weeklyLimit(ofRow: row) else { continue }
      var answers = 0
      let prior = book.priorAnswers(row)
      if !prior.isEmpty {
        let wanted = fields ?? PriorAnswer.fields(of: request.themes, in: candidates.landscape)
        fields = wanted
        answers = prior.reduce(0) {
          $0 + $1.points(country: request.country, fields: wanted, weight: model.answers)
        }
        answers = min(max(answers, -model.answers), model.answers)
      }
      let score = min(max(match.score + answers, 0), 1000)
      if score > best?.score ?? -1 {
        best = Prospect(
          turn: Turn(openLeads: open, score: score, request: request.id), match: match, row: row,
          answers: score - match.score, score: score)
      } else if let held = best, score == held.score, match.collectivite < held.match.collectivite {
        best = Prospect(turn: held.turn, match: match, row: row, answers: score - match.score, score: score)
      }
    }
    return best
  }

  /// Those of the list that may be offered the request, room aside.
  func eligible(_ matches: MatchSet, _ book: LeadBook, _ candidates: Candidates) -> [(match: Match, row: Int)] {
    let entries = book.entries(of: matches.request)
    var result: [(match: Match, row: Int)] = []
    result.reserveCapacity(matches.ranked.count)
    for match in matches.ranked {
      guard let row = candidates.landscape.row(of: match.collectivite), !entries.contains(where: { $0.row == row }),
        candidates.canTakeLeads(row)
      else { continue }
      result.append((match, row))
    }
    return result
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
