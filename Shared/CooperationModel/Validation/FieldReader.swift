/// Reads the members of one JSON object, records everything that is wrong with them, and goes on.
///
/// ```swift
/// var reader = FieldReader(json)
/// let title = reader.required("title", .line(atMost: 250))
/// let themes = reader.optional("themes", .list(of: .theme(reference), atMost: 8)) ?? []
/// reader.refuseUnknownMembers()
/// ```
///
/// A member that is `null` counts as absent. What is no object has one violation, not one for every member.
public struct FieldReader {
  /// Where the object stands in the whole: a JSON Pointer, empty at the root.
  public let pointer: String
  /// In the order of reading.
  public private(set) var violations: [Violation] = []
  private let members: [String: JSONValue]
  private let isObject: Bool
  private var names: Set<String> = []

  public init(_ json: JSONValue, at pointer: String = "") {
    self.pointer = pointer
    if case .object(let members) = json {
      self.members = members
      isObject = true
    } else {
      members = [:]
      isObject = false
      violations = [.wrongType(pointer, fr: "un objet JSON, {…}", en: "a JSON object, {…}")]
    }
  }

  /// The member's value; nil when it is absent or wrong.
  public mutating func optional<Value>(_ name: String, _ field: Field<Value>) -> Value? {
    names.insert(name)
    guard let json = members[name], json != .null else { return nil }
    return field.read(json, child(name), &violations)
  }

  /// The member's value; nil when it is wrong, or absent, which is a violation too.
  public mutating func required<Value>(_ name: String, _ field: Field<Value>) -> Value? {
    names.insert(name)
    guard let json = members[name], json != .null else {
      if isObject { violations.append(.missing(child(name))) }
      return nil
    }
    return field.read(json, child(name), &violations)
  }

  /// Records what belongs together and does not fit.
  public mutating func note(_ violation: Violation) { violations.append(violation) }

  /// The member that was read under that name, as a pointer.
  public func child(_ name: String) -> String { "\(pointer)/\(escaped(name))" }

  /// To be called last: every member that nothing has asked for is a violation, by name in the order of its bytes.
  ///
  /// Those that the service keeps itself are told from those that do not exist.
  public mutating func refuseUnknownMembers(keptByService: Set<String> = []) {
    let unknown = members.keys.filter { !names.contains($0) }
    for name in unknown.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }).prefix(Violation.limit) {
      violations.append(
        keptByService.contains(name) ? .readOnly(child(name), name) : .unknownMember(child(name), name))
    }
  }

  /// RFC 6901, 3.
  private func escaped(_ name: String) -> String {
    guard name.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return name }
    return name.reduce(into: "") { result, character in
      switch character {
      case "~": result += "~0"
      case "/": result += "~1"
      default: result.append(character)
      }
    }
  }
}
