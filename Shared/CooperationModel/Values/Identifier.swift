import Foundation

/// A name of one thing, carried as text in JSON, in keys and in paths, and as a type of its own in code.
///
/// Two identifiers of different types cannot be mixed up, and a text that is no valid identifier cannot become one:
/// decoding it fails with a message that says what was expected.
public protocol Identifier: RawRepresentable, Hashable, Comparable, Codable, Sendable, CustomStringConvertible,
  LosslessStringConvertible, CodingKeyRepresentable
where RawValue == String {
  /// What a valid value looks like, for error messages: `"an ISO 3166-1 alpha-2 code"`.
  static var form: String { get }

  /// Fails when the text is not of the identifier's form. A text of the right form need not name something that exists.
  init?(rawValue: String)
}

extension Identifier {
  public init?(_ description: String) { self.init(rawValue: description) }

  public var description: String { rawValue }

  /// The order of the UTF-8 bytes: the same on every machine and in every locale.
  public static func < (left: Self, right: Self) -> Bool {
    left.rawValue.utf8.lexicographicallyPrecedes(right.rawValue.utf8)
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = Self(rawValue: text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is not \(Self.form)")
    }
    self = value
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }

  public var codingKey: any CodingKey { TextKey(stringValue: rawValue) }
  public init?<T: CodingKey>(codingKey: T) { self.init(rawValue: codingKey.stringValue) }
}

/// A coding key made of any text.
struct TextKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

/// True when the text is a UUID in its 36-character form with lower-case digits.
func isLowercaseUUID(_ text: String) -> Bool {
  // Looked at for every identifier of every record: over the bytes where they lie.
  var text = text
  return text.withUTF8 { bytes in
    bytes.count == 36
      && bytes.indices.allSatisfy { index in
        switch (index, bytes[index]) {
        case (8, let byte), (13, let byte), (18, let byte), (23, let byte): byte == UInt8(ascii: "-")
        case (_, UInt8(ascii: "0")...UInt8(ascii: "9")), (_, UInt8(ascii: "a")...UInt8(ascii: "f")): true
        default: false
        }
      }
  }
}

/// True for an ASCII lower-case letter, a digit and a hyphen.
func isSlug(_ byte: UInt8) -> Bool {
  (byte >= 0x61 && byte <= 0x7A) || (byte >= 0x30 && byte <= 0x39) || byte == UInt8(ascii: "-")
}
