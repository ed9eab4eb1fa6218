/// Why a text is no JSON that we take, and where.
public struct JSONSyntaxError: Error, Equatable, Sendable {
  public enum Code: String, Sendable, CaseIterable {
    case tooLarge = "too-large"
    case tooDeep = "too-deep"
    case notUTF8 = "not-utf-8"
    case malformed = "malformed-json"
    case duplicateMember = "duplicate-member"
    case nul = "nul-character"
    case loneSurrogate = "lone-surrogate"
    case numberOutOfRange = "number-out-of-range"
  }

  public var code: Code
  /// From 1.
  public var line: Int
  /// In characters, from 1.
  public var column: Int
  public var message: Localized

  init(_ code: Code, at offset: Int, in bytes: [UInt8], fr: String, en: String) {
    self.code = code
    (line, column) = Self.place(of: offset, in: bytes)
    message = Localized(
      fr: "Ligne \(line), colonne \(column)\u{202F}: \(fr)", en: "Line \(line), column \(column): \(en)")
  }

  /// About the whole body.
  public var violation: Violation { Violation("", code.rawValue, fr: message.fr, en: message.en) }

  /// Line and column of a byte, both from 1; a column counts characters.
  private static func place(of offset: Int, in bytes: [UInt8]) -> (line: Int, column: Int) {
    var line = 1
    var column = 1
    for byte in bytes.prefix(offset) {
      if byte == UInt8(ascii: "\n") {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    return (line, column)
  }
}
