import CooperationModel
import ServiceKit

/// A page that a link in a message opens: one thing said, at most one button.
struct LinkPage: Sendable {
  var language: Language
  var title: String
  var paragraphs: [String]
  /// Names and values that the reader is to check.
  var facts: [(label: String, value: String)] = []
  var button: Button?
  /// In small letters, below.
  var note: String?

  struct Button: Sendable {
    var label: String
    /// Where the form goes; it takes the token along.
    var action: String
    var token: String
    /// Takes something away: not the colour of what is recommended.
    var isPlain = false
  }

  func reply(status: Int = 200) -> Reply { page.reply(status: status) }

  var page: HTMLPage {
    var parts: [HTML] = ["<h1>\(title)</h1>"]
    parts += paragraphs.map { "<p>\($0)</p>" }
    if !facts.isEmpty { parts.append(.facts(facts)) }
    if let button { parts.append(form(button)) }
    return HTMLPage(language, title: title, content: .lines(parts), note: note.map { "<p>\($0)</p>" })
  }

  private func form(_ button: Button) -> HTML {
    """
    <form method="post" action="\(button.action)">
    <input type="hidden" name="token" value="\(button.token)">
    <button type="submit"\(button.isPlain ? " class=\"plain\"" as HTML : .none)>\(button.label)</button>
    </form>
    """
  }
}
