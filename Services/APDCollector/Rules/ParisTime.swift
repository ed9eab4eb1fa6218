import CooperationModel

/// Days and clock times in Paris, where campaigns open and close.
///
/// Computed from the rule of Directive 2000/84/EC (summer time from 01:00 UTC on the last Sunday of March to 01:00 UTC
/// on the last Sunday of October), not from the machine's time zone files: the same everywhere, and present everywhere.
/// Holds for 1996 and later.
package enum ParisTime {
  /// The first millisecond of a day in Paris. No change of clocks falls on a midnight.
  package static func start(of day: Day) -> Instant {
    let winter = day.start - .hours(1)
    return isSummer(winter) ? day.start - .hours(2) : winter
  }

  /// The day in Paris.
  package static func day(of instant: Instant) -> Day { (instant + offset(at: instant)).day }

  /// Hour and minute on the clocks of Paris.
  package static func clock(of instant: Instant) -> (hour: Int, minute: Int) {
    let local = instant + offset(at: instant)
    let minutes = Int((local - local.day.start).milliseconds / 60_000)
    return (minutes / 60, minutes % 60)
  }

  private static func offset(at instant: Instant) -> Instant.Span { isSummer(instant) ? .hours(2) : .hours(1) }

  private static func isSummer(_ instant: Instant) -> Bool {
    let year = instant.day.year
    guard let march = Day(year: year, month: 3, day: 31), let october = Day(year: year, month: 10, day: 31) else {
      return false
    }
    return instant >= lastSunday(upTo: march).start + .hours(1) && instant < lastSunday(upTo: october).start + .hours(1)
  }

  /// 1970-01-01 was a Thursday, so a Sunday's count of days leaves 3 when divided by 7.
  private static func lastSunday(upTo day: Day) -> Day { day + -((day.daysSince1970 + 4) % 7) }
}
