import CooperationModel
import Crypto
import Foundation

/// A page for people, whichever service serves it: one frame and one look, that of the messages whose links lead here.
///
/// It runs no script and loads nothing; its style is named in its content security policy by its hash. It is read by a
/// screen reader, on a phone, in the dark and on paper.
package struct HTMLPage: Sendable {
  package var language: Language
  /// What it is, in the window's bar, before the suite's name.
  package var title: String
  package var measure: Measure
  /// Rules of this page's own, after those of the look; they use its colours.
  package var style: String
  /// What stands in `main`, its heading first.
  package var content: HTML
  /// In small letters, below.
  package var note: HTML?

  /// How wide its column is.
  package enum Measure: Sendable {
    /// For sentences to be read.
    case letter
    /// For tables too.
    case document
  }

  package init(
    _ language: Language, title: String, measure: Measure = .letter, style: String = "", content: HTML,
    note: HTML? = nil
  ) {
    self.language = language
    self.title = title
    self.measure = measure
    self.style = style
    self.content = content
    self.note = note
  }

  /// A page that says one thing.
  package init(_ language: Language, title: String, paragraphs: [String]) {
    let content: HTML = "<h1>\(title)</h1>\n\(paragraphs.map { "<p>\($0)</p>" as HTML })"
    self.init(language, title: title, content: content)
  }

  package var text: String { html.text }

  package func reply(status: Int = 200) -> Reply {
    var reply = Reply.bytes(text.utf8, type: "text/html; charset=utf-8", status: status).language(language)
    reply.headers[.contentSecurityPolicy] = contentSecurityPolicy
    return reply
  }

  /// Forms are sent to this service alone.
  var contentSecurityPolicy: String {
    let hash = Data(SHA256.hash(data: Data(sheet.utf8))).base64EncodedString()
    return "default-src 'none'; style-src 'sha256-\(hash)'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
  }

  private var sheet: String { "\n" + PageLook.css + "\n" + (style.isEmpty ? "" : style + "\n") }

  private var html: HTML {
    """
    <!DOCTYPE html>
    <html lang="\(language.rawValue)" dir="ltr">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="robots" content="noindex">
    <title>\(title) – Bourse-projets</title>
    <style>\(trusted: sheet)</style>
    </head>
    <body class="\(measure == .letter ? "letter" : "document")">
    <header><p class="brand">Bourse-projets</p></header>
    <main>
    \(content)
    </main>
    \(note.map { "<footer>\($0)</footer>\n" as HTML })</body>
    </html>

    """
  }
}

extension HTML.StringInterpolation {
  /// Ours, and not HTML: a style sheet.
  fileprivate mutating func appendInterpolation(trusted sheet: String) { appendLiteral(sheet) }
}

extension HTML {
  /// Names and values, one beside the other.
  package static func facts(_ facts: [(label: String, value: String)]) -> HTML {
    let rows = facts.map { "<div><dt>\($0.label)</dt><dd>\($0.value)</dd></div>" as HTML }
    return "<dl class=\"facts\">\n\(rows)\n</dl>"
  }
}
