import Foundation

/// Reads JSON (RFC 8259) that nobody vouches for.
///
/// Stricter than the standard where it leaves room: a member named twice, a NUL, half of a surrogate pair and a number
/// that we could not hold are refused, as are invalid UTF-8, nesting beyond ``Limits/depth`` and input beyond
/// ``Limits/bytes``. Whole numbers become ``JSONValue/integer(_:)`` however they are written (`2`, `2.0`, `2e0`), and
/// every text comes out in Unicode's composed form (NFC), so that what looks equal is equal.
///
/// What was read, written by ``JSON/encode(_:)`` and read again is equal.
///
/// - Complexity: O(*n*) in the bytes; memory beyond the value itself is bounded by the depth.
public enum StrictJSON {
  public struct Limits: Sendable {
    public var bytes: Int
    public var depth: Int

    public init(bytes: Int = 1_000_000, depth: Int = 64) {
      self.bytes = bytes
      self.depth = depth
    }
  }

  /// Reads one JSON text; a byte order mark before it is passed over.
  public static func parse(
    _ bytes: [UInt8], limits: Limits = Limits()
  ) throws(JSONSyntaxError) -> JSONValue {
    guard bytes.count <= limits.bytes else {
      throw JSONSyntaxError(
        .tooLarge, at: 0, in: bytes,
        fr:
          "le texte compte \(bytes.count) octets, au plus \(limits.bytes) sont admis\u{202F}; envoyez-en moins à la fois",
        en: "the text has \(bytes.count) bytes and at most \(limits.bytes) are taken; send less at a time")
    }
    if let fault = UTF8Check.firstFault(in: bytes) {
      throw JSONSyntaxError(
        .notUTF8, at: fault, in: bytes, fr: "ces octets ne sont pas de l’UTF-8\u{202F}; enregistrez le texte en UTF-8",
        en: "these bytes are no UTF-8; save the text as UTF-8")
    }
    var parser = JSONParser(bytes, limits: limits)
    return try parser.document()
  }

  public static func parse(_ data: Data, limits: Limits = Limits()) throws(JSONSyntaxError) -> JSONValue {
    try parse([UInt8](data), limits: limits)
  }
}

/// Walks over bytes that are known to be UTF-8.
private struct JSONParser {
  private let bytes: [UInt8]
  private let limits: StrictJSON.Limits
  private var index = 0

  init(_ bytes: [UInt8], limits: StrictJSON.Limits) {
    self.bytes = bytes
    self.limits = limits
  }

  mutating func document() throws(JSONSyntaxError) -> JSONValue {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
    let value = try value(depth: 0)
    skipSpace()
    guard index == bytes.count else { throw unexpected(fr: "la fin du texte", en: "the end of the text") }
    return value
  }

  private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONValue {
    skipSpace()
    switch peek {
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    case UInt8(ascii: "["): return try array(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return try number()
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    default: throw unexpected(fr: "une valeur", en: "a value")
    }
  }

  private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSONValue {
    try enter(depth)
    var members: [String: JSONValue] = [:]
    skipSpace()
    if take("}") { return .object(members) }
    repeat {
      skipSpace()
      guard peek == UInt8(ascii: "\"") else { throw unexpected(fr: "un nom entre guillemets", en: "a name in quotes") }
      let start = index
      let name = try string()
      skipSpace()
      guard take(":") else { throw unexpected(fr: "«\u{202F}:\u{202F}»", en: "\":\"") }
      guard members.updateValue(try value(depth: depth), forKey: name) == nil else {
        throw JSONSyntaxError(
          .duplicateMember, at: start, in: bytes,
          fr: "\(quoted(name).fr) figure deux fois\u{202F}; gardez une seule valeur",
          en: "\(quoted(name).en) is given twice; keep one value")
      }
      skipSpace()
    } while take(",")
    guard take("}") else { throw unexpected(fr: "«\u{202F},\u{202F}» ou «\u{202F}}\u{202F}»", en: "\",\" or \"}\"") }
    return .object(members)
  }

  private mutating func array(depth: Int) throws(JSONSyntaxError) -> JSONValue {
    try enter(depth)
    var values: [JSONValue] = []
    skipSpace()
    if take("]") { return .array(values) }
    repeat {
      values.append(try value(depth: depth))
      skipSpace()
    } while take(",")
    guard take("]") else { throw unexpected(fr: "«\u{202F},\u{202F}» ou «\u{202F}]\u{202F}»", en: "\",\" or \"]\"") }
    return .array(values)
  }

  private mutating func enter(_ depth: Int) throws(JSONSyntaxError) {
    guard depth <= limits.depth else {
      throw fault(
        .tooDeep, fr: "plus de \(limits.depth) niveaux imbriqués\u{202F}; simplifiez la structure",
        en: "more than \(limits.depth) nested levels; send a simpler structure")
    }
    index += 1
  }

  private mutating func literal(_ text: String, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
    guard bytes[index...].starts(with: text.utf8) else {
      throw unexpected(fr: "«\u{202F}\(text)\u{202F}»", en: "\"\(text)\"")
    }
    index += text.utf8.count
    return value
  }

  // MARK: Numbers

  private mutating func number() throws(JSONSyntaxError) -> JSONValue {
    let start = index
    _ = take("-")
    if !take("0") { try digits() }
    let isWhole = peek != UInt8(ascii: ".") && peek != UInt8(ascii: "e") && peek != UInt8(ascii: "E")
    if take(".") { try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits()
    }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    if let integer = Int64(text) { return .integer(integer) }
    // A text of more digits than any double needs is refused rather than read at length.
    if !isWhole, text.utf8.count <= 400, let number = Double(text), number.isFinite {
      if let integer = Int64(exactly: number) { return .integer(integer) }
      if number.rounded() != number { return .number(number) }
    }
    index = start
    throw fault(
      .numberOutOfRange, fr: "ce nombre sort de ce qui peut être représenté\u{202F}; écrivez-en un plus petit",
      en: "this number is beyond what can be held; write a smaller one")
  }

  private mutating func digits() throws(JSONSyntaxError) {
    let start = index
    while let byte = peek, byte >= 0x30, byte <= 0x39 { index += 1 }
    guard index > start else { throw unexpected(fr: "un chiffre", en: "a digit") }
  }

  // MARK: Texts

  private mutating func string() throws(JSONSyntaxError) -> String {
    index += 1
    var text: [UInt8] = []
    while let byte = peek {
      switch byte {
      case UInt8(ascii: "\""):
        index += 1
        return normalised(text)
      case UInt8(ascii: "\\"):
        index += 1
        text.append(contentsOf: try escape())
      case ..<0x20:
        throw fault(
          .malformed, fr: "caractère de commande dans un texte\u{202F}; écrivez-le \\n, \\t ou \\u00XX",
          en: "a control character in a text; write it as \\n, \\t or \\u00XX")
      default:
        text.append(byte)
        index += 1
      }
    }
    throw unexpected(fr: "des guillemets fermants", en: "a closing quote")
  }

  private mutating func escape() throws(JSONSyntaxError) -> [UInt8] {
    let mark = index
    guard let byte = peek else { throw unexpected(fr: "un caractère", en: "a character") }
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): return Array(String(Character(try escapedScalar(from: mark))).utf8)
    default:
      index = mark
      throw unexpected(fr: "un échappement connu", en: "a known escape")
    }
  }

  private mutating func escapedScalar(from mark: Int) throws(JSONSyntaxError) -> Unicode.Scalar {
    let first = try hexadecimal()
    var value = UInt32(first)
    if UTF16.isLeadSurrogate(first), take("\\"), take("u") {
      let second = try hexadecimal()
      if UTF16.isTrailSurrogate(second) {
        value = 0x1_0000 + (UInt32(first) - 0xD800) << 10 + UInt32(second) - 0xDC00
      }
    }
    guard value != 0 else {
      index = mark
      throw fault(.nul, fr: "caractère nul (\\u0000)\u{202F}; retirez-le", en: "a NUL character (\\u0000); remove it")
    }
    guard let scalar = Unicode.Scalar(value) else {
      index = mark
      throw fault(
        .loneSurrogate, fr: "moitié isolée d’une paire \\uD8XX\\uDCXX\u{202F}; écrivez les deux, ou le caractère même",
        en: "half of a \\uD8XX\\uDCXX pair; write both, or the character itself")
    }
    return scalar
  }

  private mutating func hexadecimal() throws(JSONSyntaxError) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw unexpected(fr: "quatre chiffres hexadécimaux", en: "four hexadecimal digits")
      }
      value = value << 4 | UInt16(digit)
      index += 1
    }
    return value
  }

  // MARK: Bytes

  private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: character) else { return false }
    index += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
  }

  private func fault(_ code: JSONSyntaxError.Code, fr: String, en: String) -> JSONSyntaxError {
    JSONSyntaxError(code, at: index, in: bytes, fr: fr, en: en)
  }

  private func unexpected(fr: String, en: String) -> JSONSyntaxError {
    fault(
      .malformed, fr: "ceci n’est pas du JSON\u{202F}: \(fr) est attendu ici",
      en: "this is no JSON: expected \(en) here")
  }
}

/// The text in composed form (NFC). Everything below U+0300 is so already.
func normalised(_ bytes: [UInt8]) -> String {
  let text = String(decoding: bytes, as: UTF8.self)
  return bytes.allSatisfy { $0 < 0xCC } ? text : text.precomposedStringWithCanonicalMapping
}
