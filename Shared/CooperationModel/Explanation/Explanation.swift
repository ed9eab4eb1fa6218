/// Makes sentences of factors and verdicts, in French or English, addressed to the collectivité or about it.
///
/// Match sets and leads hold codes and facts alone; whoever shows them makes the words here, in the reader's language.
///
/// ```swift
/// explanation.reasons(match.factors, to: .addressed, in: .french)
/// // ["Vous travaillez déjà au Niger sur l’eau et l’assainissement avec Dankassari.", …]
/// ```
public struct Explanation: Sendable {
  let reference: ReferenceData

  public init(_ reference: ReferenceData) { self.reference = reference }

  /// To whom a sentence speaks.
  public enum Voice: Equatable, Sendable {
    /// To the collectivité: “Vous travaillez…”.
    case addressed
    /// About it, to an embassy or the ministry: “Cesson-Sévigné travaille…”.
    case about(CollectiviteID)
  }

  /// What speaks for a match, in the order of the factors; what another sentence says already is left out.
  ///
  /// - Parameter limit: the most sentences.
  public func reasons(
    _ factors: [Factor], to voice: Voice, in language: Language, limit: Int = .max
  ) -> [String] {
    let experience = factors.first { $0.code == .experience && $0.points > 0 }
    var result: [String] = []
    for factor in factors where factor.points != 0 && result.count < limit {
      // Work in the country on the theme says that it works there, and on what.
      if let experience {
        if factor.code == .country, factor.facts["cooperation"] == experience.facts["cooperation"] { continue }
        if factor.code == .theme, factor.facts["theme"] == experience.facts["theme"],
          factor.facts["shared"] == "1", !factor.isReadFromText
        {
          continue
        }
      }
      // A territory's work in the country says that it works in that part of the world; its own work there, the language.
      if factor.code == .network, factor.facts["through"] == "region", tellsOfOthers(factors) { continue }
      if factor.code == .languageArea, factor.facts["near"] == nil { continue }
      // That the request names the territory says that it is wanted.
      if factor.code == .territory, factors.contains(where: { $0.code == .namedTerritory && $0.points > 0 }) {
        continue
      }
      if let sentence = sentence(factor, to: voice, in: language) { result.append(sentence) }
    }
    return result
  }

  private func tellsOfOthers(_ factors: [Factor]) -> Bool {
    factors.contains {
      $0.code == .neighbourhood && $0.points > 0 && ["departement", "region"].contains($0.facts["through"])
    }
  }

  /// One factor as a sentence; nil when it gives nothing or its facts say nothing.
  public func sentence(_ factor: Factor, to voice: Voice, in language: Language) -> String? {
    guard factor.points != 0 else { return nil }
    return switch language {
    case .french: french(factor, voice)
    case .english: english(factor, voice)
    }
  }

  // MARK: Words for facts

  /// Where: “au Niger”, “in Niger”.
  public func place(_ country: CountryCode, in language: Language) -> String {
    let name = reference.countries[country]?.name[language] ?? country.rawValue
    return switch language {
    case .french: CountryPhrases.french(country, name: name) ?? "dans le pays «\u{00A0}\(name)\u{00A0}»"
    case .english: CountryPhrases.english(country, name: name)
    }
  }

  /// On what: “l’eau et l’assainissement”, “water and sanitation”.
  public func topic(_ theme: ThemeID, in language: Language) -> String {
    guard let label = reference.themes.label(of: theme, in: language) else { return theme.rawValue }
    switch language {
    case .french: return ThemePhrases.french(theme) ?? "le thème «\u{00A0}\(label)\u{00A0}»"
    case .english: return label.hasPrefix("Francophonie") ? label : label.prefix(1).lowercased() + label.dropFirst()
    }
  }

  /// Who, at the start of a sentence: “Cesson-Sévigné”, “La communauté de communes Val d’Ille-Aubigné”.
  public func subject(_ collectivite: CollectiviteID, in language: Language) -> String {
    let id = reference.registry.current(of: collectivite) ?? collectivite
    guard let name = reference.registry.name(of: id) else { return collectivite.rawValue }
    switch (id.kind, language) {
    case (.region, .french): return "La région \(name)"
    case (.region, .english): return "The \(name) region"
    case (.departement, .french): return "\(name) (département)"
    case (.departement, .english): return "\(name) (département)"
    case (.epci, .french) where name.hasPrefix("Communauté ") || name.hasPrefix("Métropole "):
      return "La \(name.prefix(1).lowercased())\(name.dropFirst())"
    default: return name
    }
  }

  /// A number as a reader groups it: “18 000”, “18,000”.
  func grouped(_ text: String, in language: Language) -> String {
    let separator = language == .french ? "\u{202F}" : ","
    var result = ""
    for (place, digit) in text.enumerated() {
      if place > 0, (text.count - place) % 3 == 0 { result += separator }
      result.append(digit)
    }
    return result
  }
}

extension Factor {
  func country(_ name: String = "country") -> CountryCode? { facts[name].flatMap(CountryCode.init) }
  var theme: ThemeID? { facts["theme"].flatMap(ThemeID.init) }
  var partner: String? { facts["partner"].flatMap { $0.isEmpty ? nil : $0 } }
  /// The theme was read from the request's text, which declares none.
  var isReadFromText: Bool { facts["from"] == "text" }
  var isOver: Bool { facts["status"] == "ended" }
}
