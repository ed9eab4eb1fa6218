import APDCollector
import CooperationModel
import Foundation
import Testing

/// The sample campaign as the service would keep it: every declaration decided, by the day of its row.
enum SampleCampaign {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Services/APDCollector")

  static func table() throws -> DeclarationTable {
    try DeclarationTable(csv: Data(contentsOf: folder.appending(path: "Samples/declarations.csv")))
  }

  static func declarations() throws -> [Declaration] {
    let reference = try ReferenceData.shared()
    let decider = DeclarationDecider(reference: reference)
    return try table().declarations.enumerated().map { index, entry in
      let id = try CollectiviteID.of(entry.collectivite)
      return try decider.decide(
        DeclarationSubmission(
          actor: .collectivite(entry.collectivite),
          receivedAt: try time("2026-04-20T08:00:00Z") + .hours(Int64(index)), ifMatch: nil, addressee: id,
          draft: DeclarationDraft(reading: entry.body, with: reference)), existing: [], campaign: nil
      ).declaration
    }
  }

  static func templates() throws -> ExportTemplates { try .load(from: folder.appending(path: "Templates")) }
}

@Suite("The sample campaign")
struct SampleCampaignTests {
  @Test("has at least 60 lines by at least 20 authorities, every one of which holds")
  func holds() throws {
    let table = try SampleCampaign.table()
    #expect(table.faults.isEmpty)
    for entry in table.declarations {
      #expect(try findings(entry.body) == [], "lines \(entry.lines)")
    }
    let declarations = try SampleCampaign.declarations()
    #expect(declarations.count >= 20)
    #expect(declarations.map(\.lines.count).reduce(0, +) >= 60)
    #expect(Set(declarations.flatMap(\.lines).map(\.category)) == Set(DeclarationLine.Category.allCases))
  }

  @Test("adds up, with and without refugees, and raises no remark that it should not")
  func totals() throws {
    let reference = try ReferenceData.shared()
    var ledger = DeclarationLedger(reference: reference)
    let declarations = try SampleCampaign.declarations()
    for declaration in declarations { ledger.apply(declaration.id, declaration) }
    let overall = ledger.totals(2025).overall
    #expect(overall.total.description == "47641901.00")
    #expect(overall.withoutRefugees.description == "14061901.00")
    let remarks = declarations.flatMap { declaration in
      Plausibility().remarks(on: declaration, by: reference.authority(declaration.id.collectivite)).map(\.code)
    }
    #expect(remarks.sorted() == ["much-per-inhabitant", "sector-unspecified"])
  }
}
