import CooperationModel

extension ParisTime {
  /// The hour at which daily digests leave.
  package static let digestHour: Int64 = 7

  /// The next time that a day's digests are sent: 07:00, later than the given instant.
  package static func nextDigest(after instant: Instant) -> Instant {
    let today = self.instant(day(of: instant), hour: digestHour)
    return today > instant ? today : self.instant(day(of: instant) + 1, hour: digestHour)
  }
}
