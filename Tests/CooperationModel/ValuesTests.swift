import CooperationModel
import Foundation
import Testing

@Suite("Values")
struct ValuesTests {
  @Test("a time that is written and read again is equal")
  func instantRoundTrip() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<10_000 {
      let instant = Instant(
        milliseconds: Int64.random(in: -62_135_596_800_000...253_402_300_799_999, using: &generator))
      #expect(Instant(instant.description) == instant)
    }
  }

  @Test(
    "times are written with milliseconds, whatever the year",
    arguments: [
      (1_709_208_000_123, "2024-02-29T12:00:00.123Z"), (-1, "1969-12-31T23:59:59.999Z"),
      (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
      (253_402_300_800_000, "10000-01-01T00:00:00.000Z"),
    ])
  func writesInstants(milliseconds: Int64, text: String) {
    #expect(Instant(milliseconds: milliseconds).description == text)
    #expect(Instant(milliseconds: milliseconds).day.description == text.prefix { $0 != "T" })
  }

  @Test(
    "times in ISO 8601 are read, with offsets and fractions",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("1970-01-01T01:00:00.5+01:00", 500),
      ("2024-02-29T12:00:00.123456Z", 1_709_208_000_123),
      ("1969-12-31T23:59:59.999Z", -1),
    ])
  func readsInstants(text: String, milliseconds: Int64) {
    #expect(Instant(text)?.milliseconds == milliseconds)
  }

  @Test(
    "what is no time is refused",
    arguments: [
      "", "2026-11-24", "2026-11-24T08:30:00", "2026-02-30T00:00:00Z", "2026-11-24T24:00:00Z", "2026-11-24T23:59:60Z",
      "2026-11-24T08:30:00.Z", "2026-11-24T08:30:00+0100", "0000-01-01T00:00:00Z", "2026-11-24T08:30:00Zx",
    ])
  func refusesInstants(text: String) {
    #expect(Instant(text) == nil)
  }

  @Test("every day of four centuries is the one after the day before, as Foundation counts")
  func days() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
    let first = try #require(Day("1900-01-01"))
    for offset in stride(from: 0, to: 146_097, by: 1) {
      let day = first + offset
      #expect(Day(day.description) == day)
      if offset % 97 == 0 {
        let date = Date(timeIntervalSince1970: Double(day.daysSince1970) * 86_400)
        let parts = calendar.dateComponents([.year, .month, .day], from: date)
        #expect(
          parts.year == day.components.year && parts.month == day.components.month && parts.day == day.components.day)
      }
    }
  }

  @Test("an amount that is written and read again is equal")
  func moneyRoundTrip() {
    for _ in 0..<10_000 {
      let money = Money(cents: Int64.random(in: -Money.limit...Money.limit))
      #expect(Money(money.description) == money)
    }
  }

  @Test(
    "what is no exact amount is refused",
    arguments: ["", "-", "1,50", "1.234", "1e3", " 1", "1.", ".5", "100000000000.01", "NaN", "٣", "1 000"])
  func refusesAmounts(text: String) {
    #expect(Money(text) == nil)
  }

  @Test(
    "identifiers know their form",
    arguments: [
      ("commune:35051", true), ("epci:243500139", true), ("commune:2A004", true), ("ville:35051", false),
      ("commune:", false),
      ("commune:35051 ", false), ("Commune:35051", false),
    ])
  func collectiviteForms(text: String, isValid: Bool) {
    #expect((CollectiviteID(text) != nil) == isValid)
  }

  @Test("an identifier of a wrong form fails to decode and says what was expected")
  func decodingNamesTheForm() {
    #expect {
      try JSONDecoder().decode(CountryCode.self, from: Data("\"ZZZ\"".utf8))
    } throws: { error in
      "\(error)".contains("ISO 3166-1 alpha-2")
    }
  }

  @Test(
    "the reader's language is the best that we speak",
    arguments: [
      (nil, Language.french), ("en", .english), ("en-GB,en;q=0.9,fr;q=0.8", .english),
      ("de,fr;q=0.5,en;q=0.4", .french),
      ("en;q=0.1, fr-CA;q=0.7", .french), ("*", .french),
    ] as [(String?, Language)])
  func acceptLanguage(header: String?, language: Language) {
    #expect(Language(acceptLanguage: header) == language)
  }
}
