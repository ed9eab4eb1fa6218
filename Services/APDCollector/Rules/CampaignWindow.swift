import CooperationModel

/// When declarations for a year are taken: from the first moment of one day to the last of another, in Paris.
///
/// The time of receipt decides, not the time at which a declaration is examined: one received at 23:59:59.999 on the
/// last day is in time whatever happens after.
package struct CampaignWindow: Equatable, Sendable {
  package let year: Int
  package let opensOn: Day
  /// The last day.
  package let closesOn: Day

  /// The window that the setting `campaign:<year>` sets; without one, 15 April to 31 May of the year after.
  ///
  /// Nil when the year has no calendar of its own to compute it from.
  package init?(year: Int, setting: CampaignSettings?) {
    guard let opensOn = setting?.opensOn ?? Day(year: year + 1, month: 4, day: 15),
      let closesOn = setting?.closesOn ?? Day(year: year + 1, month: 5, day: 31)
    else { return nil }
    self.year = year
    self.opensOn = opensOn
    self.closesOn = closesOn
  }

  package var opens: Instant { ParisTime.start(of: opensOn) }
  /// The first moment that is too late.
  package var closes: Instant { ParisTime.start(of: closesOn + 1) }

  package func contains(_ receivedAt: Instant) -> Bool { receivedAt >= opens && receivedAt < closes }

  /// Why a declaration received then is not taken; nil when it is.
  package func violation(receivedAt: Instant) -> Violation? {
    if receivedAt < opens {
      return Violation(
        "/year", "campaign-not-open",
        fr: "La campagne \(year) ouvre le \(Typography.day(opensOn, .french)) à 0 h, heure de Paris.",
        en: "The campaign for \(year) opens on \(Typography.day(opensOn, .english)) at 00:00, Paris time.")
    }
    if receivedAt >= closes {
      return Violation(
        "/year", "campaign-closed",
        fr: """
          La campagne \(year) s’est terminée le \(Typography.day(closesOn, .french)) à minuit, heure de Paris\u{202F}; \
          demandez sa réouverture au ministère.
          """,
        en: """
          The campaign for \(year) ended on \(Typography.day(closesOn, .english)) at midnight, Paris time; \
          ask the ministry to open it again.
          """)
    }
    return nil
  }
}
