import CooperationModel

extension Allocator {
  /// What is looked up of a request while leads are shared out.
  package struct Demand {
    package var request: PartnershipRequest
    package var matches: MatchSet?

    package init(request: PartnershipRequest, matches: MatchSet?) {
      self.request = request
      self.matches = matches
    }
  }

  /// Makes offers for some requests until none of them can have another, or the limit is reached.
  ///
  /// Calling it again after a limit goes on as if there had been none. The book is brought up to date.
  ///
  /// - Parameters:
  ///   - demands: in any order.
  ///   - limit: the most leads to make: what fits one commit.
  package func share(
    among demands: [Demand], book: inout LeadBook, candidates: Candidates, now: Instant, limit: Int = .max
  ) -> [Lead] {
    let lists = demands.map { Shortlist($0.request, $0.matches, nil, candidates) }
    var queue = Queue()
    for (index, list) in lists.enumerated() {
      if let next = next(for: list, book: book, candidates: candidates, now: now) { queue.push(next.turn, index) }
    }
    var result: [Lead] = []
    while result.count < limit, let (turn, index) = queue.pop() {
      let list = lists[index]
      guard let current = next(for: list, book: book, candidates: candidates, now: now) else { continue }
      // Others may have taken the room since: a turn only ever becomes later, so looking again when it comes is exact.
      // (Urgency does not change here: now is the same throughout.)
      guard current.turn == turn else {
        queue.push(current.turn, index)
        continue
      }
      let scoring = list.matches?.scoring ?? settings.version
      let lead = lead(for: list.request, current, scoring: scoring, now: now)
      book.update(lead: lead, for: lead.id)
      result.append(lead)
      if let next = next(for: list, book: book, candidates: candidates, now: now) { queue.push(next.turn, index) }
    }
    return result
  }

  /// A binary heap of turns.
  private struct Queue {
    private var heap: [(turn: Turn, index: Int)] = []

    mutating func push(_ turn: Turn, _ index: Int) {
      heap.append((turn, index))
      var child = heap.count - 1
      while child > 0 {
        let parent = (child - 1) / 2
        guard heap[child].turn < heap[parent].turn else { break }
        heap.swapAt(child, parent)
        child = parent
      }
    }

    mutating func pop() -> (Turn, Int)? {
      guard let first = heap.first, let last = heap.popLast() else { return nil }
      if !heap.isEmpty {
        heap[0] = last
        var parent = 0
        while true {
          var least = parent
          for child in [2 * parent + 1, 2 * parent + 2]
          where child < heap.count && heap[child].turn < heap[least].turn { least = child }
          if least == parent { break }
          heap.swapAt(parent, least)
          parent = least
        }
      }
      return (first.turn, first.index)
    }
  }
}
