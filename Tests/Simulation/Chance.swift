/// SplitMix64: the seed's stream of choices.
struct Chance: RandomNumberGenerator, Sendable {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }
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
