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
  /// What every change goes through, by slot: without references, so that thousands are passed in a millisecond.
  private var probes: [Probe] = []
  private var freeSlots: [Int] = []
  /// By row: the slots of the lists that it is in.
  private var members: [Int: [Int]] = [:]

  private struct Entry: Sendable {
    var request: PartnershipRequest
    var wish: Wish
    var rows: [Int]
  }

  private struct Probe: Sendable, BitwiseCopyable {
    var core: WishCore
    var ranked: Edge
    var prospects: Edge
    var isUsed = true
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
        members[row]?.removeAll { $0 == slot }
        if members[row]?.isEmpty == true { members[row] = nil }
      }
      entries[slot] = nil
      probes[slot].isUsed = false
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
    } else {
      slot = entries.count
      entries.append(entry)
      probes.append(probe)
    }
    slots[id] = slot
    for row in rows { members[row, default: []].append(slot) }
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
    for slot in probes.indices where probes[slot].isUsed && countries.contains(Int(probes[slot].core.country)) {
      isAffected[slot] = true
    }
    for row in rows where candidates.marks[row].isCandidate {
      let probe = RowProbe(row, of: candidates)
      for slot in probes.indices where !isAffected[slot] && probes[slot].isUsed {
        isAffected[slot] = canEnter(probe, slot, candidates)
      }
    }
    return isAffected.indices.compactMap { isAffected[$0] ? entries[$0]?.wish.request : nil }.sorted()
  }

  private func canEnter(_ probe: RowProbe, _ slot: Int, _ candidates: Candidates) -> Bool {
    var work = ScoringModel.Work()
    if probe.worked.contains(Int(probes[slot].core.country)), let wish = entries[slot]?.wish {
      work = model.work(wish, probe, candidates)
    }
    let tally = model.tally(probes[slot].core, probe, work: work, candidates)
    let score = tally.score
    guard tally.hasSubstance, score >= model.threshold else { return false }
    let edge = candidates.marks[probe.row].isWritable ? probes[slot].ranked : probes[slot].prospects
    guard edge.admits(score, probe.row), let wish = entries[slot]?.wish else { return false }
    return !candidates.partners(of: wish).contains(probe.row)
  }
}
