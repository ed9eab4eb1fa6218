import Foundation

/// Text as it may stand in a mail header: RFC 5322 lines, RFC 2047 encoded words.
///
/// Nothing that is given to it can begin another header: what is no printable ASCII leaves as an encoded word, and line
/// breaks, NUL and other controls do not leave at all.
package enum HeaderText {
  /// The text on one line: controls, line separators and direction overrides become single spaces.
  package static func clean(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    var pendingSpace = false
    for scalar in text.unicodeScalars {
      if scalar == " " || isUnsafe(scalar) {
        pendingSpace = !scalars.isEmpty
      } else {
        if pendingSpace { scalars.append(" ") }
        pendingSpace = false
        scalars.append(scalar)
      }
    }
    return String(scalars)
  }

  /// The value of an unstructured header, folded: `Subject`.
  package static func unstructured(_ text: String, after name: String) -> String {
    let text = clean(text)
    guard needsEncoding(text) else { return fold(text.split(separator: " ").map(String.init), after: name) }
    return fold(encodedWords(text), after: name)
  }

  /// A mailbox: `"Ambassade de France" <scac@example.org>`.
  package static func mailbox(name: String, address: MailAddress, after header: String) -> String {
    let name = clean(name)
    let route = "<\(address.text)>"
    if name.isEmpty { return fold([route], after: header) }
    if needsEncoding(name) { return fold(phrase(name) + [route], after: header) }
    let quoted = name.reduce(into: "") { text, character in
      if character == "\"" || character == "\\" { text.append("\\") }
      text.append(character)
    }
    return fold(["\"\(quoted)\"", route], after: header)
  }

  /// A phrase whose plain words stand for themselves: only the runs between them are encoded.
  ///
  /// Runs are mostly short enough for one encoded word, which matters: Python's reader, for one, keeps the space between
  /// two of them in a display name, though RFC 2047 (6.2) has it dropped.
  private static func phrase(_ name: String) -> [String] {
    var words: [String] = []
    var run: [Substring] = []
    func isPlain(_ word: Substring) -> Bool {
      word.utf8.count <= 60 && !word.hasPrefix("=?")
        && word.utf8.allSatisfy { byte in
          switch byte {
          case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "'"):
            true
          default: false
          }
        }
    }
    for word in name.split(separator: " ") {
      guard isPlain(word) else {
        run.append(word)
        continue
      }
      if !run.isEmpty { words += encodedWords(run.joined(separator: " ")) }
      run = []
      words.append(String(word))
    }
    if !run.isEmpty { words += encodedWords(run.joined(separator: " ")) }
    return words
  }

  static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: true
    default: false
    }
  }

  /// True unless every character may stand for itself and no word is too long to be folded.
  private static func needsEncoding(_ text: String) -> Bool {
    !text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } || text.contains("=?")
      || text.split(separator: " ").contains { $0.utf8.count > 60 }
  }

  /// Encoded words of at most 75 characters, none of which cuts a character in two (RFC 2047, 5).
  static func encodedWords(_ text: String) -> [String] {
    let quoted = words(text, budget: 63) { scalar in
      var piece = ""
      for byte in String(scalar).utf8 {
        switch byte {
        case UInt8(ascii: " "): piece += "_"
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "!"), UInt8(ascii: "*"),
          UInt8(ascii: "+"), UInt8(ascii: "/"):
          piece.unicodeScalars.append(Unicode.Scalar(byte))
        default:
          piece += "=" + QuotedPrintable.hexadecimal(byte)
        }
      }
      return piece
    }
    let base64 = words(text, budget: 45) { String($0) }
    let base64Length = base64.reduce(0) { $0 + ($1.utf8.count + 2) / 3 * 4 + 13 }
    if quoted.reduce(0, { $0 + $1.utf8.count + 13 }) <= base64Length {
      return quoted.map { "=?utf-8?Q?\($0)?=" }
    }
    return base64.map { "=?utf-8?B?\(Data($0.utf8).base64EncodedString())?=" }
  }

  private static func words(_ text: String, budget: Int, encode: (Unicode.Scalar) -> String) -> [String] {
    var words: [String] = []
    var word = ""
    for scalar in text.unicodeScalars {
      let piece = encode(scalar)
      if word.utf8.count + piece.utf8.count > budget {
        words.append(word)
        word = ""
      }
      word += piece
    }
    if !word.isEmpty { words.append(word) }
    return words
  }

  /// Joins words by spaces, in lines of at most 76 characters where a space allows it.
  private static func fold(_ words: [String], after name: String) -> String {
    var text = ""
    var column = name.utf8.count + 1
    for word in words {
      if !text.isEmpty, column + 1 + word.utf8.count > 76 {
        text += "\r\n"
        column = 0
      }
      if !text.isEmpty { text += " " }
      text += word
      column += 1 + word.utf8.count
    }
    return text
  }
}
