import CooperationModel

extension Ranking {
  /// The factors of a pair with their facts, largest contribution first, equal ones in the order of the codes.
  func factors(
    _ wish: Wish, _ row: Int, _ candidates: Candidates, tally: Tally, withNothing: Bool = false
  ) -> [Factor] {
    var result: [Factor] = []
    result.reserveCapacity(ScoringModel.codes.count)
    for code in ScoringModel.codes {
      let points = tally.points(of: code)
      if points > 0 {
        result.append(Factor(code: code, points: points, facts: facts(code, wish, row, candidates)))
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

  private func facts(_ code: Factor.Code, _ wish: Wish, _ row: Int, _ candidates: Candidates) -> [String: String] {
    let landscape = candidates.landscape
    switch code {
    case .theme: return themeFacts(wish, row, candidates)
    case .country, .experience: return workFacts(code, wish, row, candidates)
    case .interest: return countryFact(wish, landscape)
    case .neighbourhood: return neighbourhoodFacts(wish, row, candidates)
    case .kind: return ["kind": landscape.kinds[row].rawValue]
    case .size: return ["population": String(landscape.populations[row])]
    case .territory:
      if let region = landscape.territory(of: row, amongRegions: wish.regions, departements: wish.departements) {
        return ["territory": region.rawValue]
      }
      return [:]
    case .label:
      for theme in wish.themes where candidates.bits.contains(row, in: candidates.layout.label(theme.own)) {
        return ["theme": landscape.themes[theme.own].rawValue]
      }
      for theme in wish.themes
      where theme.parentIsField && candidates.bits.contains(row, in: candidates.layout.label(theme.parent)) {
        return ["theme": landscape.themes[theme.parent].rawValue]
      }
      return [:]
    case .language:
      return model.commonLanguage(wish, row, candidates).map { ["language": $0.rawValue] } ?? [:]
    case .form:
      let common = wish.forms & candidates.marks[row].forms
      guard common != 0 else { return [:] }
      return ["form": CooperationForm.allCases[common.trailingZeroBitCount].rawValue]
    case .partner, .answers: return [:]
    }
  }

  private func countryFact(_ wish: Wish, _ landscape: Landscape) -> [String: String] {
    wish.country.map { ["country": landscape.countries[$0].rawValue] } ?? [:]
  }

  /// The shared theme that gives most: the request's own, or the field or domain in which they meet.
  private func themeFacts(_ wish: Wish, _ row: Int, _ candidates: Candidates) -> [String: String] {
    var best = (evidence: -1, theme: 0)
    var shared = 0
    for theme in wish.themes {
      func has(_ number: Int) -> Bool { candidates.bits.contains(row, in: candidates.layout.theme(number)) }
      guard has(theme.top) else { continue }
      shared += 1
      let (evidence, meeting) =
        has(theme.own)
        ? (theme.evidence.own, theme.own)
        : has(theme.parent) ? (theme.evidence.field, theme.parent) : (theme.evidence.domain, theme.top)
      if evidence > best.evidence { best = (evidence, meeting) }
    }
    guard shared > 0 else { return [:] }
    return ["theme": candidates.landscape.themes[best.theme].rawValue, "shared": String(shared)]
  }

  /// The cooperation in the country that gives most; of equal ones that of the smallest id.
  private func workFacts(_ code: Factor.Code, _ wish: Wish, _ row: Int, _ candidates: Candidates) -> [String: String] {
    guard let country = wish.country else { return [:] }
    var best: (points: Int, facts: CooperationFacts, theme: Int?)?
    for cooperation in candidates.cooperations(ofRow: row) where cooperation.country == country {
      let engagement = Engagement(
        row: Int32(row), slot: 0, goesOn: cooperation.goesOn, themes: cooperation.packedThemes)
      let points = model.points(of: engagement, wish)
      let gained = code == .experience ? points.experience : points.country * 1_000 + points.experience
      if gained > best?.points ?? -1 {
        let theme = cooperation.themes.map(Int.init).reduce(nil as Int?) { best, theme in
          best.map { wish.experience[$0] >= wish.experience[theme] } == true ? best : theme
        }
        best = (gained, cooperation, theme)
      }
    }
    guard let best else { return [:] }
    var result = countryFact(wish, candidates.landscape)
    result["cooperation"] = best.facts.id.rawValue
    if !best.facts.partner.isEmpty { result["partner"] = best.facts.partner }
    result["status"] = best.facts.goesOn ? "active" : "ended"
    if code == .experience, let theme = best.theme { result["theme"] = candidates.landscape.themes[theme].rawValue }
    return result
  }

  private func neighbourhoodFacts(_ wish: Wish, _ row: Int, _ candidates: Candidates) -> [String: String] {
    guard let country = wish.country else { return [:] }
    let landscape = candidates.landscape
    let layout = candidates.layout
    var result = countryFact(wish, landscape)
    func own(_ countries: [Int]) -> Int? {
      countries.first { candidates.bits.contains(row, in: layout.active($0)) }
    }
    let counts = candidates.clusterCounts(ofRow: row, in: country)
    let itself = candidates.bits.contains(row, in: layout.active(country)) ? 1 : 0
    if let near = own(landscape.neighbours[country]) {
      result["through"] = "neighbour"
      result["near"] = landscape.countries[near].rawValue
    } else if counts.departement > itself {
      result["through"] = "departement"
      result["count"] = String(counts.departement - itself)
    } else if let near = own(landscape.companions[country]) {
      result["through"] = "subregion"
      result["near"] = landscape.countries[near].rawValue
    } else {
      result["through"] = "region"
      result["count"] = String(counts.region - itself)
    }
    return result
  }
}

extension Landscape {
  /// The wanted territory that a row lies in, a département before a région.
  fileprivate func territory(of row: Int, amongRegions wantedRegions: [Int], departements wanted: [Int])
    -> CollectiviteID?
  {
    if wanted.contains(Int(departements[row])) { return territoryIDs.departements[Int(departements[row])] }
    if wantedRegions.contains(Int(regions[row])) { return territoryIDs.regions[Int(regions[row])] }
    return nil
  }
}
