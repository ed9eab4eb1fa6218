/// An e-mail address that a mail server will take: RFC 5321 without its relics, with UTF-8 (RFC 6531).
///
/// Address literals, comments and domains of one label are refused; a quoted local part is taken. The domain is written
/// in small letters, the local part stays as it is.
public struct EmailAddress: Equatable, Sendable {
  public let text: String

  /// What is wrong, worded to follow the address that was sent.
  public enum Fault: Error, Sendable, CaseIterable {
    case tooLong, noSingleAt, localPart, domain, character

    var message: Localized {
      switch self {
      case .tooLong:
        Localized(
          fr: "une adresse a 254 octets au plus, dont 64 avant l’arobase",
          en: "an address has at most 254 bytes, 64 of them before the @")
      case .noSingleAt:
        Localized(
          fr: "une adresse a une arobase et une seule, comme nom@example.org",
          en: "an address has one @ and no more, as in name@example.org")
      case .localPart:
        Localized(
          fr: "corrigez ce qui précède l’arobase\u{202F}: ni espace, ni point au début, à la fin ou doublé",
          en: "correct what stands before the @: no space, no dot at the start, at the end or twice in a row")
      case .domain:
        Localized(
          fr:
            "corrigez le domaine, comme example.org\u{202F}: des lettres, chiffres et traits d’union séparés par des points",
          en: "correct the domain, as in example.org: letters, digits and hyphens between dots")
      case .character:
        Localized(
          fr: "retirez les sauts de ligne et autres caractères de commande",
          en: "remove line breaks and other control characters")
      }
    }
  }

  /// Throws what is wrong with it.
  public init(checking text: String) throws(Fault) {
    guard text.unicodeScalars.allSatisfy(isPlain) else { throw .character }
    guard text.utf8.count <= 254 else { throw .tooLong }
    let parts = Self.split(text)
    guard parts.count == 2 else { throw .noSingleAt }
    let (local, domain) = (parts[0], parts[1])
    guard local.utf8.count <= 64 else { throw .tooLong }
    guard Self.isLocalPart(local) else { throw .localPart }
    guard Self.isDomain(domain) else { throw .domain }
    self.text = "\(local)@\(domain.lowercased())"
  }

  /// At every @ outside quotes.
  private static func split(_ text: String) -> [Substring] {
    var parts: [Substring] = []
    var start = text.startIndex
    var isQuoted = false
    var isEscaped = false
    for (index, character) in zip(text.indices, text) {
      switch character {
      case _ where isEscaped: isEscaped = false
      case "\\" where isQuoted: isEscaped = true
      case "\"": isQuoted.toggle()
      case "@" where !isQuoted:
        parts.append(text[start..<index])
        start = text.index(after: index)
      default: break
      }
    }
    return parts + [text[start...]]
  }

  private static func isLocalPart(_ local: Substring) -> Bool {
    if local.hasPrefix("\"") { return isQuotedString(local) }
    let atoms = local.split(separator: ".", omittingEmptySubsequences: false)
    return atoms.allSatisfy { atom in
      !atom.isEmpty
        && atom.unicodeScalars.allSatisfy { isLetterOrDigit($0) || "!#$%&'*+-/=?^_`{|}~".unicodeScalars.contains($0) }
    }
  }

  /// `"…"`, where a quote or a backslash inside is escaped by a backslash.
  private static func isQuotedString(_ text: Substring) -> Bool {
    guard text.unicodeScalars.count > 2, text.hasSuffix("\"") else { return false }
    var isEscaped = false
    for scalar in text.unicodeScalars.dropFirst().dropLast() {
      switch scalar {
      case _ where isEscaped: isEscaped = false
      case "\\": isEscaped = true
      case "\"": return false
      default: break
      }
    }
    return !isEscaped
  }

  private static func isDomain(_ domain: Substring) -> Bool {
    let labels = domain.split(separator: ".", omittingEmptySubsequences: false)
    guard labels.count >= 2, let top = labels.last, !top.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
      return false
    }
    return labels.allSatisfy { label in
      (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
        && label.unicodeScalars.allSatisfy { isLetterOrDigit($0) || $0 == "-" }
    }
  }

  /// ASCII letters and digits, and whatever lies beyond ASCII and is a letter, a mark or a number.
  private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9": return true
    case "\0"..."\u{7F}": return false
    default: break
    }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
      .spacingMark, .decimalNumber, .letterNumber, .otherNumber:
      return true
    default: return false
    }
  }
}
