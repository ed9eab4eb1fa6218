import Seeds

/// A small generator with a seed, so that a run's choices can be had again: SplitMix64.
typealias Dice = SplitMix

extension SplitMix {
  /// True so many times in a hundred.
  mutating func falls(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

  mutating func one<Element>(of list: [Element]) throws -> Element {
    guard let element = list.randomElement(using: &self) else { throw NoAnswer(description: "nothing to choose from") }
    return element
  }
}
