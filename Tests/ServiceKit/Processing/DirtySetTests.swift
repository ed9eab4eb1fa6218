import Seeds
import Testing

@testable import ServiceKit

@Suite("What is dirty")
struct DirtySetTests {
  @Test("is taken by the priorities of the moment, also of entities that fell back since", arguments: 1...50)
  func order(seed: Int) {
    var random = SplitMix(seed: UInt64(seed))
    var set = DirtySet<Int, Int>()
    var priorities = Array(repeating: 0, count: 40)
    /// The plain version: who is dirty, by age.
    var plain: [Int] = []
    for _ in 0..<400 {
      let id = random.below(40)
      switch random.below(4) {
      case 0:
        // What falls back need not be marked.
        priorities[id] += random.below(5)
      case 1:
        // What comes forward is.
        priorities[id] -= random.below(5)
        if plain.contains(id) { set.insert(id, priority: priorities[id]) }
      case 2:
        set.insert(id, priority: priorities[id])
        if !plain.contains(id) { plain.append(id) }
      default:
        let index = plain.indices.min { priorities[plain[$0]] < priorities[plain[$1]] }
        let first = index.map { plain.remove(at: $0) }
        #expect(set.popFirst { priorities[$0] } == first)
      }
      #expect(set.count == plain.count)
    }
  }

  @Test("a sequence kept sorted is what sorting gives", arguments: 1...10)
  func sequence(seed: Int) {
    var random = SplitMix(seed: UInt64(seed))
    var sequence = SortedSequence<Int>()
    var plain: Set<Int> = []
    for step in 0..<6_000 {
      let value = random.below(3_000)
      if random.below(3) == 0 {
        sequence.remove(value)
        plain.remove(value)
      } else {
        sequence.insert(value)
        plain.insert(value)
      }
      guard step % 200 == 0 else { continue }
      let sorted = plain.sorted()
      #expect(Array(sequence) == sorted && sequence.count == sorted.count && sequence.first == sorted.first)
      #expect(sequence.first(where: { $0 > value }) == sorted.first { $0 > value })
      #expect(sequence.count(before: { $0 > value }) == sorted.count { $0 <= value })
      #expect(sequence[value] == (value < sorted.count ? sorted[value] : nil))
    }
  }
}
