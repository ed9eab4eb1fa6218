import Seeds
import APDCollector
import CooperationModel
import Foundation
import Snapshots
import Testing

@Suite("IATI")
struct IATITests {
  func xml(_ declarations: [Declaration]) throws -> String { IATIExport(declarations, with: try .shared()).xml }

  @Test("every line is an activity of its own, always in the same bytes")
  func activities() throws {
    var random = SplitMix(seed: 3)
    let declarations = try SampleCampaign.declarations()
    let xml = try xml(declarations)
    #expect(try xml == self.xml(declarations.shuffled(using: &random)))
    #expect(xml.split(separator: "<iati-activity ").count - 1 == declarations.map(\.lines.count).reduce(0, +))
    let identifiers = xml.split(separator: "\n").filter { $0.contains("<iati-identifier>") }
    #expect(Set(identifiers).count == identifiers.count)
    #expect(identifiers.allSatisfy { !$0.dropLast(18).contains("?") && !$0.contains("&") && !$0.contains("|") })
  }

  @Test("a receipt's declaration, as kept")
  func snapshot() throws {
    try expectSnapshot(xml([ReceiptTests.declaration()]), "activities.xml")
  }

  /// Needs `xmllint` and a folder of the schemas as IATI publishes them.
  @Test(
    "the sample campaign is valid by the schema of IATI 2.03",
    .enabled(if: ProcessInfo.processInfo.environment["IATI_SCHEMAS"] != nil))
  func schema() throws {
    let schemas = try #require(ProcessInfo.processInfo.environment["IATI_SCHEMAS"])
    let file = FileManager.default.temporaryDirectory.appending(path: "iati-\(UUID().uuidString).xml")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(xml(SampleCampaign.declarations() + [ReceiptTests.declaration()]).utf8).write(to: file)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/xmllint")
    process.arguments = ["--noout", "--nonet", "--schema", "\(schemas)/iati-activities-schema.xsd", file.path()]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }
}
