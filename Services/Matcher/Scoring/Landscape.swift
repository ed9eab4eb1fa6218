import CooperationModel
import ThemeClassifier

/// What ranking needs of the reference data, by small integers instead of ids.
///
/// Authorities are *rows* in the order of their ids, so that a tie broken by row is a tie broken by id. An old code has
/// the row of today's authority. Themes and countries are numbered in the order of their ids too.
///
/// A class, since it never changes and is passed about in every inner loop: one reference instead of twenty arrays.
package final class Landscape: Sendable {
  /// Today's authorities, ascending.
  package let ids: [CollectiviteID]
  let kinds: [CollectiviteKind]
  let populations: [Int32]
  /// The département's number; ``nowhere`` for a région.
  let departements: [UInt8]
  let regions: [UInt8]
  let departementCount: Int
  let regionCount: Int
  /// Territories whose authorities at work are counted: départements, régions, groupings.
  var clusterCount: Int { departementCount + regionCount + groupRows.count }
  /// By number: the rows of a département, and of a région, as the few words of a bitmap that hold any.
  let departementRows: [[RowWord]]
  let regionRows: [[RowWord]]
  let geographies: [Geography]
  /// By kind of place, in the order of their declaration: the rows that lie in one.
  let placeKindRows: [[RowWord]]
  /// The number of the grouping (EPCI) that an authority is, or is a member of; ``noGroup`` where there is none.
  let groups: [UInt16]
  /// By number: the rows of a grouping and its members, ascending.
  let groupRows: [[Int]]
  /// By place (départements, then régions): a département's authorities, or the région itself.
  let placeRows: [[RowWord]]
  /// The territory that an authority is: for a région or a département, its own number.
  let territories: [CollectiviteID: Territory]

  /// The authorities that are the territories, by number.
  let territoryIDs: (regions: [Int: CollectiviteID], departements: [Int: CollectiviteID])

  package let themes: [ThemeID]
  /// Reads the themes of requests that declare none; nil: they are not read.
  let classifier: ThemeClassifier?
  /// The theme one level up; itself for a domain.
  let parents: [UInt8]
  /// The domain.
  let tops: [UInt8]
  package let countries: [CountryCode]
  let sizes: SizeIndex
  /// By country: the number of its UN sub-region.
  let subregions: [Int]
  let subregionNames: [String]
  /// By sub-region: its countries.
  let subregionCountries: [[Int]]
  /// By country: the numbers of its official languages.
  let spoken: [[Int]]
  let spokenLanguages: [LanguageCode]
  let neighbours: [[Int]]
  /// The other countries of its UN sub-region.
  let companions: [[Int]]

  /// By country and place (départements, then régions): how near the place itself is to the country.
  private let proximities: [Proximity]
  /// By country: the places that are near it.
  private let nearPlaces: [[NearPlace]]

  /// The authorities of a département, or one région's own, that are near a country.
  struct NearPlace: Sendable {
    var level: Int
    var rows: [RowWord]
  }

  /// By country: its neighbours, its companions, and the countries that have a language in common with it, itself
  /// included.
  let neighbourSets: [Bits256]
  let companionSets: [Bits256]
  let areaSets: [Bits256]
  /// By place: where it is.
  private let placePoints: [GlobePoint?]
  private let countryPoints: [GlobePoint?]

  private let rows: [CollectiviteID: Int32]
  private let themeNumbers: [ThemeID: UInt8]
  private let countryNumbers: [CountryCode: Int]

  /// The number of an authority that has no département.
  static let nowhere = 255
  /// The number of a grouping that is none.
  static let noGroup = UInt16.max

  /// Sixty-four rows of a bitmap.
  struct RowWord: Sendable {
    var word: Int32
    var rows: UInt64
  }

  enum Territory: Sendable, Equatable {
    case region(Int)
    case departement(Int)
  }

  /// An authority as the registry knows it.
  package struct Authority: Sendable {
    package var id: CollectiviteID
    package var population: Int
    /// Codes of the territory that it lies in, or is.
    package var departement: String?
    package var region: String?
    /// The code of the grouping (EPCI) that it is, or is a member of.
    package var epci: String?
    /// In degrees.
    package var longitude: Double?
    package var latitude: Double?
    package var geography: Geography

    package init(
      id: CollectiviteID, population: Int, departement: String?, region: String?, epci: String? = nil,
      longitude: Double? = nil, latitude: Double? = nil, geography: Geography = []
    ) {
      self.id = id
      self.population = population
      self.departement = departement
      self.region = region
      self.epci = epci
      self.longitude = longitude
      self.latitude = latitude
      self.geography = geography
    }
  }

  /// A country with what lies around it.
  package struct Country: Sendable {
    package var code: CountryCode
    package var neighbours: [CountryCode]
    /// Any name; countries of one name are companions.
    package var subregion: String
    /// Which parts of France have a land border with it, lie overseas on its sea, or lie on its sea at all.
    package var places: [Proximity: Places]
    /// Official and working languages.
    package var languages: [LanguageCode]
    /// A point inside, in degrees.
    package var longitude: Double?
    package var latitude: Double?

    package init(
      code: CountryCode, neighbours: [CountryCode], subregion: String, places: [Proximity: Places] = [:],
      languages: [LanguageCode] = [], longitude: Double? = nil, latitude: Double? = nil
    ) {
      self.code = code
      self.neighbours = neighbours
      self.subregion = subregion
      self.places = places
      self.languages = languages
      self.longitude = longitude
      self.latitude = latitude
    }
  }

  /// How near a part of France itself is to a country.
  package enum Proximity: UInt8, Sendable, CaseIterable {
    case none, sea, overseasSea, border

    /// Of the weight: 2 for all, 1 for half of it.
    @inline(__always)
    var level: Int { self == .none ? 0 : self == .sea ? 1 : 2 }
  }

  /// Départements with all their authorities, and régions by themselves, by their codes.
  package struct Places: Sendable {
    package var departements: Set<String>
    package var regions: Set<String>

    package init(departements: Set<String> = [], regions: Set<String> = []) {
      self.departements = departements
      self.regions = regions
    }
  }

  /// Numbers everything. At most 254 themes, 254 départements and 256 countries are taken; what goes beyond is left out.
  ///
  /// - Parameter successors: old codes, each with the code of today's authority.
  package init(
    authorities: [Authority], successors: [CollectiviteID: CollectiviteID], themes: [ThemeID], countries: [Country],
    classifier: ThemeClassifier? = nil
  ) {
    self.classifier = classifier
    let authorities = authorities.sorted { $0.id < $1.id }
    let departementNumbers = numbers(authorities.compactMap(\.departement).filter { !$0.isEmpty })
    let regionNumbers = numbers(authorities.compactMap(\.region).filter { !$0.isEmpty })
    ids = authorities.map(\.id)
    kinds = authorities.map(\.id.kind)
    populations = authorities.map { Int32(clamping: $0.population) }
    departements = authorities.map { $0.departement.flatMap { departementNumbers[$0] } ?? UInt8(Self.nowhere) }
    regions = authorities.map { $0.region.flatMap { regionNumbers[$0] } ?? UInt8(Self.nowhere) }
    sizes = SizeIndex(populations: populations)
    departementRows = rowWords(departements, count: departementNumbers.count)
    regionRows = rowWords(regions, count: regionNumbers.count)
    let geographies = authorities.map(\.geography)
    self.geographies = geographies
    placeKindRows = PlaceKind.allCases.map { kind in
      rowWords(geographies.map { $0.contains(kind.geography) ? 0 : UInt8(Self.nowhere) }, count: 1)[0]
    }
    departementCount = departementNumbers.count
    regionCount = regionNumbers.count
    let groupCodes = Set(authorities.compactMap(\.epci)).sorted().prefix(Int(Self.noGroup))
    let groupNumbers = Dictionary(uniqueKeysWithValues: groupCodes.enumerated().map { ($1, UInt16($0)) })
    groups = authorities.map { $0.epci.flatMap { groupNumbers[$0] } ?? Self.noGroup }
    var groupRows: [[Int]] = Array(repeating: [], count: groupCodes.count)
    for (row, group) in groups.enumerated() where group != Self.noGroup { groupRows[Int(group)].append(row) }
    self.groupRows = groupRows
    var rows: [CollectiviteID: Int32] = [:]
    rows.reserveCapacity(authorities.count + successors.count)
    for (row, authority) in authorities.enumerated() { rows[authority.id] = Int32(row) }
    for (old, today) in successors where rows[old] == nil {
      if let row = rows[today] { rows[old] = row }
    }
    self.rows = rows
    var territories: [CollectiviteID: Territory] = [:]
    for (row, authority) in authorities.enumerated() {
      switch authority.id.kind {
      case .region: territories[authority.id] = .region(Int(regions[row]))
      case .departement: territories[authority.id] = .departement(Int(departements[row]))
      default: break
      }
    }
    self.territories = territories
    var territoryIDs: (regions: [Int: CollectiviteID], departements: [Int: CollectiviteID]) = ([:], [:])
    for authority in authorities {
      switch territories[authority.id] {
      case .region(let number): territoryIDs.regions[number] = authority.id
      case .departement(let number): territoryIDs.departements[number] = authority.id
      case nil: break
      }
    }
    self.territoryIDs = territoryIDs

    let sortedThemes = Array(themes.sorted().prefix(254))
    self.themes = sortedThemes
    let themeNumbers = Dictionary(
      sortedThemes.enumerated().map { ($1, UInt8($0)) }, uniquingKeysWith: { first, _ in first })
    self.themeNumbers = themeNumbers
    let parents = sortedThemes.enumerated().map { number, theme in
      theme.parent.flatMap { themeNumbers[$0] } ?? UInt8(number)
    }
    self.parents = parents
    tops = parents.map { parents[Int($0)] }

    let sortedCountries = Array(countries.sorted { $0.code < $1.code }.prefix(256))
    self.countries = sortedCountries.map(\.code)
    let countryNumbers = Dictionary(
      sortedCountries.enumerated().map { ($1.code, $0) }, uniquingKeysWith: { first, _ in first })
    self.countryNumbers = countryNumbers
    let neighbours = sortedCountries.map { $0.neighbours.compactMap { countryNumbers[$0] }.sorted() }
    let companions = sortedCountries.map { country in
      sortedCountries.indices.filter {
        sortedCountries[$0].subregion == country.subregion && sortedCountries[$0].code != country.code
      }
    }
    let subregionNames = Set(sortedCountries.map(\.subregion)).sorted()
    self.subregionNames = subregionNames
    let subregions = sortedCountries.map { country in subregionNames.firstIndex(of: country.subregion) ?? 0 }
    self.subregions = subregions
    subregionCountries = subregionNames.indices.map { name in subregions.indices.filter { subregions[$0] == name } }
    let spokenLanguages = Set(sortedCountries.flatMap(\.languages)).sorted()
    self.spokenLanguages = spokenLanguages
    let spoken = sortedCountries.map { country in
      Set(country.languages).compactMap { spokenLanguages.firstIndex(of: $0) }.sorted()
    }
    self.spoken = spoken
    neighbourSets = neighbours.map { Bits256($0) }
    companionSets = companions.map { Bits256($0) }
    areaSets = spoken.map { languages in
      Bits256(spoken.indices.filter { spoken[$0].contains(where: languages.contains) })
    }
    countryPoints = sortedCountries.map { GlobePoint(longitude: $0.longitude, latitude: $0.latitude) }
    self.neighbours = neighbours
    self.companions = companions
    let places = departementNumbers.count + regionNumbers.count
    var proximities = [Proximity](repeating: .none, count: sortedCountries.count * places)
    for (number, country) in sortedCountries.enumerated() {
      // The nearest is taken last.
      for proximity in Proximity.allCases {
        let near = country.places[proximity] ?? Places()
        let departements = near.departements.compactMap { departementNumbers[$0].map(Int.init) }
        let regions = near.regions.compactMap { regionNumbers[$0].map { departementNumbers.count + Int($0) } }
        for place in departements + regions { proximities[number * places + place] = proximity }
      }
    }
    self.proximities = proximities
    let regionRow = territoryIDs.regions.compactMapValues { rows[$0].map(Int.init) }
    let departementRows = departementRows
    let placeRows = (0..<places).map { place in
      if place < departementRows.count { return departementRows[place] }
      return regionRow[place - departementRows.count].map { row in
        [RowWord(word: Int32(row >> 6), rows: 1 << UInt64(row & 63))]
      } ?? []
    }
    self.placeRows = placeRows
    nearPlaces = sortedCountries.indices.map { country in
      (0..<places).compactMap { place in
        let level = proximities[country * places + place].level
        return level > 0 && !placeRows[place].isEmpty ? NearPlace(level: level, rows: placeRows[place]) : nil
      }
    }
    // A département is where its most populous authority is: itself, or who has its powers.
    var largest = [Int?](repeating: nil, count: places)
    for (row, authority) in authorities.enumerated() {
      let place = Self.place(Int(departements[row]), Int(regions[row]), departementNumbers.count)
      guard place < places, largest[place].map({ authorities[$0].population < authority.population }) ?? true else {
        continue
      }
      largest[place] = row
    }
    placePoints = largest.map { row in
      row.flatMap { GlobePoint(longitude: authorities[$0].longitude, latitude: authorities[$0].latitude) }
    }
  }

  /// How near an authority's own place is to a country.
  ///
  /// - Parameter departement: ``nowhere`` for a région, which counts by itself.
  @inline(__always)
  func proximity(of departement: Int, _ region: Int, to country: Int) -> Proximity {
    let place = departement != Self.nowhere ? departement : departementCount + region
    guard place < departementCount + regionCount else { return .none }
    return proximities[country * (departementCount + regionCount) + place]
  }

  /// The number of an authority's own place: its département's, or a région's, after those.
  ///
  /// - Parameter departement: ``nowhere`` for a région.
  @inline(__always)
  func place(of departement: Int, _ region: Int) -> Int { Self.place(departement, region, departementCount) }

  private static func place(_ departement: Int, _ region: Int, _ departementCount: Int) -> Int {
    departement != nowhere ? departement : departementCount + region
  }

  /// How far a place may be from the middle of its country; one beyond is taken for a mistake.
  static let plausible = GlobePoint.Distance(kilometres: 3_000)

  /// The places at most so far from where a request comes from: its authority's place, or else the country's middle.
  func placesWithin(_ distance: GlobePoint.Distance, of origin: GlobePoint) -> Bits256 {
    var result = Bits256()
    for (place, point) in placePoints.enumerated() where point?.isWithin(distance, of: origin) == true {
      result.insert(place)
    }
    return result
  }

  /// Where a request comes from, and whether that is the authority's own place.
  func origin(of request: PartnershipRequest) -> (point: GlobePoint, isPlace: Bool)? {
    let middle = number(of: request.country).flatMap { countryPoints[$0] }
    let places = request.authorities.lazy.compactMap { GlobePoint(longitude: $0.longitude, latitude: $0.latitude) }
    if let place = places.first, middle.map({ $0.isWithin(Self.plausible, of: place) }) ?? true {
      return (place, true)
    }
    return middle.map { ($0, false) }
  }

  func hasProximity(to country: Int) -> Bool { !nearPlaces[country].isEmpty }

  func placesNear(_ country: Int) -> [NearPlace] { nearPlaces[country] }

  /// The row of an authority, of its successor when it has been merged; nil when the registry knows neither.
  package func row(of id: CollectiviteID) -> Int? { rows[id].map(Int.init) }

  /// Today's authority: itself, or its successor.
  package func today(_ id: CollectiviteID) -> CollectiviteID? { rows[id].map { ids[Int($0)] } }

  func number(of theme: ThemeID) -> Int? { themeNumbers[theme].map(Int.init) }
  func number(of country: CountryCode) -> Int? { countryNumbers[country] }
}

/// Numbers the distinct texts in their order.
private func numbers(_ texts: [String]) -> [String: UInt8] {
  var result: [String: UInt8] = [:]
  for (number, text) in Set(texts).sorted().prefix(254).enumerated() { result[text] = UInt8(number) }
  return result
}

/// The rows of each territory as words of a bitmap, ascending.
private func rowWords(_ territories: [UInt8], count: Int) -> [[Landscape.RowWord]] {
  var result: [[Landscape.RowWord]] = Array(repeating: [], count: count)
  for (row, territory) in territories.enumerated() where Int(territory) < count {
    let number = Int(territory)
    let word = Int32(row >> 6)
    if result[number].last?.word != word { result[number].append(Landscape.RowWord(word: word, rows: 0)) }
    result[number][result[number].count - 1].rows |= 1 << UInt64(row & 63)
  }
  return result
}
