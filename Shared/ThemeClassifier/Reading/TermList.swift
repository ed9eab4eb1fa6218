import CooperationModel

/// Words of the field in French, English, Spanish and Portuguese, gathered into concepts that stand above languages.
///
/// What a concept was seen to mean in one language holds in the other three. The file is `terms.tsv` of the reference
/// data: concept, purpose codes and leaves that it speaks for, terms. A term is folded; `*` stands for any ending, `_` joins words
/// that follow one another, small words between them aside.
struct TermList {
  /// In the order of the file.
  let concepts: [Concept]
  private let trie: Trie
  /// By pattern: what it means by itself.
  private let alone: [[Int32]]
  /// By pattern: the terms that it begins.
  private let begun: [[Longer]]

  struct Concept {
    let name: String
    /// DAC purpose codes or sectors, the most typical first.
    let codes: [String]
    /// Leaves of the taxonomy that it names.
    let themes: [ThemeID]
  }

  private struct Longer {
    let second: Int32
    /// -1 when there is none.
    let third: Int32
    let concept: Int32
  }

  init(rows: ReferenceRows) throws(ReferenceDataError) {
    var concepts: [Concept] = []
    var trie = Trie()
    var alone: [[Int32]] = []
    var begun: [[Longer]] = []
    for fields in rows.fields {
      let concept = Int32(concepts.count)
      let meant = fields[1].split(separator: " ").map(String.init)
      concepts.append(
        Concept(
          name: fields[0], codes: meant.filter { !$0.contains("/") },
          themes: try meant.filter { $0.contains("/") }.map { text throws(ReferenceDataError) in
            try rows.require(ThemeID(text), text, ThemeID.form)
          }))
      for term in fields[2].split(separator: " ") {
        var patterns: [Int32] = []
        for word in term.split(separator: "_") {
          let bytes = Array(word.utf8)
          let isOpen = bytes.last == UInt8(ascii: "*")
          let letters = isOpen ? Array(bytes.dropLast()) : bytes
          guard !SmallWords.contains(letters[...]) else { continue }
          let pattern = try rows.require(trie.insert(letters, isOpen: isOpen), String(term), "a folded term")
          if Int(pattern) == alone.count {
            alone.append([])
            begun.append([])
          }
          patterns.append(pattern)
        }
        switch patterns.count {
        case 0: continue
        case 1: alone[Int(patterns[0])].append(concept)
        default:
          begun[Int(patterns[0])].append(
            Longer(second: patterns[1], third: patterns.count > 2 ? patterns[2] : -1, concept: concept))
        }
      }
    }
    self.concepts = concepts
    self.trie = trie
    self.alone = alone
    self.begun = begun
  }

  /// The patterns that a word is an instance of.
  func patterns(of word: ArraySlice<UInt8>, into found: inout PatternSet) { trie.find(word, into: &found) }

  /// Calls for each concept that begins at the first of some words that follow one another.
  @inline(__always)
  func meanings(
    _ first: PatternSet, _ second: PatternSet?, _ third: PatternSet?, _ body: (Int32) -> Void
  ) {
    for place in 0..<first.count {
      let pattern = Int(first[place])
      for concept in alone[pattern] { body(concept) }
      guard let second else { continue }
      for term in begun[pattern] where second.contains(term.second) {
        if term.third < 0 || third?.contains(term.third) == true { body(term.concept) }
      }
    }
  }
}

/// The patterns that a word is an instance of: a few, of those that are longest.
struct PatternSet {
  private(set) var count = 0
  private var patterns = InlineArray<6, Int32>(repeating: -1)

  subscript(place: Int) -> Int32 { patterns[place] }

  mutating func insert(_ pattern: Int32) {
    if count < 6 {
      patterns[count] = pattern
      count += 1
    } else {
      patterns[5] = pattern
    }
  }

  func contains(_ pattern: Int32) -> Bool {
    for place in 0..<count where patterns[place] == pattern { return true }
    return false
  }
}

/// Patterns by their letters.
private struct Trie {
  private static let letters = 36
  private var next: [Int16] = Array(repeating: 0, count: 36)
  private var open: [Int32] = [-1]
  private var closed: [Int32] = [-1]
  private var count: Int32 = 0

  /// The pattern's number, the same when it is known already; nil when a byte is no folded letter, or there is no room.
  mutating func insert(_ word: [UInt8], isOpen: Bool) -> Int32? {
    guard !word.isEmpty else { return nil }
    var node = 0
    for byte in word {
      guard let letter = Self.number(byte) else { return nil }
      var child = Int(next[node * Self.letters + letter])
      if child == 0 {
        child = open.count
        guard child <= Int(Int16.max) else { return nil }
        next[node * Self.letters + letter] = Int16(child)
        next.append(contentsOf: repeatElement(0, count: Self.letters))
        open.append(-1)
        closed.append(-1)
      }
      node = child
    }
    let known = isOpen ? open[node] : closed[node]
    if known >= 0 { return known }
    let number = count
    count += 1
    if isOpen { open[node] = number } else { closed[node] = number }
    return number
  }

  func find(_ word: ArraySlice<UInt8>, into found: inout PatternSet) {
    var node = 0
    for byte in word {
      guard let letter = Self.number(byte) else { return }
      node = Int(next[node * Self.letters + letter])
      if node == 0 { return }
      if open[node] >= 0 { found.insert(open[node]) }
    }
    if closed[node] >= 0 { found.insert(closed[node]) }
  }

  private static func number(_ byte: UInt8) -> Int? {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(byte) - 97
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte) - 22
    default: nil
    }
  }
}

/// Words that say nothing of a theme.
enum SmallWords {
  private static let all: Set<UInt64> = Set(
    """
    de d l la le les du des a au aux en et y e o os as da do das dos del el los las un une una uns uma um the of and for
    in on to with par pour para por com con avec sur sous sob dans na no nas nos al sa ses son su sus is are its an s n
    qu que
    """.split(whereSeparator: \.isWhitespace).map { key(Array($0.utf8)[...]) })

  static func contains(_ word: ArraySlice<UInt8>) -> Bool { word.count <= 4 && all.contains(key(word)) }

  private static func key(_ word: ArraySlice<UInt8>) -> UInt64 { word.reduce(0) { $0 << 8 | UInt64($1) } }
}
