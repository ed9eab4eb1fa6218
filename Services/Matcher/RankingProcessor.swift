import CooperationModel
import ServiceKit

/// A request's ranked lists: recomputed when the request changes, or a candidate that can affect them does.
struct RankingProcessor: Processor {
  typealias State = RankingState
  typealias EntityID = RequestID

  func absorb(_ change: TableChange, into state: inout RankingState) {
    state.knowledge.absorb(change)
    guard state.knowledge.modelChanged else { return }
    state.board = state.knowledge.model.map { MatchBoard(state.knowledge.candidates.landscape, model: $0) }
    for id in state.requests.sortedKeys() {
      state.board?.update(request: state.requests[id], matches: state.matches[id], for: id)
    }
  }

  func refresh(_ state: inout RankingState) -> [RequestID] {
    for id in Set(state.requests.takeTouched()).union(state.matches.takeTouched()) {
      state.board?.update(request: state.requests[id], matches: state.matches[id], for: id)
    }
    return []
  }

  func affected(by change: TableChange, in state: RankingState) -> [RequestID] {
    if let request = change.of(Topics.partnershipRequests) { return [request.key] }
    if state.knowledge.modelChanged { return state.requests.sortedKeys() }
    return state.board?.affected(by: state.knowledge.lastChange, among: state.knowledge.candidates) ?? []
  }

  func mayGather(after change: TableChange) -> Bool { Knowledge.isOfCandidates(change) }

  /// A new or changed request first: it waits behind no list that other news may alter.
  func priority(of id: RequestID, in state: RankingState, now: Instant) -> Int {
    state.matches[id]?.requestVersion == state.requests[id]?.version ? 1 : 0
  }

  func recompute(_ id: RequestID, _ state: inout Overlay<RankingState>, _ context: Context) -> Recomputed {
    guard let ranking = state.knowledge.ranking else { return .done }
    let candidates = state.knowledge.candidates
    let after = state.requests[id].flatMap { request in
      guard request.isOpen else { return MatchSet?.none }
      let wish = state.board?.wish(of: request) ?? Wish(request, in: candidates.landscape, model: ranking.model)
      return ranking.best(for: wish, among: candidates)
    }
    if after != state.matches[id] { state.matches[id] = after }
    return .done
  }

  func owned(in partition: Int, of state: RankingState) -> [RequestID] {
    Set(state.requests.sortedKeys(in: partition)).union(state.matches.sortedKeys(in: partition)).sorted()
  }

  func partition(of id: RequestID, in state: RankingState) -> Int? {
    state.requests.partition(of: id) ?? state.matches.partition(of: id)
  }
}
