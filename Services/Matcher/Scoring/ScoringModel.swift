import CooperationModel
import ThemeClassifier

/// The scoring settings as the integers that scoring uses.
///
/// A pair's score is the sum of its factors' points, 0…1000. Every factor is a share of its weight:
///
/// | factor | share of the weight |
/// |---|---|
/// | theme | *evidence*, see below |
/// | experience | the best cooperation in the country by theme: priority × affinity; 70 % of it when ended |
/// | country | 100 % with a cooperation in the country that goes on, 50 % with an ended one |
/// | interest | 100 % when the country is declared |
/// | neighbourhood | 100 % when another authority of its département works there or it works in a country next to it; 50 % when another of its région does or it works in the same sub-region |
/// | label | 100 % for a label on one of the themes, 50 % on one of the same field |
/// | kind | 100 % of a wanted kind; when none is named, 50 % of the asking authority's level |
/// | size | 100 % in the wanted range, 50 % within a factor of two of it; when none is named, 50 % and 25 % for a factor of two and four from the asking authority |
/// | proximity | 100 % with a land border with the country, or overseas on the same sea; 50 % on the same sea in metropolitan France |
/// | distance | 100 % when its département (a région: its own place) is within 400 km of the asking authority, or else of the middle of the country; 50 % within 1,200 km |
/// | network | 100 % when another authority of its intercommunality works in the country; 50 % when another of its région works in the same sub-region |
/// | language area | 100 % when it works in a country that has an official language in common with the asking one, that one included |
/// | territory | 100 % in a wanted région or département, or in a place of a wanted kind (coast, mountain, overseas, border) |
/// | named territory | in a région or département that the request names: by its nearest theme 100 %, 45 %, 15 % (see `affinities`), and 45 % at least when it works in the country or declares it |
/// | language | 100 % with a common language; French is everyone's |
/// | form | 100 % when it offers one of the forms |
///
/// *Evidence* for the theme is the sum over the request's themes of base × priority × affinity, where base is three
/// quarters of the weight. Up to the base it counts in full, beyond it one eighth, and never more than the weight: the
/// first shared theme makes the most of it, each further one helps a little.
///
/// Where a request declares neither themes nor wanted expertise, the themes that its text speaks of stand in for them, at
/// ``readShare`` of their priority (`textThemes` of the settings).
///
/// Every share is monotone in what the request (by adding at the end) and the candidate declare, so the score is too.
package struct ScoringModel: Sendable, Equatable {
  package let settings: ScoringSettings
  let theme: Int
  let experience: Int
  let country: Int
  let interest: Int
  let neighbourhood: Int
  let label: Int
  let kind: Int
  let size: Int
  let territory: Int
  let namedTerritory: Int
  let proximity: Int
  let distance: Int
  let network: Int
  let languageArea: Int
  let language: Int
  let form: Int
  /// The most that earlier answers move an offer's place, either way.
  package let answers: Int
  let threshold: Int

  /// What a theme is worth by its place in the request's list, in percent; those beyond are not read.
  static let priorities = [100, 80, 65, 55, 45, 40, 35, 30]
  /// What a theme that was read from the text counts for, in percent of a declared one.
  static let readShare = 70
  /// What a shared theme is worth, in percent: the theme itself (or one below it), another of its field, of its domain.
  static let affinities = (own: 100, field: 45, domain: 15)

  /// The factors of a match set, in the order of their codes' declaration.
  static let codes: [Factor.Code] = [
    .theme, .country, .experience, .interest, .neighbourhood, .network, .kind, .size, .territory,
    .namedTerritory, .proximity, .distance, .label, .language, .languageArea, .form,
  ]
  /// Those that came after the first logs were written: without a weight they give nothing.
  static let laterCodes: [Factor.Code] = [.proximity, .distance, .network, .languageArea, .namedTerritory]
  /// Distances in kilometres: within the first all of the weight, within the second half of it.
  static let distances = (near: 400, wide: 1_200)
  static let near = GlobePoint.Distance(kilometres: distances.near)
  static let wide = GlobePoint.Distance(kilometres: distances.wide)

  /// Nil when texts are to be read by another classifier than this build's, when a weight is unknown, missing, negative
  /// (those of ``laterCodes`` may be missing), or they sum to more than 1000, or the threshold is no score.
  package init?(_ settings: ScoringSettings) {
    var total = 0
    let known = Set(Self.codes.map(\.rawValue) + [Factor.Code.answers.rawValue])
    for (code, weight) in settings.weights {
      guard known.contains(code), (0...1000).contains(weight) else { return nil }
      if code != Factor.Code.answers.rawValue { total += weight }
    }
    let missing = known.subtracting(settings.weights.keys)
    guard missing.isSubset(of: Self.laterCodes.map(\.rawValue)), total <= 1000,
      (1...1000).contains(settings.threshold), settings.textThemes.map({ $0 == ThemeClassifier.generation }) ?? true,
      (0...100).contains(settings.wantedLeads), (1...3650).contains(settings.answerDays)
    else { return nil }
    func weight(_ code: Factor.Code) -> Int { settings.weights[code.rawValue] ?? 0 }
    self.settings = settings
    theme = weight(.theme)
    experience = weight(.experience)
    country = weight(.country)
    interest = weight(.interest)
    neighbourhood = weight(.neighbourhood)
    label = weight(.label)
    kind = weight(.kind)
    size = weight(.size)
    territory = weight(.territory)
    namedTerritory = weight(.namedTerritory)
    proximity = weight(.proximity)
    distance = weight(.distance)
    network = weight(.network)
    languageArea = weight(.languageArea)
    language = weight(.language)
    form = weight(.form)
    answers = weight(.answers)
    threshold = settings.threshold
  }

  /// The evidence up to which the theme counts in full.
  var themeBase: Int { theme * 3 / 4 }

  /// The points that theme evidence gives.
  func themePoints(evidence: Int) -> Int {
    evidence <= themeBase ? evidence : min(theme, themeBase + (evidence - themeBase) / 8)
  }

  /// What one shared theme gives of a weight.
  static func share(of weight: Int, priority: Int, affinity: Int) -> Int { weight * priority * affinity / 10_000 }
}
