/// Writes CSV (RFC 4180) that spreadsheets open as text, not as formulas.
///
/// A text that starts with `=`, `+`, `-`, `@`, a tab or CR, or the wide forms of the signs, gets an apostrophe before it;
/// ``guarded(_:)`` and ``unguarded(_:)`` undo each other, so that what was exported can be imported again. Numbers are
/// written as they are.
public struct CSVWriter: Sendable {
  public enum Cell: Equatable, Sendable {
    case text(String)
    /// Digits that we made ourselves: a minus sign in front is no formula.
    case number(String)

    public static let empty = Cell.text("")
  }

  public var separator: Character

  public init(separator: Character = ",") { self.separator = separator }

  /// One row with its line end, CR LF.
  public func row(_ cells: [Cell]) -> String {
    cells.map { cell in
      switch cell {
      case .text(let text): quoted(Self.guarded(text))
      case .number(let digits): digits
      }
    }.joined(separator: String(separator)) + "\r\n"
  }

  private func quoted(_ text: String) -> String {
    let needsQuotes = text.unicodeScalars.contains { scalar in
      scalar == "\"" || scalar == "\n" || scalar == "\r" || separator.unicodeScalars.contains(scalar)
    }
    guard needsQuotes || text.hasPrefix(" ") || text.hasSuffix(" ") else { return text }
    return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }

  /// The text with an apostrophe in front when a spreadsheet would compute it.
  public static func guarded(_ text: String) -> String { startsFormula(text[...]) ? "'" + text : text }

  /// The text as it was before ``guarded(_:)``.
  public static func unguarded(_ text: String) -> String {
    text.hasPrefix("'") && startsFormula(text.dropFirst()) ? String(text.dropFirst()) : text
  }

  /// Apostrophes in front count, or a guarded text could not be told from one that starts so.
  private static func startsFormula(_ text: Substring) -> Bool {
    switch text.unicodeScalars.first(where: { $0 != "'" }) {
    case "=", "+", "-", "@", "\t", "\r", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}": true
    default: false
    }
  }
}
