/// The string literals of a Swift source file, as far as wording is concerned: plain and multi-line ones, also those inside
/// interpolations. Comments, characters' escapes and raw strings are passed over.
struct StringLiterals {
  struct Literal {
    var line: Int
    /// What precedes it is `fr:`.
    var isLabelledFrench: Bool
    /// Its text, each interpolation as U+FFFC.
    var text: String
  }

  private(set) var all: [Literal] = []
  private let source: [Character]
  private var line = 1
  private var index = 0 {
    didSet { if index > oldValue { line += source[oldValue..<min(index, source.count)].count { $0.isNewline } } }
  }

  init(of text: String) {
    source = Array(text)
    code(isInterpolation: false)
  }

  private func begins(_ text: String) -> Bool { source[index...].starts(with: text) }

  private mutating func skip(to end: String) {
    while index < source.count, !begins(end) { index += 1 }
    index = min(index + end.count, source.count)
  }

  private mutating func code(isInterpolation: Bool) {
    var depth = 0
    while index < source.count {
      if begins("//") {
        while index < source.count, !source[index].isNewline { index += 1 }
      } else if begins("/*") {
        skip(to: "*/")
      } else if begins("#\"") {
        index += 2
        skip(to: "\"#")
      } else if begins("\"") {
        literal()
      } else {
        if source[index] == "(" { depth += 1 }
        if source[index] == ")" {
          if isInterpolation, depth == 0 {
            index += 1
            return
          }
          depth -= 1
        }
        index += 1
      }
    }
  }

  private mutating func literal() {
    let first = line
    let before = source[..<index].reversed().drop { $0.isWhitespace }.prefix(3)
    let quote = begins("\"\"\"") ? "\"\"\"" : "\""
    var text = ""
    index += quote.count
    while index < source.count, !begins(quote) {
      if begins("\\(") {
        index += 2
        code(isInterpolation: true)
        text.append("\u{FFFC}")
      } else if begins("\\u{") {
        index += 3
        let end = source[index...].firstIndex(of: "}") ?? index
        let scalar = UInt32(String(source[index..<end]), radix: 16).flatMap(Unicode.Scalar.init)
        text.append(scalar.map(Character.init) ?? " ")
        index = end + 1
      } else if begins("\\") {
        index += 2
        text.append(" ")
      } else {
        text.append(source[index])
        index += 1
      }
    }
    index += quote.count
    all.append(Literal(line: first, isLabelledFrench: String(before.reversed()) == "fr:", text: text))
  }
}
