import CooperationModel

extension Ranking {
  /// The factors of a pair with their facts, largest contribution first, equal ones in the order of the codes.
  ///
  /// - Parameter made: facts of this wish that were made before, for other candidates.
  func factors(
    _ wish: Wish, _ probe: RowProbe, _ candidates: Candidates, tally: Tally, work: ScoringModel.Work,
    made: inout MadeFacts, withNothing: Bool = false
  ) -> [Factor] {
    // Points first, then the order of the codes: sorted as numbers, since what they stand for is dear to move.
    var order = InlineArray<32, Int>(repeating: 0)
    var count = 0
    for (place, code) in ScoringModel.codes.enumerated() {
      let points = tally.points(of: code)
      guard points > 0 || withNothing && model.settings.weights[code.rawValue] ?? 0 > 0 else { continue }
      let key = points << 8 | (255 - place)
      var here = count
      while here > 0, order[here - 1] < key {
        order[here] = order[here - 1]
        here -= 1
      }
      order[here] = key
      count += 1
    }
    var result: [Factor] = []
    result.reserveCapacity(count)
    for place in 0..<count {
      let (points, code) = (order[place] >> 8, ScoringModel.codes[255 - order[place] & 255])
      let facts = points > 0 ? facts(code, wish, probe, candidates, work, &made) : [:]
      result.append(Factor(code: code, points: points, facts: facts))
    }
    return result
  }

  private func facts(
    _ code: Factor.Code, _ wish: Wish, _ probe: RowProbe, _ candidates: Candidates, _ work: ScoringModel.Work,
    _ made: inout MadeFacts
  ) -> FactorFacts {
    let landscape = candidates.landscape
    switch code {
    case .theme: return themeFacts(wish.core, isRead: wish.isRead, probe, landscape, &made)
    case .country: return work.countrySlot < 0 ? [:] : candidates.told[work.countrySlot * Candidates.tales]
    case .experience:
      // With the first of its themes that gives most.
      return work.experienceSlot < 0
        ? [:] : candidates.told[work.experienceSlot * Candidates.tales + 1 + work.experiencePlace]
    case .interest:
      return made.facts(.interest, 0) { ["country": landscape.countries[Int(wish.core.country)].rawValue] }
    case .neighbourhood: return neighbourhoodFacts(Int(wish.core.country), probe, candidates, &made)
    case .kind:
      return made.facts(.kind, Int(probe.kind)) {
        ["because": wish.core.namesKinds ? "wanted" : "level", "kind": landscape.kinds[probe.row].rawValue]
      }
    case .size:
      var facts = FactorFacts(minimumCapacity: 2)
      facts["because"] = wish.core.namesSize ? "wanted" : "similar"
      facts["population"] = String(probe.population)
      return facts
    case .territory: return territoryFacts(wish.core, probe, landscape, &made)
    case .namedTerritory: return territoryFacts(wish.core, probe, landscape, &made)
    case .proximity: return proximityFacts(Int(wish.core.country), probe, landscape, &made)
    case .distance: return distanceFacts(wish.core, probe, landscape, &made)
    case .network: return networkFacts(Int(wish.core.country), probe, candidates, &made)
    case .languageArea: return areaFacts(Int(wish.core.country), probe, landscape, &made)
    case .label: return labelFacts(wish.core, probe, landscape, &made)
    case .language:
      guard let place = model.commonLanguage(wish.core, probe, candidates) else { return [:] }
      return made.facts(.language, place) { ["language": wish.languages[place].rawValue] }
    case .form:
      let common = wish.core.forms & probe.forms
      guard common != 0 else { return [:] }
      let form = common.trailingZeroBitCount
      return made.facts(.form, form) { ["form": CooperationForm.allCases[form].rawValue] }
    case .partner, .answers: return [:]
    }
  }

  /// The shared theme that gives most: the request's own, or the field or domain in which they meet (`affinity`: own,
  /// field, domain); and how many of the request's themes are its own too.
  private func themeFacts(
    _ wish: WishCore, isRead: Bool, _ probe: RowProbe, _ landscape: Landscape, _ made: inout MadeFacts
  ) -> FactorFacts {
    var best = (evidence: -1, theme: 0, affinity: 0)
    var shared = 0
    for place in 0..<wish.themeCount {
      let theme = wish.themes[place]
      guard probe.themes.contains(Int(theme.top)) else { continue }
      let (evidence, meeting, affinity) =
        probe.themes.contains(Int(theme.own))
        ? (theme.ownEvidence, theme.own, 0)
        : theme.parentIsField && probe.themes.contains(Int(theme.parent))
          ? (theme.fieldEvidence, theme.parent, 1) : (theme.domainEvidence, theme.top, 2)
      if affinity == 0 { shared += 1 }
      if Int(evidence) > best.evidence { best = (Int(evidence), Int(meeting), affinity) }
    }
    guard best.evidence >= 0 else { return [:] }
    return made.facts(.theme, (best.theme * 4 + best.affinity) * 16 + shared) {
      var facts: FactorFacts = [
        "affinity": ["own", "field", "domain"][best.affinity], "shared": String(shared),
        "theme": landscape.themes[best.theme].rawValue,
      ]
      if isRead { facts["from"] = "text" }
      return facts
    }
  }

  /// The wanted département or région that it is or lies in; without one the first of the wanted kinds of place.
  private func territoryFacts(
    _ wish: WishCore, _ probe: RowProbe, _ landscape: Landscape, _ made: inout MadeFacts
  ) -> FactorFacts {
    func named(_ territory: CollectiviteID?) -> FactorFacts { territory.map { ["territory": $0.rawValue] } ?? [:] }
    if wish.departements.contains(probe.departement) {
      return made.facts(.territory, probe.departement) { named(landscape.territoryIDs.departements[probe.departement]) }
    }
    if wish.regions.contains(probe.region) {
      return made.facts(.territory, 256 + probe.region) { named(landscape.territoryIDs.regions[probe.region]) }
    }
    let common = wish.geography.intersection(probe.geography)
    guard let kind = PlaceKind.allCases.first(where: { common.contains($0.geography) }) else { return [:] }
    return made.facts(.territory, 512 + Int(kind.geography.rawValue)) { ["place": kind.rawValue] }
  }

  private func proximityFacts(
    _ country: Int, _ probe: RowProbe, _ landscape: Landscape, _ made: inout MadeFacts
  ) -> FactorFacts {
    let isBorder = landscape.proximity(of: probe.departement, probe.region, to: country) == .border
    return made.facts(.proximity, isBorder ? 1 : 0) {
      let code = landscape.countries[country]
      var facts: FactorFacts = ["country": code.rawValue, "through": isBorder ? "border" : "sea"]
      if !isBorder { facts["sea"] = SeaBasin(of: code)?.rawValue }
      return facts
    }
  }

  private func distanceFacts(
    _ wish: WishCore, _ probe: RowProbe, _ landscape: Landscape, _ made: inout MadeFacts
  ) -> FactorFacts {
    let isNear = wish.nearPlaces.contains(landscape.place(of: probe.departement, probe.region))
    return made.facts(.distance, isNear ? 1 : 0) {
      let (near, wide) = ScoringModel.distances
      return ["from": wish.isFromPlace ? "place" : "country", "within": String(isNear ? near : wide)]
    }
  }

  private func networkFacts(
    _ country: Int, _ probe: RowProbe, _ candidates: Candidates, _ made: inout MadeFacts
  ) -> FactorFacts {
    let landscape = candidates.landscape
    let code = landscape.countries[country].rawValue
    if model.networkLevel(probe.row, country, candidates) == 2 {
      let group = candidates.groupCount(ofRow: probe.row, in: country) - (probe.active.contains(country) ? 1 : 0)
      return made.facts(.network, group) { ["count": String(group), "country": code, "through": "epci"] }
    }
    // How many they are is left out: one more there would rewrite the lists of half the world.
    return made.facts(.network, 0) {
      let circle = landscape.subregionNames[landscape.subregions[country]]
      return ["country": code, "subregion": circle, "through": "region"]
    }
  }

  /// A language that the country shares with another one where the candidate works (`near`), or with none but itself.
  private func areaFacts(
    _ country: Int, _ probe: RowProbe, _ landscape: Landscape, _ made: inout MadeFacts
  ) -> FactorFacts {
    var others = landscape.areaSets[country]
    others.remove(country)
    let near = probe.active.first(in: others)
    return made.facts(.languageArea, near ?? -1) {
      var facts: FactorFacts = ["country": landscape.countries[country].rawValue]
      let spoken = landscape.spoken[country]
      let shared = landscape.spoken[near ?? country].first(where: spoken.contains)
      facts["language"] = shared.map { landscape.spokenLanguages[$0].rawValue }
      facts["near"] = near.map { landscape.countries[$0].rawValue }
      return facts
    }
  }

  private func labelFacts(
    _ wish: WishCore, _ probe: RowProbe, _ landscape: Landscape, _ made: inout MadeFacts
  ) -> FactorFacts {
    let wanted = (0..<wish.themeCount).lazy.map { wish.themes[$0] }
    let own = wanted.first { probe.labels.contains(Int($0.own)) }.map { Int($0.own) }
    let held =
      own ?? wanted.first { $0.parentIsField && probe.labels.contains(Int($0.parent)) }.map { Int($0.parent) }
    guard let held else { return [:] }
    return made.facts(.label, held) { ["theme": landscape.themes[held].rawValue] }
  }

  private func neighbourhoodFacts(
    _ country: Int, _ probe: RowProbe, _ candidates: Candidates, _ made: inout MadeFacts
  ) -> FactorFacts {
    let landscape = candidates.landscape
    let name = landscape.countries[country].rawValue
    func near(_ other: Int, _ through: String) -> FactorFacts {
      made.facts(.neighbourhood, other) {
        ["country": name, "near": landscape.countries[other].rawValue, "through": through]
      }
    }
    func others(_ count: Int, _ through: String, _ key: Int) -> FactorFacts {
      made.facts(.neighbourhood, key + count) { ["count": String(count), "country": name, "through": through] }
    }
    let counts = candidates.clusterCounts(probe.departement, probe.region, in: country)
    let itself = probe.active.contains(country) ? 1 : 0
    if let other = probe.active.first(in: landscape.neighbourSets[country]) { return near(other, "neighbour") }
    if counts.departement > itself { return others(counts.departement - itself, "departement", 1 << 20) }
    if let other = probe.active.first(in: landscape.companionSets[country]) { return near(other, "subregion") }
    return others(counts.region - itself, "region", 2 << 20)
  }
}

/// The facts that a wish's candidates have in common, each made once: fewer allocations, and shared memory.
struct MadeFacts {
  private var kept: [(key: Int, facts: FactorFacts, next: Int)] = []
  /// By code: the place of the newest, from which each leads to the one before it.
  private var newest = InlineArray<32, Int>(repeating: -1)

  /// - Parameter key: tells the facts of one code from each other.
  mutating func facts(_ code: Factor.Code, _ key: Int, make: () -> FactorFacts) -> FactorFacts {
    let list = ScoringModel.codes.firstIndex(of: code) ?? 31
    var place = newest[list]
    while place >= 0 {
      if kept[place].key == key { return kept[place].facts }
      place = kept[place].next
    }
    let facts = make()
    kept.append((key, facts, newest[list]))
    newest[list] = kept.count - 1
    return facts
  }
}
