import CooperationModel
import Foundation

@testable import Matcher

/// The score as the documentation of `ScoringModel` states it, written from the entities and the registry, one pair at
/// a time: it shares no code with the columns, bitmaps and tables that it checks.
struct PlainScoring {
  let world: World
  let settings: ScoringSettings
  private let today: [CollectiviteID: CollectiviteID]
  private let places: [CollectiviteID: Landscape.Authority]
  private var cooperationsOf: [CollectiviteID: [Cooperation]] = [:]
  private var profileOf: [CollectiviteID: Profile] = [:]
  private var writable: Set<CollectiviteID> = []

  init(_ world: World, _ settings: ScoringSettings) {
    self.world = world
    self.settings = settings
    var today = world.successors
    var places: [CollectiviteID: Landscape.Authority] = [:]
    for authority in world.authorities {
      today[authority.id] = authority.id
      places[authority.id] = authority
    }
    self.today = today
    self.places = places
    for cooperation in world.cooperations.values {
      for id in Set(cooperation.collectivites.compactMap { today[$0] }) {
        cooperationsOf[id, default: []] += [cooperation]
      }
    }
    for profile in world.profiles.values.sorted(by: { $1.collectivite < $0.collectivite }) {
      guard let id = today[profile.collectivite], profileOf[id]?.collectivite != id else { continue }
      profileOf[id] = profile
    }
    for contact in world.contacts.values where contact.status == .confirmed {
      if let id = contact.owner.collectivite.flatMap({ today[$0] }) { writable.insert(id) }
    }
  }

  struct Pair: Equatable {
    var points: [Factor.Code: Int] = [:]
    var substance = false
    var score: Int { points.values.reduce(0, +) }
  }

  private func weight(_ code: Factor.Code) -> Int { settings.weights[code.rawValue] ?? 0 }

  func profile(of id: CollectiviteID) -> Profile? { profileOf[id] }
  func cooperations(of id: CollectiviteID) -> [Cooperation] { cooperationsOf[id] ?? [] }
  func isWritable(_ id: CollectiviteID) -> Bool { writable.contains(id) }

  func isCandidate(_ id: CollectiviteID) -> Bool {
    if let profile = profile(of: id) { return profile.status == .active }
    return !cooperations(of: id).isEmpty
  }

  func isPartner(_ id: CollectiviteID, _ request: PartnershipRequest) -> Bool {
    (request.existingPartners + request.partners).contains { today[$0] == id }
      || cooperations(of: id).contains { cooperation in
        cooperation.country == request.country
          && cooperation.foreignPartners.contains { partner in
            request.authorities.contains { foldedName($0.name) == foldedName(partner.name) }
          }
      }
  }

  private func chain(_ theme: ThemeID) -> [ThemeID] { [theme] + (theme.parent.map(chain) ?? []) }

  /// 100, 45, 15 or nothing.
  private func affinity(_ wanted: ThemeID, _ owned: [ThemeID]) -> Int {
    owned.map { theme in
      let above = chain(theme)
      if above.contains(wanted) { return 100 }
      if let parent = wanted.parent, parent.level == 2, above.contains(parent) { return 45 }
      return chain(wanted).last == above.last ? 15 : 0
    }.max() ?? 0
  }

  func pair(_ request: PartnershipRequest, _ id: CollectiviteID) -> Pair {
    var pair = Pair()
    let profile = profile(of: id)
    let cooperations = cooperations(of: id)
    let there = cooperations.filter { $0.country == request.country }
    let themes = (profile?.themes ?? []) + (profile?.labels ?? []) + cooperations.flatMap(\.themes)
    var wanted: [ThemeID] = []
    for theme in request.themes + request.wanted.expertise where !wanted.contains(theme) && wanted.count < 8 {
      wanted.append(theme)
    }
    let priorities = [100, 80, 65, 55, 45, 40, 35, 30]

    let base = weight(.theme) * 3 / 4
    var evidence = 0
    for (theme, priority) in zip(wanted, priorities) {
      evidence += base * priority * affinity(theme, themes) / 10_000
      if affinity(theme, themes) > 0 { pair.substance = true }
    }
    pair.points[.theme] = evidence <= base ? evidence : min(weight(.theme), base + (evidence - base) / 8)

    pair.points[.country] =
      there.isEmpty ? 0 : there.contains { $0.status != .ended } ? weight(.country) : weight(.country) / 2
    pair.points[.experience] =
      there.map { cooperation in
        let best =
          zip(wanted, priorities).map { weight(.experience) * $1 * affinity($0, cooperation.themes) / 10_000 }.max()
          ?? 0
        return cooperation.status == .ended ? best * 7 / 10 : best
      }.max() ?? 0
    let isInterested = profile?.countries.contains(request.country) ?? false
    pair.points[.interest] = isInterested ? weight(.interest) : 0
    let nearness = nearness(request, id, cooperations)
    pair.points[.neighbourhood] = [0, weight(.neighbourhood) / 2, weight(.neighbourhood)][nearness.level]
    if !there.isEmpty || isInterested || nearness.isOwn { pair.substance = true }

    let label = profile?.labels ?? []
    let labelAffinity = wanted.map { affinity($0, label) }.max() ?? 0
    pair.points[.label] = labelAffinity == 100 ? weight(.label) : labelAffinity == 45 ? weight(.label) / 2 : 0

    pair.points[.kind] = kind(request, id)
    pair.points[.size] = size(request, places[id]?.population ?? 0)
    let isWanted = request.wanted.territories.contains { territory in
      let place = places[territory]
      return territory.kind == .region
        ? place?.region == places[id]?.region
        : territory.kind == .departement && place?.departement == places[id]?.departement
    }
    let geography = places[id]?.geography ?? []
    let isInPlace = request.wanted.places.contains { place in
      switch place {
      case .coast: geography.contains(.coast)
      case .mountain: geography.contains(.mountain)
      case .overseas: geography.contains(.overseas)
      case .border: geography.contains(.border)
      }
    }
    pair.points[.territory] = isWanted || isInPlace ? weight(.territory) : 0
    var said = wanted.map { affinity($0, themes) }.max() ?? 0
    if !there.isEmpty || isInterested { said = max(said, 45) }
    pair.points[.namedTerritory] = isWanted ? weight(.namedTerritory) * said / 100 : 0
    pair.points[.proximity] = proximity(request.country, id)
    pair.points[.distance] = distance(request, id)
    pair.points[.network] = network(request.country, id)
    let spoken = spokenLanguages(of: request.country)
    let isInArea = cooperations.contains { cooperation in
      cooperation.status != .ended && spokenLanguages(of: cooperation.country).contains { spoken.contains($0) }
    }
    pair.points[.languageArea] = isInArea ? weight(.languageArea) : 0
    let languages = (profile?.languages.map(\.rawValue) ?? []) + ["fr"]
    pair.points[.language] = request.languages.contains { languages.contains($0.rawValue) } ? weight(.language) : 0
    pair.points[.form] =
      request.forms.contains { profile?.forms.contains($0) ?? false } ? weight(.form) : 0
    return pair
  }

  /// By its own place: a département's authorities by the département, a région by itself.
  private func proximity(_ country: CountryCode, _ id: CollectiviteID) -> Int {
    guard let country = world.countries.first(where: { $0.code == country }), let place = places[id] else { return 0 }
    func isIn(_ proximity: Landscape.Proximity) -> Bool {
      guard let near = country.places[proximity] else { return false }
      return place.departement.map(near.departements.contains) ?? place.region.map(near.regions.contains) ?? false
    }
    return isIn(.border) || isIn(.overseasSea)
      ? weight(.proximity) : isIn(.sea) ? weight(.proximity) / 2 : 0
  }

  private func country(_ code: CountryCode) -> Landscape.Country? { world.countries.first { $0.code == code } }

  private func spokenLanguages(of code: CountryCode) -> [LanguageCode] { country(code)?.languages ?? [] }

  /// By the département's own authority, or the région's own place.
  private func distance(_ request: PartnershipRequest, _ id: CollectiviteID) -> Int {
    guard let here = places[id] else { return 0 }
    let at =
      here.departement.map { code in world.authorities.first { $0.id.rawValue == "departement:\(code)" } } ?? here
    let middle = country(request.country).flatMap { country in
      country.longitude.flatMap { longitude in country.latitude.map { (longitude, $0) } }
    }
    var origin = middle
    if let longitude = request.authorities.first?.longitude, let latitude = request.authorities.first?.latitude,
      middle.map({ kilometres($0, (longitude, latitude)) <= 3_000 }) ?? true
    {
      origin = (longitude, latitude)
    }
    guard let origin, let longitude = at?.longitude, let latitude = at?.latitude else { return 0 }
    let far = kilometres(origin, (longitude, latitude))
    return far <= 400 ? weight(.distance) : far <= 1_200 ? weight(.distance) / 2 : 0
  }

  /// By the haversine.
  private func kilometres(_ one: (Double, Double), _ other: (Double, Double)) -> Double {
    func radians(_ degrees: Double) -> Double { degrees * .pi / 180 }
    let height = sin(radians(other.1 - one.1) / 2)
    let width = sin(radians(other.0 - one.0) / 2)
    let square = height * height + cos(radians(one.1)) * cos(radians(other.1)) * width * width
    return 2 * 6_371 * asin(min(1, square.squareRoot()))
  }

  private func network(_ code: CountryCode, _ id: CollectiviteID) -> Int {
    guard let country = country(code), let here = places[id] else { return 0 }
    func others(_ isThere: (Cooperation) -> Bool) -> [Landscape.Authority] {
      cooperationsOf.filter { $0.key != id && $0.value.contains { $0.status != .ended && isThere($0) } }
        .compactMap { places[$0.key] }
    }
    if let epci = here.epci, others({ $0.country == code }).contains(where: { $0.epci == epci }) {
      return weight(.network)
    }
    let around = world.countries.filter { $0.subregion == country.subregion }.map(\.code)
    return others { around.contains($0.country) }.contains { $0.region == here.region } ? weight(.network) / 2 : 0
  }

  private func nearness(_ request: PartnershipRequest, _ id: CollectiviteID, _ cooperations: [Cooperation]) -> (
    level: Int, isOwn: Bool
  ) {
    guard let country = world.countries.first(where: { $0.code == request.country }) else { return (0, false) }
    let active = cooperations.filter { $0.status != .ended }.map(\.country)
    if active.contains(where: { country.neighbours.contains($0) }) { return (2, true) }
    let companions = world.countries.filter { $0.subregion == country.subregion && $0.code != country.code }.map(\.code)
    let isOwn = active.contains { companions.contains($0) }
    let others = Set(
      world.cooperations.values.filter { $0.country == request.country && $0.status != .ended }
        .flatMap { $0.collectivites.compactMap { today[$0] } }
    ).filter { $0 != id }
    let here = places[id]
    if let departement = here?.departement, others.contains(where: { places[$0]?.departement == departement }) {
      return (2, isOwn)
    }
    if others.contains(where: { places[$0]?.region == here?.region }) { return (1, isOwn) }
    return (isOwn ? 1 : 0, isOwn)
  }

  private func kind(_ request: PartnershipRequest, _ id: CollectiviteID) -> Int {
    if !request.wanted.kinds.isEmpty { return request.wanted.kinds.contains(id.kind) ? weight(.kind) : 0 }
    let level: [CollectiviteKind] =
      switch request.authorities.first?.kind {
      case .region: [.region]
      case .province, .district: [.departement]
      case .municipality: [.commune, .epci]
      case .grouping: [.epci]
      case .other, nil: []
      }
    return level.contains(id.kind) ? weight(.kind) / 2 : 0
  }

  private func size(_ request: PartnershipRequest, _ population: Int) -> Int {
    let wanted = request.wanted
    if wanted.populationMin != nil || wanted.populationMax != nil {
      let low = wanted.populationMin ?? 0
      let high = wanted.populationMax ?? 1_000_000_000
      if population >= low, population <= high { return weight(.size) }
      return population >= low / 2 && population <= high * 2 ? weight(.size) / 2 : 0
    }
    guard let asking = request.authorities.first?.population, asking > 0 else { return 0 }
    if population * 2 >= asking, population <= asking * 2 { return weight(.size) / 2 }
    return population * 4 >= asking && population <= asking * 4 ? weight(.size) / 4 : 0
  }

  /// The whole list, by scoring everyone and sorting.
  func ranking(_ request: PartnershipRequest) -> (ranked: [(CollectiviteID, Int)], prospects: [(CollectiviteID, Int)]) {
    var ranked: [(CollectiviteID, Int)] = []
    var prospects: [(CollectiviteID, Int)] = []
    for id in world.authorities.map(\.id) where isCandidate(id) && !isPartner(id, request) {
      let pair = pair(request, id)
      guard pair.substance, pair.score >= settings.threshold else { continue }
      if isWritable(id) { ranked.append((id, pair.score)) } else { prospects.append((id, pair.score)) }
    }
    func order(_ left: (CollectiviteID, Int), _ right: (CollectiviteID, Int)) -> Bool {
      left.1 != right.1 ? left.1 > right.1 : left.0 < right.0
    }
    return (ranked.sorted(by: order), prospects.sorted(by: order))
  }
}
