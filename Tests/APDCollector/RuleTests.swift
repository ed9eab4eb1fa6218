import APDCollector
import CooperationModel
import Testing

@Suite("The rules of a line")
struct RuleTests {
  @Test(
    "a category, an amount and what the category cannot know are enough",
    arguments: [
      (
        #"{"category":"cooperation","country":"SN","theme":"politique/gouvernance-locale/etat-civil","amount":"1"}"#,
        "269 11002 15110 C01"
      ),
      (#"{"category":"one-percent","country":"NE","amount":"1"}"#, "260 11002 14030 C01"),
      (#"{"category":"ngo","amount":"1"}"#, "998 22000 99810 C01"),
      (#"{"category":"multilateral","channel":"41114","amount":"1"}"#, "998 41114 99810 B03"),
      (#"{"category":"awareness","amount":"1"}"#, "998 11002 99820 H01"),
      (#"{"category":"refugees","amount":"1"}"#, "998 11002 93010 H02"),
      (#"{"category":"students","amount":"1"}"#, "998 11002 11420 E01"),
      (#"{"category":"administration","amount":"1"}"#, "998 11002 91010 G01"),
    ])
  func defaults(line: String, codes: String) throws {
    let line = try completed(line)
    #expect("\(line.recipient) \(line.channel) \(line.purpose) \(line.typeOfAid)" == codes)
    #expect(!line.title.isEmpty)
  }

  @Test(
    "what a category forbids is named where it stands",
    arguments: [
      (#"{"category":"cooperation","country":"SN","purpose":"93010","amount":"1"}"#, "purpose purpose-not-allowed"),
      (#"{"category":"cooperation","country":"SN","purpose":"91010","amount":"1"}"#, "purpose purpose-not-allowed"),
      (
        #"{"category":"cooperation","country":"SN","purpose":"14030","typeOfAid":"H01","amount":"1"}"#,
        "typeOfAid type-of-aid-not-allowed"
      ),
      (
        #"{"category":"cooperation","country":"SN","purpose":"14030","channel":"41114","amount":"1"}"#,
        "channel channel-not-allowed"
      ),
      (
        #"{"category":"cooperation","recipient":"998","purpose":"14030","amount":"1"}"#,
        "recipient recipient-not-allowed"
      ),
      (#"{"category":"cooperation","purpose":"14030","amount":"1"}"#, "recipient missing"),
      (#"{"category":"cooperation","country":"SN","amount":"1"}"#, "purpose missing"),
      (#"{"category":"cooperation","country":"DE","purpose":"14030","amount":"1"}"#, "country not-eligible"),
      (
        #"{"category":"cooperation","country":"SN","recipient":"255","purpose":"14030","amount":"1"}"#,
        "country contradiction"
      ),
      (#"{"category":"one-percent","country":"SN","purpose":"11220","amount":"1"}"#, "purpose purpose-not-allowed"),
      (
        #"{"category":"one-percent","country":"SN","typeOfAid":"D02","amount":"1"}"#,
        "typeOfAid type-of-aid-not-allowed"
      ),
      (#"{"category":"one-percent","amount":"1"}"#, "recipient missing"),
      (#"{"category":"ngo","channel":"11002","amount":"1"}"#, "channel channel-not-allowed"),
      (#"{"category":"ngo","typeOfAid":"B02","amount":"1"}"#, "typeOfAid type-of-aid-not-allowed"),
      (#"{"category":"multilateral","amount":"1"}"#, "channel missing"),
      (#"{"category":"multilateral","channel":"22000","amount":"1"}"#, "channel channel-not-allowed"),
      (
        #"{"category":"multilateral","channel":"41114","typeOfAid":"B02","country":"SN","amount":"1"}"#,
        "recipient recipient-not-allowed"
      ),
      (
        #"{"category":"multilateral","channel":"41114","typeOfAid":"B01","amount":"1"}"#,
        "typeOfAid type-of-aid-not-allowed"
      ),
      (#"{"category":"awareness","country":"SN","amount":"1"}"#, "country recipient-not-allowed"),
      (#"{"category":"awareness","purpose":"11220","amount":"1"}"#, "purpose purpose-not-allowed"),
      (#"{"category":"refugees","typeOfAid":"H01","amount":"1"}"#, "typeOfAid type-of-aid-not-allowed"),
      (#"{"category":"refugees","typeOfAid":"H06","amount":"1"}"#, "typeOfAid type-of-aid-not-allowed"),
      (#"{"category":"refugees","purpose":"14030","amount":"1"}"#, "purpose purpose-not-allowed"),
      (#"{"category":"refugees","channel":"12002","amount":"1"}"#, "channel channel-not-allowed"),
      (#"{"category":"students","purpose":"11220","amount":"1"}"#, "purpose purpose-not-allowed"),
      (#"{"category":"students","typeOfAid":"C01","amount":"1"}"#, "typeOfAid type-of-aid-not-allowed"),
      (#"{"category":"administration","recipient":"269","amount":"1"}"#, "recipient recipient-not-allowed"),
      (#"{"category":"administration","channel":"22000","amount":"1"}"#, "channel channel-not-allowed"),
      (#"{"category":"administration","purpose":"14030","amount":"1"}"#, "purpose purpose-not-allowed"),
      (#"{"category":"ngo","recipient":"12","amount":"1"}"#, "recipient unknown-recipient"),
      (#"{"category":"ngo","channel":"29999","amount":"1"}"#, "channel unknown-channel"),
      (#"{"category":"ngo","purpose":"14999","amount":"1"}"#, "purpose unknown-purpose"),
      (#"{"category":"ngo","typeOfAid":"Z01","amount":"1"}"#, "typeOfAid unknown-type-of-aid"),
      (#"{"category":"ngo","amount":"0.00"}"#, "amount not-positive"),
      (#"{"category":"ngo","amount":"1000000000.01"}"#, "amount too-large"),
      (#"{"category":"ngo","amount":"-1"}"#, "amount invalid-amount"),
      (#"{"category":"ngo","amount":"12.345"}"#, "amount invalid-amount"),
      (#"{"category":"ngo","amount":12}"#, "amount wrong-type"),
      (#"{"category":"ngo"}"#, "amount missing"),
      (#"{"amount":"1"}"#, "category missing"),
      (#"{"category":"ngo","amount":"1","markers":{"gender":3}}"#, "markers/gender out-of-range"),
      (#"{"category":"ngo","amount":"1","markers":{"genre":1}}"#, "markers/genre unknown-member"),
      (#"{"category":"ngo","amount":"1","cooperation":"x"}"#, "cooperation invalid-id"),
      (#"{"category":"ngo","amount":"1","ammount":"1"}"#, "ammount unknown-member"),
      (#"{"category":"ngo","amount":"1","title":"a\u0007"}"#, "title control-character"),
      (#"{"category":"cooperation","country":"SN","theme":"politik","amount":"1"}"#, "theme unknown-theme"),
    ])
  func refusals(line: String, finding: String) throws {
    #expect(try findings(declaration(line)) == ["/lines/0/\(finding)"])
  }

  @Test("the largest amount, the longest title and description are taken, one more is not")
  func limits() throws {
    func line(title: Int, description: Int) -> String {
      """
      {"category":"ngo","amount":"1000000000.00","title":"\(String(repeating: "é", count: title))",\
      "description":"\(String(repeating: "x", count: description))"}
      """
    }
    #expect(try findings(declaration(line(title: 150, description: 4_000))) == [])
    #expect(
      try findings(declaration(line(title: 151, description: 4_001)))
        == ["/lines/0/title too-long", "/lines/0/description too-long"])
    let many = Array(repeating: #"{"category":"ngo","amount":"1"}"#, count: 501).joined(separator: ",")
    #expect(try findings(declaration(many)) == ["/lines too-many"])
  }

  @Test("everything that is wrong is said at once, each member once")
  func allAtOnce() throws {
    let found = try findings(
      body(
        """
        {"collectivite":"commune:99999","year":20025,"lines":[
          {"category":"cooperation","country":"SN","purpose":"14030","amount":"10.00"},
          {"category":"cooperation","country":"ZZ","purpose":"00000","amount":"1,50"},
          {"category":"awareness","typeOfAid":"C01","purpose":"14030","recipient":"269","channel":"12002","amount":"0"}]}
        """))
    #expect(
      found == [
        "/collectivite unknown-authority", "/year out-of-range", "/lines/1/country unknown-country",
        "/lines/1/amount invalid-amount", "/lines/1/purpose unknown-purpose",
        "/lines/2/recipient recipient-not-allowed", "/lines/2/purpose purpose-not-allowed",
        "/lines/2/channel channel-not-allowed", "/lines/2/typeOfAid type-of-aid-not-allowed",
        "/lines/2/amount not-positive",
      ])
  }

  @Test(
    "a body that is no declaration has one finding for each of its members", arguments: ["[]", "null", "3", "\"x\""])
  func notAnObject(text: String) throws {
    #expect(try !findings(body(text)).isEmpty)
  }

  @Test("nothing to declare is a declaration, a missing list is none")
  func emptyList() throws {
    #expect(try findings(declaration()) == [])
    #expect(try findings(body(#"{"collectivite":"commune:35238","year":2025}"#)) == ["/lines missing"])
    #expect(try findings(body(#"{"collectivite":"commune:35238","year":2025,"lines":{}}"#)) == ["/lines wrong-type"])
  }

  @Test("who may receive aid depends on the year", arguments: [(2025, []), (2026, ["/lines/0/country not-eligible"])])
  func datedEligibility(year: Int, expected: [String]) throws {
    let nauru = #"{"category":"cooperation","country":"NR","purpose":"41010","amount":"1"}"#
    #expect(try findings(declaration(nauru, year: year)) == expected)
  }

  @Test("a region of several countries can receive a project")
  func regional() throws {
    #expect(
      try completed(#"{"category":"cooperation","recipient":"1030","purpose":"14030","amount":"1"}"#).recipient
        == "1030")
  }

  @Test("every violation speaks French and English, and names a remedy")
  func bilingual() throws {
    let reference = try ReferenceData.shared()
    let body = try declaration(#"{"category":"awareness","typeOfAid":"C01","purpose":"14030","recipient":"269"}"#)
    do {
      _ = try DeclarationCheck(reference: reference).check(DeclarationDraft(reading: body, with: reference))
      Issue.record("it should be refused")
    } catch {
      for violation in error.violations {
        #expect(violation.message.fr != violation.message.en)
        #expect(violation.message.fr.hasSuffix(".") && violation.message.en.hasSuffix("."))
        #expect(violation.message.fr.contains("\u{202F}:"))
      }
    }
  }

  @Test("the categories together allow every type of aid and purpose that the others forbid")
  func categoriesCover() throws {
    for category in DeclarationLine.Category.allCases {
      let rules = CategoryRules(category)
      let reference = try ReferenceData.shared()
      #expect(rules.typesOfAid.allSatisfy { reference.dac.typesOfAid.contains($0) }, "\(category)")
      if let usual = rules.channels.usual { #expect(reference.dac.channels.contains(usual)) }
    }
  }
}
