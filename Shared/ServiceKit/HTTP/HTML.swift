/// Markup, safe by how it is made: its literal parts are ours, and every text put into them is escaped.
///
/// ```swift
/// let item: HTML = "<li>\(request.title)</li>"
/// ```
///
/// A text can neither open a tag nor end an attribute in double quotes. Attributes whose value is code (`style`, `on…`)
/// and elements that hold another language (`script`, `style`) are not for texts.
package struct HTML: Equatable, Sendable, ExpressibleByStringInterpolation {
  package private(set) var text: String

  package init(stringLiteral value: String) { text = value }
  package init(stringInterpolation: StringInterpolation) { text = stringInterpolation.markup }

  private init(markup: String) { text = markup }

  /// Nothing.
  package static let none: HTML = ""

  /// One after the other, each on a line of its own.
  package static func lines(_ parts: [HTML]) -> HTML {
    HTML(markup: parts.map(\.text).joined(separator: "\n"))
  }

  package static func + (left: HTML, right: HTML) -> HTML { HTML(markup: left.text + right.text) }
  package static func += (left: inout HTML, right: HTML) { left.text += right.text }

  package struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var markup = ""

    package init(literalCapacity: Int, interpolationCount: Int) {
      markup.reserveCapacity(literalCapacity + 32 * interpolationCount)
    }

    package mutating func appendLiteral(_ literal: String) { markup += literal }
    package mutating func appendInterpolation(_ text: String) { markup += HTML.escaped(text) }
    package mutating func appendInterpolation(_ text: Substring) { markup += HTML.escaped(String(text)) }
    package mutating func appendInterpolation(_ number: Int) { markup += String(number) }
    package mutating func appendInterpolation(_ part: HTML) { markup += part.text }
    /// Nothing for what is not there.
    package mutating func appendInterpolation(_ part: HTML?) { markup += part?.text ?? "" }
    package mutating func appendInterpolation(_ parts: [HTML]) { markup += HTML.lines(parts).text }
  }

  /// Controls, which HTML forbids (HTML 13.2.3.5), are left out, but for tab and line feed.
  private static func escaped(_ text: String) -> String {
    var escaped = ""
    escaped.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      case "\t", "\n": escaped.unicodeScalars.append(scalar)
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}": continue
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
