import CooperationModel
import Foundation
import Testing

/// The tables that the product ships, held to what is said of them.
@Suite("Sample data")
struct SampleDataTests {
  let reference: ReferenceData
  let today: Day
  let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  init() throws {
    reference = try ReferenceFixture.data()
    today = try #require(Day("2026-11-24"))
  }

  /// Every row of a table; a rejected one fails the test with its errors.
  private func rows(_ kind: ImportKind, contacts: [String: ContactID] = [:], on day: Day? = nil) throws -> [ImportRow] {
    let file = root.appending(path: "Services/Ingestion/Samples/\(kind.rawValue).csv")
    let day = day ?? today
    let bytes = try kind == .requests ? moved(file, to: day) : Data(contentsOf: file)
    var reader = ImportReader(kind, with: reference, on: day) { contacts[$0] }
    return try (reader.feed(bytes) + reader.finish()).compactMap { item in
      switch item {
      case .row(let row): return row
      case .rejected(let row):
        Issue.record("\(kind.rawValue).csv: \(row.errors.map { "\($0.line) \($0.column): \($0.message.en)" })")
        return nil
      }
    }
  }

  /// The table as it is loaded on a day.
  private func moved(_ file: URL, to day: Day) throws -> Data {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", root.appending(path: "compose/requests").path, file.path, day.description]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return data
  }

  @Test(
    "requests come from many countries, each complete and with a contact of its own embassy, in any year",
    arguments: ["2026-11-24", "2027-01-01", "2031-01-01", "2031-11-24", "2031-12-31", "2044-02-29"])
  func requests(day: String) throws {
    let today = try #require(Day(day))
    let contacts = try rows(.contacts)
    var ids: [String: ContactID] = [:]
    var owners: [ContactID: OwnerID] = [:]
    for (number, row) in contacts.enumerated() {
      guard case .contact(let draft, _) = row.content, let name = row.reference else { continue }
      let id = try #require(ContactID("00000000-0000-4000-8000-\(String(100_000_000_000 + number))"))
      ids[name] = id
      owners[id] = draft.owner
    }
    let requests = try rows(.requests, contacts: ids, on: today)
    var countries: Set<CountryCode> = []
    var published = 0
    for row in requests {
      guard case .request(let draft, let status) = row.content else { continue }
      countries.insert(draft.country)
      if status == .published { published += 1 }
      let name = Comment(rawValue: row.reference ?? "")
      #expect(status != .published || draft.violationsForPublishing(on: today + 30).isEmpty, name)
      #expect(draft.contact.flatMap { owners[$0] } == .embassy(draft.country), name)
      #expect(!draft.themes.isEmpty && !draft.forms.isEmpty && !draft.languages.isEmpty && !draft.sought.isEmpty, name)
      #expect(draft.deadline != nil && draft.startsOn != nil, name)
      #expect(draft.authorities.allSatisfy { $0.population != nil && $0.longitude != nil }, name)
    }
    #expect(published >= 40 && countries.count >= 20)
    #expect(Set(try requests.map { try $0.identity }).count == requests.count)
  }

  @Test("profiles are on authorities of today; some have no contact; no address leads anywhere")
  func profiles() throws {
    var profiles: Set<CollectiviteID> = []
    for case .profile(let id, _) in try rows(.profiles).map(\.content) { profiles.insert(id) }
    #expect(profiles.count >= 150)
    #expect(try rows(.profiles).count == profiles.count)
    var owners: Set<CollectiviteID> = []
    for case .contact(let draft, _) in try rows(.contacts).map(\.content) {
      #expect(draft.email.hasSuffix("@example.org") || draft.email.hasSuffix("@example.fr"))
      if let collectivite = draft.owner.collectivite { owners.insert(collectivite) }
    }
    #expect(owners.isSubset(of: profiles))
    #expect(profiles.subtracting(owners).count >= 20)
    var active: Set<CollectiviteID> = []
    let cooperations = try rows(.cooperations)
    for case .cooperation(let sheet) in cooperations.map(\.content) { active.formUnion(sheet.collectivites) }
    #expect(cooperations.count >= 150 && active.isSubset(of: profiles))
    #expect(Set(try cooperations.map { try $0.identity }).count == cooperations.count)
  }
}
