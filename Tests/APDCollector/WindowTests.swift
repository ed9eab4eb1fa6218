import APDCollector
import CooperationModel
import Foundation
import Testing

@Suite("The campaign's window")
struct WindowTests {
  @Test(
    "by default from 15 April to 31 May of the year after, to the millisecond in Paris",
    arguments: [
      ("2026-04-14T21:59:59.999Z", false), ("2026-04-14T22:00:00.000Z", true), ("2026-05-31T21:59:59.999Z", true),
      ("2026-05-31T22:00:00.000Z", false),
    ])
  func defaults(text: String, isIn: Bool) throws {
    let window = try #require(CampaignWindow(year: 2025, setting: nil))
    #expect(try window.contains(time(text)) == isIn)
    #expect(try (window.violation(receivedAt: time(text)) == nil) == isIn)
  }

  @Test("a setting moves it, in winter too, and to 29 February")
  func setting() throws {
    let setting = CampaignSettings(
      year: 2027, opensOn: try #require(Day("2028-02-01")), closesOn: try #require(Day("2028-02-29")))
    let window = try #require(CampaignWindow(year: 2027, setting: setting))
    #expect(window.opens.description == "2028-01-31T23:00:00.000Z")
    #expect(window.closes.description == "2028-02-29T23:00:00.000Z")
    #expect(try window.contains(time("2028-02-29T22:59:59.999Z")))
    #expect(try !window.contains(time("2028-02-29T23:00:00.000Z")))
  }

  @Test("days in Paris are those of the time zone's own history")
  func parisTime() throws {
    let zone = try #require(TimeZone(identifier: "Europe/Paris"))
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    let first = try #require(Day("1996-01-01"))
    for offset in 0..<(365 * 41) {
      let day = first + offset
      let start = ParisTime.start(of: day)
      let date = Date(timeIntervalSince1970: Double(start.milliseconds) / 1_000)
      let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute], from: date)
      let expected = day.components
      #expect(parts.year == expected.year && parts.month == expected.month && parts.day == expected.day)
      #expect(parts.hour == 0 && parts.minute == 0)
      #expect(ParisTime.day(of: start) == day)
      #expect(ParisTime.day(of: start - .milliseconds(1)) == day + -1)
      #expect(ParisTime.clock(of: start + .hours(12) + .minutes(7)).minute == 7)
    }
  }
}
