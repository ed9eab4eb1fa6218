import APDCollector
import CooperationModel
import ServiceKit
import Snapshots
import Testing

@Suite("Queries and documents")
struct RouteTests {
  func ledger() throws -> DeclarationLedger {
    var ledger = DeclarationLedger(reference: try .shared())
    for declaration in try SampleCampaign.declarations() { ledger.apply(declaration.id, declaration) }
    return ledger
  }

  func matching(_ query: [String: String]) throws -> [String] {
    let reference = try ReferenceData.shared()
    return try DeclarationFilter({ query[$0] }, with: reference).matching(ledger(), reference).map(\.id.rawValue)
  }

  @Test("declarations are found by year, authority, région, recipient and category, in the order of their ids")
  func filters() throws {
    #expect(try matching(["collectivite": "commune:35051"]) == ["commune:35051/2025/1"])
    #expect(try matching(["year": "2024"]) == [])
    #expect(try matching(["region": "53", "country": "NE"]) == ["commune:35051/2025/1"])
    #expect(
      try matching(["recipient": "252", "category": "one-percent", "revisions": "all"]) == ["epci:200046977/2025/1"])
    let all = try matching([:])
    #expect(all.count == 35 && all == all.sorted())
  }

  @Test("every wrong parameter is named at once")
  func wrongParameters() throws {
    let query = [
      "year": "12", "collectivite": "x", "region": "99", "recipient": "1", "country": "FR", "category": "z",
      "revisions": "some",
    ]
    do {
      _ = try DeclarationFilter({ query[$0] }, with: .shared())
      Issue.record("they should be refused")
    } catch let fault as QueryFault {
      #expect(fault.violations.map(\.pointer).sorted() == query.keys.map { "/query/\($0)" }.sorted())
    }
    let wrong = ["year": "x", "by": "recipient,nothing", "limit": "0", "rank": "up"]
    #expect {
      try TotalsRequest { wrong[$0] }
    } throws: { error in
      (error as? QueryFault)?.violations.count == 4
    }
  }

  @Test(
    "an export is asked for by year, by time, or by its revisions",
    arguments: [
      ("year=2025", ExportRequest.Selection.year(2025, asOf: nil)),
      ("year=2025&asOf=1970-01-01T00:00:01Z", .year(2025, asOf: Instant(milliseconds: 1_000))),
    ])
  func exports(query: String, selection: ExportRequest.Selection) throws {
    let fields = QueryFields(query)
    #expect(try ExportRequest { fields[$0] }.selection == selection)
  }

  @Test(
    "an export that cannot be understood is refused",
    arguments: [
      ("", 1), ("revisions=region:53/2025/0", 1), ("year=x&asOf=today&format=xml&part=half", 4),
      ("asOf=2026-01-01T00:00:00Z", 1),
    ])
  func wrongExports(query: String, count: Int) {
    let fields = QueryFields(query)
    #expect {
      try ExportRequest { fields[$0] }
    } throws: { error in
      (error as? QueryFault)?.violations.count == count
    }
  }

  @Test("totals are shown with and without refugees, by each dimension, beside the year before")
  func totals() throws {
    let reference = try ReferenceData.shared()
    var ledger = try ledger()
    let id = DeclarationID(try .of("region:53"), year: 2024, revision: 1)
    ledger.apply(
      id,
      Declaration(
        id: id, status: .submitted, lines: [.sample(recipient: "252", cents: 100_000_000)],
        submittedAt: Instant(milliseconds: 0), by: "region:53"))
    let query = ["by": "recipient,kind", "limit": "3", "rank": "without-refugees"]
    let document = TotalsDocument(
      try TotalsRequest { query[$0] }, ledger, lastYear: 2025, expected: [.region: 18], in: .english, with: reference)
    #expect(document.year == 2025 && document.declarants == 35)
    #expect(document.amounts.withoutRefugees.description == "14061901.00")
    #expect(document.previousYear.withoutRefugeesPermille == 13_062)
    #expect(document.participation.first { $0.kind.code == "region" }?.permille == 388)
    let recipients = try #require(document.by["recipient"])
    #expect(recipients.count == 3)
    #expect(recipients.map(\.amounts.withoutRefugees) == recipients.map(\.amounts.withoutRefugees).sorted(by: >))
    let madagascar = try #require(recipients.first { $0.code == "252" })
    #expect(madagascar.name == "Madagascar" && madagascar.previousYear.total.description == "1000000.00")
    try expectSnapshot(String(decoding: JSON.encode(document), as: UTF8.self) + "\n", "totals.json")
  }

  @Test("a declaration is shown with its codes named; a list's entry leaves the lines out")
  func declaration() throws {
    let reference = try ReferenceData.shared()
    let declaration = try ReceiptTests.declaration()
    let document = DeclarationDocument(declaration, remarks: [], in: .french, with: reference)
    #expect(document.lines?.first?.recipient == NamedCode("260", "Niger"))
    #expect(document.lines?.first?.country?.rawValue == "NE")
    #expect(document.amounts.withoutRefugees.description == "42500.05")
    #expect(DeclarationDocument(declaration, remarks: nil, in: .french, with: reference).lines == nil)
    try expectSnapshot(String(decoding: JSON.encode(document), as: UTF8.self) + "\n", "declaration.json")
  }
}
