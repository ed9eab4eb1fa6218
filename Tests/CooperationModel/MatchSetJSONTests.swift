import CooperationModel
import Foundation
import Seeds
import Testing

@Suite("Lists of matches in JSON")
struct MatchSetJSONTests {
  @Test("are written byte for byte, and read, as by Codable")
  func writtenAndRead() throws {
    var sets = SetGenerator(seed: .random(in: 0...9_999_999))
    for _ in 0..<200 {
      let set = try sets.next()
      let bytes = try encoded(set)
      #expect(try JSON.encode(set) == bytes, "seed \(sets.seed)")
      #expect(try JSON.decode(MatchSet.self, from: bytes) == set, "seed \(sets.seed)")
      // Nothing in it has to be escaped, so it needs no Codable.
      #expect(set.directJSON() == bytes, "seed \(sets.seed)")
      #expect(MatchSet(directJSON: bytes) == set, "seed \(sets.seed)")
    }
  }

  @Test("with texts that must be escaped, and numbers at their limits, are the same by Codable")
  func escaped() throws {
    var sets = SetGenerator(seed: .random(in: 0...9_999_999))
    for number in [Int.max, .min] {
      var set = try sets.next()
      set.scoring = number
      #expect(try JSON.decode(MatchSet.self, from: JSON.encode(set)) == set)
    }
    for text in ["\"", "\\", "Val d’Oise", "\n", "\u{1}", "é\u{301}", "𝄞", "a/b", "\u{7F}", "\u{2028}", ""] {
      for name in ["place", "Place", "z\"", "n°", ""] {
        var set = try sets.next()
        let factor = Factor(code: .theme, points: -3, facts: ["from": text, name: text])
        set.ranked.append(Match(collectivite: try sets.collectivite(), score: 7, factors: [factor]))
        let bytes = try encoded(set)
        #expect(try JSON.encode(set) == bytes, "\(text) as \(name)")
        #expect(try JSON.decode(MatchSet.self, from: bytes) == set, "\(text) as \(name)")
      }
    }
  }

  @Test("that are damaged are refused, or read, as by Codable")
  func damaged() throws {
    var sets = SetGenerator(seed: .random(in: 0...9_999_999))
    var (refused, taken) = (0, 0)
    for _ in 0..<200 {
      let whole = try encoded(try sets.next())
      for _ in 0..<10 {
        let bytes = sets.damage(whole)
        let expected = try? JSONDecoder().decode(MatchSet.self, from: bytes)
        if expected == nil { refused += 1 } else { taken += 1 }
        #expect(
          (try? JSON.decode(MatchSet.self, from: bytes)) == expected,
          "seed \(sets.seed): \(String(decoding: bytes, as: UTF8.self))")
      }
    }
    #expect(refused > 0 && taken > 0)
  }

  private func encoded(_ set: MatchSet) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(set)
  }
}

/// Any lists of matches.
private struct SetGenerator {
  let seed: UInt64
  private var dice: SplitMix

  init(seed: UInt64) {
    self.seed = seed
    dice = SplitMix(seed: seed)
  }

  mutating func next() throws -> MatchSet {
    let digits = String(format: "%012x", Int.random(in: 0..<1 << 48, using: &dice))
    return MatchSet(
      request: try #require(RequestID("00000000-0000-8000-8000-\(digits)")), requestVersion: number(),
      scoring: number(), ranked: try matches(), prospects: try matches())
  }

  mutating func collectivite() throws -> CollectiviteID {
    try #require(CollectiviteID("commune:\(Int.random(in: 10_000...99_999, using: &dice))"))
  }

  /// One byte of it another, gone, or one more.
  mutating func damage(_ whole: Data) -> Data {
    var bytes = whole
    let place = Int.random(in: 0..<bytes.count, using: &dice)
    let byte = Bool.random(using: &dice) ? UInt8.random(in: .min ... .max, using: &dice) : bytes[place] ^ 1
    switch Int.random(in: 0..<4, using: &dice) {
    case 0: bytes[place] = byte
    case 1: bytes.remove(at: place)
    case 2: bytes.insert(byte, at: place)
    default: bytes.insert([UInt8(ascii: " "), 0x30, 0x2C].randomElement(using: &dice) ?? 0x20, at: place)
    }
    return bytes
  }

  private mutating func matches() throws -> [Match] {
    try (0..<Int.random(in: 0...4, using: &dice)).map { _ in
      Match(
        collectivite: try collectivite(), score: number(),
        factors: (0..<Int.random(in: 0...4, using: &dice)).map { _ in factor() })
    }
  }

  private mutating func factor() -> Factor {
    var facts = FactorFacts()
    for name in ["theme", "affinity", "shared", "from", "through"].shuffled(using: &dice).prefix(
      Int.random(in: 0...4, using: &dice))
    {
      facts[name] = ["eau-potable", "own", "3", "Côte d’Ivoire", "新潟", ""].randomElement(using: &dice)
    }
    return Factor(code: Factor.Code.allCases.randomElement(using: &dice) ?? .theme, points: number(), facts: facts)
  }

  private mutating func number() -> Int {
    let picked = [0, 1, -1, 9, 10, 999, 1_000, 99_999_999_999_999_999].randomElement(using: &dice)
    return picked ?? 0
  }
}
