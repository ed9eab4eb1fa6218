/// One thing that is wrong with what was sent: where, and what to do about it, in both languages.
public struct Violation: Codable, Equatable, Sendable, Error {
  /// JSON Pointer (RFC 6901) to the member: `/authorities/0/name`; empty for the whole.
  public var pointer: String
  /// A stable name for programs: `unknown-country`.
  public var code: String
  public var message: Localized

  public init(_ pointer: String, _ code: String, fr: String, en: String) {
    self.pointer = pointer
    self.code = code
    self.message = Localized(fr: fr, en: en)
  }
}
