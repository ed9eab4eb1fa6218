/// Distinct values in ascending order, in runs of a few hundred: kept, found and counted without moving them all.
///
/// - Complexity: inserting, removing, finding and counting are O(*n* / 512 + 512), in practice some microseconds for
///   a hundred thousand.
package struct SortedSequence<Element: Comparable & Sendable>: Sendable {
  private static var longest: Int { 512 }
  /// None is empty; each ends below where the next begins.
  private var runs: [[Element]] = []
  package private(set) var count = 0

  package init() {}

  package var isEmpty: Bool { runs.isEmpty }
  package var first: Element? { runs.first?.first }

  package mutating func insert(_ element: Element) {
    guard !runs.isEmpty else {
      runs = [[element]]
      count = 1
      return
    }
    let run = Swift.min(firstRun(endingAtOrAfter: element), runs.count - 1)
    let place = runs[run].partitioningIndex { $0 >= element }
    if place < runs[run].count, runs[run][place] == element { return }
    runs[run].insert(element, at: place)
    count += 1
    if runs[run].count > Self.longest {
      let half = runs[run].count / 2
      let rest = Array(runs[run][half...])
      runs[run].removeSubrange(half...)
      runs.insert(rest, at: run + 1)
    }
  }

  package mutating func remove(_ element: Element) {
    let run = firstRun(endingAtOrAfter: element)
    guard run < runs.count else { return }
    let place = runs[run].partitioningIndex { $0 >= element }
    guard place < runs[run].count, runs[run][place] == element else { return }
    runs[run].remove(at: place)
    count -= 1
    if runs[run].isEmpty { runs.remove(at: run) }
  }

  /// The least element of those for which the claim holds, which must hold for all that follow one for which it does.
  package func first(where isLate: (Element) -> Bool) -> Element? {
    let run = runs.partitioningIndex { $0.last.map(isLate) ?? true }
    guard run < runs.count else { return nil }
    return runs[run][runs[run].partitioningIndex(where: isLate)]
  }

  /// How many there are before the first for which the claim holds, which must hold for all that follow.
  package func count(before isLate: (Element) -> Bool) -> Int {
    let run = runs.partitioningIndex { $0.last.map(isLate) ?? true }
    let whole = runs[..<run].reduce(0) { $0 + $1.count }
    return run < runs.count ? whole + runs[run].partitioningIndex(where: isLate) : whole
  }

  /// The element with so many before it.
  package subscript(index: Int) -> Element? {
    var rest = index
    for run in runs {
      if rest < run.count { return rest >= 0 ? run[rest] : nil }
      rest -= run.count
    }
    return nil
  }

  private func firstRun(endingAtOrAfter element: Element) -> Int {
    runs.partitioningIndex { run in run.last.map { $0 >= element } ?? true }
  }
}

extension SortedSequence: Sequence {
  package func makeIterator() -> some IteratorProtocol<Element> { runs.joined().makeIterator() }
}

extension Array {
  /// The first index for whose element the claim holds, which must hold for all that follow; `count` when for none.
  fileprivate func partitioningIndex(where isLate: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isLate(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
