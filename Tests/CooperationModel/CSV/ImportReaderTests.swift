import CooperationModel
import Foundation
import Testing

@Suite("Imports")
struct ImportReaderTests {
  let reference: ReferenceData
  let today: Day

  init() throws {
    reference = try ReferenceFixture.data()
    today = try #require(Day("2026-11-24"))
  }

  private func items(_ kind: ImportKind, _ text: String) throws -> [ImportReader.Item] {
    var reader = ImportReader(kind, with: reference, on: today) { name in
      name == "scac-ne" ? ContactID("0e3f5a04-4b0e-4d3a-9c3a-0c6e1c1d2f11") : nil
    }
    return try reader.feed(Array(text.utf8)) + reader.finish()
  }

  /// The only row, which is valid.
  private func row(_ kind: ImportKind, _ text: String) throws -> ImportRow {
    let items = try items(kind, text)
    guard items.count == 1, case .row(let row)? = items.first else { throw Unexpected(items: items) }
    return row
  }

  private struct Unexpected: Error { var items: [ImportReader.Item] }

  /// Line, column, item and code of every error.
  private func errors(_ kind: ImportKind, _ text: String) throws -> [String] {
    try items(kind, text).flatMap { item -> [String] in
      guard case .rejected(let row) = item else { return [] }
      return row.errors.map { "\($0.line) \($0.column)\($0.item.map { "[\($0)]" } ?? "") \($0.code)" }
    }
  }

  @Test("a row of several authorities becomes the same draft as the JSON body")
  func request() throws {
    let text = """
      reference;status;country;authorities.name;authorities.kind;authorities.population;authorities.longitude;authorities.latitude;title;summary;themes;wanted.kinds;wanted.populationMin;wanted.places;languages;deadline;budget;contactReference
      R1;published;NE;Dankassari|Dogondoutchi;municipality|municipality;80000|;3.9|4.03;13.9|13.64;Eau;"Deux communes;
      un projet";environnement/eau-dechets|culture;commune|epci;5000;coast|border;fr;2027-06-30;12000.50;scac-ne

      """
    let row = try row(.requests, text)
    let body = #"""
      {"country":"NE","authorities":[{"name":"Dankassari","kind":"municipality","population":80000,"longitude":3.9,"latitude":13.9},
      {"name":"Dogondoutchi","kind":"municipality","longitude":4.03,"latitude":13.64}],"title":"Eau",
      "summary":"Deux communes;\nun projet","themes":["environnement/eau-dechets","culture"],
      "wanted":{"kinds":["commune","epci"],"populationMin":5000,"places":["coast","border"]},"languages":["fr"],"deadline":"2027-06-30","budget":"12000.50",
      "contact":"0e3f5a04-4b0e-4d3a-9c3a-0c6e1c1d2f11"}
      """#
    let draft = try RequestDraft.read(body: Array(body.utf8), with: reference)
    #expect(row.content == .request(draft, status: .published))
    #expect(row.line == 2 && row.reference == "R1" && row.id == nil)
    #expect(try row.identity == "reference:R1")
  }

  @Test("every error of a row is named by line, column and item")
  func rowErrors() throws {
    let header =
      "id,version,status,country,authorities.name,authorities.kind,authorities.population,title,themes,wanted.populationMin,startsOn,budget,contactReference\n"
    #expect(
      try errors(
        .requests,
        header
          + ",,open,ZZ,A|B,municipality|village|region,12 000|7,\"a\nb\",culture|x,many,2027-02-30,\"1,5\",nobody\n")
        == [
          "2 status unknown-value", "2 country unknown-country", "2 authorities.name[3] missing",
          "2 authorities.kind[2] unknown-value", "2 authorities.population[1] invalid-number",
          "2 title control-character",
          "2 themes[2] unknown-theme", "2 wanted.populationMin invalid-number", "2 startsOn invalid-date",
          "2 budget invalid-amount", "2 contactReference unknown-contact",
        ])
    // What the file has no column for comes first.
    #expect(
      try errors(.requests, header + ",,published,NE,,,,,,,,,\n") == [
        "2 summary missing", "2 contact missing", "2 authorities.name too-few", "2 title missing",
      ])
    #expect(
      try errors(.requests, header + "0e3f5a04-4b0e-4d3a-9c3a-0c6e1c1d2f11,,,NE,,,,,,,,,\n") == ["2 version missing"])
    #expect(try errors(.requests, header + "a,b\n") == ["2  wrong-field-count"])
  }

  @Test("a wrong header is one error that names every missing, unknown and repeated column")
  func header() throws {
    for (text, code) in [("owner,nom,email,email,mail\n", "wrong-header"), ("", "no-header"), ("\n\n", "no-header")] {
      do throws(Violation) {
        var reader = ImportReader(.contacts, with: reference, on: today)
        _ = try reader.feed(Array(text.utf8))
        _ = try reader.finish()
        Issue.record("was read")
      } catch {
        #expect(error.code == code)
        if code == "wrong-header" {
          #expect(
            error.message.en.hasPrefix(
              "The header is wrong, missing column: \"name\"; unknown columns: \"nom\", \"mail\"; repeated column: \"email\"."
            ))
          #expect(
            error.message.fr.hasPrefix(
              "L’en-tête ne convient pas, colonne manquante\u{202F}: «\u{202F}name\u{202F}»\u{202F}; colonnes inconnues\u{202F}: "
            ))
        }
      }
    }
    var reader = ImportReader(.contacts, with: reference, on: today)
    #expect(throws: Violation.self) { try reader.feed([0xFF, 0xFE, 0x6F, 0x00, 0x0A]) }
  }

  @Test("profiles, contacts and cooperations are read")
  func others() throws {
    let profile = try row(
      .profiles, "collectivite,themes,countries,weeklyLimit,delivery\ncommune:01330,culture,NE|MG,5,daily\n")
    let today = try #require(CollectiviteID("commune:01187"))
    let body = #"{"themes":["culture"],"countries":["NE","MG"],"weeklyLimit":5,"delivery":"daily"}"#
    #expect(try profile.content == .profile(today, ProfileDraft.read(body: Array(body.utf8), with: reference)))

    let contact = try row(
      .contacts, "owner,name,email,language,status\nembassy:NE,SCAC,scac@example.org,fr,confirmed\n")
    guard case .contact(_, .confirmed) = contact.content else { throw Unexpected(items: [.row(contact)]) }
    #expect(try contact.identity.hasPrefix("content:[[null,null],[{\"email\":\"scac@example.org\""))
    #expect(
      try errors(.contacts, "owner,name,email,status\nembassy:NE,SCAC,scac,unsubscribed\n") == [
        "2 email invalid-email", "2 status unknown-value",
      ])

    let cooperation = try row(
      .cooperations,
      """
      country,title,foreignPartners.name,foreignPartners.kind,collectivites,startsOn,endsOn,status
      RO,Tours – Brașov,Brașov,municipality,commune:37261,1990-01-01,,active
      """)
    guard case .cooperation(let sheet) = cooperation.content else { throw Unexpected(items: [.row(cooperation)]) }
    #expect(sheet.foreignPartners.first?.name == "Brașov")
  }

  @Test("what is exported can be imported again, and is equal")
  func export() throws {
    let draft = try RequestDraft.read(
      body: Array(
        DraftTests.complete.replacing("Lire à Melaky", with: "=1+1 \\\"dit\\\" | a\\\\b").replacing(
          "Région Melaky", with: "A|B\\\\"
        ).utf8),
      with: reference)
    let request = PartnershipRequest(id: try #require(RequestID("0e3f5a04-4b0e-4d3a-9c3a-0c6e1c1d2f12")), draft: draft)
    for separator in [",", ";"] as [Character] {
      let writer = ExportWriter(.requests, writer: CSVWriter(separator: separator))
      let row = try row(.requests, writer.header + writer.row(request))
      #expect(row.content == .request(draft, status: .draft))
      #expect(row.id == request.id.rawValue && row.version == 1)
    }
  }

  @Test("of 100,000 rows with three bad ones, the three are named by line and the others are read")
  func large() throws {
    var reader = ImportReader(.contacts, with: reference, on: today)
    var counts = (rows: 0, rejected: [Int]())
    func count(_ items: [ImportReader.Item]) {
      for item in items {
        switch item {
        case .row: counts.rows += 1
        case .rejected(let row): counts.rejected.append(row.line)
        }
      }
    }
    count(try reader.feed(Array("owner,name,email\r\n".utf8)))
    for block in 0..<1_000 {
      var text = ""
      for index in 0..<100 {
        let line = block * 100 + index + 2
        switch line {
        case 17: text += "commune:35051,\"Service\" relations,a\(line)@example.org\r\n"
        case 50_000: text += "commune:99999,Service,a\(line)@example.org\r\n"
        case 99_999: text += "commune:35051,Service,a\(line)@@example.org\r\n"
        default: text += "commune:35051,Service,a\(line)@example.org\r\n"
        }
      }
      count(try reader.feed(Array(text.utf8)))
    }
    count(try reader.finish())
    #expect(counts.rows == 99_997)
    #expect(counts.rejected == [17, 50_000, 99_999])
  }
}
