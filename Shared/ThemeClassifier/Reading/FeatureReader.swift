import Foundation

/// Where each kind of feature has its numbers.
///
/// Words, parts of words and pairs of concepts share numbers by hashing: a collision costs little, and the model has the
/// same size whatever it was fitted on.
struct FeatureSpace: Equatable {
  static let words = 1 << 14
  static let parts = 1 << 14
  static let pairs = 1 << 12
  /// The purpose model reads words folded into so many numbers.
  static let coarseWords = 1 << 11
  let concepts: Int

  static let partsStart = words
  static let pairsStart = partsStart + parts
  static let conceptsStart = pairsStart + pairs
  var count: Int { Self.conceptsStart + concepts }
  var coarseCount: Int { Self.coarseWords + concepts }

  /// The number in the purpose model; nil of what it does not read.
  @inline(__always)
  func coarse(_ feature: Int) -> Int? {
    if feature < Self.words { return feature & (Self.coarseWords - 1) }
    return feature >= Self.conceptsStart ? feature - Self.conceptsStart + Self.coarseWords : nil
  }
}

/// Reads texts into features, one text after another; holds the space that this needs.
struct FeatureReader {
  let terms: TermList
  let space: FeatureSpace
  private var folded = FoldedText()
  private var counts: [UInt16]
  /// The features of the text read last, in the order of their first occurrence within words, parts, concepts.
  private(set) var features: [Int32] = []
  /// How much each counts.
  private(set) var values: [Float] = []
  private var conceptPlaces: [Int32] = []
  private var patterns: [PatternSet] = []

  /// The weights of words, of parts of words and of concepts against each other.
  private static let blockWeights: (words: Float, parts: Float, concepts: Float) = (0.6, 0.3, 1.5)

  init(_ terms: TermList) {
    self.terms = terms
    space = FeatureSpace(concepts: terms.concepts.count)
    counts = Array(repeating: 0, count: space.count)
  }

  /// Reads a text.
  ///
  /// - Parameter rarity: by feature, how much it counts for being rare; nil counts all alike.
  mutating func read(_ text: String, rarity: [Float]?) {
    folded.read(text)
    features.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
    readWords()
    weigh(from: 0, by: Self.blockWeights.words, rarity)
    let words = features.count
    readParts()
    weigh(from: words, by: Self.blockWeights.parts, rarity)
    let parts = features.count
    readConcepts()
    weigh(from: parts, by: Self.blockWeights.concepts, rarity)
  }

  /// Stands for a text that says one concept and nothing else.
  mutating func read(concept: Int, rarity: [Float]?) {
    features = []
    values = []
    note(FeatureSpace.conceptsStart + concept)
    weigh(from: 0, by: Self.blockWeights.concepts, rarity)
  }

  private mutating func note(_ feature: Int) {
    if counts[feature] == 0 { features.append(Int32(feature)) }
    if counts[feature] < .max { counts[feature] += 1 }
  }

  /// Whole words, without the s of a plural; numbers aside.
  private mutating func readWords() {
    for range in folded.words {
      let word = folded.bytes[range]
      guard word.count > 1, !SmallWords.contains(word), !word.allSatisfy({ $0 < UInt8(ascii: "a") }) else { continue }
      note(Int(Self.hash(Self.singular(word)) & UInt32(FeatureSpace.words - 1)))
    }
  }

  /// Three to five letters in a row, the space before and behind a word being one.
  private mutating func readParts() {
    for range in folded.words {
      let (start, end) = (range.lowerBound - 1, range.upperBound + 1)
      for first in start..<max(start, end - 2) {
        var hash = Self.hash(folded.bytes[first..<(first + 2)])
        for last in (first + 2)..<min(first + 5, end) {
          hash = Self.hash(folded.bytes[last], onto: hash)
          note(FeatureSpace.partsStart + Int(Self.spread(hash) & UInt32(FeatureSpace.parts - 1)))
        }
      }
    }
  }

  /// Concepts, and pairs of concepts that follow one another.
  private mutating func readConcepts() {
    patterns.removeAll(keepingCapacity: true)
    for range in folded.words where !SmallWords.contains(folded.bytes[range]) {
      var found = PatternSet()
      terms.patterns(of: folded.bytes[range], into: &found)
      patterns.append(found)
    }
    var before: (Int32, Int32) = (-1, -1)
    for place in patterns.indices where patterns[place].count > 0 {
      conceptPlaces.removeAll(keepingCapacity: true)
      let second = place + 1 < patterns.count ? patterns[place + 1] : nil
      let third = place + 2 < patterns.count ? patterns[place + 2] : nil
      terms.meanings(patterns[place], second, third) { concept in
        if !conceptPlaces.contains(concept) { conceptPlaces.append(concept) }
      }
      guard let first = conceptPlaces.first else { continue }
      for concept in conceptPlaces { note(FeatureSpace.conceptsStart + Int(concept)) }
      let here = (first, conceptPlaces.count > 1 ? conceptPlaces[1] : -1)
      for left in [before.0, before.1] where left >= 0 {
        for right in [here.0, here.1] where right >= 0 && right != left {
          let key = UInt32(min(left, right)) << 16 | UInt32(max(left, right))
          let pair = FeatureSpace.pairsStart + Int(Self.spread(key &* 0x9E37_79B1) & UInt32(FeatureSpace.pairs - 1))
          if counts[pair] == 0 { note(pair) }
        }
      }
      before = here
    }
  }

  /// Gives the features from a place on their values: of length one together, then times a weight.
  private mutating func weigh(from start: Int, by weight: Float, _ rarity: [Float]?) {
    var square: Float = 0
    for place in start..<features.count {
      let feature = Int(features[place])
      let count = counts[feature]
      counts[feature] = 0
      let value = (count == 1 ? 1 : 1 + log(Float(count))) * (rarity?[feature] ?? 1)
      values.append(value)
      square += value * value
    }
    guard square > 0 else { return }
    let factor = weight / square.squareRoot()
    for place in start..<features.count { values[place] *= factor }
  }

  private static func singular(_ word: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let letter = UInt8(ascii: "s")
    guard word.count > 3, word.last == letter, word.dropLast().last != letter else { return word }
    return word.dropLast()
  }

  /// FNV-1a.
  private static func hash(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var value: UInt32 = 0x811C_9DC5
    for byte in bytes { value = hash(byte, onto: value) }
    return value
  }

  @inline(__always)
  private static func hash(_ byte: UInt8, onto value: UInt32) -> UInt32 { (value ^ UInt32(byte)) &* 0x0100_0193 }

  @inline(__always)
  private static func spread(_ value: UInt32) -> UInt32 {
    let mixed = (value ^ value >> 15) &* 0x2C1B_3C6D
    return mixed ^ mixed >> 13
  }
}

extension FeatureReader {
  /// The concepts of the text read last.
  var concepts: [Int] {
    features.compactMap { Int($0) >= FeatureSpace.conceptsStart ? Int($0) - FeatureSpace.conceptsStart : nil }
  }
}
