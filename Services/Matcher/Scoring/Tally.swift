import CooperationModel

/// What each factor gives one pair, without the words.
struct Tally: Sendable, Equatable {
  var theme = 0
  var country = 0
  var experience = 0
  var interest = 0
  var neighbourhood = 0
  var kind = 0
  var size = 0
  var territory = 0
  var namedTerritory = 0
  var proximity = 0
  var distance = 0
  var network = 0
  var languageArea = 0
  var label = 0
  var language = 0
  var form = 0
  /// Shares a theme, works or wants to work in the country, or works near it: whoever has nothing of this is no match,
  /// whatever its kind, size, place, languages and forms. A label counts as a theme.
  var hasSubstance = false

  @inline(__always)
  var score: Int {
    theme + country + experience + interest + neighbourhood + network + kind + size + territory + namedTerritory
      + proximity + distance + label + language + languageArea + form
  }

  func points(of code: Factor.Code) -> Int {
    switch code {
    case .theme: theme
    case .country: country
    case .experience: experience
    case .interest: interest
    case .neighbourhood: neighbourhood
    case .kind: kind
    case .size: size
    case .territory: territory
    case .namedTerritory: namedTerritory
    case .proximity: proximity
    case .distance: distance
    case .network: network
    case .languageArea: languageArea
    case .label: label
    case .language: language
    case .form: form
    case .partner, .answers: 0
    }
  }
}

/// A candidate to be weighed against one wish or thousands: values alone, so that passing it about costs nothing.
struct RowProbe: BitwiseCopyable {
  let row: Int
  let masks: RowMasks

  var themes: Bits256 { masks.themes }
  var labels: Bits256 { masks.labels }
  var interests: Bits256 { masks.interests }
  var worked: Bits256 { masks.worked }
  var active: Bits256 { masks.active }
  var forms: UInt8 { masks.forms }
  var kind: UInt8 { masks.kind }
  var population: Int32 { masks.population }
  var region: Int { Int(masks.region) }
  var departement: Int { Int(masks.departement) }
  var geography: Geography { masks.geography }
}

/// How a wish is weighed against one candidate.
extension ScoringModel {
  func tally(_ wish: Wish, _ row: Int, _ candidates: Candidates) -> Tally {
    let probe = candidates.probe(row)
    return tally(wish.core, probe, work: work(wish, probe, candidates), candidates)
  }

  /// - Parameter work: what its cooperations in the country give.
  func tally(_ wish: WishCore, _ probe: RowProbe, work: Work, _ candidates: Candidates) -> Tally {
    let ties = wish.country < 0 ? Ties() : ties(probe, Int(wish.country), candidates)
    return tally(wish, probe, work: work, ties: ties, candidates)
  }

  /// - Parameter ties: what ties it to the wish's country.
  @inline(__always)
  func tally(_ wish: WishCore, _ probe: RowProbe, work: Work, ties: Ties, _ candidates: Candidates) -> Tally {
    var result = Tally()
    // How near its nearest theme comes, in percent.
    var affinity = 0
    for place in 0..<wish.themeCount {
      let theme = wish.themes[place]
      guard probe.themes.contains(Int(theme.top)) else { continue }
      result.hasSubstance = true
      affinity = max(affinity, self.affinity(of: theme, probe.themes))
      // Labels count as themes, so they need no look where the theme has none.
      if probe.labels.contains(Int(theme.own)) {
        result.label = label
      } else if theme.parentIsField, probe.labels.contains(Int(theme.parent)) {
        result.label = max(result.label, label / 2)
      }
    }
    result.theme = themePoints(evidence: evidence(of: wish.themes, wish.themeCount, probe.themes))
    result.country = work.country
    result.experience = work.experience
    result.interest = ties.interest
    result.neighbourhood = ties.neighbourhood
    result.proximity = ties.proximity
    result.network = ties.network
    result.languageArea = ties.languageArea
    if work.isThere || ties.isOwn { result.hasSubstance = true }
    let place = candidates.landscape.place(of: probe.departement, probe.region)
    result.distance = wish.nearPlaces.contains(place) ? distance : wish.widePlaces.contains(place) ? distance / 2 : 0
    if wish.kinds >> probe.kind & 1 == 1 { result.kind = wish.kindPoints }
    if wish.full.contains(probe.population) {
      result.size = wish.fullPoints
    } else if wish.wide.contains(probe.population) {
      result.size = wish.widePoints
    }
    if wish.hasTerritories,
      wish.names(probe)
        || !wish.geography.isDisjoint(with: probe.geography)
    {
      result.territory = territory
    }
    if wish.names(probe) {
      let isTied = work.isThere || probe.interests.contains(Int(wish.country))
      let share = isTied ? max(affinity, ScoringModel.affinities.field) : affinity
      result.namedTerritory = namedTerritory * share / 100
    }
    if commonLanguage(wish, probe, candidates) != nil { result.language = language }
    if wish.forms & probe.forms != 0 { result.form = form }
    return result
  }

  /// The most that a wish's factors give which depend neither on its themes nor on its country; a label's among them.
  func mostBeside(_ wish: WishCore) -> Int {
    (wish.themeCount > 0 ? label : 0) + wish.kindPoints + max(wish.fullPoints, wish.widePoints)
      + (wish.hasTerritories ? territory : 0) + (wish.namesTerritories ? namedTerritory : 0)
      + (wish.widePlaces.isEmpty ? 0 : distance)
      + (wish.languageCount > 0 ? language : 0) + (wish.forms == 0 ? 0 : form)
  }

  /// How near a candidate that works in a theme's domain comes to it, in percent.
  @inline(__always)
  private func affinity(of theme: ThemeWish, _ owned: Bits256) -> Int {
    let affinities = ScoringModel.affinities
    if owned.contains(Int(theme.own)) { return affinities.own }
    return theme.parentIsField && owned.contains(Int(theme.parent)) ? affinities.field : affinities.domain
  }

  /// What shared themes are worth, before it is bent to points.
  @inline(__always)
  func evidence(of themes: InlineArray<8, ThemeWish>, _ count: Int, _ owned: Bits256) -> Int {
    var evidence = 0
    for place in 0..<count {
      let theme = themes[place]
      guard owned.contains(Int(theme.top)) else { continue }
      if owned.contains(Int(theme.own)) {
        evidence += Int(theme.ownEvidence)
      } else if owned.contains(Int(theme.parent)) {
        evidence += Int(theme.fieldEvidence)
      } else {
        evidence += Int(theme.domainEvidence)
      }
    }
    return evidence
  }

  /// What ties a candidate to a country whatever is asked for, its cooperations there excepted.
  struct Ties: BitwiseCopyable {
    var interest = 0
    var neighbourhood = 0
    var proximity = 0
    var network = 0
    var languageArea = 0
    /// It declared the country, or works around it itself.
    var isOwn = false

    var points: Int { interest + neighbourhood + proximity + network + languageArea }
  }

  func ties(_ probe: RowProbe, _ country: Int, _ candidates: Candidates) -> Ties {
    var result = Ties()
    let isInterested = probe.interests.contains(country)
    let nearness = nearness(probe, country, candidates)
    let level = candidates.landscape.proximity(of: probe.departement, probe.region, to: country).level
    result.interest = isInterested ? interest : 0
    result.neighbourhood = nearness.level == 2 ? neighbourhood : nearness.level == 1 ? neighbourhood / 2 : 0
    result.proximity = level == 2 ? proximity : level == 1 ? proximity / 2 : 0
    result.network = network * networkLevel(probe.row, country, candidates) / 2
    result.languageArea = probe.active.intersects(candidates.landscape.areaSets[country]) ? languageArea : 0
    result.isOwn = nearness.isOwn || isInterested
    return result
  }

  /// 2: another authority of its grouping works in the country. 1: another of its région does in the sub-region.
  @inline(__always)
  func networkLevel(_ row: Int, _ country: Int, _ candidates: Candidates) -> Int {
    let layout = candidates.layout
    if candidates.bits.contains(row, in: layout.network(country)) { return 2 }
    return candidates.bits.contains(row, in: layout.circle(candidates.landscape.subregions[country])) ? 1 : 0
  }

  /// What a candidate's cooperations in a country give: the best of each.
  struct Work {
    var country = 0
    var experience = 0
    /// The cooperations that give it: of equal ones that of the smallest id. -1 where there is none.
    ///
    /// Of those that give as much for the country it is the one that gives most experience too.
    var countrySlot = -1
    var experienceSlot = -1
    /// The first of its themes that gives most.
    var experiencePlace = 0

    var isThere: Bool { countrySlot >= 0 }
  }

  func work(_ wish: Wish, _ probe: RowProbe, _ candidates: Candidates) -> Work {
    let country = Int(wish.core.country)
    var result = Work()
    guard probe.worked.contains(country) else { return result }
    let list = candidates.engagements[country]
    var place = candidates.place(of: Int32(probe.row), in: list)
    var most = -1
    while place < list.count, Int(list[place].row) == probe.row {
      let points = wish.experience.withUnsafeBufferPointer { experience in
        experience.baseAddress.map { self.points(of: list[place], $0) } ?? (country: 0, experience: 0)
      }
      let slot = Int(list[place].slot)
      // Both at once: experience decides among those that give as much for the country.
      let both = points.country * 1_024 + points.experience
      if both > most || both == most && candidates.precedes(slot, result.countrySlot) {
        (most, result.country, result.countrySlot) = (both, points.country, slot)
      }
      let isFirst = result.experienceSlot < 0
      if isFirst || points.experience > result.experience
        || points.experience == result.experience && candidates.precedes(slot, result.experienceSlot)
      {
        (result.experience, result.experienceSlot) = (points.experience, slot)
        result.experiencePlace = bestPlace(list[place].themes, wish.experience)
      }
      place += 1
    }
    return result
  }

  /// The first of a cooperation's themes that gives most.
  private func bestPlace(_ themes: UInt64, _ experience: [UInt16]) -> Int {
    var best = (place: 0, points: UInt16(0))
    for place in 0..<8 {
      let points = experience[Int(themes >> UInt64(8 * place) & 0xFF)]
      if points > best.points { best = (place, points) }
    }
    return best.place
  }

  /// What one cooperation gives.
  ///
  /// - Parameter experience: the wish's points by theme, 256 of them, of which the last, no theme, is 0.
  @inline(__always)
  func points(
    of engagement: Engagement, _ experience: UnsafePointer<UInt16>
  ) -> (country: Int, experience: Int) {
    // Most have three themes at most: four looks and no branch, then the others.
    let themes = engagement.themes
    func points(_ place: UInt64) -> UInt16 { experience[Int(themes >> (8 * place) & 0xFF)] }
    var best = max(max(points(0), points(1)), max(points(2), points(3)))
    if themes >> 32 != 0xFFFF_FFFF {
      best = max(best, max(max(points(4), points(5)), max(points(6), points(7))))
    }
    return engagement.goesOn ? (country, Int(best)) : (country / 2, Int(best) * 7 / 10)
  }

  /// 2: another authority of its département works there, or it works in a country next to it. 1: another of its région
  /// does, or it works in the sub-region.
  @inline(__always)
  func nearness(_ probe: RowProbe, _ country: Int, _ candidates: Candidates) -> (level: Int, isOwn: Bool) {
    let landscape = candidates.landscape
    if probe.active.intersects(landscape.neighbourSets[country]) { return (2, true) }
    let own = probe.active.intersects(landscape.companionSets[country]) ? 1 : 0
    let counts = candidates.clusterCounts(probe.departement, probe.region, in: country)
    let itself = probe.active.contains(country) ? 1 : 0
    let others = counts.departement > itself ? 2 : counts.region > itself ? 1 : 0
    return (max(own, others), own > 0)
  }

  /// The place of the first common language in the wish; French is everyone's.
  @inline(__always)
  func commonLanguage(_ wish: WishCore, _ probe: RowProbe, _ candidates: Candidates) -> Int? {
    (0..<wish.languageCount).first { place in
      let number = wish.languages[place]
      return number == frenchNumber || candidates.speaks(number, probe.row)
    }
  }
}
