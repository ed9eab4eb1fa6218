import CooperationModel

/// A JSON Schema (2020-12, as OpenAPI 3.1 takes it), with the named schemas that it refers to.
package struct Schema: Sendable {
  package private(set) var json: [String: JSONValue]
  /// By name: what stands under `components/schemas`.
  package private(set) var named: [String: JSONValue]

  package init(_ json: [String: JSONValue], named: [String: JSONValue] = [:]) {
    self.json = json
    self.named = named
  }

  package static func string(
    format: String? = nil, pattern: String? = nil, minLength: Int? = nil, maxLength: Int? = nil,
    example: String? = nil
  ) -> Schema {
    Schema(
      compact([
        "type": .string("string"), "format": format.map(JSONValue.string), "pattern": pattern.map(JSONValue.string),
        "minLength": minLength.map(JSONValue.init), "maxLength": maxLength.map(JSONValue.init),
        "examples": example.map { .array([.string($0)]) },
      ]))
  }

  package static func integer(minimum: Int? = nil, maximum: Int? = nil) -> Schema {
    Schema(
      compact([
        "type": .string("integer"), "minimum": minimum.map(JSONValue.init), "maximum": maximum.map(JSONValue.init),
      ]))
  }

  package static let number = Schema(["type": .string("number")])
  package static let boolean = Schema(["type": .string("boolean")])
  package static let uuid = Schema.string(format: "uuid")
  package static let instant = Schema.string(format: "date-time")
  package static let day = Schema.string(format: "date")
  /// Euros as a decimal string.
  package static let money = Schema.string(pattern: "^-?[0-9]{1,12}(\\.[0-9]{1,2})?$", example: "1234.56")
  /// Anything.
  package static let any = Schema([:])

  /// One of a closed list.
  package static func oneOf(_ values: [String]) -> Schema {
    Schema(["type": .string("string"), "enum": .array(values.map(JSONValue.string))])
  }

  /// One of an enumeration's raw values.
  package static func oneOf<T: CaseIterable & RawRepresentable>(_ type: T.Type) -> Schema where T.RawValue == String {
    oneOf(type.allCases.map(\.rawValue))
  }

  package static func array(_ items: Schema, minItems: Int? = nil, maxItems: Int? = nil) -> Schema {
    Schema(
      compact([
        "type": .string("array"), "items": .object(items.json), "minItems": minItems.map(JSONValue.init),
        "maxItems": maxItems.map(JSONValue.init),
      ]), named: items.named)
  }

  /// An object whose members are known; unknown ones are allowed, as readers ignore them.
  package static func object(required: [String: Schema] = [:], optional: [String: Schema] = [:]) -> Schema {
    let members = required.merging(optional) { first, _ in first }
    var json: [String: JSONValue] = [
      "type": .string("object"), "properties": .object(members.mapValues { .object($0.json) }),
    ]
    if !required.isEmpty { json["required"] = .array(required.keys.sorted().map(JSONValue.string)) }
    return Schema(json, named: merged(members.values.map(\.named)))
  }

  /// An object whose members' names are not known beforehand.
  package static func map(_ values: Schema) -> Schema {
    Schema(["type": .string("object"), "additionalProperties": .object(values.json)], named: values.named)
  }

  /// The same schema under a name of its own, referred to wherever it is used.
  package func named(_ name: String) -> Schema {
    Schema(
      ["$ref": .string("#/components/schemas/\(name)")],
      named: Self.merged([named, [name: .object(json)]]))
  }

  package func describing(_ text: String) -> Schema {
    var schema = self
    schema.json["description"] = .string(text)
    return schema
  }

  private static func compact(_ members: [String: JSONValue?]) -> [String: JSONValue] {
    members.compactMapValues { $0 }
  }

  private static func merged(_ groups: [[String: JSONValue]]) -> [String: JSONValue] {
    groups.reduce(into: [:]) { all, group in all.merge(group) { first, _ in first } }
  }
}

extension JSONValue {
  fileprivate init(_ number: Int) { self = .integer(Int64(number)) }
}
