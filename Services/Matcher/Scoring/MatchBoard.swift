import CooperationModel

/// The open requests with the edges of their lists: tells which lists a change of candidates can alter.
///
/// Without it every change would rank every request again. With it, one whose list neither holds the candidate nor has
/// room for its new score is left alone. What it names is ranked again and written only if it differs, so naming too
/// many costs time and naming too few would be an error: a property test ranks everything and compares.
package struct MatchBoard: Sendable {
  private let landscape: Landscape
  private let model: ScoringModel
  private var slots: [RequestID: Int] = [:]
  private var entries: [Entry?] = []
  /// By slot, without references.
  private var probes: [Probe] = []
  private var gates: [Gate] = []
  private var freeSlots: [Int] = []
  /// By row: the slots of the lists that it is in. Sets: one authority may be in thousands.
  private var members: [Int: Set<Int>] = [:]

  private struct Entry: Sendable {
    var request: PartnershipRequest
    var wish: Wish
    var rows: [Int]
  }

  private struct Probe: Sendable, BitwiseCopyable {
    var core: WishCore
    var ranked: Edge
    var prospects: Edge
  }

  /// The part of a probe that tells for most requests that a candidate has no place in their lists: what every change
  /// goes through, so that ten thousand fit a cache.
  private struct Gate: Sendable, BitwiseCopyable {
    var themes: InlineArray<8, ThemeWish>
    var themeCount: UInt8
    var isUsed = true
    var country: Int16
    /// The most that the factors give which depend neither on themes nor on the country.
    var beside: Int16
    /// What the two lists take.
    var ranked: Int16
    var prospects: Int16

    init(_ probe: Probe, model: ScoringModel) {
      themes = probe.core.themes
      themeCount = UInt8(probe.core.themeCount)
      country = probe.core.country
      beside = Int16(model.mostBeside(probe.core))
      ranked = Int16(max(probe.ranked.least, model.threshold))
      prospects = Int16(max(probe.prospects.least, model.threshold))
    }
  }

  /// What a newcomer must beat.
  private struct Edge: Sendable, BitwiseCopyable {
    /// Nothing while the list has room.
    private var score = -1
    private var row = 0

    init(_ matches: [Match], limit: Int, in landscape: Landscape) {
      guard matches.count >= limit, let match = matches.last, let row = landscape.row(of: match.collectivite) else {
        return
      }
      score = match.score
      self.row = row
    }

    /// No list takes less.
    var least: Int { score }

    func admits(_ score: Int, _ row: Int) -> Bool {
      score > self.score || score == self.score && row < self.row
    }
  }

  package init(_ landscape: Landscape, model: ScoringModel) {
    self.landscape = landscape
    self.model = model
  }

  package var count: Int { slots.count }

  /// Takes a request's newest version with its lists; one that is nil or not open has none.
  package mutating func update(request: PartnershipRequest?, matches: MatchSet?, for id: RequestID) {
    let kept = request.flatMap(wish(of:))
    if let slot = slots[id], let entry = entries[slot] {
      for row in entry.rows {
        members[row]?.remove(slot)
        if members[row]?.isEmpty == true { members[row] = nil }
      }
      entries[slot] = nil
      gates[slot].isUsed = false
      slots[id] = nil
      freeSlots.append(slot)
    }
    guard let request, request.isOpen else { return }
    let ranked = matches?.ranked ?? []
    let prospects = matches?.prospects ?? []
    let rows = (ranked + prospects).compactMap { landscape.row(of: $0.collectivite) }
    let entry = Entry(
      request: request, wish: kept ?? Wish(request, in: landscape, model: model), rows: rows)
    let probe = Probe(
      core: entry.wish.core, ranked: Edge(ranked, limit: Ranking.rankedLimit, in: landscape),
      prospects: Edge(prospects, limit: Ranking.prospectLimit, in: landscape))
    let slot: Int
    if let free = freeSlots.popLast() {
      slot = free
      entries[slot] = entry
      probes[slot] = probe
      gates[slot] = Gate(probe, model: model)
    } else {
      slot = entries.count
      entries.append(entry)
      probes.append(probe)
      gates.append(Gate(probe, model: model))
    }
    slots[id] = slot
    for row in rows { members[row, default: []].insert(slot) }
  }

  /// The request made ready for scoring, if it is here as it is: making it may mean to read its text.
  package func wish(of request: PartnershipRequest) -> Wish? {
    guard let entry = slots[request.id].flatMap({ entries[$0] }), entry.request == request else { return nil }
    return entry.wish
  }

  /// The requests in whose lists the collectivité stands, ascending.
  package func requests(listing id: CollectiviteID) -> [RequestID] {
    guard let row = landscape.row(of: id) else { return [] }
    return (members[row] ?? []).compactMap { entries[$0]?.wish.request }.sorted()
  }

  /// The requests whose lists a change can alter, ascending.
  ///
  /// - Parameter candidates: as they are after the change.
  package func affected(by change: CandidateChange, among candidates: Candidates) -> [RequestID] {
    guard !change.isEmpty else { return [] }
    var isAffected = [Bool](repeating: false, count: entries.count)
    let rows = change.collectivites.compactMap { landscape.row(of: $0) }
    for row in rows {
      for slot in members[row] ?? [] { isAffected[slot] = true }
    }
    let countries = Bits256(change.countries.compactMap { landscape.number(of: $0) })
    for slot in gates.indices where gates[slot].isUsed && countries.contains(Int(gates[slot].country)) {
      isAffected[slot] = true
    }
    for row in rows where candidates.marks[row].isCandidate {
      let candidate = Newcomer(row, of: candidates, model: model)
      for slot in gates.indices
      where gates[slot].isUsed && !isAffected[slot] && mayEnter(candidate, gates[slot]) {
        isAffected[slot] = canEnter(candidate, slot, candidates)
      }
    }
    return isAffected.indices.compactMap { isAffected[$0] ? entries[$0]?.wish.request : nil }.sorted()
  }

  /// A candidate with what ties it to every country.
  private struct Newcomer {
    let probe: RowProbe
    let isWritable: Bool
    /// By country.
    let ties: [ScoringModel.Ties]
    /// By country: the most that its cooperations there and those ties can give.
    let most: [Int16]

    init(_ row: Int, of candidates: Candidates, model: ScoringModel) {
      let probe = candidates.probe(row)
      let countries = candidates.landscape.countries.indices
      let ties = countries.map { model.ties(probe, $0, candidates) }
      self.probe = probe
      self.ties = ties
      most = countries.map {
        Int16(ties[$0].points + (probe.worked.contains($0) ? model.country + model.experience : 0))
      }
      isWritable = candidates.marks[row].isWritable
    }
  }

  /// False when the most that a candidate can get is too little for the request's list.
  @inline(__always)
  private func mayEnter(_ candidate: Newcomer, _ gate: Gate) -> Bool {
    let evidence = model.evidence(of: gate.themes, Int(gate.themeCount), candidate.probe.themes)
    let most = gate.country < 0 ? 0 : Int(candidate.most[Int(gate.country)])
    let needed = Int(candidate.isWritable ? gate.ranked : gate.prospects)
    return model.themePoints(evidence: evidence) + most + Int(gate.beside) >= needed
  }

  private func canEnter(_ candidate: Newcomer, _ slot: Int, _ candidates: Candidates) -> Bool {
    let (probe, core) = (candidate.probe, probes[slot].core)
    var work = ScoringModel.Work()
    if probe.worked.contains(Int(core.country)), let wish = entries[slot]?.wish {
      work = model.work(wish, probe, candidates)
    }
    let ties = core.country < 0 ? ScoringModel.Ties() : candidate.ties[Int(core.country)]
    let tally = model.tally(core, probe, work: work, ties: ties, candidates)
    let score = tally.score
    guard tally.hasSubstance, score >= model.threshold else { return false }
    let edge = candidate.isWritable ? probes[slot].ranked : probes[slot].prospects
    guard edge.admits(score, probe.row), let wish = entries[slot]?.wish else { return false }
    return !candidates.partners(of: wish).contains(probe.row)
  }
}
