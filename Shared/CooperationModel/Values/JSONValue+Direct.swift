import Foundation

// Every command and every setting holds a value that Codable can only guess at, at the cost of an error thrown for each
// wrong guess.

extension JSONValue: DirectJSON {
  package func directJSON() -> Data? {
    var writer = DirectWriter(capacity: 256)
    writer.write(json: self)
    return writer.data
  }

  package init?(_ reader: inout DirectReader) {
    guard let value = reader.json() else { return nil }
    self = value
  }
}

extension DirectWriter {
  mutating func write(json: JSONValue) {
    switch json {
    case .null: write("null")
    case .bool(let value): if value { write("true") } else { write("false") }
    case .integer(let value): write(Int(value))
    case .number(let value): write(value)
    case .string(let text): write("\"", text: text)
    case .array(let values):
      write("[")
      write(values) { $0.write(json: $1) }
      write("]")
    case .object(let members):
      write("{")
      write(members.sorted { $0.key < $1.key }) { writer, member in
        writer.write("\"")
        writer.write(name: member.key)
        writer.write("\":")
        writer.write(json: member.value)
      }
      write("}")
    }
  }
}

extension DirectReader {
  /// How deep values may be nested.
  private static let depth = 64

  /// Any value without spaces between its parts.
  ///
  /// - Parameter depth: how many more levels may follow.
  mutating func json(depth: Int = depth) -> JSONValue? {
    guard depth > 0 else { return nil }
    switch next {
    case UInt8(ascii: "{"): return object(depth: depth - 1)
    case UInt8(ascii: "["): return skip("[") ? list("") { $0.json(depth: depth - 1) }.map { .array($0) } : nil
    case UInt8(ascii: "\""): return skip("\"") ? text().map { .string($0) } : nil
    case UInt8(ascii: "t"): return skip("true") ? .bool(true) : nil
    case UInt8(ascii: "f"): return skip("false") ? .bool(false) : nil
    case UInt8(ascii: "n"): return skip("null") ? .null : nil
    default: return number()
    }
  }

  private mutating func object(depth: Int) -> JSONValue? {
    guard skip("{") else { return nil }
    var members: [String: JSONValue] = [:]
    if skip("}") { return .object(members) }
    repeat {
      // Which of two values of one name counts is for Codable to say.
      guard skip("\""), let name = text(), skip(":"), let value = json(depth: depth),
        members.updateValue(value, forKey: name) == nil
      else { return nil }
    } while skip(",")
    return skip("}") ? .object(members) : nil
  }

  /// A whole number or one with a fraction, which decides what it becomes: a fraction of nothing is for Codable.
  private mutating func number() -> JSONValue? {
    var other = self
    if let number = integer(), next != UInt8(ascii: ".") { return .integer(Int64(number)) }
    guard let number = other.decimal(), number.rounded() != number else { return nil }
    self = other
    return .number(number)
  }
}
