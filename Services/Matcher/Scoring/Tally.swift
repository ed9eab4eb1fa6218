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
    theme + country + experience + interest + neighbourhood + network + kind + size + territory + proximity + distance
      + label + language + languageArea + form
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

/// A candidate unfolded from the columns, to be weighed against one wish or thousands.
struct RowProbe {
  let row: Int
  let masks: RowMasks
  let activeList: [UInt16]
  let languages: [UInt16]

  init(_ row: Int, of candidates: Candidates) {
    self.row = row
    masks = candidates.masks[row]
    activeList = candidates.marks[row].active
    languages = candidates.marks[row].languages
  }

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
    let probe = RowProbe(row, of: candidates)
    return tally(wish.core, probe, work: work(wish, probe, candidates), candidates)
  }

  /// - Parameter work: what its cooperations in the country give.
  func tally(_ wish: WishCore, _ probe: RowProbe, work: Work, _ candidates: Candidates) -> Tally {
    var result = Tally()
    var evidence = 0
    for place in 0..<wish.themeCount {
      let theme = wish.themes[place]
      guard probe.themes.contains(Int(theme.top)) else { continue }
      result.hasSubstance = true
      if probe.themes.contains(Int(theme.own)) {
        evidence += Int(theme.ownEvidence)
      } else if probe.themes.contains(Int(theme.parent)) {
        evidence += Int(theme.fieldEvidence)
      } else {
        evidence += Int(theme.domainEvidence)
      }
      // Labels count as themes, so they need no look where the theme has none.
      if probe.labels.contains(Int(theme.own)) {
        result.label = label
      } else if theme.parentIsField, probe.labels.contains(Int(theme.parent)) {
        result.label = max(result.label, label / 2)
      }
    }
    result.theme = themePoints(evidence: evidence)

    if wish.country >= 0 {
      let country = Int(wish.country)
      result.country = work.country
      result.experience = work.experience
      let isInterested = probe.interests.contains(country)
      if isInterested { result.interest = interest }
      let nearness = nearness(probe, country, candidates)
      let level = candidates.landscape.proximity(of: probe.departement, probe.region, to: country).level
      result.proximity = level == 2 ? proximity : level == 1 ? proximity / 2 : 0
      result.network = network * networkLevel(probe.row, country, candidates) / 2
      if worksInLanguageArea(probe.row, country, candidates) { result.languageArea = languageArea }
      result.neighbourhood = nearness.level == 2 ? neighbourhood : nearness.level == 1 ? neighbourhood / 2 : 0
      if work.isThere || nearness.isOwn || isInterested { result.hasSubstance = true }
    }
    let place = candidates.landscape.place(of: probe.departement, probe.region)
    result.distance = wish.nearPlaces.contains(place) ? distance : wish.widePlaces.contains(place) ? distance / 2 : 0
    if wish.kinds >> probe.kind & 1 == 1 { result.kind = wish.kindPoints }
    if wish.full.contains(probe.population) {
      result.size = wish.fullPoints
    } else if wish.wide.contains(probe.population) {
      result.size = wish.widePoints
    }
    if wish.hasTerritories,
      wish.regions.contains(probe.region) || wish.departements.contains(probe.departement)
        || !wish.geography.isDisjoint(with: probe.geography)
    {
      result.territory = territory
    }
    if commonLanguage(wish, probe) != nil { result.language = language }
    if wish.forms & probe.forms != 0 { result.form = form }
    return result
  }

  /// 2: another authority of its grouping works in the country. 1: another of its région does in the sub-region.
  @inline(__always)
  func networkLevel(_ row: Int, _ country: Int, _ candidates: Candidates) -> Int {
    let layout = candidates.layout
    if candidates.bits.contains(row, in: layout.network(country)) { return 2 }
    return candidates.bits.contains(row, in: layout.circle(candidates.landscape.subregions[country])) ? 1 : 0
  }

  @inline(__always)
  func worksInLanguageArea(_ row: Int, _ country: Int, _ candidates: Candidates) -> Bool {
    candidates.landscape.spoken[country].contains { candidates.bits.contains(row, in: candidates.layout.area($0)) }
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
      let points = points(of: list[place], wish.experience)
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
      }
      place += 1
    }
    return result
  }

  /// What one cooperation gives.
  @inline(__always)
  func points(of engagement: Engagement, _ experience: [UInt16]) -> (country: Int, experience: Int) {
    var best = 0
    var rest = engagement.themes
    while rest & 0xFF != 0xFF {
      best = max(best, Int(experience[Int(rest & 0xFF)]))
      rest = rest >> 8 | 0xFF << 56
    }
    return engagement.goesOn ? (country, best) : (country / 2, best * 7 / 10)
  }

  /// 2: another authority of its département works there, or it works in a country next to it. 1: another of its région
  /// does, or it works in the sub-region.
  @inline(__always)
  func nearness(_ probe: RowProbe, _ country: Int, _ candidates: Candidates) -> (level: Int, isOwn: Bool) {
    var own = 0
    for other in probe.activeList { own = max(own, candidates.landscape.relation(of: Int(other), to: country)) }
    if own == 2 { return (2, true) }
    let counts = candidates.clusterCounts(probe.departement, probe.region, in: country)
    let itself = probe.active.contains(country) ? 1 : 0
    let others = counts.departement > itself ? 2 : counts.region > itself ? 1 : 0
    return (max(own, others), own > 0)
  }

  /// The place of the first common language in the wish; French is everyone's.
  @inline(__always)
  func commonLanguage(_ wish: WishCore, _ probe: RowProbe) -> Int? {
    for place in 0..<wish.languageCount {
      let number = wish.languages[place]
      if number == frenchNumber || probe.languages.contains(number) { return place }
    }
    return nil
  }
}
