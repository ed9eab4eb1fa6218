import CooperationModel
import Foundation
import Seeds
import Testing

@Suite("JSON without Codable")
struct DirectJSONTests {
  @Test("lists of matches and profiles are written byte for byte, and read, as by Codable")
  func writtenAndRead() throws {
    var values = ValueGenerator(seed: .random(in: 0...9_999_999))
    for _ in 0..<200 {
      try check(try values.matchSet(), values.seed)
      try check(try values.profile(), values.seed)
      try check(try values.contact(), values.seed)
    }
  }

  /// Nothing in it has to be escaped, so it needs no Codable.
  private func check(_ value: some DirectJSON & Equatable, _ seed: UInt64) throws {
    let bytes = try encoded(value)
    #expect(try JSON.encode(value) == bytes, "seed \(seed)")
    #expect(value.directJSON() == bytes, "seed \(seed)")
    #expect(try isRead(bytes, as: value), "seed \(seed)")
  }

  private func isRead<Value: DirectJSON & Equatable>(_ bytes: Data, as value: Value) throws -> Bool {
    try JSON.decode(Value.self, from: bytes) == value && Value(directJSON: bytes) == value
  }

  @Test(
    "values, commands, outcomes, settings, requests, leads and messages are written and read as by Codable, most of them without it"
  )
  func mostOfThem() throws {
    var values = ValueGenerator(seed: .random(in: 0...9_999_999))
    var (direct, all) = (0, 0)
    func check<Value: DirectJSON & Equatable>(_ value: Value) throws {
      let bytes = try encoded(value)
      let expected = try JSONDecoder().decode(Value.self, from: bytes)
      #expect(try JSON.decode(Value.self, from: bytes) == expected, "seed \(values.seed)")
      #expect(try JSON.encode(value) == bytes, "seed \(values.seed)")
      all += 1
      if let written = value.directJSON() { #expect(written == bytes, "seed \(values.seed)") }
      guard let read = Value(directJSON: bytes) else { return }
      direct += 1
      #expect(read == expected, "seed \(values.seed): \(String(decoding: bytes, as: UTF8.self))")
    }
    for _ in 0..<200 {
      try check(values.json())
      try check(try values.payload())
      try check(try values.setting())
      try check(try values.request())
      try check(try values.outcome())
      try check(try values.lead())
      try check(try values.message())
      try check(values.scoring())
    }
    #expect(direct > all / 2 && direct < all)
  }

  @Test(
    "numbers, names given twice, spaces and nesting are read as by Codable",
    arguments: [
      "0", "-0", "-0.5", "2.0", "1.50", "1e3", "0.1", "01", "1.", ".5", "-", "9223372036854775807",
      "9223372036854775808",
      "123456789012345678", "1234567890123456789", "0.30000000000000004", "{\"a\":1,\"a\":2}", "[1, 2]", "[1,]", "[]",
      "{}",
      "{\"a\":{}}", "nul", "null", "true", "\"\\u00e9\"", "\"\\n\\t\\r\\/\\\\\\\"\"", "\"\\x\"", "\"", "", " 1", "1 ",
      String(repeating: "[", count: 70) + String(repeating: "]", count: 70),
    ])
  func oddities(_ text: String) {
    let bytes = Data(text.utf8)
    #expect((try? JSON.decode(JSONValue.self, from: bytes)) == (try? JSONDecoder().decode(JSONValue.self, from: bytes)))
  }

  @Test("texts that must be escaped, and numbers at their limits, are the same by Codable")
  func escaped() throws {
    var values = ValueGenerator(seed: .random(in: 0...9_999_999))
    for number in [Int.max, .min] {
      var (set, profile) = (try values.matchSet(), try values.profile())
      (set.scoring, profile.version) = (number, number)
      #expect(try JSON.decode(MatchSet.self, from: JSON.encode(set)) == set)
      #expect(try JSON.decode(Profile.self, from: JSON.encode(profile)) == profile)
    }
    for text in ["\"", "\\", "Val d’Oise", "\n", "\u{1}", "é\u{301}", "𝄞", "a/b", "\u{7F}", "\u{2028}", ""] {
      for name in ["place", "Place", "z\"", "n°", ""] {
        var set = try values.matchSet()
        let factor = Factor(code: .theme, points: -3, facts: ["from": text, name: text])
        set.ranked.append(Match(collectivite: try values.collectivite(), score: 7, factors: [factor]))
        let bytes = try encoded(set)
        #expect(try JSON.encode(set) == bytes, "\(text) as \(name)")
        #expect(try JSON.decode(MatchSet.self, from: bytes) == set, "\(text) as \(name)")
      }
      var profile = try values.profile()
      profile.transitions.append(Transition(at: Instant(milliseconds: 1), by: text, what: text, status: text))
      let bytes = try encoded(profile)
      #expect(try JSON.encode(profile) == bytes, "\(text)")
      #expect(try JSON.decode(Profile.self, from: bytes) == profile, "\(text)")
    }
  }

  @Test("what is damaged is refused, or read, as by Codable")
  func damaged() throws {
    var values = ValueGenerator(seed: .random(in: 0...9_999_999))
    var (refused, taken) = (0, 0)
    func compare<Value: DirectJSON & Equatable>(_ value: Value) throws {
      let whole = try encoded(value)
      for _ in 0..<10 {
        let bytes = values.damage(whole)
        let expected = try? JSONDecoder().decode(Value.self, from: bytes)
        if expected == nil { refused += 1 } else { taken += 1 }
        #expect(
          (try? JSON.decode(Value.self, from: bytes)) == expected,
          "seed \(values.seed): \(String(decoding: bytes, as: UTF8.self))")
      }
    }
    for _ in 0..<100 {
      try compare(try values.matchSet())
      try compare(try values.profile())
      try compare(values.json())
      try compare(try values.payload())
      try compare(try values.setting())
      try compare(try values.request())
      try compare(try values.outcome())
      try compare(try values.contact())
      try compare(try values.lead())
      try compare(try values.message())
      try compare(values.scoring())
    }
    #expect(refused > 0 && taken > 0)
  }

  private func encoded(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(value)
  }
}

/// Any lists of matches, and any profiles.
private struct ValueGenerator {
  let seed: UInt64
  private var dice: SplitMix

  init(seed: UInt64) {
    self.seed = seed
    dice = SplitMix(seed: seed)
  }

  mutating func matchSet() throws -> MatchSet {
    let digits = String(format: "%012x", Int.random(in: 0..<1 << 48, using: &dice))
    return MatchSet(
      request: try #require(RequestID("00000000-0000-8000-8000-\(digits)")), requestVersion: number(),
      scoring: number(), ranked: try matches(), prospects: try matches())
  }

  mutating func profile() throws -> Profile {
    let codes = try ["MG", "NE", "SN"].map { try #require(CountryCode($0)) }
    let languages = try ["fr", "en", "pt"].map { try #require(LanguageCode($0)) }
    let themes = try ["politique", "politique/gouvernance-locale"].map { try #require(ThemeID($0)) }
    return Profile(
      collectivite: try collectivite(), version: number(),
      status: [.active, .paused].randomElement(using: &dice) ?? .active,
      themes: some(themes), countries: some(codes), languages: some(languages), labels: some(themes),
      forms: some(CooperationForm.allCases), weeklyLimit: number(),
      delivery: [.immediate, .daily].randomElement(using: &dice) ?? .daily,
      transitions: some(
        ["create", "Côte d’Ivoire"].map {
          Transition(
            at: Instant(milliseconds: Int64.random(in: 0...2_000_000_000_000, using: &dice)), by: $0, what: $0,
            status: "")
        }))
  }

  /// Any value; numbers are such as Codable gives back.
  mutating func json(depth: Int = 3) -> JSONValue {
    let kinds = depth > 0 ? 7 : 5
    switch Int.random(in: 0..<kinds, using: &dice) {
    case 0: return [.null, .bool(true), .bool(false)].randomElement(using: &dice) ?? .null
    case 1: return .integer(Int64(number()))
    case 2: return .number([0.5, -18.06, 44.03, 1e-9, 0.30000000000000004].randomElement(using: &dice) ?? 0.1)
    case 3, 4: return .string(text())
    case 5: return .array((0..<Int.random(in: 0...3, using: &dice)).map { _ in json(depth: depth - 1) })
    default:
      let names = ["title", "populationMin", "summary", "Élus", "a\"b"].shuffled(using: &dice)
      let members = names.prefix(Int.random(in: 0...4, using: &dice)).map { ($0, json(depth: depth - 1)) }
      return .object(Dictionary(uniqueKeysWithValues: members))
    }
  }

  private mutating func text() -> String {
    ["eau", "Côte d’Ivoire", "« à\ndeux »", "\\ \"a\"\t/", "", "\u{1}"].randomElement(using: &dice) ?? ""
  }

  mutating func payload() throws -> Command.Payload {
    let actor = Actor(
      issuer: text(), subject: text(), role: Actor.Role.allCases.randomElement(using: &dice) ?? .ministry,
      country: perhaps(try #require(CountryCode("MG"))), collectivite: perhaps(try collectivite()),
      territory: perhaps(text()), onBehalf: perhaps(text()))
    let id = try #require(CommandID("0b9c1a52-5d1e-8c3a-9f00-3a1b2c3d4e5f"))
    return Command.Payload(
      actor: actor, ifMatch: perhaps(number()), digest: text(), body: json(),
      origin: perhaps(CommandOrigin(import: id, line: number(), version: perhaps(number()))))
  }

  private mutating func perhaps<Value>(_ value: Value) -> Value? { Bool.random(using: &dice) ? value : nil }

  mutating func outcome() throws -> CommandOutcome {
    let id = try #require(CommandID("0b9c1a52-5d1e-8c3a-9f00-3a1b2c3d4e5f"))
    let rejection = Rejection(.conflict, at: "/themes/0", code: text(), fr: text(), en: text())
    let result: CommandOutcome.Result =
      Int.random(in: 0..<5, using: &dice) == 0
      ? .rejected(rejection) : .accepted(version: number(), created: Bool.random(using: &dice))
    return CommandOutcome(
      command: id, kind: text(), entity: text(), digest: text(), receivedAt: instant(), result: result,
      origin: perhaps(CommandOrigin(import: id, line: number(), version: perhaps(number()))))
  }

  mutating func contact() throws -> Contact {
    Contact(
      id: try #require(ContactID("0b9c1a52-5d1e-8c3a-9f00-3a1b2c3d4e5f")), version: number(),
      owner: try #require(
        ["embassy:MG", "commune:35051", "ministry"].randomElement(using: &dice).flatMap(OwnerID.init)),
      status: [.pending, .confirmed, .unsubscribed].randomElement(using: &dice) ?? .pending, name: "Mairie « à\ndeux »",
      email: "cooperation@example.org", language: Bool.random(using: &dice) ? .french : .english, since: instant(),
      transitions: some([Transition(at: instant(), by: "embassy:MG", what: "confirm", status: "confirmed")]))
  }

  mutating func request() throws -> PartnershipRequest {
    let themes = try ["politique", "politique/gouvernance-locale"].map { try #require(ThemeID($0)) }
    let languages = try ["fr", "pt"].map { try #require(LanguageCode($0)) }
    let digits = String(format: "%012x", Int.random(in: 0..<1 << 48, using: &dice))
    let authorities = (0..<Int.random(in: 0...2, using: &dice)).map { _ in
      let longitude = [44.03, -18.5, 12, 1e-7].randomElement(using: &dice)
      return ForeignAuthority(
        name: text(), kind: .municipality, population: perhaps(number()), longitude: perhaps(longitude ?? 0),
        latitude: perhaps(-18.06))
    }
    return PartnershipRequest(
      id: try #require(RequestID("00000000-0000-8000-8000-\(digits)")), version: number(),
      status: PartnershipRequest.Status.allCases.randomElement(using: &dice) ?? .draft,
      country: try #require(CountryCode("NE")), authorities: authorities, title: text(), summary: text(),
      sought: text(),
      themes: some(themes), forms: some(CooperationForm.allCases),
      wanted: WantedPartner(
        kinds: some(CollectiviteKind.allCases), populationMin: perhaps(number()), populationMax: perhaps(number()),
        territories: some([try collectivite()]), places: some(PlaceKind.allCases), expertise: some(themes)),
      languages: some(languages), startsOn: perhaps(Day(daysSince1970: 20_000)),
      endsOn: perhaps(Day(daysSince1970: 20_400)),
      deadline: perhaps(Day(daysSince1970: 20_001)), budget: perhaps(Money(cents: 1_234_567)),
      fundingFound: perhaps(Money(cents: 0)), existingPartners: some([try collectivite()]),
      contact: perhaps(try #require(ContactID("0b9c1a52-5d1e-8c3a-9f00-3a1b2c3d4e5f"))), confirmBy: perhaps(instant()),
      partners: some([try collectivite()]),
      transitions: some([Transition(at: instant(), by: "embassy:NE", what: text(), status: "published")]))
  }

  mutating func lead() throws -> Lead {
    let request = try request()
    return Lead(
      id: LeadID(request.id, try collectivite()), version: number(),
      status: Lead.Status.allCases.randomElement(using: &dice) ?? .offered, score: number(), scoring: number(),
      factors: (0..<Int.random(in: 0...4, using: &dice)).map { _ in factor() }, facts: Lead.RequestFacts(request),
      offeredAt: instant(), answerBy: perhaps(instant()), reason: perhaps(.capacity), transitions: request.transitions)
  }

  mutating func message() throws -> OutboundMessage {
    OutboundMessage(
      id: try #require(MessageID("0b9c1a52-5d1e-8c3a-9f00-3a1b2c3d4e5f")), version: number(),
      contact: try #require(ContactID("0b9c1a52-5d1e-8c3a-9f00-3a1b2c3d4e5f")),
      owner: try #require(OwnerID("ministry")),
      kind: OutboundMessage.Kind.allCases.randomElement(using: &dice) ?? .leads,
      subjects: some([text(), "offered/1/2"]),
      status: OutboundMessage.Status.allCases.randomElement(using: &dice) ?? .pending, attempt: number(),
      notBefore: instant(), createdAt: instant(),
      outcome: perhaps(OutboundMessage.Outcome(at: instant(), channel: "smtp", detail: text())))
  }

  mutating func scoring() -> ScoringSettings {
    let names = some(["theme", "country", "named-territory", "Élus", "a\"b"])
    let weights = names.map { ($0, number()) }
    return ScoringSettings(
      version: number(), weights: Dictionary(uniqueKeysWithValues: weights), threshold: number(), wantedLeads: number(),
      answerDays: number(), textThemes: perhaps(number()))
  }

  private mutating func instant() -> Instant {
    Instant(milliseconds: Int64.random(in: 0...2_000_000_000_000, using: &dice))
  }

  mutating func setting() throws -> Setting {
    Setting(
      id: try #require(["scoring", "campaign:2025"].randomElement(using: &dice).flatMap(SettingID.init(rawValue:))),
      version: number(), value: json())
  }

  private mutating func some<Value>(_ list: [Value]) -> [Value] {
    Array(list.shuffled(using: &dice).prefix(Int.random(in: 0...list.count, using: &dice)))
  }

  mutating func collectivite() throws -> CollectiviteID {
    try #require(CollectiviteID("commune:\(Int.random(in: 10_000...99_999, using: &dice))"))
  }

  /// One byte of it another, gone, or one more.
  mutating func damage(_ whole: Data) -> Data {
    var bytes = whole
    let place = Int.random(in: 0..<bytes.count, using: &dice)
    let byte = Bool.random(using: &dice) ? UInt8.random(in: .min ... .max, using: &dice) : bytes[place] ^ 1
    switch Int.random(in: 0..<4, using: &dice) {
    case 0: bytes[place] = byte
    case 1: bytes.remove(at: place)
    case 2: bytes.insert(byte, at: place)
    default: bytes.insert([UInt8(ascii: " "), 0x30, 0x2C].randomElement(using: &dice) ?? 0x20, at: place)
    }
    return bytes
  }

  private mutating func matches() throws -> [Match] {
    try (0..<Int.random(in: 0...4, using: &dice)).map { _ in
      Match(
        collectivite: try collectivite(), score: number(),
        factors: (0..<Int.random(in: 0...4, using: &dice)).map { _ in factor() })
    }
  }

  private mutating func factor() -> Factor {
    var facts = FactorFacts()
    for name in ["theme", "affinity", "shared", "from", "through"].shuffled(using: &dice).prefix(
      Int.random(in: 0...4, using: &dice))
    {
      facts[name] = ["eau-potable", "own", "3", "Côte d’Ivoire", "新潟", "", "}", "a\"}b", "{"].randomElement(
        using: &dice)
    }
    return Factor(code: Factor.Code.allCases.randomElement(using: &dice) ?? .theme, points: number(), facts: facts)
  }

  private mutating func number() -> Int {
    let picked = [0, 1, -1, 9, 10, 999, 1_000, 99_999_999_999_999_999].randomElement(using: &dice)
    return picked ?? 0
  }
}
