/// A text as the classifier reads it: words of the letters a–z and digits, in lower case, without accents.
///
/// Composed and decomposed letters fold alike; whatever is no letter or digit parts words, so hyphens and elisions do
/// (`l’eau`, `socio-éducatif`). Letters of other scripts are not read. Only the first ``limit`` bytes are: what a text is
/// about stands at its beginning.
struct FoldedText {
  /// The most bytes of UTF-8 that are read of a text.
  static let limit = 32_768
  /// The most bytes that are kept of a word.
  static let wordLimit = 40

  /// The words, one after another, each followed by a space; the first stands behind one too.
  private(set) var bytes: [UInt8] = []
  /// Where each word stands in ``bytes``.
  private(set) var words: [Range<Int>] = []

  init() { bytes.reserveCapacity(1_024) }

  mutating func read(_ text: String) {
    bytes.removeAll(keepingCapacity: true)
    words.removeAll(keepingCapacity: true)
    bytes.append(Self.space)
    var text = text
    text.withUTF8 { fold(UnsafeBufferPointer(rebasing: $0.prefix(Self.limit))) }
    endWord()
  }

  private static let space = UInt8(ascii: " ")

  private mutating func fold(_ source: UnsafeBufferPointer<UInt8>) {
    var place = 0
    while place < source.count {
      let byte = source[place]
      place += 1
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): bytes.append(byte)
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): bytes.append(byte | 0x20)
      case 0..<0x80: endWord()
      case 0xC2..<0xE0 where place < source.count:
        let scalar = UInt32(byte & 0x1F) << 6 | UInt32(source[place] & 0x3F)
        place += 1
        fold(scalar)
      default:
        // Three and four bytes: joiners and the byte order mark say nothing, all else parts words.
        let joins =
          byte == 0xE2 && place + 1 < source.count && source[place] == 0x80 && (0x8B...0x8D).contains(source[place + 1])
        if !joins { endWord() }
        while place < source.count, source[place] & 0xC0 == 0x80 { place += 1 }
      }
    }
  }

  private mutating func fold(_ scalar: UInt32) {
    switch scalar {
    case 0xC0...0x17F:
      let letters = LatinLetters.plain[Int(scalar - 0xC0)]
      if letters.first == 0 { endWord() }
      if letters.first != 0 { bytes.append(letters.first) }
      if letters.second != 0 { bytes.append(letters.second) }
    case 0xAD, 0x300...0x36F: break
    default: endWord()
    }
  }

  private mutating func endWord() {
    let start = words.last.map { $0.upperBound + 1 } ?? 1
    guard bytes.count > start else { return }
    if bytes.count - start > Self.wordLimit { bytes.removeLast(bytes.count - start - Self.wordLimit) }
    words.append(start..<bytes.count)
    bytes.append(Self.space)
  }
}

/// What the letters from À (U+00C0) to ſ (U+017F) are without accents: one letter or two; none of × and ÷.
private enum LatinLetters {
  static let plain: [(first: UInt8, second: UInt8)] = {
    let runs: [(String, Int)] = [
      ("a", 6), ("ae", 1), ("c", 1), ("e", 4), ("i", 4), ("d", 1), ("n", 1), ("o", 5), ("", 1), ("o", 1), ("u", 4),
      ("y", 1), ("th", 1), ("ss", 1), ("a", 6), ("ae", 1), ("c", 1), ("e", 4), ("i", 4), ("d", 1), ("n", 1), ("o", 5),
      ("", 1), ("o", 1), ("u", 4), ("y", 1), ("th", 1), ("y", 1), ("a", 6), ("c", 8), ("d", 4), ("e", 10), ("g", 8),
      ("h", 4), ("i", 10), ("ij", 2), ("j", 2), ("k", 3), ("l", 10), ("n", 9), ("o", 6), ("oe", 2), ("r", 6), ("s", 8),
      ("t", 6), ("u", 12), ("w", 2), ("y", 3), ("z", 6), ("s", 1),
    ]
    return runs.flatMap { letters, count in
      let bytes = Array(letters.utf8) + [0, 0]
      return Array(repeating: (first: bytes[0], second: bytes[1]), count: count)
    }
  }()
}
