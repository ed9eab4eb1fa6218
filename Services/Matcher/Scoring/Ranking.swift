import CooperationModel

/// Ranks collectivités for requests: a pure function of request, candidates and model.
///
/// Exact: the list is what scoring everyone one by one and sorting would give. See ``ScoringModel`` for the score.
package struct Ranking: Sendable {
  package let model: ScoringModel
  package static let rankedLimit = 20
  package static let prospectLimit = 10

  package init(model: ScoringModel) { self.model = model }

  /// The request's ranked lists.
  ///
  /// Whether the request is open is the caller's to look at; one that is not has no list.
  ///
  /// - Parameter prospects: the most of those who cannot be written to.
  package func best(
    for request: PartnershipRequest, among candidates: Candidates, prospects: Int = Self.prospectLimit
  ) -> MatchSet {
    best(for: Wish(request, in: candidates.landscape, model: model), among: candidates, prospects: prospects)
  }

  package func best(
    for wish: Wish, among candidates: Candidates, prospects: Int = Self.prospectLimit
  ) -> MatchSet {
    let result = Scan(wish: wish, model: model, candidates: candidates).run(
      ranked: Self.rankedLimit, prospects: prospects)
    // All at once, since each is far from the others: the waits for memory are one then.
    for hit in result.ranked + result.prospects { candidates.expect(hit.row) }
    var made = MadeFacts()
    return MatchSet(
      request: wish.request, requestVersion: wish.version, scoring: model.settings.version,
      ranked: result.ranked.map { match(wish, $0, candidates, &made) },
      prospects: result.prospects.map { match(wish, $0, candidates, &made) })
  }

  private func match(_ wish: Wish, _ hit: Scan.Hit, _ candidates: Candidates, _ made: inout MadeFacts) -> Match {
    let probe = candidates.probe(hit.row)
    let work = model.work(wish, probe, candidates)
    let tally = model.tally(wish.core, probe, work: work, candidates)
    let factors = factors(wish, probe, candidates, tally: tally, work: work, made: &made)
    return Match(collectivite: candidates.landscape.ids[hit.row], score: hit.score, factors: factors)
  }

  /// Why, or why not, for any authority of the registry.
  package func explain(
    _ request: PartnershipRequest, _ collectivite: CollectiviteID, among candidates: Candidates
  ) -> Verdict {
    var verdict = Verdict(
      request: request.id, requestVersion: request.version, scoring: model.settings.version,
      collectivite: collectivite, standing: .unknown, threshold: model.threshold)
    guard let row = candidates.landscape.row(of: collectivite) else { return verdict }
    let wish = Wish(request, in: candidates.landscape, model: model)
    let probe = candidates.probe(row)
    let work = model.work(wish, probe, candidates)
    let tally = model.tally(wish.core, probe, work: work, candidates)
    verdict.collectivite = candidates.landscape.ids[row]
    verdict.score = tally.score
    var made = MadeFacts()
    verdict.factors = factors(wish, probe, candidates, tally: tally, work: work, made: &made, withNothing: true)
    guard request.isOpen else {
      verdict.standing = .requestNotOpen
      return verdict
    }
    verdict.standing = standing(wish, row, candidates, tally)
    if verdict.standing == .ranked || verdict.standing == .prospect {
      let place = place(wish, row, candidates, tally.score)
      verdict.place = place
      if verdict.standing == .ranked, place > Self.rankedLimit { verdict.standing = .beyond }
      if verdict.standing == .prospect, place > Self.prospectLimit { verdict.standing = .prospectBeyond }
    }
    return verdict
  }

  /// Whether a pair can be matched, without its place: ranked and prospect stand for any place.
  package func standing(of collectivite: CollectiviteID, for wish: Wish, among candidates: Candidates)
    -> Verdict.Standing
  {
    guard let row = candidates.landscape.row(of: collectivite) else { return .unknown }
    return standing(wish, row, candidates, model.tally(wish, row, candidates))
  }

  private func standing(_ wish: Wish, _ row: Int, _ candidates: Candidates, _ tally: Tally) -> Verdict.Standing {
    let partners = candidates.partners(of: wish)
    let marks = candidates.marks[row]
    if partners.contains(row) { return .partner }
    if marks.isPaused { return .paused }
    if !marks.isCandidate { return .notCandidate }
    if !tally.hasSubstance { return .noSubstance }
    if tally.score < model.threshold { return .belowThreshold }
    return marks.isWritable ? .ranked : .prospect
  }

  private func place(_ wish: Wish, _ row: Int, _ candidates: Candidates, _ score: Int) -> Int {
    let result = Scan(wish: wish, model: model, candidates: candidates).run(
      ranked: 0, prospects: 0, place: Scan.Hit(row: row, score: score))
    return 1 + (candidates.marks[row].isWritable ? result.better.writable : result.better.prospects)
  }
}
