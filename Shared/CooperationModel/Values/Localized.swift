/// The languages in which the suite speaks to people.
public enum Language: String, Codable, Sendable, CaseIterable {
  case french = "fr"
  case english = "en"

  /// The best of the two for an `Accept-Language` header (RFC 9110, 12.5.4); French when it names neither.
  public init(acceptLanguage header: String?) {
    var best: (language: Language, weight: Double) = (.french, 0)
    for range in (header ?? "").prefix(1_000).split(separator: ",") {
      let parts = range.split(separator: ";").map { $0.drop { $0 == " " } }
      guard let tag = parts.first?.prefix(2).lowercased(), let language = Language(rawValue: tag) else { continue }
      let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
      if weight > best.weight { best = (language, weight) }
    }
    self = best.language
  }
}

/// One text in both languages.
public struct Localized: Hashable, Codable, Sendable {
  public var fr: String
  public var en: String

  public init(fr: String, en: String) {
    self.fr = fr
    self.en = en
  }

  public subscript(language: Language) -> String {
    switch language {
    case .french: fr
    case .english: en
    }
  }
}
