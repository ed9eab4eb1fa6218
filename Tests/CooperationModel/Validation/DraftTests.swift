import Seeds
import CooperationModel
import Foundation
import Testing

@Suite("Drafts")
struct DraftTests {
  let reference: ReferenceData

  init() throws { reference = try ReferenceFixture.data() }

  /// Every violation's pointer and code, in order.
  private func violations<D: Draft>(_ type: D.Type, _ text: String) throws -> [String] {
    do throws(Rejection) {
      _ = try D.read(body: Array(text.utf8), with: reference)
      return []
    } catch {
      #expect(error.reason == .invalid)
      for violation in error.violations {
        #expect(!violation.message.fr.isEmpty && !violation.message.en.isEmpty)
        for mark in [" :", " ;", " !", " ?", "« ", " »", "'"] {
          #expect(!violation.message.fr.contains(mark), "\(violation.message.fr)")
        }
      }
      return error.violations.map { "\($0.pointer) \($0.code)" }
    }
  }

  private func request(_ members: String) throws -> [String] {
    try violations(RequestDraft.self, "{\"country\":\"MG\",\(members)}")
  }

  static let complete = #"""
    {"country":"MG","title":"Lire à Melaky","summary":"Une région\nsans livres","sought":"Un premier partenaire",
     "authorities":[{"name":"Région Melaky","kind":"region","population":310000,"longitude":44.5,"latitude":-18}],
     "themes":["education-social/education/alphabetisation","education-social"],"forms":["twinning","exchange"],
     "wanted":{"kinds":["commune","epci"],"populationMin":5000,"populationMax":50000,"territories":["region:53"],
       "places":["mountain","overseas"],"expertise":["culture"]},
     "languages":["fr","mg"],"startsOn":"2027-01-01","endsOn":"2028-12-31","deadline":"2026-12-31",
     "budget":"45000.00","fundingFound":"5000.50","existingPartners":["commune:35051"],
     "contact":"0e3f5a04-4b0e-4d3a-9c3a-0c6e1c1d2f11"}
    """#

  @Test("a complete request is read, and what is encoded reads back equal")
  func complete() throws {
    let draft = try RequestDraft.read(body: Array(Self.complete.utf8), with: reference)
    #expect(draft.title == "Lire à Melaky")
    #expect(draft.authorities.first?.latitude == -18)
    #expect(draft.budget == Money("45000.00"))
    #expect(try RequestDraft.read(JSONValue(encoding: draft), with: reference) == draft)
    let request = PartnershipRequest(id: try id("0e3f5a04-4b0e-4d3a-9c3a-0c6e1c1d2f12"), draft: draft)
    #expect(try request.applying(draft) == request)
    #expect(request.violationsForPublishing(on: try #require(Day("2026-12-31"))).isEmpty)
    #expect(request.violationsForPublishing(on: try #require(Day("2027-01-01"))).map(\.code) == ["deadline-passed"])
  }

  @Test("kinds of place are named with what they mean where one is not known, and each may stand once")
  func places() throws {
    do throws(Rejection) {
      _ = try RequestDraft.read(
        body: Array(#"{"country":"MG","wanted":{"places":["plage"]}}"#.utf8), with: reference)
      Issue.record("nothing was wrong")
    } catch {
      let message = error.violations[0].message
      #expect(error.violations.map(\.pointer) == ["/wanted/places/0"])
      #expect(
        message.fr.hasSuffix(
          "choisissez parmi coast (littoral), mountain (montagne), overseas (outre-mer), border (frontière)."))
      #expect(message.en.hasSuffix("choose one of coast, mountain, overseas, border."))
    }
    #expect(
      try request(#""wanted":{"places":["coast","coast"]}"#) == ["/wanted/places/1 duplicate"])
    #expect(try request(#""wanted":{"places":"coast"}"#) == ["/wanted/places wrong-type"])
  }

  @Test("who wants no kind of place is written as before there were any, and read")
  func withoutPlaces() throws {
    let old = #"{"expertise":[],"kinds":["commune"],"populationMin":9,"territories":["region:53"]}"#
    let wanted = try JSON.decode(WantedPartner.self, from: Data(old.utf8))
    #expect(wanted.places.isEmpty)
    #expect(try String(decoding: JSON.encode(wanted), as: UTF8.self) == old)
    var other = wanted
    other.places = [.border]
    #expect(
      try String(decoding: JSON.encode(other), as: UTF8.self)
        == #"{"expertise":[],"kinds":["commune"],"places":["border"],"populationMin":9,"territories":["region:53"]}"#)
    #expect(try JSON.decode(WantedPartner.self, from: JSON.encode(other)) == other)
  }

  @Test("a country is enough for a draft; publishing names everything that is missing")
  func publishing() throws {
    let draft = try RequestDraft.read(body: Array(#"{"country":"NE"}"#.utf8), with: reference)
    let request = PartnershipRequest(id: try id("0e3f5a04-4b0e-4d3a-9c3a-0c6e1c1d2f12"), draft: draft)
    #expect(
      request.violationsForPublishing(on: try #require(Day("2026-11-24"))).map { "\($0.pointer) \($0.code)" }
        == ["/authorities too-few", "/title missing", "/summary missing", "/contact missing"])
  }

  @Test("every violation is reported at once, in the order of the fields")
  func allAtOnce() throws {
    let body = #"""
      {"country":"ZZ","title":"a\r\nBcc: x","themes":["culture","cuisine","culture"],"forms":["marriage"],
       "authorities":[{"kind":"village","population":0,"longitude":181}, 7],
       "wanted":{"populationMin":10,"populationMax":9,"territories":["commune:35051"],"places":["beach"]},
       "languages":["xx"],"startsOn":"2027-02-30","endsOn":"2027-01-01","budget":"10","fundingFound":"10.01",
       "existingPartners":["commune:99999"],"contact":"me","status":"published","colour/size":1}
      """#
    #expect(
      try violations(RequestDraft.self, body) == [
        "/country unknown-country", "/authorities/0/name missing", "/authorities/0/kind unknown-value",
        "/authorities/0/population out-of-range", "/authorities/0/longitude out-of-range",
        "/authorities/1 wrong-type", "/title control-character", "/themes/1 unknown-theme", "/themes/2 duplicate",
        "/forms/0 unknown-value", "/wanted/territories/0 unknown-territory",
        "/wanted/places/0 unknown-value", "/wanted/populationMax bounds-out-of-order",
        "/languages/0 unknown-language", "/startsOn invalid-date", "/existingPartners/0 unknown-authority",
        "/contact invalid-id", "/fundingFound funding-exceeds-budget", "/colour~1size unknown-member",
        "/status read-only",
      ])
  }

  @Test("limits hold to the character and the item")
  func limits() throws {
    func text(_ count: Int) -> String { String(repeating: "é", count: count) }
    func list(_ count: Int, _ item: (Int) -> String) -> String { (0..<count).map(item).joined(separator: ",") }
    #expect(try request("\"title\":\"\(text(250))\"") == [])
    #expect(try request("\"title\":\"\(text(251))\"") == ["/title too-long"])
    #expect(try request("\"summary\":\"\(text(4_000))\",\"sought\":\"\(text(4_001))\"") == ["/sought too-long"])
    let themes = reference.themes.leaves.map(\.id.rawValue)
    #expect(try request("\"themes\":[\(list(8) { "\"\(themes[$0])\"" })]") == [])
    #expect(try request("\"themes\":[\(list(9) { "\"\(themes[$0])\"" })]") == ["/themes too-many"])
    func authority(_ index: Int) -> String { "{\"name\":\"V\(index)\",\"kind\":\"municipality\"}" }
    #expect(try request("\"authorities\":[\(list(20, authority))]") == [])
    #expect(try request("\"authorities\":[\(list(21, authority))]") == ["/authorities too-many"])
    #expect(try violations(ProfileDraft.self, #"{"weeklyLimit":20}"#) == [])
    #expect(
      try violations(ProfileDraft.self, #"{"weeklyLimit":21,"delivery":"hourly"}"#) == [
        "/weeklyLimit out-of-range", "/delivery unknown-value",
      ])
    #expect(try violations(ProfileDraft.self, #"{"weeklyLimit":-1}"#) == ["/weeklyLimit out-of-range"])
    #expect(try violations(ProfileDraft.self, #"{"weeklyLimit":1.5}"#) == ["/weeklyLimit wrong-type"])
    #expect(try violations(ClosingOrder.self, "{\"reason\":\"\(text(501))\"}") == ["/reason too-long"])
    #expect(try violations(ClosingOrder.self, #"{"reason":"  "}"#) == ["/reason empty"])
    #expect(try violations(ConclusionOrder.self, #"{"partners":[]}"#) == ["/partners too-few"])
    #expect(try violations(EmptyOrder.self, "") == [])
    #expect(try violations(EmptyOrder.self, #"{"now":true}"#) == ["/now unknown-member"])
    #expect(try violations(LanguageOrder.self, #"{"language":"de"}"#) == ["/language unknown-value"])
    #expect(try violations(LeadAnswer.self, #"{"answer":"declined"}"#) == ["/reason missing"])
    #expect(try violations(LeadAnswer.self, #"{"answer":"declined","reason":"merged"}"#) == ["/reason unknown-value"])
  }

  @Test(
    "values at their edges",
    arguments: [
      (#""authorities":[{"name":"A","kind":"other","population":2000000000}]"#, nil),
      (
        #""authorities":[{"name":"A","kind":"other","population":2000000001}]"#,
        "/authorities/0/population out-of-range"
      ),
      (
        #""authorities":[{"name":"A","kind":"other","population":9223372036854775807}]"#,
        "/authorities/0/population out-of-range"
      ),
      (#""authorities":[{"name":"A","kind":"other","population":"12"}]"#, "/authorities/0/population wrong-type"),
      (#""authorities":[{"name":"A","kind":"other","longitude":-180,"latitude":90}]"#, nil),
      (
        #""authorities":[{"name":"A","kind":"other","longitude":-180,"latitude":90.01}]"#,
        "/authorities/0/latitude out-of-range"
      ),
      (#""authorities":[{"name":"A","kind":"other","longitude":1}]"#, "/authorities/0/latitude incomplete-position"),
      (#""startsOn":"2028-02-29","endsOn":"2028-02-29""#, nil),
      (#""startsOn":"2028-03-01","endsOn":"2028-02-29""#, "/endsOn dates-out-of-order"),
      (#""deadline":"2027-02-29""#, "/deadline invalid-date"),
      (#""deadline":"2026-11-24T00:00:00Z""#, "/deadline invalid-date"),
      (#""deadline":"1899-12-31""#, "/deadline invalid-date"), (#""deadline":20261124"#, "/deadline wrong-type"),
      (#""budget":"0""#, nil), (#""budget":"-0.01""#, "/budget invalid-amount"),
      (#""budget":"1 000""#, "/budget invalid-amount"),
      (#""budget":"1000,50""#, "/budget invalid-amount"), (#""budget":"1.234""#, "/budget invalid-amount"),
      (#""budget":"1e3""#, "/budget invalid-amount"), (#""budget":1000"#, "/budget wrong-type"),
      (#""budget":"1000000000000000""#, "/budget invalid-amount"), (#""budget":null"#, nil),
      (#""title":"a\u202Eb""#, "/title direction-mark"), (#""title":"a\tb""#, "/title control-character"),
      (#""title":"a\u0085b""#, "/title control-character"), (#""title":"a\u2028b""#, "/title control-character"),
      (#""title":"  tidy  ""#, nil), (#""summary":"a\r\nb\n\tc""#, nil),
      (#""summary":"a\rb""#, "/summary control-character"),
      (#""summary":"a\u2066b""#, "/summary direction-mark"), (#""title":7"#, "/title wrong-type"),
      (#""themes":{}"#, "/themes wrong-type"),
      (#""wanted":[]"#, "/wanted wrong-type"), (#""wanted":{"size":1}"#, "/wanted/size unknown-member"),
    ] as [(String, String?)])
  func edges(members: String, violation: String?) throws {
    #expect(try request(members) == [violation].compactMap(\.self))
  }

  @Test("an old code becomes today's authority, and two old codes of one are one")
  func succession() throws {
    let draft = try ConclusionOrder.read(
      body: Array(#"{"partners":["commune:01330","commune:01176","commune:01187"]}"#.utf8), with: reference)
    #expect(draft.partners.map(\.rawValue) == ["commune:01187"])
  }

  @Test("what is no object has one violation")
  func noObject() throws {
    for body in ["[]", "7", "null", "\"a\""] { #expect(try violations(RequestDraft.self, body) == [" wrong-type"]) }
  }

  @Test("an answer names at most 100 violations, always the same")
  func bounded() throws {
    let members = (0..<5_000).map { "\"m\($0)\":\($0)" }.joined(separator: ",")
    let first = try request(members)
    #expect(first.count == 100)
    #expect(try request(members) == first)
  }

  @Test("an excerpt in a message is short and on one line")
  func excerpts() throws {
    do throws(Rejection) {
      _ = try RequestDraft.read(
        .object(["country": .string("A\r\nB" + String(repeating: "x", count: 9_000))]), with: reference)
      Issue.record("was read")
    } catch {
      let message = try #require(error.violations.first?.message.en)
      #expect(message.count < 200 && !message.contains("\n") && message.contains("\u{FFFD}"))
    }
  }

  @Test("mutated bodies never crash: each is a draft that reads back equal, or has violations")
  func fuzz() throws {
    let seed = UInt64.random(in: .min ... .max)
    var generator = SplitMix(seed: seed)
    let sample = Array(Self.complete.utf8)
    for round in 0..<2_000 {
      var bytes = sample
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let index = Int.random(in: 0..<bytes.count, using: &generator)
        let other = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[index] = bytes[other]
        case 1: bytes[index] = UInt8.random(in: 0x20...0x7E, using: &generator)
        default: bytes.swapAt(index, other)
        }
      }
      do throws(Rejection) {
        let draft = try RequestDraft.read(body: bytes, with: reference)
        let again = try? RequestDraft.read(JSONValue(encoding: draft), with: reference)
        #expect(again == draft, "seed \(seed), round \(round)")
      } catch {
        #expect(!error.violations.isEmpty, "seed \(seed), round \(round)")
      }
    }
  }

  @Test("another address has to confirm anew; another owner is refused")
  func contacts() throws {
    let now = Instant(milliseconds: 1_000)
    let draft = try ContactDraft.read(
      body: Array(#"{"owner":"embassy:MG","name":"SCAC","email":"Scac@Example.ORG","language":"en"}"#.utf8),
      with: reference)
    #expect(draft.email == "Scac@example.org")
    var contact = Contact(id: try id("0e3f5a04-4b0e-4d3a-9c3a-0c6e1c1d2f13"), draft: draft, at: now)
    contact.status = .confirmed
    #expect(try contact.applying(draft, at: now + .days(1)) == contact)
    var other = draft
    other.email = "autre@example.org"
    #expect(try contact.applying(other, at: now + .days(1)).status == .pending)
    other.owner = .ministry
    #expect(throws: Rejection.self) { try contact.applying(other, at: now) }
    #expect(
      try violations(ContactDraft.self, #"{"owner":"embassy:ZZ","name":"a\nb","email":"a@b","language":"de"}"#) == [
        "/owner unknown-owner", "/name control-character", "/email invalid-email", "/language unknown-value",
      ])
  }

  @Test("a cooperation needs a title, a country and both sides")
  func cooperations() throws {
    #expect(
      try violations(CooperationDraft.self, "{}") == [
        "/title missing", "/country missing", "/foreignPartners missing", "/collectivites missing",
      ])
    let draft = try CooperationDraft.read(
      body: Array(
        #"{"title":"Eau","country":"NE","foreignPartners":[{"name":"Dankassari","kind":"municipality"}],"collectivites":["commune:35051"],"status":"ended"}"#
          .utf8), with: reference)
    let cooperation = Cooperation(id: try id("0e3f5a04-4b0e-4d3a-9c3a-0c6e1c1d2f14"), draft: draft)
    #expect(cooperation.applying(draft) == cooperation)
    #expect(try CooperationDraft.read(JSONValue(encoding: draft), with: reference) == draft)
  }

}

@Suite("E-mail addresses")
struct EmailAddressTests {
  @Test(
    "addresses that mail can be sent to",
    arguments: [
      "a@example.org", "prenom.nom+coop@mairie.example.fr", "\"a@b\"@example.org", "\"a \\\" b\"@example.org",
      "été@exémple.fr", "x@a-b.example.org", "o'brien@example.org", String(repeating: "a", count: 64) + "@example.org",
    ])
  func valid(text: String) throws { #expect(try EmailAddress(checking: text).text == text) }

  @Test(
    "and those that it cannot",
    arguments: [
      "", "a", "@example.org", "a@", "a@b", "a@@example.org", "a@b@example.org", "a b@example.org", ".a@example.org",
      "a.@example.org", "a..b@example.org", "a@example..org", "a@.example.org", "a@example.org.", "a@-example.org",
      "a@example-.org", "a@exa mple.org", "a@exa_mple.org", "a@127.0.0.1", "a@[127.0.0.1]", "a@example.123",
      "a\r\nBcc: b@example.org", "a@example.org\n", "a\0@example.org", "\"a@example.org", "\"a\"b@example.org",
      "\"a\\\"@example.org", "<a@example.org>", "A <a@example.org>", "a,b@example.org", "a@example.org, b@example.org",
      "a\u{202E}@example.org", String(repeating: "a", count: 65) + "@example.org",
      "a@" + String(repeating: "a", count: 64) + ".org", "a@" + String(repeating: "a.", count: 130) + "org",
    ])
  func invalid(text: String) { #expect(throws: EmailAddress.Fault.self) { try EmailAddress(checking: text) } }
}
