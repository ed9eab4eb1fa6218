/// The days and hours of Paris, in which campaigns open and close, days are counted and messages are dated.
///
/// Computed from the rule of directive 2000/84/EC (summer time from the last Sunday of March to the last Sunday of
/// October, both at 01:00 UTC), not from a machine's time zone files: the same everywhere, and present everywhere. Holds
/// for 1996 and later.
public enum ParisTime {
  /// What Paris is ahead of UTC.
  public static func offset(at instant: Instant) -> Instant.Span { isSummer(instant) ? .hours(2) : .hours(1) }

  /// The day that it is in Paris.
  public static func day(of instant: Instant) -> Day { (instant + offset(at: instant)).day }

  /// The first millisecond of a day in Paris. No change of clocks falls on a midnight.
  public static func start(of day: Day) -> Instant { instant(day, hour: 0) }

  /// When that hour of that day begins in Paris. Hours that a change of the clock skips or repeats are not asked for.
  public static func instant(_ day: Day, hour: Int64) -> Instant {
    let local = day.start + .hours(hour)
    return local - offset(at: local - .hours(1))
  }

  /// Hour and minute on the clocks of Paris.
  public static func clock(of instant: Instant) -> (hour: Int, minute: Int) {
    let local = instant + offset(at: instant)
    let minutes = Int((local - local.day.start).milliseconds / 60_000)
    return (minutes / 60, minutes % 60)
  }

  private static func isSummer(_ instant: Instant) -> Bool {
    let year = instant.day.year
    guard let spring = lastSunday(year, month: 3), let autumn = lastSunday(year, month: 10) else { return false }
    return instant >= spring.start + .hours(1) && instant < autumn.start + .hours(1)
  }

  /// Both months have 31 days. 1970-01-01 was a Thursday, so a Sunday's count of days leaves 3 when divided by 7.
  private static func lastSunday(_ year: Int, month: Int) -> Day? {
    guard let last = Day(year: year, month: month, day: 31) else { return nil }
    return last + -((last.daysSince1970 + 4) % 7 + 7) % 7
  }
}
