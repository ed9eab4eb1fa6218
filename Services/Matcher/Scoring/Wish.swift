import CooperationModel
import ThemeClassifier

/// A request made ready for scoring: ids as numbers, weights as points.
///
/// A function of request, reference data and model alone, so it can be kept as long as they stay.
package struct Wish: Sendable {
  let request: RequestID
  let version: Int
  let core: WishCore
  /// Points for experience by a cooperation's theme; 255, no theme, has none.
  let experience: [UInt16]
  /// The request declares no theme; those here were read from its text.
  let isRead: Bool
  let languages: [LanguageCode]
  /// Partners already, as rows, ascending.
  let partners: [Int]
  /// The asking authorities' folded names.
  let names: [String]

  package init(_ request: PartnershipRequest, in landscape: Landscape, model: ScoringModel) {
    self.request = request.id
    version = request.version
    let declared = Self.themes(request.themes + request.wanted.expertise, in: landscape, model: model)
    let themes =
      declared.isEmpty && model.settings.textThemes != nil
      ? Self.themes(landscape.read(request), in: landscape, model: model, share: ScoringModel.readShare) : declared
    isRead = declared.isEmpty && !themes.isEmpty
    experience = Self.experience(themes, in: landscape, model: model)
    languages = Array(Set(request.languages).sorted().prefix(WishCore.languageLimit))
    core = WishCore(request, themes: themes.map(\.wish), languages: languages, in: landscape, model: model)
    partners = Set((request.existingPartners + request.partners).compactMap { landscape.row(of: $0) }).sorted()
    names = request.authorities.map { foldedName($0.name) }.filter { !$0.isEmpty }
  }

  /// Each theme once, the first eight that the taxonomy knows.
  ///
  /// - Parameter share: what they count for, in percent.
  private static func themes(
    _ list: [ThemeID], in landscape: Landscape, model: ScoringModel, share: Int = 100
  ) -> [(wish: ThemeWish, priority: Int)] {
    var seen: Set<Int> = []
    var result: [(wish: ThemeWish, priority: Int)] = []
    for theme in list {
      guard result.count < ScoringModel.priorities.count, let number = landscape.number(of: theme),
        seen.insert(number).inserted
      else { continue }
      let priority = ScoringModel.priorities[result.count] * share / 100
      result.append((ThemeWish(number, priority: priority, in: landscape, model: model), priority))
    }
    return result
  }

  private static func experience(
    _ themes: [(wish: ThemeWish, priority: Int)], in landscape: Landscape, model: ScoringModel
  ) -> [UInt16] {
    var result = [UInt16](repeating: 0, count: 256)
    for (wish, priority) in themes {
      let affinities = ScoringModel.affinities
      func points(_ affinity: Int) -> UInt16 {
        UInt16(ScoringModel.share(of: model.experience, priority: priority, affinity: affinity))
      }
      let own = points(affinities.own)
      let field = points(wish.parentIsField ? affinities.field : affinities.domain)
      let domain = points(affinities.domain)
      for number in landscape.themes.indices where landscape.tops[number] == wish.top {
        let (own8, parent) = (UInt8(number), landscape.parents[number])
        if own8 == wish.own || parent == wish.own || wish.own == wish.top {
          result[number] = max(result[number], own)
        } else if own8 == wish.parent || parent == wish.parent {
          result[number] = max(result[number], field)
        } else {
          result[number] = max(result[number], domain)
        }
      }
    }
    return result
  }
}

/// One theme that is asked for, with the points that it gives by how near a candidate comes.
struct ThemeWish: Sendable, BitwiseCopyable {
  var own: UInt8 = 0
  var parent: UInt8 = 0
  var top: UInt8 = 0
  /// False when the theme is a field or a domain itself: nothing is nearer than its domain then.
  var parentIsField = false
  var ownEvidence: UInt16 = 0
  var fieldEvidence: UInt16 = 0
  var domainEvidence: UInt16 = 0

  init() {}

  init(_ number: Int, priority: Int, in landscape: Landscape, model: ScoringModel) {
    func share(_ affinity: Int) -> UInt16 {
      UInt16(ScoringModel.share(of: model.themeBase, priority: priority, affinity: affinity))
    }
    let affinities = ScoringModel.affinities
    own = UInt8(number)
    parent = landscape.parents[number]
    top = landscape.tops[number]
    parentIsField = parent != own && parent != top
    ownEvidence = share(affinities.own)
    fieldEvidence = share(parentIsField ? affinities.field : affinities.domain)
    domainEvidence = share(affinities.domain)
  }
}
