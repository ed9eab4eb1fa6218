/// One row of a CSV text, and what is wrong with it as text.
public struct CSVRow: Equatable, Sendable {
  /// The line of the text that it starts on, from 1. A row with line breaks in quotes covers several.
  public var line: Int
  /// Empty when there is a fault.
  public var fields: [String]
  public var fault: CSVFault?

  init(line: Int, fields: [String] = [], fault: CSVFault? = nil) {
    self.line = line
    self.fields = fields
    self.fault = fault
  }
}

/// What makes a row unreadable; the rows after it are read all the same.
public struct CSVFault: Equatable, Sendable {
  public enum Code: String, Sendable, CaseIterable {
    case brokenQuoting = "broken-quoting"
    case unclosedQuote = "unclosed-quote"
    case rowTooLong = "row-too-long"
    case notUTF8 = "not-utf-8"
  }

  public var code: Code
  /// The field it stands in, from 0.
  public var field: Int
  public var message: Localized

  init(_ code: Code, field: Int, fr: String, en: String) {
    self.code = code
    self.field = field
    message = Localized(fr: fr, en: en)
  }

  static func brokenQuoting(field: Int) -> CSVFault {
    CSVFault(
      .brokenQuoting, field: field,
      fr:
        "Guillemets mal placés\u{202F}: entourez toute la valeur de guillemets droits (\") et doublez ceux qu’elle contient.",
      en: "Misplaced quotes: put straight quotes (\") around the whole value and double those inside it.")
  }

  static func unclosedQuote(field: Int) -> CSVFault {
    CSVFault(
      .unclosedQuote, field: field,
      fr: "Des guillemets s’ouvrent ici et ne se ferment pas\u{202F}: ajoutez les guillemets fermants.",
      en: "A quote opens here and does not close: add the closing quote.")
  }

  static func rowTooLong(field: Int, limit: Int) -> CSVFault {
    CSVFault(
      .rowTooLong, field: field,
      fr: "La ligne dépasse \(limit) octets\u{202F}: raccourcissez ses textes, ou vérifiez les fins de ligne.",
      en: "The row is longer than \(limit) bytes: shorten its texts, or check the line ends.")
  }

  static func notUTF8(field: Int, column: Int, byte: UInt8) -> CSVFault {
    let digits = String(byte, radix: 16, uppercase: true)
    // In Latin-1 a byte is its own scalar; the controls from 80 to 9F are letters and quotes only in Windows-1252.
    let guess = byte >= 0xA0 ? Character(Unicode.Scalar(byte)) : nil
    return CSVFault(
      .notUTF8, field: field,
      fr: "Colonne \(column) du texte, octet \(digits)\u{202F}: ce n’est pas de l’UTF-8"
        + (guess.map { " («\u{202F}\($0)\u{202F}» en Latin-1)" } ?? "")
        + "\u{202F}; enregistrez le fichier au format «\u{202F}CSV UTF-8\u{202F}».",
      en: "Column \(column) of the text, byte \(digits): this is no UTF-8"
        + (guess.map { " (\"\($0)\" in Latin-1)" } ?? "") + "; save the file as \"CSV UTF-8\".")
  }
}
