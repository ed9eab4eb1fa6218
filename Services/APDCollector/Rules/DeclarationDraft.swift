import CooperationModel

/// What an authority sent, as far as it could be read, and what could not.
///
/// ```json
/// {"collectivite": "commune:35051", "year": 2025, "lines": [
///   {"category": "one-percent", "country": "NE", "amount": "42500.00"}]}
/// ```
///
/// Everything that follows from the category may be left out of a line. A member that is nil was left out, or stands in
/// ``form`` with what is wrong with it.
package struct DeclarationDraft: Equatable, Sendable {
  /// Today's authority, also when an old code was sent.
  package let collectivite: CollectiviteID?
  /// The year declared for.
  package let year: Int?
  /// An empty list says that there is nothing to declare; it also takes back an earlier revision's lines.
  package let lines: [Line]
  /// What is wrong with the form, in the order of reading.
  package let form: [Violation]

  package struct Line: Equatable, Sendable {
    package var category: DeclarationLine.Category?
    /// An ISO code, for those who do not know DAC codes; or else ``recipient``.
    package var country: CountryCode?
    /// A DAC code.
    package var recipient: String?
    package var channel: String?
    package var purpose: String?
    /// Gives the purpose where none is named.
    package var theme: ThemeID?
    package var typeOfAid: String?
    package var amount: Money?
    package var title: String?
    package var description: String?
    package var markers: [String: Int]?
    package var cooperation: CooperationID?
  }

  /// The most lines that a declaration may have.
  package static let maxLines = 500
  /// The longest title, as in the CRS++ column “short description”.
  package static let maxTitle = 150
  /// The longest description, as in the CRS++ column “description”.
  package static let maxDescription = 4_000
  /// The years that can be declared for, with room for history to be brought in.
  package static let years = 1990...2200

  /// Reads a body. Goes on after what is wrong, so that rules can be checked in the same answer.
  package init(reading body: JSONValue, with reference: ReferenceData) {
    // The lines are read one by one: a list that is refused whole would hide what else is wrong in it.
    var others = body
    var list: JSONValue?
    if case .object(var members) = body {
      list = members.removeValue(forKey: "lines")
      others = .object(members)
    }
    var reader = FieldReader(others)
    collectivite = reader.required("collectivite", .collectivite(reference))
    year = reader.required("year", .integer(Self.years))
    var lines: [Line] = []
    var found: [Violation] = []
    switch list {
    case .array(let items):
      if items.count > Self.maxLines {
        reader.note(
          Violation(
            "/lines", "too-many",
            fr: "\(items.count) lignes, alors que \(Self.maxLines) au plus sont admises\u{202F}: regroupez-les.",
            en: "\(items.count) lines, while at most \(Self.maxLines) are taken: join some."))
      }
      for (index, item) in items.prefix(Self.maxLines).enumerated() {
        var lineReader = FieldReader(item, at: "/lines/\(index)")
        lines.append(Line(from: &lineReader, with: reference))
        found += lineReader.violations
      }
    default:
      reader.note(
        Violation(
          "/lines", list == nil ? "missing" : "wrong-type",
          fr: "Les lignes manquent\u{202F}: écrivez une liste, vide s’il n’y a rien à déclarer.",
          en: "The lines are missing: write a list, empty when there is nothing to declare."))
    }
    reader.refuseUnknownMembers(keptByService: ["id", "revision", "status", "submittedAt", "by"])
    self.lines = lines
    form = reader.violations + found
  }
}

extension DeclarationDraft.Line {
  fileprivate init(from reader: inout FieldReader, with reference: ReferenceData) {
    category = reader.required("category", .oneOf(DeclarationLine.Category.self))
    country = reader.optional("country", .country(reference))
    recipient = reader.optional("recipient", .code)
    channel = reader.optional("channel", .code)
    purpose = reader.optional("purpose", .code)
    theme = reader.optional("theme", .theme(reference))
    typeOfAid = reader.optional("typeOfAid", .code)
    amount = reader.required("amount", .amount)
    title = reader.optional("title", .lineOrEmpty(atMost: DeclarationDraft.maxTitle))
    description = reader.optional("description", .linesOrEmpty(atMost: DeclarationDraft.maxDescription))
    markers = reader.optional("markers", .markers)
    cooperation = reader.optional("cooperation", .id(CooperationID.self))
    reader.refuseUnknownMembers()
  }
}

extension Field where Value == String {
  /// A code of some list, which says itself whether it holds the code.
  fileprivate static var code: Field { .line(atMost: 20) }
}

extension Field where Value == [String: Int] {
  /// Scores of policy markers, by name.
  fileprivate static var markers: Field {
    .object { reader in
      var scores: [String: Int] = [:]
      for marker in Marker.allCases {
        scores[marker.rawValue] = reader.optional(marker.rawValue, .integer(0...2))
      }
      return scores
    }
  }
}
