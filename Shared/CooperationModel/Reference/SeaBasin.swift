/// A sea that French authorities share with other countries.
///
/// The countries are those of the regional seas conventions: Cartagena (Caribbean), Nairobi (western Indian Ocean) and
/// Barcelona (Mediterranean, with the State of Palestine); for the Channel and the North Sea, those that lie on them.
public enum SeaBasin: String, Sendable, CaseIterable {
  case caribbean
  case indianOcean = "indian-ocean"
  case mediterranean
  case channel

  /// The French départements that lie on it.
  public var departements: [CollectiviteID] {
    let codes =
      switch self {
      case .caribbean: "971 972 973"
      case .indianOcean: "974 976"
      case .mediterranean: "06 11 13 2A 2B 30 34 66 83"
      case .channel: "14 22 29 35 50 59 62 76 80"
      }
    return codes.split(separator: " ").compactMap { CollectiviteID("departement:\($0)") }
  }

  /// The other countries on it.
  public var countries: [CountryCode] {
    let codes =
      switch self {
      case .caribbean: "AG BB BS BZ CO CR CU DM DO GD GT GY HN HT JM KN LC MX NI PA SR TT VC VE"
      case .indianOcean: "KE KM MG MU MZ SC SO TZ ZA"
      case .mediterranean: "AL BA CY DZ EG ES GR HR IL IT LB LY MA MC ME MT PS SI SY TN TR"
      case .channel: "BE DE DK GB NL NO"
      }
    return codes.split(separator: " ").compactMap { CountryCode(String($0)) }
  }

  /// The one that a country lies on: none is on two of them.
  public init?(of country: CountryCode) {
    guard let basin = Self.allCases.first(where: { $0.countries.contains(country) }) else { return nil }
    self = basin
  }

  public var name: Localized {
    switch self {
    case .caribbean: Localized(fr: "la Caraïbe", en: "the Caribbean")
    case .indianOcean: Localized(fr: "l’océan Indien", en: "the Indian Ocean")
    case .mediterranean: Localized(fr: "la Méditerranée", en: "the Mediterranean")
    case .channel: Localized(fr: "la Manche et la mer du Nord", en: "the Channel and the North Sea")
    }
  }
}
