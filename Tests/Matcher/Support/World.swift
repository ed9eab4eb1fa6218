import CooperationModel
import Testing

@testable import Matcher

/// A small random world with everything that scoring looks at, dense enough that every factor is met.
struct World {
  var seed: Seed
  var place: Seed
  var nature: Seed
  let authorities: [Landscape.Authority]
  let successors: [CollectiviteID: CollectiviteID]
  let themes: [ThemeID]
  let countries: [Landscape.Country]
  let landscape: Landscape
  var profiles: [CollectiviteID: Profile] = [:]
  var cooperations: [CooperationID: Cooperation] = [:]
  var contacts: [ContactID: Contact] = [:]

  static let languages = ["fr", "en", "es", "pt", "ar"].compactMap(LanguageCode.init)

  init(seed number: UInt64, communes: Int = 150) throws {
    var seed = Seed(seed: number)
    // Apart, so that what it draws moves nothing else.
    var place = Seed(seed: number &+ 1_000)
    var nature = Seed(seed: number &+ 2_000)
    var natures = (departements: [String: Geography](), regions: [String: Geography]())
    var authorities: [Landscape.Authority] = []
    func add(_ id: String, _ population: Int, _ departement: String?, _ region: String) throws {
      authorities.append(
        Landscape.Authority(
          id: try #require(CollectiviteID(id)), population: population, departement: departement, region: region,
          epci: id.hasPrefix("commune:") || id.hasPrefix("epci:")
            ? place.chance(80) ? "g\(Int.random(in: 0..<15, using: &place))" : nil : nil,
          longitude: Double.random(in: -10...20, using: &place), latitude: Double.random(in: 30...60, using: &place),
          geography: (departement.map { natures.departements[$0] } ?? natures.regions[region]) ?? []))
    }
    for region in 1...3 {
      for departement in 0..<4 {
        let kinds = nature.some(PlaceKind.allCases, 0...2)
        let geography = kinds.reduce(into: Geography()) { $0.formUnion($1.geography) }
        natures.departements["\(region)\(departement)"] = geography
        natures.regions["1\(region)", default: []].formUnion(geography)
      }
      try add("region:1\(region)", 3_000_000, nil, "1\(region)")
      for departement in 0..<4 {
        let code = "\(region)\(departement)"
        try add("departement:\(code)", Int.random(in: 100_000...2_000_000, using: &seed), code, "1\(region)")
      }
    }
    for number in 0..<communes {
      let region = Int.random(in: 1...3, using: &seed)
      let departement = "\(region)\(Int.random(in: 0..<4, using: &seed))"
      let id = seed.chance(20) ? "epci:\(200_000_000 + number)" : "commune:\(departement)\(100 + number)"
      try add(id, seed.chance(5) ? 0 : Int.random(in: 1...60, using: &seed) * 700, departement, "1\(region)")
    }
    self.authorities = authorities
    var successors: [CollectiviteID: CollectiviteID] = [:]
    for number in 0..<10 {
      successors[try #require(CollectiviteID("commune:99\(100 + number)"))] = seed.pick(authorities).id
    }
    self.successors = successors
    var themes: [ThemeID] = []
    for domain in ["a", "b", "c"] {
      themes.append(try #require(ThemeID(domain)))
      for field in ["x", "y", "z"] {
        themes.append(try #require(ThemeID("\(domain)/\(field)")))
        for leaf in ["k", "l", "m"] { themes.append(try #require(ThemeID("\(domain)/\(field)/\(leaf)"))) }
      }
    }
    self.themes = themes
    let codes = try ["AA", "BB", "CC", "DD", "EE", "FF", "GG"].map { try #require(CountryCode($0)) }
    countries = codes.enumerated().map { index, code in
      Landscape.Country(
        code: code, neighbours: index % 3 == 2 ? [] : [codes[index % 3 == 0 ? min(index + 1, 6) : index - 1]],
        subregion: "s\(index / 3)",
        places: index == 6
          ? [:]
          : [
            .border: Landscape.Places(departements: ["1\(index % 4)"], regions: index % 2 == 0 ? ["11"] : []),
            .overseasSea: Landscape.Places(departements: index % 3 == 0 ? ["30", "31"] : [], regions: ["13"]),
            .sea: Landscape.Places(departements: ["1\(index % 4)", "2\(index % 4)", "30"], regions: ["12", "13"]),
          ], languages: place.some(Self.languages, 0...2),
        longitude: index == 5 ? nil : Double.random(in: -20...30, using: &place),
        latitude: Double.random(in: 20...70, using: &place))
    }
    self.place = place
    self.nature = nature
    landscape = Landscape(authorities: authorities, successors: successors, themes: themes, countries: countries)
    self.seed = seed
    for authority in authorities where self.seed.chance(60) { try addProfile(authority.id) }
    for old in successors.keys.sorted() where self.seed.chance(50) { try addProfile(old) }
    for _ in 0..<60 { try addCooperation() }
    for authority in authorities where self.seed.chance(70) { try addContact(authority.id) }
    for old in successors.keys.sorted() where self.seed.chance(50) { try addContact(old) }
  }

  mutating func profile(_ id: CollectiviteID) -> Profile {
    Profile(
      collectivite: id, version: 1, status: seed.chance(8) ? .paused : .active, themes: seed.some(themes, 0...4),
      countries: seed.some(countries.map(\.code), 0...2), languages: seed.some(Self.languages, 0...2),
      labels: seed.chance(15) ? seed.some(themes, 1...2) : [], forms: seed.some(CooperationForm.allCases, 0...3),
      weeklyLimit: Int.random(in: 0...4, using: &seed))
  }

  mutating func addProfile(_ id: CollectiviteID) throws { profiles[id] = profile(id) }

  mutating func addCooperation() throws {
    let id = try #require(CooperationID(seed.uuid()))
    cooperations[id] = Cooperation(
      id: id, version: 1, title: "Eau", country: seed.pick(countries).code,
      foreignPartners: [ForeignAuthority(name: seed.pick(["Ville A", "Ville B", "Ville É"]), kind: .municipality)],
      collectivites: seed.some(authorities.map(\.id) + successors.keys.sorted(), 1...3),
      themes: seed.some(themes, 0...3), status: seed.pick(Cooperation.Status.allCases))
  }

  mutating func addContact(_ id: CollectiviteID) throws {
    let contact = try #require(ContactID(seed.uuid()))
    contacts[contact] = Contact(
      id: contact, version: 1, owner: OwnerID(id), status: seed.chance(80) ? .confirmed : .pending, name: "Service",
      email: "contact@example.fr", language: .french, since: Instant(milliseconds: 0))
  }

  mutating func request() throws -> PartnershipRequest {
    var wanted = WantedPartner()
    if seed.chance(40) { wanted.kinds = seed.some(CollectiviteKind.allCases, 1...2) }
    if seed.chance(40) {
      wanted.populationMin = Int.random(in: 0...30_000, using: &seed)
      if seed.chance(50) {
        wanted.populationMax = (wanted.populationMin ?? 0) + Int.random(in: 0...40_000, using: &seed)
      }
    }
    if seed.chance(40) {
      wanted.territories = seed.some(authorities.filter { $0.id.kind != .commune }.map(\.id), 1...2)
    }
    if nature.chance(30) { wanted.places = nature.some(PlaceKind.allCases, 1...2) }
    if seed.chance(30) { wanted.expertise = seed.some(themes, 1...2) }
    // Some from afar: a place that cannot be in the country.
    let isPlaced = place.chance(50)
    return PartnershipRequest(
      id: try #require(RequestID(seed.uuid())), version: 3, status: .published, country: seed.pick(countries).code,
      authorities: [
        ForeignAuthority(
          name: seed.chance(10) ? "VILLE É" : "Autre", kind: seed.pick(ForeignAuthority.Kind.allCases),
          population: seed.chance(60) ? Int.random(in: 0...80_000, using: &seed) : nil,
          longitude: isPlaced ? Double.random(in: -90...90, using: &place) : nil,
          latitude: isPlaced ? Double.random(in: 0...80, using: &place) : nil)
      ], title: "Titre", summary: "Résumé", themes: seed.chance(10) ? [] : seed.some(themes, 1...5),
      forms: seed.some(CooperationForm.allCases, 0...2), wanted: wanted, languages: seed.some(Self.languages, 0...2),
      existingPartners: seed.some(authorities.map(\.id), 0...2))
  }

  /// The candidates, with everything arriving in a random order.
  mutating func candidates(shuffledBy number: UInt64 = 1) -> Candidates {
    enum Arrival {
      case profile(Profile)
      case cooperation(Cooperation)
      case contact(Contact)
    }
    var order = Seed(seed: number)
    let arrivals =
      (profiles.sorted { $0.key < $1.key }.map { Arrival.profile($0.value) }
      + cooperations.sorted { $0.key < $1.key }.map { Arrival.cooperation($0.value) }
      + contacts.sorted { $0.key < $1.key }.map { Arrival.contact($0.value) }).shuffled(using: &order)
    var result = Candidates(landscape)
    for arrival in arrivals {
      switch arrival {
      case .profile(let profile): _ = result.update(profile: profile, for: profile.collectivite)
      case .cooperation(let cooperation): _ = result.update(cooperation: cooperation, for: cooperation.id)
      case .contact(let contact): _ = result.update(contact: contact, for: contact.id)
      }
    }
    return result
  }
}
