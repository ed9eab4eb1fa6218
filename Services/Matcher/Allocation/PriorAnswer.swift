import CooperationModel

/// What a collectivité answered to an earlier lead, and how that weighs in the order of new offers.
///
/// | answer | on what | share of the weight |
/// |---|---|---|
/// | interested, introduced | the same country or field | + 1/6 |
/// | concluded | the same country or field | + 1/4 |
/// | declined: theme | the same field | − 1/3 |
/// | declined: country | the same country | − 1/3 |
/// | declined: another reason | anything | − 1/12 |
/// | no answer in time | anything | − 1/12 |
///
/// The last twelve count; their sum is cut at the weight, either way. So an answer moves an offer's place within a known
/// bound, and nobody is shut out by it.
struct PriorAnswer: Sendable, Equatable {
  static let remembered = 12

  let id: LeadID
  let offeredAt: Instant
  let status: Lead.Status
  let reason: Lead.Reason?
  let country: CountryCode
  /// The fields (or domains) of its themes, ascending.
  let fields: [UInt8]

  /// Nil for a lead that says nothing of the collectivité: it waits, or was withdrawn.
  init?(_ lead: Lead, in landscape: Landscape) {
    switch lead.status {
    case .interested, .introduced, .concluded, .declined, .lapsed: break
    case .offered, .withdrawn: return nil
    }
    id = lead.id
    offeredAt = lead.offeredAt
    status = lead.status
    reason = lead.reason
    country = lead.facts.country
    fields = Self.fields(of: lead.facts.themes, in: landscape)
  }

  func precedes(_ other: PriorAnswer) -> Bool { (offeredAt, id) < (other.offeredAt, other.id) }

  static func fields(of themes: [ThemeID], in landscape: Landscape) -> [UInt8] {
    Set(
      themes.compactMap { landscape.number(of: $0) }.map { number in
        let theme = landscape.themes[number]
        return theme.level == 3 ? landscape.parents[number] : UInt8(number)
      }
    ).sorted()
  }

  /// What this answer adds for a request in a country with themes in some fields.
  func points(country: CountryCode, fields: [UInt8], weight: Int) -> Int {
    let sharesField = self.fields.contains { fields.contains($0) }
    switch (status, reason) {
    case (.interested, _), (.introduced, _): return sharesField || self.country == country ? weight / 6 : 0
    case (.concluded, _): return sharesField || self.country == country ? weight / 4 : 0
    case (.declined, .theme): return sharesField ? -weight / 3 : 0
    case (.declined, .country): return self.country == country ? -weight / 3 : 0
    case (.declined, _), (.lapsed, _): return -weight / 12
    case (.offered, _), (.withdrawn, _): return 0
    }
  }
}
