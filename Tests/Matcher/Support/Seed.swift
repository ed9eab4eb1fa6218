import Seeds

/// A seeded generator (SplitMix64): the same seed gives the same world on every machine.
typealias Seed = SplitMix

extension SplitMix {
  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

  mutating func pick<T>(_ values: [T]) -> T { values[Int.random(in: 0..<values.count, using: &self)] }

  /// A few distinct ones, in random order.
  mutating func some<T: Hashable>(_ values: [T], _ count: ClosedRange<Int>) -> [T] {
    var result: [T] = []
    for _ in 0..<Int.random(in: count, using: &self) {
      let value = pick(values)
      if !result.contains(value) { result.append(value) }
    }
    return result
  }

  mutating func uuid() -> String {
    let digits = String(next(), radix: 16) + String(next(), radix: 16)
    let text = Array((String(repeating: "0", count: 32) + digits).suffix(32))
    return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(text[$0]) }.joined(separator: "-")
  }
}
