import Foundation

/// Any JSON value, for what travels through without being understood on the way.
///
/// Encoded by ``JSON/encode(_:)`` it has sorted keys, so equal values have equal bytes.
public enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// The value as it would be encoded.
  public init(encoding value: some Encodable) throws {
    self = try JSON.decode(JSONValue.self, from: JSON.encode(value))
  }

  /// The value read as a type of its own.
  public func decoded<T: Decodable>(as type: T.Type) throws -> T {
    try JSON.decode(type, from: JSON.encode(self))
  }

  public subscript(member: String) -> JSONValue? {
    if case .object(let members) = self { members[member] } else { nil }
  }

  public var string: String? { if case .string(let text) = self { text } else { nil } }
  public var integer: Int64? { if case .integer(let number) = self { number } else { nil } }
}

extension JSONValue: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    // The frequent ones first: each wrong guess costs a thrown error.
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .integer(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let values): try container.encode(values)
    case .object(let members): try container.encode(members)
    }
  }
}

/// How the suite writes and reads JSON: sorted keys, no escaped slashes, so that equal values have equal bytes.
public enum JSON {
  public static func encode(_ value: some Encodable) throws -> Data {
    if let value = value as? any DirectJSON, let data = value.directJSON() { return data }
    return try encodeByCodable(value)
  }

  public static func decode<T: Decodable>(_ type: T.Type, from data: Data) throws -> T {
    if let direct = type as? any DirectJSON.Type, let value = direct.init(directJSON: data) as? T { return value }
    return try JSONDecoder().decode(type, from: data)
  }

  private static func encodeByCodable(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(value)
  }
}
