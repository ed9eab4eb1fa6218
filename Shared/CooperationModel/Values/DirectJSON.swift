import Foundation

/// A type whose usual form in JSON is written and read without `Codable`, since it is written and read so often.
///
/// Whatever is not in exactly the form in which ``JSON/encode(_:)`` writes it, good or bad, is left to `Codable`, which
/// alone decides what is valid.
package protocol DirectJSON: Codable {
  /// The same bytes that `Codable` gives; nil leaves the value to it.
  func directJSON() -> Data?
  /// Reads the value that `Codable` gives, and past it; nil leaves it to `Codable`.
  init?(_ reader: inout DirectReader)
}

extension DirectJSON {
  /// Of those that are only read so.
  package func directJSON() -> Data? { nil }

  /// Reads all of it.
  package init?(directJSON data: Data) {
    let value: Self? = data.withUnsafeBytes { bytes in
      var reader = DirectReader(bytes)
      return Self(&reader).flatMap { reader.isAtEnd ? $0 : nil }
    }
    guard let value else { return nil }
    self = value
  }
}

/// Writes JSON as told.
struct DirectWriter {
  private(set) var bytes: [UInt8] = []
  /// All of it could be written so.
  private(set) var isPlain = true

  init(capacity: Int) { bytes.reserveCapacity(capacity) }

  /// What was written; nil where it is for Codable to write.
  var data: Data? { isPlain ? Data(bytes) : nil }

  mutating func write(_ literal: StaticString) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
  }

  mutating func write(_ number: Int) {
    if (0..<10).contains(number) {
      bytes.append(UInt8(ascii: "0") + UInt8(number))
    } else {
      bytes.append(contentsOf: String(number).utf8)
    }
  }

  /// Writes a text without its quotes.
  mutating func write(text: String) {
    var text = text
    text.withUTF8 { utf8 in
      let needsEscape = utf8.contains { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
      if needsEscape {
        for byte in utf8 { write(escaping: byte) }
      } else {
        bytes.append(contentsOf: utf8)
      }
    }
  }

  private mutating func write(escaping byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): write("\\\"")
    case UInt8(ascii: "\\"): write("\\\\")
    case 0x0A: write("\\n")
    case 0x0D: write("\\r")
    case 0x09: write("\\t")
    case ..<0x20: isPlain = false
    default: bytes.append(byte)
    }
  }

  /// Writes a text after what opens it, and its closing quote.
  mutating func write(_ opening: StaticString, text: String) {
    write(opening)
    write(text: text)
    write("\"")
  }

  /// The same where there is a text.
  mutating func write(_ opening: StaticString, any text: String?) {
    if let text { write(opening, text: text) }
  }

  mutating func write(_ opening: StaticString, any number: Int?) {
    guard let number else { return }
    write(opening)
    write(number)
  }

  mutating func write(_ number: Double) {
    let text = number.description
    // Exponents, and whole numbers, are for Codable.
    if text.utf8.contains(UInt8(ascii: "e")) || !number.isFinite || number.rounded() == number { isPlain = false }
    bytes.append(contentsOf: text.utf8)
  }

  /// Writes a member's name that comes from data, without its quotes. Those beyond ASCII may have another order.
  mutating func write(name: String) {
    if !name.utf8.allSatisfy({ $0 < 0x80 }) { isPlain = false }
    write(text: name)
  }

  /// Writes what stands between brackets.
  mutating func write<Element>(_ list: [Element], _ body: (inout Self, Element) -> Void) {
    for (place, element) in list.enumerated() {
      if place > 0 { write(",") }
      body(&self, element)
    }
  }

  /// Writes texts as what stands between brackets.
  mutating func write<Element: RawRepresentable<String>>(_ list: [Element]) {
    write(list) { $0.write("\"", text: $1.rawValue) }
  }
}

/// Reads JSON that is expected to be in one form alone: each call gives nil, or false, where it is not.
package struct DirectReader {
  private let bytes: UnsafeRawBufferPointer
  private var place = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var isAtEnd: Bool { place == bytes.count }

  /// The byte that is next; 0 at the end.
  var next: UInt8 { isAtEnd ? 0 : bytes[place] }

  /// Goes past the literal, if it is next.
  mutating func skip(_ literal: StaticString) -> Bool {
    let count = literal.utf8CodeUnitCount
    guard bytes.count - place >= count, let start = bytes.baseAddress?.advanced(by: place),
      memcmp(start, literal.utf8Start, count) == 0
    else { return false }
    place += count
    return true
  }

  /// What is next, up to and with a byte; nil where that does not come any more.
  func upTo(_ byte: UInt8) -> UnsafeRawBufferPointer? {
    guard !isAtEnd, let start = bytes.baseAddress?.advanced(by: place),
      let end = memchr(start, Int32(byte), bytes.count - place)
    else { return nil }
    return UnsafeRawBufferPointer(start: start, count: UnsafeRawPointer(end) - start + 1)
  }

  /// Goes past so many bytes, which are there.
  mutating func skip(_ count: Int) { place += count }

  /// Whether it has come just past what was next for another one of the same bytes.
  func isPast(_ next: UnsafeRawBufferPointer, of other: Self) -> Bool { place == other.place + next.count }

  /// Reads what follows the literal, if that is next.
  ///
  /// - Returns: false when the literal is there and its value is not.
  mutating func optional<Value>(
    _ literal: StaticString, into value: inout Value?, _ read: (inout Self) -> Value?
  ) -> Bool {
    guard skip(literal) else { return true }
    value = read(&self)
    return value != nil
  }

  /// The rest of a text, and past its closing quote.
  mutating func text() -> String? {
    var end = place
    var isASCII = true
    while end < bytes.count, bytes[end] != UInt8(ascii: "\"") {
      if bytes[end] == UInt8(ascii: "\\") { return escapedText() }
      guard bytes[end] >= 0x20 else { return nil }
      if bytes[end] >= 0x80 { isASCII = false }
      end += 1
    }
    guard end < bytes.count else { return nil }
    defer { place = end + 1 }
    let text = UnsafeRawBufferPointer(rebasing: bytes[place..<end])
    // Checking is what takes long, and most texts need none.
    return isASCII ? String(decoding: text, as: UTF8.self) : String(validating: text, as: UTF8.self)
  }

  /// The same where characters are escaped by one letter.
  private mutating func escapedText() -> String? {
    var text: [UInt8] = []
    while !isAtEnd {
      defer { place += 1 }
      switch next {
      case UInt8(ascii: "\""):
        return String(validating: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        place += 1
        switch next {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(next)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        default: return nil
        }
      case 0x20...: text.append(next)
      default: return nil
      }
    }
    return nil
  }

  /// The rest of a text that is read as a value.
  mutating func parsed<Value>(_ parse: (String) -> Value?) -> Value? { text().flatMap(parse) }

  /// Goes past a member that may be there and has others after it; see ``optional(_:into:_:)``.
  mutating func leading<Value>(
    _ literal: StaticString, into value: inout Value?, _ read: (inout Self) -> Value?
  ) -> Bool {
    optional(literal, into: &value) { reader in
      let value = read(&reader)
      return reader.skip(",") ? value : nil
    }
  }

  /// The rest of a text as a value that it stands for.
  mutating func value<Value: RawRepresentable<String>>(of type: Value.Type = Value.self) -> Value? {
    text().flatMap(Value.init(rawValue:))
  }

  mutating func integer() -> Int? {
    let isNegative = skip("-")
    var number = 0
    let start = place
    // Eighteen digits always fit.
    while place < bytes.count, place - start < 18, case let digit = bytes[place] &- UInt8(ascii: "0"), digit < 10 {
      number = number * 10 + Int(digit)
      place += 1
    }
    let length = place - start
    guard length > 0, length == 1 || bytes[start] != UInt8(ascii: "0") else { return nil }
    return isNegative ? -number : number
  }

  /// A number, with a fraction or without.
  mutating func number() -> Double? {
    var other = self
    if let number = other.decimal() {
      self = other
      return number
    }
    return integer().map(Double.init)
  }

  /// A number with a fraction and no exponent.
  mutating func decimal() -> Double? {
    let start = place
    guard integer() != nil, skip(".") else { return nil }
    let fraction = place
    while (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next) { place += 1 }
    guard fraction < place, place - start <= 40 else { return nil }
    return Double(String(decoding: UnsafeRawBufferPointer(rebasing: bytes[start..<place]), as: UTF8.self))
  }

  /// The elements up to a closing bracket, and past it.
  ///
  /// - Parameter opening: what each begins with.
  mutating func list<Element>(_ opening: StaticString, _ element: (inout Self) -> Element?) -> [Element]? {
    var list: [Element] = []
    if skip("]") { return list }
    repeat {
      guard skip(opening), let next = element(&self) else { return nil }
      list.append(next)
    } while skip(",")
    return skip("]") ? list : nil
  }

  /// Values that texts stand for, up to a closing bracket, and past it.
  mutating func values<Value: RawRepresentable<String>>(of type: Value.Type = Value.self) -> [Value]? {
    list("\"") { $0.value() }
  }
}
