import APDCollector
import CooperationModel
import Testing

@Suite("Declarations as a CSV table")
struct DeclarationTableTests {
  @Test("rows of one authority and year are one declaration, wherever they stand")
  func grouping() throws {
    let table = try DeclarationTable(
      csv: """
        collectivite;year;category;amount;title;markers.gender\r
        commune:35051;2025;awareness;1800.50;"Un; deux";1\r
        region:53;2025;ngo;10;;\r
        ;;;;;\r
        commune:35051;2025;administration;5;;\r
        commune:35051;2024;administration;6;;\r

        """.utf8)
    #expect(table.faults.isEmpty)
    #expect(
      table.declarations.map { "\($0.collectivite) \($0.year) \($0.lines)" } == [
        "commune:35051 2025 [2, 5]", "region:53 2025 [3]", "commune:35051 2024 [6]",
      ])
    let body = try #require(table.declarations.first?.body)
    #expect(
      try body
        == APDCollectorTests.body(
          """
          {"collectivite":"commune:35051","year":2025,"lines":[
            {"category":"awareness","amount":"1800.50","title":"Un; deux","markers":{"gender":1}},
            {"category":"administration","amount":"5"}]}
          """))
  }

  @Test("a bad row spoils its own declaration and no other")
  func badRow() throws {
    let table = try DeclarationTable(
      csv: """
        collectivite,year,category,amount,markers.gender
        commune:35051,2025,awareness,1,
        region:53,2025,awareness,1,
        commune:35051,2025,awareness,1,high

        """.utf8)
    #expect(table.faults.map { "\($0.line) \($0.column)" } == ["4 markers.gender"])
    #expect(table.declarations.map(\.collectivite) == ["region:53"])
  }

  @Test("a row that does not say whose it is spoils all: no declaration is half-done")
  func unclearRow() throws {
    let table = try DeclarationTable(
      csv: """
        collectivite,year,category,amount
        commune:35051,2025,awareness,1
        commune:35051,2025
        commune:35051,2025,"awareness

        """.utf8)
    #expect(table.faults.map(\.line) == [3, 4])
    #expect(table.declarations.isEmpty)
  }

  @Test(
    "a header that does not fit ends it",
    arguments: [
      ("", "no-header"), ("collectivite,year,category,amount,colour\n", "unknown-column"),
      ("collectivite,year,amount\n", "missing-column"),
      ("collectivite,year,category,amount,year\n", "duplicate-column"),
    ])
  func header(text: String, code: String) {
    #expect {
      try DeclarationTable(csv: text.utf8)
    } throws: { error in
      (error as? Violation)?.code == code
    }
  }

  @Test("what was exported can be entered again: the same lines")
  func roundTrip() throws {
    let title = "=1+1; \"x\""
    let table = try DeclarationTable(
      csv: (CSVWriter().row([.text("collectivite"), .text("year"), .text("category"), .text("amount"), .text("title")])
        + CSVWriter().row([.text("region:53"), .text("2025"), .text("ngo"), .text("1"), .text(title)])).utf8)
    #expect(
      table.declarations.first?.body["lines"].map { $0 }
        == .array([
          .object(["category": .string("ngo"), "amount": .string("1"), "title": .string(title)])
        ]))
  }
}
