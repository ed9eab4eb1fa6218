import CPlanes
import Testing

@testable import Matcher

@Suite("Sums in vertical form")
struct PlanesTests {
  private static let stride = 2 * Int(PLANES_BLOCK)
  private static let rows = stride * 64

  /// Three bitmaps of random rows.
  private static func bitmaps(_ seed: inout Seed) -> [[UInt64]] {
    (0..<3).map { _ in (0..<stride).map { _ in seed.next() & seed.next() } }
  }

  @Test(
    "are those of plain arithmetic, row by row, on this processor and on any",
    arguments: 1...4 as ClosedRange<UInt64>)
  func sums(seed number: UInt64) {
    var seed = Seed(seed: number)
    let evidence = (0..<5).map { _ in
      (Self.bitmaps(&seed), (0..<3).map { _ in Int.random(in: 0...180, using: &seed) })
    }
    let layers = (0..<9).map { _ in
      (Self.bitmaps(&seed), (0..<3).map { _ in Int.random(in: 0...60, using: &seed) })
    }
    let own = (0..<Self.rows).map { _ in seed.chance(5) ? Int.random(in: 0...150, using: &seed) : 0
    }
    let marks = (0..<4).map { _ in (0..<Self.stride).map { _ in seed.next() | seed.next() } }
    let (base, limit, threshold) = (180, 240, 300)
    func isIn(_ bitmap: [UInt64], _ row: Int) -> Bool {
      bitmap[row >> 6] >> UInt64(row & 63) & 1 == 1
    }
    func marked(_ mark: Int, _ row: Int) -> Bool { isIn(marks[mark], row) }
    func sum(_ parts: [([[UInt64]], [Int])], _ row: Int) -> Int {
      parts.reduce(0) { sum, part in
        sum + ((0..<3).first { isIn(part.0[$0], row) }.map { part.1[$0] } ?? 0)
      }
    }

    let memory = Memory(words: Self.stride * 128)
    func kept(_ parts: [([[UInt64]], [Int])]) -> [planes_layer] {
      parts.map { bitmaps, points in
        planes_layer(
          inner: memory.keep(bitmaps[0]), middle: memory.keep(bitmaps[1]),
          outer: memory.keep(bitmaps[2]),
          points: (points[0], points[1], points[2]))
      }
    }
    var planes = [UInt64](repeating: 0, count: Self.stride * Int(PLANES_SCORE))
    for (row, points) in own.enumerated() {
      for bit in 0..<Int(PLANES_SCORE) where points >> bit & 1 == 1 {
        planes[bit * Self.stride + row >> 6] |= 1 << UInt64(row & 63)
      }
    }
    let (themes, others) = (kept(evidence), kept(layers))
    let substance: [UnsafePointer<UInt64>?] = [memory.keep(marks[0])]
    for run in [planes_run, planes_run_plain] {
      let written = Memory(words: Self.stride * 12)
      themes.withUnsafeBufferPointer { themes in
        others.withUnsafeBufferPointer { others in
          substance.withUnsafeBufferPointer { substance in
            var program = planes_program()
            program.stride = Int64(Self.stride)
            (program.evidence, program.evidence_count) = (themes.baseAddress, Int32(themes.count))
            (program.evidence_base, program.evidence_limit) = (Int32(base), Int32(limit))
            (program.layers, program.layer_count) = (others.baseAddress, Int32(others.count))
            program.threshold = Int32(threshold)
            program.own = memory.keep(planes)
            (program.substance, program.substance_count) = (substance.baseAddress, 1)
            program.candidate = memory.keep(marks[1])
            program.partners = memory.keep(marks[2])
            program.writable = memory.keep(marks[3])
            program.sums = written.start
            program.admitted_writable = written.start + 10 * Self.stride
            program.admitted_others = written.start + 11 * Self.stride
            run(&program)
          }
        }
      }
      let wrong = (0..<Self.rows).filter { row in
        func isIn(_ bitmap: Int) -> Bool {
          written.start[bitmap * Self.stride + row >> 6] >> UInt64(row & 63) & 1 == 1
        }
        let shared = sum(evidence, row)
        let bent = shared <= base ? shared : min(limit, base + (shared - base) / 8)
        let expected = bent + sum(layers, row) + own[row]
        let found = (0..<Int(PLANES_SCORE)).reduce(0) { $0 | (isIn($1) ? 1 << $1 : 0) }
        let isAdmitted =
          expected >= threshold && marked(0, row) && marked(1, row) && !marked(2, row)
        return found != expected || isIn(10) != (isAdmitted && marked(3, row))
          || isIn(11) != (isAdmitted && !marked(3, row))
      }
      #expect(wrong.isEmpty, "seed \(number)")
    }
  }
}

/// Words at an address that stays.
private final class Memory {
  let start: UnsafeMutablePointer<UInt64>
  private let count: Int
  private var used = 0

  init(words: Int) {
    start = .allocate(capacity: words)
    start.initialize(repeating: 0, count: words)
    count = words
  }

  deinit { start.deallocate() }

  func keep(_ words: [UInt64]) -> UnsafePointer<UInt64> {
    precondition(used + words.count <= count)
    defer { used += words.count }
    (start + used).update(from: words, count: words.count)
    return UnsafePointer(start + used)
  }
}
