import Seeds

/// SplitMix64: the seed's stream of choices.
typealias Chance = SplitMix

extension SplitMix {
  mutating func happens(oneIn count: Int) -> Bool { below(count) == 0 }

  /// One of them; nil of none.
  mutating func pick<Element>(_ elements: [Element]) -> Element? {
    elements.isEmpty ? nil : elements[below(elements.count)]
  }

  /// Up to so many different ones, in their order.
  mutating func some<Element>(_ elements: [Element], atMost count: Int) -> [Element] {
    var left = below(count + 1)
    return elements.enumerated().filter { place, _ in
      guard left > 0, below(elements.count - place) < left else { return false }
      left -= 1
      return true
    }.map(\.element)
  }
}
