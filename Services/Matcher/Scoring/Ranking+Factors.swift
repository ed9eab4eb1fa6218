import CooperationModel

extension Ranking {
  /// The factors of a pair with their facts, largest contribution first, equal ones in the order of the codes.
  ///
  /// - Parameter made: facts of this wish that were made before, for other candidates.
  func factors(
    _ wish: Wish, _ probe: RowProbe, _ candidates: Candidates, tally: Tally, work: ScoringModel.Work,
    made: inout MadeFacts, withNothing: Bool = false
  ) -> [Factor] {
    var result: [Factor] = []
    result.reserveCapacity(ScoringModel.codes.count)
    for code in ScoringModel.codes {
      let points = tally.points(of: code)
      if points > 0 {
        result.append(Factor(code: code, points: points, facts: facts(code, wish, probe, candidates, work, &made)))
      } else if withNothing, model.settings.weights[code.rawValue] ?? 0 > 0 {
        result.append(Factor(code: code, points: 0))
      }
    }
    // Insertion keeps equal ones in order; there are fifteen.
    for place in result.indices.dropFirst() {
      var here = place
      while here > 0, result[here - 1].points < result[here].points {
        result.swapAt(here - 1, here)
        here -= 1
      }
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
    case .country: return workFacts(code, wish, work.countrySlot, candidates)
    case .experience: return workFacts(code, wish, work.experienceSlot, candidates)
    case .interest:
      return made.facts(.interest, 0) { ["country": landscape.countries[Int(wish.core.country)].rawValue] }
    case .neighbourhood: return neighbourhoodFacts(Int(wish.core.country), probe, candidates, &made)
    case .kind:
      return made.facts(.kind, Int(probe.kind)) {
        ["because": wish.core.namesKinds ? "wanted" : "level", "kind": landscape.kinds[probe.row].rawValue]
      }
    case .size:
      return ["because": wish.core.namesSize ? "wanted" : "similar", "population": String(probe.population)]
    case .territory: return territoryFacts(wish.core, probe, landscape, &made)
    case .proximity: return proximityFacts(Int(wish.core.country), probe, landscape, &made)
    case .distance: return distanceFacts(wish.core, probe, landscape, &made)
    case .network: return networkFacts(Int(wish.core.country), probe, candidates, &made)
    case .languageArea: return areaFacts(Int(wish.core.country), probe, landscape, &made)
    case .label: return labelFacts(wish.core, probe, landscape)
    case .language:
      guard let place = model.commonLanguage(wish.core, probe) else { return [:] }
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
    let group = candidates.groupCount(ofRow: probe.row, in: country) - (probe.active.contains(country) ? 1 : 0)
    if group > 0 {
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
    let spoken = landscape.spoken[country]
    func shared(_ other: Int) -> Int? { landscape.spoken[other].first(where: spoken.contains) }
    let near = probe.activeList.lazy.map(Int.init).first { $0 != country && shared($0) != nil }
    return made.facts(.languageArea, near ?? -1) {
      var facts: FactorFacts = ["country": landscape.countries[country].rawValue]
      facts["language"] = shared(near ?? country).map { landscape.spokenLanguages[$0].rawValue }
      facts["near"] = near.map { landscape.countries[$0].rawValue }
      return facts
    }
  }

  private func labelFacts(_ wish: WishCore, _ probe: RowProbe, _ landscape: Landscape) -> FactorFacts {
    for place in 0..<wish.themeCount where probe.labels.contains(Int(wish.themes[place].own)) {
      return ["theme": landscape.themes[Int(wish.themes[place].own)].rawValue]
    }
    for place in 0..<wish.themeCount
    where wish.themes[place].parentIsField && probe.labels.contains(Int(wish.themes[place].parent)) {
      return ["theme": landscape.themes[Int(wish.themes[place].parent)].rawValue]
    }
    return [:]
  }

  /// The cooperation in the country that gives most.
  private func workFacts(_ code: Factor.Code, _ wish: Wish, _ slot: Int, _ candidates: Candidates) -> FactorFacts {
    guard slot >= 0, let facts = candidates.cooperations[slot] else { return [:] }
    let landscape = candidates.landscape
    var result = FactorFacts(minimumCapacity: 5)
    result["cooperation"] = facts.id.rawValue
    result["country"] = landscape.countries[facts.country].rawValue
    if !facts.partner.isEmpty { result["partner"] = facts.partner }
    result["status"] = facts.goesOn ? "active" : "ended"
    if code == .experience {
      // The first of its themes that gives most.
      let most = facts.themes.map { wish.experience[Int($0)] }.max()
      if let theme = facts.themes.first(where: { wish.experience[Int($0)] == most }) {
        result["theme"] = landscape.themes[Int(theme)].rawValue
      }
    }
    return result
  }

  private func neighbourhoodFacts(
    _ country: Int, _ probe: RowProbe, _ candidates: Candidates, _ made: inout MadeFacts
  ) -> FactorFacts {
    let landscape = candidates.landscape
    let name = landscape.countries[country].rawValue
    func own(_ relation: Int) -> Int? {
      probe.activeList.first { landscape.relation(of: Int($0), to: country) == relation }.map(Int.init)
    }
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
    if let other = own(2) { return near(other, "neighbour") }
    if counts.departement > itself { return others(counts.departement - itself, "departement", 1 << 20) }
    if let other = own(1) { return near(other, "subregion") }
    return others(counts.region - itself, "region", 2 << 20)
  }
}

/// The facts that a wish's candidates have in common, each made once: fewer allocations, and shared memory.
struct MadeFacts {
  private var kept: [(key: Int, facts: FactorFacts)] = []

  /// - Parameter key: tells the facts of one code from each other.
  mutating func facts(_ code: Factor.Code, _ key: Int, make: () -> FactorFacts) -> FactorFacts {
    let key = key << 8 | (ScoringModel.codes.firstIndex(of: code) ?? 0)
    if let known = kept.first(where: { $0.key == key }) { return known.facts }
    let facts = make()
    kept.append((key, facts))
    return facts
  }
}
