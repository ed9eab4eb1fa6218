/// What people may say of an entity, or order about it: a body once it is valid.
///
/// Its JSON members are named as the entity's properties. What was read and is encoded again reads back equal, so a
/// draft can travel in a command and be validated again by whoever decides.
public protocol Draft: Codable, Equatable, Sendable {
  /// Members of the entity that people cannot set: sending them is a violation with a message of its own.
  static var keptByService: Set<String> { get }

  /// Reads every member; nil when one is missing or wrong, which the reader then knows.
  init?(from reader: inout FieldReader, with reference: ReferenceData)
}

extension Draft {
  public static var keptByService: Set<String> { [] }

  /// The draft, or a rejection that names every violation, at most ``Violation/limit``.
  public static func read(_ json: JSONValue, with reference: ReferenceData) throws(Rejection) -> Self {
    var reader = FieldReader(json)
    let draft = Self(from: &reader, with: reference)
    reader.refuseUnknownMembers(keptByService: keptByService)
    guard let draft, reader.violations.isEmpty else {
      throw Rejection(.invalid, Array(reader.violations.prefix(Violation.limit)))
    }
    return draft
  }

  /// The same from the bytes of a body; an empty one counts as `{}`.
  public static func read(
    body: [UInt8], limits: StrictJSON.Limits = StrictJSON.Limits(), with reference: ReferenceData
  ) throws(Rejection) -> Self {
    guard !body.isEmpty else { return try read(.object([:]), with: reference) }
    let json: JSONValue
    do { json = try StrictJSON.parse(body, limits: limits) } catch { throw Rejection(.invalid, [error.violation]) }
    return try read(json, with: reference)
  }
}
