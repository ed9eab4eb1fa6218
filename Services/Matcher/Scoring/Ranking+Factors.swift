import CooperationModel

extension Ranking {
  /// The factors of a pair with their facts, largest contribution first, equal ones in the order of the codes.
  func factors(
    _ wish: Wish, _ probe: RowProbe, _ candidates: Candidates, tally: Tally, withNothing: Bool = false
  ) -> [Factor] {
    var result: [Factor] = []
    result.reserveCapacity(ScoringModel.codes.count)
    for code in ScoringModel.codes {
      let points = tally.points(of: code)
      if points > 0 {
        result.append(Factor(code: code, points: points, facts: facts(code, wish, probe, candidates)))
      } else if withNothing {
        result.append(Factor(code: code, points: 0))
      }
    }
    // Insertion keeps equal ones in order; there are eleven.
    for place in result.indices.dropFirst() {
      var here = place
      while here > 0, result[here - 1].points < result[here].points {
        result.swapAt(here - 1, here)
        here -= 1
      }
    }
    return result
  }

  private func facts(_ code: Factor.Code, _ wish: Wish, _ probe: RowProbe, _ candidates: Candidates) -> FactorFacts {
    let landscape = candidates.landscape
    switch code {
    case .theme: return themeFacts(wish.core, probe, landscape)
    case .country, .experience: return workFacts(code, wish, probe, candidates)
    case .interest: return ["country": landscape.countries[Int(wish.core.country)].rawValue]
    case .neighbourhood: return neighbourhoodFacts(Int(wish.core.country), probe, candidates)
    case .kind:
      return ["because": wish.core.namesKinds ? "wanted" : "level", "kind": landscape.kinds[probe.row].rawValue]
    case .size:
      return ["because": wish.core.namesSize ? "wanted" : "similar", "population": String(probe.population)]
    case .territory:
      let territory =
        wish.core.departements.contains(probe.departement)
        ? landscape.territoryIDs.departements[probe.departement] : landscape.territoryIDs.regions[probe.region]
      return territory.map { ["territory": $0.rawValue] } ?? [:]
    case .label: return labelFacts(wish.core, probe, landscape)
    case .language:
      return model.commonLanguage(wish.core, probe).map { ["language": wish.languages[$0].rawValue] } ?? [:]
    case .form:
      let common = wish.core.forms & probe.forms
      guard common != 0 else { return [:] }
      return ["form": CooperationForm.allCases[common.trailingZeroBitCount].rawValue]
    case .partner, .answers: return [:]
    }
  }

  /// The shared theme that gives most: the request's own, or the field or domain in which they meet (`affinity`: own, field,
  /// domain); and how many of the request's themes are its own too.
  private func themeFacts(_ wish: WishCore, _ probe: RowProbe, _ landscape: Landscape) -> FactorFacts {
    var best = (evidence: -1, theme: 0, affinity: "")
    var shared = 0
    for place in 0..<wish.themeCount {
      let theme = wish.themes[place]
      guard probe.themes.contains(Int(theme.top)) else { continue }
      let (evidence, meeting, affinity) =
        probe.themes.contains(Int(theme.own))
        ? (theme.ownEvidence, theme.own, "own")
        : theme.parentIsField && probe.themes.contains(Int(theme.parent))
          ? (theme.fieldEvidence, theme.parent, "field") : (theme.domainEvidence, theme.top, "domain")
      if affinity == "own" { shared += 1 }
      if Int(evidence) > best.evidence { best = (Int(evidence), Int(meeting), affinity) }
    }
    guard best.evidence >= 0 else { return [:] }
    return [
      "affinity": best.affinity, "shared": String(shared), "theme": landscape.themes[best.theme].rawValue,
    ]
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

  /// The cooperation in the country that gives most; of equal ones that of the smallest id.
  private func workFacts(
    _ code: Factor.Code, _ wish: Wish, _ probe: RowProbe, _ candidates: Candidates
  ) -> FactorFacts {
    let country = Int(wish.core.country)
    let list = candidates.engagements[country]
    var best: (points: Int, facts: CooperationFacts)?
    var place = candidates.place(of: Int32(probe.row), in: list)
    while place < list.count, Int(list[place].row) == probe.row {
      let points = model.points(of: list[place], wish.experience)
      let gained = code == .experience ? points.experience : points.country * 1_000 + points.experience
      if let facts = candidates.cooperations[Int(list[place].slot)],
        best.map({ ($0.points, facts.id) < (gained, $0.facts.id) }) ?? true
      {
        best = (gained, facts)
      }
      place += 1
    }
    guard let best else { return [:] }
    let landscape = candidates.landscape
    var result: FactorFacts = [
      "cooperation": best.facts.id.rawValue, "country": landscape.countries[country].rawValue,
    ]
    if !best.facts.partner.isEmpty { result["partner"] = best.facts.partner }
    result["status"] = best.facts.goesOn ? "active" : "ended"
    if code == .experience {
      // The first of its themes that gives most.
      let most = best.facts.themes.map { wish.experience[Int($0)] }.max()
      if let theme = best.facts.themes.first(where: { wish.experience[Int($0)] == most }) {
        result["theme"] = landscape.themes[Int(theme)].rawValue
      }
    }
    return result
  }

  private func neighbourhoodFacts(_ country: Int, _ probe: RowProbe, _ candidates: Candidates) -> FactorFacts {
    let landscape = candidates.landscape
    let name = landscape.countries[country].rawValue
    func own(_ relation: Int) -> String? {
      probe.activeList.first { landscape.relation(of: Int($0), to: country) == relation }
        .map { landscape.countries[Int($0)].rawValue }
    }
    let counts = candidates.clusterCounts(probe.departement, probe.region, in: country)
    let itself = probe.active.contains(country) ? 1 : 0
    if let near = own(2) { return ["country": name, "near": near, "through": "neighbour"] }
    if counts.departement > itself {
      return ["count": String(counts.departement - itself), "country": name, "through": "departement"]
    }
    if let near = own(1) { return ["country": name, "near": near, "through": "subregion"] }
    return ["count": String(counts.region - itself), "country": name, "through": "region"]
  }
}
