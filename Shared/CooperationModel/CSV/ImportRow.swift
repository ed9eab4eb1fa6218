import Foundation

/// One row of an import that is valid: what is to be done with which entity.
public struct ImportRow: Equatable, Sendable {
  public var line: Int
  /// The row's own name, by which it is known when the file is sent again.
  public var reference: String?
  /// The entity to change, by id; nil creates one. A profile has none: its authority is its id.
  public var id: String?
  /// The version that the row changes.
  public var version: Int?
  public var content: Content

  public enum Content: Equatable, Sendable {
    case request(RequestDraft, status: PartnershipRequest.Status)
    case profile(CollectiviteID, ProfileDraft)
    case contact(ContactDraft, status: Contact.Status)
    case cooperation(CooperationDraft)
  }

  /// What tells the row from every other of its kind: its reference, or else all that it says.
  ///
  /// A caller's command id is made from it, so a row that is sent again is the same command.
  public var identity: String {
    get throws {
      if let reference { return "reference:\(reference)" }
      let said: JSONValue
      switch content {
      case .request(let draft, let status):
        said = .array([try JSONValue(encoding: draft), .string(status.rawValue)])
      case .profile(let collectivite, let draft):
        said = .array([.string(collectivite.rawValue), try JSONValue(encoding: draft)])
      case .contact(let draft, let status):
        said = .array([try JSONValue(encoding: draft), .string(status.rawValue)])
      case .cooperation(let draft): said = try JSONValue(encoding: draft)
      }
      let target: JSONValue = .array([id.map { .string($0) } ?? .null, version.map { .integer(Int64($0)) } ?? .null])
      return "content:" + String(decoding: try JSON.encode(JSONValue.array([target, said])), as: UTF8.self)
    }
  }
}

/// A row of which nothing was done, and everything that is wrong with it.
public struct RejectedRow: Equatable, Sendable {
  public var line: Int
  public var reference: String?
  /// At least one.
  public var errors: [RowError]
}

/// One thing that is wrong with a row.
public struct RowError: Error, Codable, Equatable, Sendable {
  public var line: Int
  /// The column's name; empty when it is about the whole row.
  public var column: String
  /// Which of several values in the cell, from 1.
  public var item: Int?
  public var code: String
  public var message: Localized

  public init(line: Int, column: String, item: Int? = nil, code: String, message: Localized) {
    self.line = line
    self.column = column
    self.item = item
    self.code = code
    self.message = message
  }

  /// A violation of the body that the row stands for, said in terms of the row.
  ///
  /// `/authorities/1/kind` is the second value of `authorities.kind`.
  public init(_ violation: Violation, line: Int, in kind: ImportKind) {
    self.init(violation, line: line, in: kind.columns)
  }

  init(_ violation: Violation, line: Int, in columns: [ImportColumn]) {
    let parts = violation.pointer.split(separator: "/")
    let name = parts.filter { Int($0) == nil }.joined(separator: ".")
    let column = columns.first { $0.name == name } ?? columns.first { $0.name.hasPrefix(name + ".") }
    self.init(
      line: line, column: name.isEmpty ? "" : column?.name ?? name,
      item: parts.compactMap { Int($0) }.first.map { $0 + 1 },
      code: violation.code, message: violation.message)
  }
}
