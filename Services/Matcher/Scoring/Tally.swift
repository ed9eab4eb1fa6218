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
  var label = 0
  var language = 0
  var form = 0
  /// Shares a theme, works or wants to work in the country or near it, or holds a label: whoever has nothing of this is
  /// no match, whatever its kind, size, place, languages and forms.
  var hasSubstance = false

  var score: Int {
    theme + country + experience + interest + neighbourhood + kind + size + territory + label + language + form
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
    case .label: label
    case .language: language
    case .form: form
    case .partner, .answers: 0
    }
  }
}

/// How a wish is weighed against one candidate: bit tests, no allocation.
extension ScoringModel {
  func tally(_ wish: Wish, _ row: Int, _ candidates: Candidates) -> Tally {
    let layout = candidates.layout
    var result = Tally()
    func has(_ bitmap: Int) -> Bool { candidates.bits.contains(row, in: bitmap) }

    var evidence = 0
    var label = 0
    for theme in wish.themes {
      guard has(layout.theme(theme.top)) else { continue }
      result.hasSubstance = true
      if has(layout.theme(theme.own)) {
        evidence += theme.evidence.own
      } else if has(layout.theme(theme.parent)) {
        evidence += theme.evidence.field
      } else {
        evidence += theme.evidence.domain
      }
      // Labels count as themes, so they need no look where the theme has none.
      if has(layout.label(theme.own)) {
        label = self.label
      } else if theme.parentIsField, has(layout.label(theme.parent)) {
        label = max(label, self.label / 2)
      }
    }
    result.theme = themePoints(evidence: evidence)
    result.label = label

    if let country = wish.country {
      let work = work(wish, row, country, candidates)
      result.country = work.country
      result.experience = work.experience
      if has(layout.interest(country)) { result.interest = interest }
      let nearness = nearness(row, country, candidates)
      result.neighbourhood = [0, neighbourhood / 2, neighbourhood][nearness.level]
      if work.isThere || nearness.isOwn || has(layout.interest(country)) { result.hasSubstance = true }
    }

    let landscape = candidates.landscape
    if wish.kinds.contains(landscape.kinds[row]) { result.kind = wish.kindPoints }
    if let size = wish.size {
      let population = landscape.populations[row]
      if size.full.contains(population) {
        result.size = size.points.full
      } else if size.wide.contains(population) {
        result.size = size.points.wide
      }
    }
    if wish.regions.contains(Int(landscape.regions[row]))
      || wish.departements.contains(Int(landscape.departements[row]))
    {
      result.territory = territory
    }
    if commonLanguage(wish, row, candidates) != nil { result.language = language }
    if wish.forms & candidates.marks[row].forms != 0 { result.form = form }
    return result
  }

  /// What a candidate's cooperations in the country give: the best of each.
  func work(_ wish: Wish, _ row: Int, _ country: Int, _ candidates: Candidates) -> (
    country: Int, experience: Int, isThere: Bool
  ) {
    let list = candidates.engagements[country]
    var result = (country: 0, experience: 0, isThere: false)
    var place = candidates.place(of: Int32(row), in: list)
    while place < list.count, Int(list[place].row) == row {
      let points = points(of: list[place], wish)
      result.country = max(result.country, points.country)
      result.experience = max(result.experience, points.experience)
      result.isThere = true
      place += 1
    }
    return result
  }

  /// What one cooperation gives.
  @inline(__always)
  func points(of engagement: Engagement, _ wish: Wish) -> (country: Int, experience: Int) {
    var best = 0
    var rest = engagement.themes
    while rest & 0xFF != 0xFF {
      best = max(best, Int(wish.experience[Int(rest & 0xFF)]))
      rest = rest >> 8 | 0xFF << 56
    }
    return engagement.goesOn ? (country, best) : (country / 2, best * 7 / 10)
  }

  /// 2: another authority of its département works there, or it works in a country next to it. 1: another of its région
  /// does, or it works in the sub-region.
  func nearness(_ row: Int, _ country: Int, _ candidates: Candidates) -> (level: Int, isOwn: Bool) {
    let landscape = candidates.landscape
    let layout = candidates.layout
    let counts = candidates.clusterCounts(ofRow: row, in: country)
    let itself = candidates.bits.contains(row, in: layout.active(country)) ? 1 : 0
    var level = counts.departement > itself ? 2 : counts.region > itself ? 1 : 0
    var isOwn = false
    for neighbour in landscape.neighbours[country]
    where candidates.bits.contains(row, in: layout.active(neighbour)) {
      return (2, true)
    }
    for companion in landscape.companions[country]
    where candidates.bits.contains(row, in: layout.active(companion)) {
      level = max(level, 1)
      isOwn = true
      break
    }
    return (level, isOwn)
  }

  /// The first common language; French is everyone's.
  func commonLanguage(_ wish: Wish, _ row: Int, _ candidates: Candidates) -> LanguageCode? {
    wish.languages.first { language in
      language == LanguageCode.french
        || candidates.languageBitmaps[language].map { candidates.bits.contains(row, in: $0) } ?? false
    }
  }
}

extension LanguageCode {
  /// Spoken by every French authority, whatever its profile says.
  static let french = LanguageCode(rawValue: "fr")
}
