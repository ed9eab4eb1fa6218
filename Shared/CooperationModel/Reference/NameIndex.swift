import Foundation

/// Names in the form they are compared by, in order, so that all that begin alike stand together.
///
/// A name has an entry at its start and, where people leave something out, behind that: behind an article (`Le Havre`)
/// and behind the kind of a grouping (`Communauté de communes …`).
struct NameIndex: Sendable {
  /// Folded names, each ended by a line feed: those of authorities by row, then those of former ones.
  let texts: [UInt8]
  /// Where the former authorities' names begin.
  let formerStart: Int
  /// Where each entry's text begins, ordered by text.
  let starts: [UInt32]
  /// The authority that each entry leads to.
  let rows: [Registry.Row]

  /// How an entry came to be found: better ones first.
  enum Quality: UInt64, Comparable {
    /// The whole name of an authority of today.
    case whole
    /// The name but for an article or the like.
    case nearly
    case beginning
    case former
    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  /// The entries whose text begins with the given bytes.
  func entries(beginningWith prefix: [UInt8]) -> Range<Int> {
    let first = partition { order(of: $0, prefix) >= 0 }
    let end = partition { order(of: $0, prefix) > 0 }
    return first..<end
  }

  func quality(of entry: Int, matchedLength: Int) -> Quality {
    let start = Int(starts[entry])
    guard start < formerStart else { return .former }
    guard texts[start + matchedLength] == Self.end else { return .beginning }
    return start == 0 || texts[start - 1] == Self.end ? .whole : .nearly
  }

  /// True when the entry's text is no longer than what matched.
  func isWhole(_ entry: Int, matchedLength: Int) -> Bool { texts[Int(starts[entry]) + matchedLength] == Self.end }

  func isFormer(_ entry: Int) -> Bool { Int(starts[entry]) >= formerStart }

  private static let end = UInt8(ascii: "\n")

  /// The first entry for which the condition holds; it must hold for all behind it too.
  private func partition(where condition: (Int) -> Bool) -> Int {
    var low = 0
    var high = starts.count
    while low < high {
      let middle = (low + high) / 2
      if condition(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Below, at or above zero as the entry's text stands before, begins with or stands behind the prefix.
  private func order(of entry: Int, _ prefix: [UInt8]) -> Int {
    var place = Int(starts[entry])
    for byte in prefix {
      let own = texts[place]
      if own != byte { return own < byte ? -1 : 1 }
      place += 1
    }
    return 0
  }
}

extension Registry {
  /// Authorities whose name begins with the text, whatever its accents, case, hyphens and articles: for completion.
  ///
  /// Whole names come first, then names that begin so, then authorities whose predecessor's name does; each by
  /// population, the largest first. `st` is `saint`.
  public func search(
    _ text: String, kinds wanted: [CollectiviteKind] = CollectiviteKind.allCases, limit: Int = 10
  ) -> [CollectiviteID] {
    let prefix = Self.fold(text, isPrefix: true)
    guard !prefix.isEmpty, limit > 0 else { return [] }
    var found: [(rank: UInt64, row: Row)] = []
    for entry in nameIndex.entries(beginningWith: prefix) {
      let row = nameIndex.rows[entry]
      guard wanted.contains(kinds[Int(row)]) else { continue }
      let quality = nameIndex.quality(of: entry, matchedLength: prefix.count)
      let population = UInt64(UInt32.max) - UInt64(max(populations[Int(row)], 0))
      found.append((quality.rawValue << 32 | population, row))
    }
    found.sort { ($0.rank, $0.row) < ($1.rank, $1.row) }
    var seen: Set<Row> = []
    var result: [CollectiviteID] = []
    for (_, row) in found where seen.insert(row).inserted {
      result.append(id(at: row))
      if result.count == limit { break }
    }
    return result
  }

  /// The authorities of that name, by id's row: for imports. Where none of today has it, those whose predecessor had.
  ///
  /// Accents, case, hyphens, articles and the kind of a grouping do not count. Several communes may share a name.
  public func named(_ name: String, kind: CollectiviteKind? = nil) -> [CollectiviteID] {
    let text = Self.fold(name, isPrefix: false)
    guard !text.isEmpty else { return [] }
    var today: Set<Row> = []
    var former: Set<Row> = []
    for entry in nameIndex.entries(beginningWith: text) where nameIndex.isWhole(entry, matchedLength: text.count) {
      let row = nameIndex.rows[entry]
      guard kind == nil || kinds[Int(row)] == kind else { continue }
      if nameIndex.isFormer(entry) { former.insert(row) } else { today.insert(row) }
    }
    return (today.isEmpty ? former : today).sorted().map { id(at: $0) }
  }

  /// What names are compared by: ASCII letters and digits in lower case, words apart by one space, `st` and `ste`
  /// written out; the last word of a beginning is left as it is, for it may go on.
  static func fold(_ text: String, isPrefix: Bool) -> [UInt8] {
    var words: [[UInt8]] = [[]]
    for scalar in text.lowercased().decomposedStringWithCanonicalMapping.unicodeScalars {
      switch scalar {
      case "a"..."z", "0"..."9": words[words.count - 1].append(UInt8(truncatingIfNeeded: scalar.value))
      case "œ": words[words.count - 1].append(contentsOf: "oe".utf8)
      case "æ": words[words.count - 1].append(contentsOf: "ae".utf8)
      case "ß": words[words.count - 1].append(contentsOf: "ss".utf8)
      default:
        if scalar.properties.canonicalCombiningClass == .notReordered, words.last?.isEmpty == false { words.append([]) }
      }
    }
    let lastIsWhole = !isPrefix || words.last?.isEmpty == true
    if words.last?.isEmpty == true { words.removeLast() }
    for index in words.indices where lastIsWhole || index < words.count - 1 {
      if words[index].elementsEqual("st".utf8) { words[index] = Array("saint".utf8) }
      if words[index].elementsEqual("ste".utf8) { words[index] = Array("sainte".utf8) }
    }
    return Array(words.joined(separator: [UInt8(ascii: " ")]))
  }
}
