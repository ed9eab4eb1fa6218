import Seeds
import APDCollector
import CooperationModel
import Foundation
import Snapshots
import Testing

@Suite("Exports")
struct ExportTests {
  func export(
    _ declarations: [Declaration], _ format: ExportTemplate.Format, year: Int = 2025, _ language: Language = .french
  ) throws -> DeclarationExport {
    DeclarationExport(
      declarations, by: try #require(try SampleCampaign.templates().template(format, year: year)), in: language,
      with: try .shared())
  }

  @Test("the same revisions give the same bytes, in whatever order they come")
  func deterministic() throws {
    var random = SplitMix(seed: 7)
    let declarations = try SampleCampaign.declarations()
    for format in ExportTemplate.Format.allCases {
      let first = try export(declarations, format)
      let again = try export(declarations.shuffled(using: &random), format)
      #expect(first.csv == again.csv && first.manifest == again.manifest)
    }
  }

  @Test("a revision that was superseded since exports as before")
  func asBefore() throws {
    let declarations = try SampleCampaign.declarations()
    let later = declarations.map { declaration in
      var declaration = declaration
      declaration.status = .superseded
      return declaration
    }
    #expect(try export(declarations, .declarations).csv == export(later, .declarations).csv)
  }

  @Test("what counted at a time is found again later")
  func asOf() throws {
    var ledger = DeclarationLedger(reference: try .shared())
    let declarations = try SampleCampaign.declarations()
    for declaration in declarations { ledger.apply(declaration.id, declaration) }
    let time = try #require(declarations.map(\.submittedAt).max())
    let before = try export(ledger.asOf(time, year: 2025), .crs).csv
    let first = try #require(declarations.first)
    var superseded = first
    superseded.status = .superseded
    let id = DeclarationID(first.id.collectivite, year: 2025, revision: 2)
    ledger.apply(
      id, Declaration(id: id, status: .submitted, lines: [], submittedAt: time + .milliseconds(1), by: first.by))
    ledger.apply(first.id, superseded)
    #expect(try export(ledger.asOf(time, year: 2025), .crs).csv == before)
    #expect(try export(ledger.current(2025), .crs).csv != before)
  }

  @Test("the French and CRS tables of one declaration, as kept")
  func snapshots() throws {
    let paris = try #require(try SampleCampaign.declarations().first { $0.id.collectivite.rawValue == "commune:75056" })
    try expectSnapshot(export([paris], .declarations).csv, "declarations.csv")
    try expectSnapshot(export([paris], .crs, .english).csv, "crs.csv")
  }

  @Test("the columns are those of the year's template", arguments: [(2013, 53), (2017, 53), (2018, 57), (2025, 57)])
  func templates(year: Int, columns: Int) throws {
    #expect(try SampleCampaign.templates().template(.crs, year: year)?.columns.count == columns)
    #expect(try SampleCampaign.templates().template(.crs, year: 2012) == nil)
  }

  @Test("codes are derived: donor 4, agency 8, ODA, grant, core contributions told apart")
  func derived() throws {
    let id = DeclarationID(try .of("region:53"), year: 2025, revision: 2)
    let lines: [DeclarationLine] = [
      .sample(cents: 1_234_567),
      .sample(.ngo, recipient: "998", channel: "22000", purpose: "99810", typeOfAid: "B01"),
      .sample(.multilateral, recipient: "998", channel: "41114", purpose: "99810", typeOfAid: "B021"),
      .sample(purpose: "15112", typeOfAid: "D02"),
    ]
    let export = try export(
      [Declaration(id: id, status: .submitted, lines: lines, submittedAt: Instant(milliseconds: 0), by: "x")], .crs,
      .english)
    var parser = CSVParser()
    let rows = parser.feed(export.csv.utf8) + parser.finish()
    let header = try #require(rows.first).fields
    func column(_ name: String) throws -> [String] {
      let index = try #require(header.firstIndex(of: name))
      return rows.dropFirst().map { $0.fields[index] }
    }
    #expect(try column("reporting country") == ["4", "4", "4", "4"])
    #expect(try column("extending agency") == ["8", "8", "8", "8"])
    #expect(try column("type of flow") == ["10", "10", "10", "10"])
    #expect(try column("type of finance") == ["110", "110", "110", "110"])
    #expect(try column("bi/multi") == ["1", "3", "2", "1"])
    #expect(try column("FTC") == ["", "", "", "1"])
    #expect(try column("commitments").first == "12.34567")
    #expect(try column("donor project number").first == "region:53/2025/2/1")
    #expect(export.manifest == "region:53/2025/2\n")
    #expect(export.fileName == "crs-2018-2025-1.csv")
  }

  @Test(
    "what a person wrote cannot become a formula, a cell or a row",
    arguments: ["=1+1", "+33", "-2", "@x", "\t=1", "a\",b\r\nc"])
  func injection(text: String) throws {
    let id = DeclarationID(try .of("region:53"), year: 2025, revision: 1)
    let line = DeclarationLine.sample(title: text)
    let export = try export(
      [Declaration(id: id, status: .submitted, lines: [line], submittedAt: Instant(milliseconds: 0), by: "x")],
      .declarations)
    var parser = CSVParser()
    let rows = parser.feed(export.csv.utf8) + parser.finish()
    let index = try #require(rows.first?.fields.firstIndex(of: "intitule"))
    #expect(rows.count == 2)
    let cell = try #require(rows.last?.fields[index])
    #expect(CSVWriter.unguarded(cell) == text)
    #expect(!["=", "+", "-", "@", "\t"].contains(cell.prefix(1)))
  }

  @Test(
    "a template that is no template is named by file and line",
    arguments: [
      ("crs.csv", "", 0), ("crs-2018.csv", "a,b\n", 1),
      ("crs-2018.csv", "header,header_fr,value,note\nx,y,nothing,\n", 2),
      ("crs-2018.csv", "header,header_fr,value,note\nx,y\n", 2), ("xyz-2018.csv", "header,header_fr,value,note\n", 0),
    ])
  func faults(file: String, text: String, line: Int) {
    #expect {
      try ExportTemplate(file: file, csv: text.utf8)
    } throws: { error in
      (error as? ExportTemplate.Fault)?.line == line
    }
  }
}
