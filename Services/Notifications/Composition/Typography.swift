import CooperationModel

/// How French and English set their marks, dates and lists.
package enum Typography {
  /// A colon and the space behind it; French puts a space that does not break before it.
  package static func colon(_ language: Language) -> String { language == .french ? "\u{A0}: " : ": " }

  package static func quoted(_ text: String, _ language: Language) -> String {
    language == .french ? "«\u{A0}\(text)\u{A0}»" : "“\(text)”"
  }

  /// `24 novembre 2026`, `1er décembre 2026`; `24 November 2026`.
  package static func date(_ day: Day, _ language: Language) -> String {
    let (year, month, number) = day.components
    return language == .french
      ? "\(number == 1 ? "1er" : String(number)) \(frenchMonths[month - 1]) \(year)"
      : "\(number) \(englishMonths[month - 1]) \(year)"
  }

  /// `a, b et c`.
  package static func list(_ items: [String], _ language: Language) -> String {
    guard let last = items.last, items.count > 1 else { return items.first ?? "" }
    let and = language == .french ? "et" : "and"
    return "\(items.dropLast().joined(separator: ", ")) \(and) \(last)"
  }

  /// The text beginning with a small letter, unless it begins with an abbreviation (`PACT2`, `3D`).
  package static func lowercasedFirst(_ text: String) -> String {
    let scalars = text.unicodeScalars.prefix(2)
    guard let first = scalars.first, first.properties.isUppercase,
      !(scalars.dropFirst().first?.properties.isUppercase ?? true)
    else { return text }
    return text.prefix(1).lowercased() + text.dropFirst()
  }

  /// At most so many characters, an ellipsis in place of what is cut.
  package static func shortened(_ text: String, to count: Int) -> String {
    text.count <= count ? text : text.prefix(count - 1) + "…"
  }

  /// Small numbers as a count of things: `1 réponse`, `3 réponses`. French counts zero and one alike.
  package static func count(_ number: Int, one: String, many: String) -> String {
    "\(number)\u{A0}\(number < 2 ? one : many)"
  }

  private static let frenchMonths = [
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
  ]
  private static let englishMonths = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]
}
