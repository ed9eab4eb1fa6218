import CooperationModel

/// A request made ready for scoring: ids as numbers, weights as points.
///
/// A function of request, reference data and model alone, so it can be kept as long as they stay.
package struct Wish: Sendable {
  let request: RequestID
  let version: Int
  let country: Int?
  let themes: [ThemeWish]
  /// Points for experience by a cooperation's theme; 255, no theme, has none.
  let experience: [UInt16]
  let kinds: [CollectiviteKind]
  let kindPoints: Int
  let size: SizeWish?
  let regions: [Int]
  let departements: [Int]
  let languages: [LanguageCode]
  let forms: UInt8
  /// Partners already, as rows, ascending.
  let partners: [Int]
  /// The asking authorities' folded names.
  let names: [String]

  /// One theme that is asked for, with the points that it gives by how near a candidate comes.
  struct ThemeWish: Sendable {
    let own: Int
    let parent: Int
    let top: Int
    /// False when the theme is a field or a domain itself: nothing is nearer than its domain then.
    let parentIsField: Bool
    let evidence: (own: Int, field: Int, domain: Int)
  }

  /// The wanted size, as ranges within each other, with their points.
  struct SizeWish: Sendable {
    let full: ClosedRange<Int32>
    let wide: ClosedRange<Int32>
    let points: (full: Int, wide: Int)
  }

  package init(_ request: PartnershipRequest, in landscape: Landscape, model: ScoringModel) {
    self.request = request.id
    version = request.version
    country = landscape.number(of: request.country)
    let themes = Self.themes(of: request, in: landscape, model: model)
    self.themes = themes.map(\.wish)
    experience = Self.experience(themes.map { ($0.wish, $0.priority) }, in: landscape, model: model)
    if !request.wanted.kinds.isEmpty {
      kinds = Set(request.wanted.kinds).sorted()
      kindPoints = model.kind
    } else {
      kinds = request.authorities.first.map { Self.counterparts(of: $0.kind) } ?? []
      kindPoints = model.kind / 2
    }
    size = Self.size(of: request, model: model)
    var regions: Set<Int> = []
    var departements: Set<Int> = []
    for territory in request.wanted.territories {
      guard let today = landscape.today(territory) else { continue }
      switch landscape.territories[today] {
      case .region(let number): regions.insert(number)
      case .departement(let number): departements.insert(number)
      case nil: break
      }
    }
    self.regions = regions.sorted()
    self.departements = departements.sorted()
    languages = Set(request.languages).sorted()
    forms = formBits(request.forms)
    partners = Set((request.existingPartners + request.partners).compactMap { landscape.row(of: $0) }).sorted()
    names = request.authorities.map { foldedName($0.name) }.filter { !$0.isEmpty }
  }

  /// The declared themes, then the wanted expertise; each once, the first eight that the taxonomy knows.
  private static func themes(
    of request: PartnershipRequest, in landscape: Landscape, model: ScoringModel
  ) -> [(wish: ThemeWish, priority: Int)] {
    var seen: Set<Int> = []
    var result: [(wish: ThemeWish, priority: Int)] = []
    for theme in request.themes + request.wanted.expertise {
      guard result.count < ScoringModel.priorities.count, let number = landscape.number(of: theme),
        seen.insert(number).inserted
      else { continue }
      let priority = ScoringModel.priorities[result.count]
      let lineage = landscape.lineage(of: number)
      func share(_ affinity: Int) -> Int {
        ScoringModel.share(of: model.themeBase, priority: priority, affinity: affinity)
      }
      let affinities = ScoringModel.affinities
      let parentIsField = landscape.themes[lineage.parent].level == 2 && lineage.own != lineage.parent
      let wish = ThemeWish(
        own: lineage.own, parent: lineage.parent, top: lineage.top, parentIsField: parentIsField,
        evidence: (
          share(affinities.own), share(parentIsField ? affinities.field : affinities.domain), share(affinities.domain)
        ))
      result.append((wish, priority))
    }
    return result
  }

  private static func experience(
    _ themes: [(wish: ThemeWish, priority: Int)], in landscape: Landscape, model: ScoringModel
  ) -> [UInt16] {
    var result = [UInt16](repeating: 0, count: 256)
    for (wish, priority) in themes {
      for number in landscape.themes.indices {
        let lineage = landscape.lineage(of: number)
        let affinity: Int
        if lineage.own == wish.own || lineage.parent == wish.own || lineage.top == wish.own {
          affinity = ScoringModel.affinities.own
        } else if lineage.own == wish.parent || lineage.parent == wish.parent || lineage.top == wish.parent {
          affinity = wish.parentIsField ? ScoringModel.affinities.field : ScoringModel.affinities.domain
        } else if lineage.top == wish.top {
          affinity = ScoringModel.affinities.domain
        } else {
          continue
        }
        let points = ScoringModel.share(of: model.experience, priority: priority, affinity: affinity)
        result[number] = max(result[number], UInt16(points))
      }
    }
    return result
  }

  /// The French authorities of the asking one's level.
  private static func counterparts(of kind: ForeignAuthority.Kind) -> [CollectiviteKind] {
    switch kind {
    case .region: [.region]
    case .province, .district: [.departement]
    case .municipality: [.epci, .commune]
    case .grouping: [.epci]
    case .other: []
    }
  }

  private static func size(of request: PartnershipRequest, model: ScoringModel) -> SizeWish? {
    func clamped(_ low: Int, _ high: Int) -> ClosedRange<Int32>? {
      low <= high && high >= 0 ? Int32(clamping: max(0, low))...Int32(clamping: high) : nil
    }
    let limit = Int(Int32.max)
    if request.wanted.populationMin != nil || request.wanted.populationMax != nil {
      let low = min(max(0, request.wanted.populationMin ?? 0), limit)
      let high = min(request.wanted.populationMax ?? limit, limit)
      guard let full = clamped(low, high), let wide = clamped(low / 2, high > limit / 2 ? limit : high * 2) else {
        return nil
      }
      return SizeWish(full: full, wide: wide, points: (model.size, model.size / 2))
    }
    guard let population = request.authorities.first?.population, population > 0, population <= limit / 4,
      let full = clamped((population + 1) / 2, population * 2), let wide = clamped((population + 3) / 4, population * 4)
    else { return nil }
    return SizeWish(full: full, wide: wide, points: (model.size / 2, model.size / 4))
  }
}
