import APDCollector
import CooperationModel
import Snapshots
import Testing

@Suite("Receipts")
struct ReceiptTests {
  static func declaration() throws -> Declaration {
    var lines: [DeclarationLine] = [
      .sample(.onePercent, recipient: "260", cents: 4_250_000, title: "Eau potable à Dankassari"),
      .sample(
        .refugees, recipient: "998", channel: "22000", purpose: "93011", typeOfAid: "H03", cents: 123_456_789,
        title: "Mise à l’abri"),
      .sample(
        .awareness, recipient: "998", purpose: "99820", typeOfAid: "H01", cents: 5,
        title: "<script>alert(\"1\")</script> & Cie"),
    ]
    lines[0].description = "Adductions d’eau villageoises et suivi du service communal.\nAvec les deux territoires."
    lines[0].markers = ["gender": 1, "environment": 2]
    return Declaration(
      id: DeclarationID(try .of("commune:35051"), year: 2025, revision: 2), status: .submitted, lines: lines,
      submittedAt: try time("2026-05-31T21:59:59.999Z"), by: "commune:35051")
  }

  static func receipt(_ language: Language, _ declaration: Declaration) throws -> Receipt {
    let reference = try ReferenceData.shared()
    return Receipt(
      of: declaration, in: language, with: reference,
      remarks: Plausibility().remarks(on: declaration, by: reference.authority(declaration.id.collectivite)))
  }

  @Test("in French and English, as text and as a page, as kept", arguments: Language.allCases)
  func snapshots(language: Language) throws {
    let receipt = try Self.receipt(language, Self.declaration())
    try expectSnapshot(receipt.text, "receipt.\(language.rawValue).txt")
    try expectSnapshot(receipt.page.text, "receipt.\(language.rawValue).html")
  }

  @Test("says what it is about: totals with and without refugees, revision, time in Paris, basis in law")
  func content() throws {
    let text = try Self.receipt(.french, Self.declaration()).text
    for part in [
      "1\u{202F}277\u{202F}067,94\u{A0}€", "1\u{202F}234\u{202F}567,89\u{A0}€", "42\u{202F}500,05\u{A0}€",
      "2, remplace la révision 1", "31\u{A0}mai 2026 à 23\u{A0}h\u{A0}59", "L.\u{202F}1115-6", "commune:35051/2025/2",
    ] {
      #expect(text.contains(part), "\(part)")
    }
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 78 })
  }

  @Test("what a person wrote stays text")
  func escaping() throws {
    let page = try Self.receipt(.english, Self.declaration()).page.text
    #expect(!page.contains("<script"))
    #expect(page.contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; Cie"))
  }

  @Test("a superseded revision says so, an empty one too")
  func states() throws {
    var declaration = try Self.declaration()
    declaration.status = .superseded
    #expect(try Self.receipt(.english, declaration).text.contains("! A later revision took the place"))
    declaration.lines = []
    #expect(try Self.receipt(.french, declaration).page.text.contains("Rien à déclarer"))
  }

  @Test(
    "amounts are set as each language sets them",
    arguments: [
      (Int64(0), "0,00\u{A0}€", "€0.00"), (5, "0,05\u{A0}€", "€0.05"), (99_999, "999,99\u{A0}€", "€999.99"),
      (100_000, "1\u{202F}000,00\u{A0}€", "€1,000.00"),
      (-123_456_789, "−1\u{202F}234\u{202F}567,89\u{A0}€", "−€1,234,567.89"),
      (1_234_567, "12\u{202F}345,67\u{A0}€", "€12,345.67"),
    ])
  func amounts(cents: Int64, french: String, english: String) {
    #expect(Typography.amount(Money(cents: cents), .french) == french)
    #expect(Typography.amount(Money(cents: cents), .english) == english)
  }

  @Test("days are set as each language sets them")
  func days() throws {
    let first = try #require(Day("2026-06-01"))
    #expect(Typography.day(first, .french) == "1er\u{A0}juin 2026")
    #expect(Typography.day(first, .english) == "1\u{A0}June 2026")
    #expect(Typography.change(permille: -123, .french) == "−12,3\u{202F}%")
    #expect(Typography.change(permille: 12_345, .english) == "+1,234.5%")
  }
}
