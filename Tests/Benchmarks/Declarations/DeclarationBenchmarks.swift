import APDCollector
import CooperationModel
import Foundation
import Testing

/// A campaign in which every authority declares, three lines each. `Tests/Benchmarks/run Declarations`.
@Suite("Declarations", .serialized, .enabled(if: ProcessInfo.processInfo.environment["BENCHMARK"] == "1"))
struct DeclarationBenchmarks {
  private let reference: ReferenceData
  private let declarations: [Declaration]

  init() throws {
    let reference = try ReferenceData.load()
    self.reference = reference
    let recipients = reference.dac.recipients.all
    let purposes = reference.dac.purposes.all
    declarations = (0..<Registry.Row(reference.registry.count)).map { row in
      let number = Int(row)
      return Declaration(
        id: DeclarationID(reference.registry.id(at: row), year: 2025, revision: 1), status: .submitted,
        lines: (0..<3).map { index in
          DeclarationLine(
            category: index == 2 ? .refugees : .cooperation,
            recipient: recipients[(number + index) % recipients.count].code,
            channel: "11002", purpose: purposes[(number * 7 + index) % purposes.count].code, typeOfAid: "C01",
            amount: Money(cents: Int64(number * 3 + index + 1)), title: "Eau potable et assainissement")
        }, submittedAt: Instant(milliseconds: 1_780_000_000_000 + Int64(number)), by: "collectivite")
    }
  }

  @Test("the totals of all authorities, from the topic's bytes, against decoding them alone")
  func totals() async throws {
    let values = try declarations.map { try JSON.encode($0) }
    var decoded: [Declaration] = []
    let floor = try await time { decoded = try values.map { try JSON.decode(Declaration.self, from: $0) } }
    var ledger = DeclarationLedger(reference: reference)
    let fold = await time { for declaration in decoded { ledger.apply(declaration.id, declaration) } }
    let count = Double(declarations.count)
    say(
      "fold of %.0f declarations: %.0f ms, %.2f µs each; decoding them %.0f ms; ratio %.2f", count,
      fold / .milliseconds(1), fold / .microseconds(1) / count, floor / .milliseconds(1), fold / floor)
    #expect(ledger.totals(2025).declarantCount == declarations.count)

    let request = try TotalsRequest { _ in nil }
    var answers: [Duration] = []
    for _ in 0..<50 {
      answers.append(
        try await time {
          let document = TotalsDocument(
            request, ledger, lastYear: 2025, expected: [:], in: .french, with: reference)
          _ = try JSON.encode(document)
        })
    }
    say("answer to /totals: %@", Figures(answers).description)
    let list = await time { _ = ledger.current(2025).count }
    say("the declarations that count, in order: %.0f ms", list / .milliseconds(1))
  }

  @Test("an export of all lines, and receipts")
  func exports() async throws {
    let templates = try ExportTemplates.load(from: ExportTemplates.locate())
    let template = try #require(templates.template(.crs, year: 2025))
    var bytes = 0
    let export = await time {
      bytes = DeclarationExport(declarations, by: template, in: .french, with: reference).csv.utf8.count
    }
    let rows = Double(declarations.count * 3)
    say(
      "CRS export: %.0f rows, %.1f MB in %.0f ms, %.1f µs a row", rows, Double(bytes) / 1_048_576,
      export / .milliseconds(1), export / .microseconds(1) / rows)
    let receipts = await time {
      for declaration in declarations.prefix(1_000) {
        bytes += Receipt(of: declaration, in: .french, with: reference).page.text.utf8.count
      }
    }
    say("receipt as a page: %.0f µs", receipts / .microseconds(1) / 1_000)
  }
}
