import CooperationModel
import Foundation

/// Labelled cases of matching and of text to theme, as `Cases/README.md` says.
struct QualityCases {
  /// By reference, in the order of the file.
  private(set) var requests: [(reference: String, request: PartnershipRequest)] = []
  private(set) var profiles: [Profile] = []
  private(set) var cooperations: [Cooperation] = []
  /// By a request's reference: whom it suits, and how well (1…3).
  private(set) var relevant: [String: [CollectiviteID: Int]] = [:]
  private(set) var texts: [LabelledTheme] = []

  struct LabelledTheme {
    let language: String
    let theme: ThemeID
    let text: String
  }

  struct Unreadable: Error, CustomStringConvertible {
    let description: String
  }

  init(folder: URL, reference: ReferenceData) throws {
    func rows(_ kind: ImportKind) throws -> [ImportRow] {
      let file = folder.appending(path: "\(kind.rawValue).csv")
      guard FileManager.default.fileExists(atPath: file.path()) else { return [] }
      guard let day = Day("2027-01-01") else { return [] }
      var reader = ImportReader(kind, with: reference, on: day)
      return try (reader.feed(try Data(contentsOf: file)) + reader.finish()).map { item in
        switch item {
        case .row(let row): return row
        case .rejected(let row):
          throw Unreadable(
            description: "\(kind.rawValue).csv, line \(row.line): \(row.errors.first?.message.en ?? "")")
        }
      }
    }
    for (number, row) in try rows(.requests).enumerated() {
      guard case .request(let draft, _) = row.content, let id = Self.id(number, as: RequestID.self) else { continue }
      requests.append(
        (
          row.reference ?? String(row.line),
          PartnershipRequest(
            id: id, version: 1, status: .published, country: draft.country, authorities: draft.authorities,
            title: draft.title, summary: draft.summary, sought: draft.sought, themes: draft.themes, forms: draft.forms,
            wanted: draft.wanted, languages: draft.languages, existingPartners: draft.existingPartners)
        ))
    }
    for row in try rows(.profiles) {
      if case .profile(let id, let draft) = row.content { profiles.append(Profile(collectivite: id, draft: draft)) }
    }
    for (number, row) in try rows(.cooperations).enumerated() {
      guard case .cooperation(let draft) = row.content, let id = Self.id(number, as: CooperationID.self) else {
        continue
      }
      cooperations.append(
        Cooperation(
          id: id, version: 1, title: draft.title, country: draft.country, foreignPartners: draft.foreignPartners,
          collectivites: draft.collectivites, themes: draft.themes, startsOn: draft.startsOn, endsOn: draft.endsOn,
          status: draft.status, description: draft.description))
    }
    try readRelevant(folder.appending(path: "relevant.csv"))
    try readTexts(folder.appending(path: "texts.tsv"), reference)
  }

  /// A UUID made of a number.
  static func id<ID: Identifier>(_ number: Int, as: ID.Type) -> ID? {
    let digits = String(String(repeating: "0", count: 12) + String(number, radix: 16)).suffix(12)
    return ID(rawValue: "00000000-0000-8000-8000-\(digits)")
  }

  private mutating func readRelevant(_ file: URL) throws {
    guard FileManager.default.fileExists(atPath: file.path()) else { return }
    var parser = CSVParser()
    let known = Set(requests.map(\.reference))
    for row in (parser.feed(try Data(contentsOf: file)) + parser.finish()).dropFirst() {
      guard row.fields.count == 3, known.contains(row.fields[0]), let id = CollectiviteID(row.fields[1]),
        let grade = Int(row.fields[2])
      else { throw Unreadable(description: "relevant.csv, line \(row.line): not request,collectivite,grade") }
      relevant[row.fields[0], default: [:]][id] = grade
    }
  }

  private mutating func readTexts(_ file: URL, _ reference: ReferenceData) throws {
    guard FileManager.default.fileExists(atPath: file.path()) else { return }
    let lines = String(decoding: try Data(contentsOf: file), as: UTF8.self).split(separator: "\n")
    for (number, line) in lines.enumerated().dropFirst() {
      let fields = line.split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
      guard fields.count == 3, let theme = ThemeID(fields[1]), reference.themes.contains(theme) else {
        throw Unreadable(description: "texts.tsv, line \(number + 1): not lang, theme of the taxonomy, text")
      }
      texts.append(LabelledTheme(language: fields[0], theme: theme, text: fields[2]))
    }
  }
}
