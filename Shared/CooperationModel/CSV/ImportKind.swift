/// What can be imported from CSV, each kind in a table with columns of its own.
///
/// A column is named as the member of the JSON body that it fills; a member of a member with a point:
/// `wanted.populationMin`. Several values stand in one cell, separated by `|` (a `|` that belongs to a value is written
/// `\|`). Several authorities have their names in `authorities.name`, their kinds in `authorities.kind` and so on, in
/// the same order.
public enum ImportKind: String, Codable, Sendable, CaseIterable {
  case requests, profiles, contacts, cooperations

  /// In the order in which they are written.
  public var columns: [ImportColumn] {
    switch self {
    case .requests: Self.requestColumns
    case .profiles: Self.profileColumns
    case .contacts: Self.contactColumns
    case .cooperations: Self.cooperationColumns
    }
  }

  private static let identity: [ImportColumn] = [
    ImportColumn("reference", .text, about: .row), ImportColumn("id", .text, about: .row),
    ImportColumn("version", .integer, about: .row),
  ]

  private static let requestColumns =
    identity + [
      ImportColumn("status", .text, about: .row),
      ImportColumn("country", .text, isRequired: true),
    ] + authorities("authorities") + [
      ImportColumn("title", .text, isRequired: true),
      ImportColumn("summary", .text),
      ImportColumn("sought", .text),
      ImportColumn("themes", .list),
      ImportColumn("forms", .list),
      ImportColumn("wanted.kinds", .list),
      ImportColumn("wanted.populationMin", .integer),
      ImportColumn("wanted.populationMax", .integer),
      ImportColumn("wanted.territories", .list),
      ImportColumn("wanted.places", .list),
      ImportColumn("wanted.expertise", .list),
      ImportColumn("languages", .list),
      ImportColumn("startsOn", .text),
      ImportColumn("endsOn", .text),
      ImportColumn("deadline", .text),
      ImportColumn("budget", .text),
      ImportColumn("fundingFound", .text),
      ImportColumn("existingPartners", .list),
      ImportColumn("contact", .text),
      ImportColumn("contactReference", .text, about: .row),
    ]

  private static let profileColumns: [ImportColumn] = [
    ImportColumn("reference", .text, about: .row), ImportColumn("version", .integer, about: .row),
    ImportColumn("collectivite", .text, about: .row, isRequired: true),
    ImportColumn("status", .text), ImportColumn("themes", .list), ImportColumn("countries", .list),
    ImportColumn("languages", .list), ImportColumn("labels", .list), ImportColumn("forms", .list),
    ImportColumn("weeklyLimit", .integer), ImportColumn("delivery", .text),
  ]

  private static let contactColumns =
    identity + [
      ImportColumn("owner", .text, isRequired: true),
      ImportColumn("name", .text, isRequired: true),
      ImportColumn("email", .text, isRequired: true),
      ImportColumn("language", .text),
      ImportColumn("status", .text, about: .row),
    ]

  private static let cooperationColumns =
    identity + [
      ImportColumn("title", .text, isRequired: true),
      ImportColumn("country", .text, isRequired: true),
    ] + authorities("foreignPartners") + [
      ImportColumn("collectivites", .list, isRequired: true),
      ImportColumn("themes", .list), ImportColumn("startsOn", .text), ImportColumn("endsOn", .text),
      ImportColumn("status", .text), ImportColumn("description", .text), ImportColumn("request", .text),
    ]

  private static func authorities(_ name: String) -> [ImportColumn] {
    [
      ImportColumn("\(name).name", .memberOfEach(.text), isRequired: true),
      ImportColumn("\(name).kind", .memberOfEach(.text), isRequired: true),
      ImportColumn("\(name).population", .memberOfEach(.integer)),
      ImportColumn("\(name).longitude", .memberOfEach(.decimal)),
      ImportColumn("\(name).latitude", .memberOfEach(.decimal)),
    ]
  }
}

/// One column of an import: its name, how a cell is read, and whether the header must have it.
public struct ImportColumn: Sendable {
  public let name: String
  /// A file without it is refused; its cells may still be empty where the draft allows it.
  public let isRequired: Bool
  let form: Form
  let subject: Subject
  /// The members that lead to the value.
  let path: [String]

  enum Scalar: Sendable {
    case text, integer, decimal
  }

  enum Form: Sendable {
    case text, integer, list
    /// One value for each object of a list: `authorities.name`.
    case memberOfEach(Scalar)
  }

  /// Whether the cell is part of what is said of the entity, or says what to do with the row.
  enum Subject: Sendable {
    case entity, row
  }

  init(_ name: String, _ form: Form, about subject: Subject = .entity, isRequired: Bool = false) {
    self.name = name
    self.form = form
    self.subject = subject
    self.isRequired = isRequired
    path = name.split(separator: ".").map(String.init)
  }
}
