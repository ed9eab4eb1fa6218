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
  private var freeSlots: [Int] = []
  /// By row: the slots of the lists that it is in.
  private var members: [Int: [Int]] = [:]

  private struct Entry: Sendable {
    var wish: Wish
    var rows: [Int]
    var ranked: Edge
    var prospects: Edge
  }

  /// What a newcomer must beat.
  private struct Edge: Sendable {
    /// Nil while the list has room.
    var last: (score: Int, row: Int)?

    init(_ matches: [Match], limit: Int, in landscape: Landscape) {
      guard matches.count >= limit, let match = matches.last, let row = landscape.row(of: match.collectivite) else {
        return
      }
      last = (match.score, row)
    }

    func admits(_ score: Int, _ row: Int) -> Bool {
      guard let last else { return true }
      return score > last.score || score == last.score && row < last.row
    }
  }

  package init(_ landscape: Landscape, model: ScoringModel) {
    self.landscape = landscape
    self.model = model
  }

  package var count: Int { slots.count }

  /// Takes a request's newest version with its lists; one that is nil or not open has none.
  package mutating func update(request: PartnershipRequest?, matches: MatchSet?, for id: RequestID) {
    if let slot = slots[id], let entry = entries[slot] {
      for row in entry.rows {
        members[row]?.removeAll { $0 == slot }
        if members[row]?.isEmpty == true { members[row] = nil }
      }
      entries[slot] = nil
      slots[id] = nil
      freeSlots.append(slot)
    }
    guard let request, request.isOpen else { return }
    let ranked = matches?.ranked ?? []
    let prospects = matches?.prospects ?? []
    let rows = (ranked + prospects).compactMap { landscape.row(of: $0.collectivite) }
    let entry = Entry(
      wish: Wish(request, in: landscape, model: model), rows: rows,
      ranked: Edge(ranked, limit: Ranking.rankedLimit, in: landscape),
      prospects: Edge(prospects, limit: Ranking.prospectLimit, in: landscape))
    let slot: Int
    if let free = freeSlots.popLast() {
      slot = free
      entries[slot] = entry
    } else {
      slot = entries.count
      entries.append(entry)
    }
    slots[id] = slot
    for row in rows { members[row, default: []].append(slot) }
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
    let countries = change.countries.compactMap { landscape.number(of: $0) }
    for (slot, entry) in entries.enumerated() where !isAffected[slot] {
      guard let entry else { continue }
      if let country = entry.wish.country, countries.contains(country) {
        isAffected[slot] = true
      } else {
        isAffected[slot] = rows.contains { canEnter($0, entry, candidates) }
      }
    }
    return isAffected.indices.compactMap { isAffected[$0] ? entries[$0]?.wish.request : nil }.sorted()
  }

  private func canEnter(_ row: Int, _ entry: Entry, _ candidates: Candidates) -> Bool {
    let marks = candidates.marks[row]
    guard marks.isCandidate else { return false }
    let edge = marks.isWritable ? entry.ranked : entry.prospects
    let tally = model.tally(entry.wish, row, candidates)
    return tally.hasSubstance && tally.score >= model.threshold && edge.admits(tally.score, row)
      && !candidates.partners(of: entry.wish).contains(row)
  }
}
