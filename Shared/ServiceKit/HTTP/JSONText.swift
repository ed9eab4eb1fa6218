import CooperationModel
import Foundation

/// Reads JSON (RFC 8259) as it comes from outside: strictly, with bounds, and with the place of a fault.
///
/// Refused beside what is no JSON: a member that stands twice, more than ``deepest`` levels, text that is not UTF-8,
/// lone surrogates, NUL, and numbers beyond what a `Double` holds.
package struct JSONText {
  package static let deepest = 64

  /// Where a text is no acceptable JSON, counted from 1 in lines and in bytes of the line.
  package struct Fault: Error, Equatable {
    package var line: Int
    package var column: Int
    package var message: Localized
  }

  private let bytes: [UInt8]
  private var index = 0
  private var depth = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The value that the text is; a byte-order mark before it is passed over.
  package static func value(of bytes: [UInt8]) throws(Fault) -> JSONValue {
    var text = JSONText(bytes)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { text.index = 3 }
    text.skipSpace()
    let value = try text.value()
    text.skipSpace()
    guard text.index == bytes.count else { throw text.fault("Il y a du texte après la valeur.", "There is text behind the value.") }
    return value
  }

  private mutating func value() throws(Fault) -> JSONValue {
    guard index < bytes.count else { throw fault("Le texte s'arrête trop tôt.", "The text ends too early.") }
    switch bytes[index] {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw fault("Une valeur JSON est attendue ici.", "A JSON value is expected here.")
    }
  }

  private mutating func object() throws(Fault) -> JSONValue {
    try enter()
    var members: [String: JSONValue] = [:]
    skipSpace()
    if take(UInt8(ascii: "}")) { return leave(.object(members)) }
    while true {
      skipSpace()
      let place = index
      guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
        throw fault("Un nom de membre entre guillemets est attendu.", "A member's name in quotes is expected.")
      }
      let name = try string()
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw fault("Deux-points attendus.", "A colon is expected.") }
      skipSpace()
      let value = try value()
      guard members.updateValue(value, forKey: name) == nil else {
        index = place
        throw fault("Ce membre figure deux fois.", "This member stands twice.")
      }
      skipSpace()
      if take(UInt8(ascii: "}")) { return leave(.object(members)) }
      guard take(UInt8(ascii: ",")) else {
        throw fault("Une virgule ou une accolade fermante est attendue.", "A comma or a closing brace is expected.")
      }
    }
  }

  private mutating func array() throws(Fault) -> JSONValue {
    try enter()
    var values: [JSONValue] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return leave(.array(values)) }
    while true {
      skipSpace()
      values.append(try value())
      skipSpace()
      if take(UInt8(ascii: "]")) { return leave(.array(values)) }
      guard take(UInt8(ascii: ",")) else {
        throw fault("Une virgule ou un crochet fermant est attendu.", "A comma or a closing bracket is expected.")
      }
    }
  }

  private mutating func string() throws(Fault) -> String {
    let start = index
    index += 1
    var text: [UInt8] = []
    while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "\""):
        index += 1
        guard let string = String(validating: text, as: UTF8.self) else {
          index = start
          throw fault("Ce texte n'est pas de l'UTF-8.", "This text is not UTF-8.")
        }
        return string
      case UInt8(ascii: "\\"): text.append(contentsOf: try escape())
      case 0..<0x20:
        throw fault("Caractère de contrôle : échappez-le.", "A control character: escape it.")
      default:
        text.append(byte)
        index += 1
      }
    }
    index = start
    throw fault("Ce texte n'est pas fermé.", "This text is not closed.")
  }

  /// One escape, as UTF-8.
  private mutating func escape() throws(Fault) -> [UInt8] {
    guard index + 1 < bytes.count else { throw fault("Échappement incomplet.", "An unfinished escape.") }
    let letter = bytes[index + 1]
    if let byte = Self.simpleEscape(letter) {
      index += 2
      return [byte]
    }
    guard letter == UInt8(ascii: "u"), let first = unit(at: index + 2) else {
      throw fault("Échappement inconnu.", "An unknown escape.")
    }
    var code = UInt32(first)
    var length = 6
    if (0xD800..<0xDC00).contains(first), index + 7 < bytes.count, bytes[index + 6] == UInt8(ascii: "\\"),
      bytes[index + 7] == UInt8(ascii: "u"), let second = unit(at: index + 8), (0xDC00..<0xE000).contains(second)
    {
      code = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
      length = 12
    }
    guard let scalar = Unicode.Scalar(code), code != 0 else {
      throw fault("Ce n'est pas un caractère admis.", "This is no character that is taken.")
    }
    index += length
    return Array(String(Character(scalar)).utf8)
  }

  private static func simpleEscape(_ letter: UInt8) -> UInt8? {
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): letter
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: nil
    }
  }

  private func unit(at start: Int) -> UInt16? {
    guard start + 4 <= bytes.count else { return nil }
    var value: UInt16 = 0
    for byte in bytes[start..<start + 4] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else { return nil }
      value = value << 4 | UInt16(digit)
    }
    return value
  }

  private mutating func number() throws(Fault) -> JSONValue {
    let start = index
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")) { try digits(start) }
    var isInteger = true
    if take(UInt8(ascii: ".")) {
      isInteger = false
      try digits(start)
    }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      isInteger = false
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits(start)
    }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    if isInteger, let integer = Int64(text) { return .integer(integer) }
    guard let double = Double(text), double.isFinite else {
      index = start
      throw fault("Ce nombre est trop grand.", "This number is too large.")
    }
    return .number(double)
  }

  private mutating func digits(_ start: Int) throws(Fault) {
    let first = index
    while index < bytes.count, (0x30...0x39).contains(bytes[index]) { index += 1 }
    guard index > first else {
      index = start
      throw fault("Ce nombre est mal écrit.", "This number is not well written.")
    }
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(Fault) -> JSONValue {
    guard bytes[index...].starts(with: word.utf8) else {
      throw fault("Une valeur JSON est attendue ici.", "A JSON value is expected here.")
    }
    index += word.utf8.count
    return value
  }

  private mutating func enter() throws(Fault) {
    depth += 1
    guard depth <= Self.deepest else {
      throw fault("Plus de \(Self.deepest) niveaux d'imbrication.", "More than \(Self.deepest) levels of nesting.")
    }
    index += 1
  }

  private mutating func leave(_ value: JSONValue) -> JSONValue {
    depth -= 1
    return value
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard index < bytes.count, bytes[index] == byte else { return false }
    index += 1
    return true
  }

  private mutating func skipSpace() {
    while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
  }

  private func fault(_ fr: String, _ en: String) -> Fault {
    let before = bytes[..<min(index, bytes.count)]
    let line = before.reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
    let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    return Fault(line: line, column: before.count - start + 1, message: Localized(fr: fr, en: en))
  }
}

extension JSONText.Fault {
  var problem: Problem {
    .malformed(
      "JSON illisible, ligne \(line), colonne \(column) : \(message.fr)",
      "JSON cannot be read at line \(line), column \(column): \(message.en)")
  }
}
