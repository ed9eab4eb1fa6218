import CooperationModel

/// The hours of Paris, which people's days are counted in.
///
/// Computed from the rule of directive 2000/84/EC (summer time from the last Sunday of March to the last Sunday of
/// October, both at 01:00 UTC), so that it does not depend on a machine's time zone files.
package enum ParisTime {
  /// What Paris is ahead of UTC.
  package static func offset(at instant: Instant) -> Instant.Span {
    let year = instant.day.year
    guard let spring = lastSunday(year, month: 3), let autumn = lastSunday(year, month: 10) else { return .hours(1) }
    let summer = (spring.start + .hours(1))..<(autumn.start + .hours(1))
    return summer.contains(instant) ? .hours(2) : .hours(1)
  }

  /// The day that it is in Paris.
  package static func day(at instant: Instant) -> Day { (instant + offset(at: instant)).day }

  /// When that hour of that day begins in Paris. Hours that a change of the clock skips or repeats are not asked for.
  package static func instant(_ day: Day, hour: Int64) -> Instant {
    let local = day.start + .hours(hour)
    return local - offset(at: local - .hours(1))
  }

  /// The next time that a day's digests are sent: 07:00, later than the given instant.
  package static func nextDigest(after instant: Instant) -> Instant {
    let today = self.instant(day(at: instant), hour: digestHour)
    return today > instant ? today : self.instant(day(at: instant) + 1, hour: digestHour)
  }

  /// The hour at which daily digests leave.
  package static let digestHour: Int64 = 7

  private static func lastSunday(_ year: Int, month: Int) -> Day? {
    // Both months have 31 days. 1970-01-01 was a Thursday, so Sundays are 3 modulo 7.
    guard let last = Day(year: year, month: month, day: 31) else { return nil }
    return last + -((last.daysSince1970 + 4) % 7 + 7) % 7
  }
}
