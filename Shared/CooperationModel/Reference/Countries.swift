/// A country or territory of ISO 3166-1, or Kosovo.
public struct Country: Hashable, Sendable {
  public let code: CountryCode
  /// As people say it: Moldavie, not République de Moldova.
  public let name: Localized
  /// Nil for Antarctica alone.
  public let region: WorldRegion?
  public let subregion: WorldSubregion?
  /// Official and working languages, the most useful for a French partner first where there is a choice.
  public let languages: [LanguageCode]
  /// Across a land border.
  public let neighbours: [CountryCode]
  /// A point inside, in degrees: the centre of the largest outline, or of the island.
  public let longitude: Double?
  public let latitude: Double?
}

/// All countries and territories, by code.
public struct Countries: Sendable {
  /// Ordered by code; a country's place is its ``index(of:)``.
  public let all: [Country]
  private let places: [CountryCode: Int]
  /// By the folded name.
  private let byName: [String: CountryCode]

  init(rows: ReferenceRows) throws(ReferenceDataError) {
    var all: [Country] = []
    for fields in rows.fields {
      let country = Country(
        code: try rows.require(CountryCode(fields[0]), fields[0], CountryCode.form),
        name: Localized(fr: fields[1], en: fields[2]),
        region: fields[3].isEmpty
          ? nil : try rows.require(WorldRegion(rawValue: fields[3]), fields[3], "a region of the world"),
        subregion: fields[4].isEmpty
          ? nil : try rows.require(WorldSubregion(rawValue: fields[4]), fields[4], "a subregion of the world"),
        languages: try rows.identifiers(fields[5]), neighbours: try rows.identifiers(fields[6]),
        longitude: Double(fields[7]), latitude: Double(fields[8]))
      all.append(country)
    }
    self.all = all
    var places: [CountryCode: Int] = [:]
    var byName: [String: CountryCode] = [:]
    for (place, country) in all.enumerated() {
      places[country.code] = place
      for name in rows.fields[place][9].split(separator: "|") { byName[String(name)] = country.code }
    }
    self.places = places
    self.byName = byName
  }

  public subscript(code: CountryCode) -> Country? { places[code].map { all[$0] } }

  /// The country of a code written as text.
  public subscript(text: String) -> Country? { CountryCode(text).flatMap { self[$0] } }

  public var count: Int { all.count }
  public func contains(_ code: CountryCode) -> Bool { places[code] != nil }

  /// A dense number for arrays beside ``all``; not stable between versions of the data.
  public func index(of code: CountryCode) -> Int? { places[code] }

  /// The country of that French or English name, short or formal, or code, whatever its accents and case: for imports.
  public func named(_ name: String) -> Country? {
    if let country = self[name] { return country }
    return byName[String(decoding: Registry.fold(name, isPrefix: false), as: UTF8.self)].flatMap { self[$0] }
  }

  /// In the order of their names in a language, accents aside.
  public func sorted(in language: Language) -> [Country] {
    all.map { (key: Registry.fold($0.name[language], isPrefix: false), country: $0) }
      .sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.country)
  }

  /// True when the two share a land border.
  public func areNeighbours(_ one: CountryCode, _ other: CountryCode) -> Bool {
    self[one]?.neighbours.contains(other) ?? false
  }
}

/// The regions of the world in the United Nations' M49.
public enum WorldRegion: String, Codable, Sendable, CaseIterable {
  case africa, americas, asia, europe, oceania

  public var label: Localized {
    switch self {
    case .africa: Localized(fr: "Afrique", en: "Africa")
    case .americas: Localized(fr: "Amériques", en: "Americas")
    case .asia: Localized(fr: "Asie", en: "Asia")
    case .europe: Localized(fr: "Europe", en: "Europe")
    case .oceania: Localized(fr: "Océanie", en: "Oceania")
    }
  }
}

/// The subregions of M49; in Africa and Latin America its intermediate regions.
public enum WorldSubregion: String, Codable, Sendable, CaseIterable {
  case northernAfrica = "northern-africa"
  case westernAfrica = "western-africa"
  case middleAfrica = "middle-africa"
  case easternAfrica = "eastern-africa"
  case southernAfrica = "southern-africa"
  case northernAmerica = "northern-america"
  case centralAmerica = "central-america"
  case caribbean
  case southAmerica = "south-america"
  case centralAsia = "central-asia"
  case easternAsia = "eastern-asia"
  case southEasternAsia = "south-eastern-asia"
  case southernAsia = "southern-asia"
  case westernAsia = "western-asia"
  case easternEurope = "eastern-europe"
  case northernEurope = "northern-europe"
  case southernEurope = "southern-europe"
  case westernEurope = "western-europe"
  case australiaNewZealand = "australia-new-zealand"
  case melanesia, micronesia, polynesia

  public var region: WorldRegion {
    switch self {
    case .northernAfrica, .westernAfrica, .middleAfrica, .easternAfrica, .southernAfrica: .africa
    case .northernAmerica, .centralAmerica, .caribbean, .southAmerica: .americas
    case .centralAsia, .easternAsia, .southEasternAsia, .southernAsia, .westernAsia: .asia
    case .easternEurope, .northernEurope, .southernEurope, .westernEurope: .europe
    case .australiaNewZealand, .melanesia, .micronesia, .polynesia: .oceania
    }
  }

  public var label: Localized {
    switch self {
    case .northernAfrica: Localized(fr: "Afrique du Nord", en: "Northern Africa")
    case .westernAfrica: Localized(fr: "Afrique de l’Ouest", en: "Western Africa")
    case .middleAfrica: Localized(fr: "Afrique centrale", en: "Middle Africa")
    case .easternAfrica: Localized(fr: "Afrique de l’Est et océan Indien", en: "Eastern Africa and Indian Ocean")
    case .southernAfrica: Localized(fr: "Afrique australe", en: "Southern Africa")
    case .northernAmerica: Localized(fr: "Amérique du Nord", en: "Northern America")
    case .centralAmerica: Localized(fr: "Amérique centrale", en: "Central America")
    case .caribbean: Localized(fr: "Caraïbes", en: "Caribbean")
    case .southAmerica: Localized(fr: "Amérique du Sud", en: "South America")
    case .centralAsia: Localized(fr: "Asie centrale", en: "Central Asia")
    case .easternAsia: Localized(fr: "Asie de l’Est", en: "Eastern Asia")
    case .southEasternAsia: Localized(fr: "Asie du Sud-Est", en: "South-eastern Asia")
    case .southernAsia: Localized(fr: "Asie du Sud", en: "Southern Asia")
    case .westernAsia: Localized(fr: "Asie de l’Ouest", en: "Western Asia")
    case .easternEurope: Localized(fr: "Europe de l’Est", en: "Eastern Europe")
    case .northernEurope: Localized(fr: "Europe du Nord", en: "Northern Europe")
    case .southernEurope: Localized(fr: "Europe du Sud", en: "Southern Europe")
    case .westernEurope: Localized(fr: "Europe de l’Ouest", en: "Western Europe")
    case .australiaNewZealand: Localized(fr: "Australie et Nouvelle-Zélande", en: "Australia and New Zealand")
    case .melanesia: Localized(fr: "Mélanésie", en: "Melanesia")
    case .micronesia: Localized(fr: "Micronésie", en: "Micronesia")
    case .polynesia: Localized(fr: "Polynésie", en: "Polynesia")
    }
  }
}
