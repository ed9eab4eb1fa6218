import CooperationModel
import ServiceKit

/// A page that a link in a message opens: one thing said, at most one button. It runs no script and loads nothing.
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

  func reply(status: Int = 200) -> Reply { Reply.page(html, status: status).language(language) }

  var html: String {
    """
    <!DOCTYPE html>
    <html lang="\(language.rawValue)">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="robots" content="noindex">
    <title>\(Self.escaped(title)) – Bourse-projets</title>
    <style>\(Self.style)</style>
    </head>
    <body>
    <header><p class="brand">Bourse-projets</p></header>
    <main>
    <h1>\(Self.escaped(title))</h1>
    \(paragraphs.map { "<p>\(Self.escaped($0))</p>" }.joined(separator: "\n"))
    \(factList)\(form)</main>
    \(note.map { "<footer><p>\(Self.escaped($0))</p></footer>\n" } ?? "")</body>
    </html>

    """
  }

  private var factList: String {
    guard !facts.isEmpty else { return "" }
    let rows = facts.map { "<div><dt>\(Self.escaped($0.label))</dt><dd>\(Self.escaped($0.value))</dd></div>" }
    return "<dl>\n\(rows.joined(separator: "\n"))\n</dl>\n"
  }

  private var form: String {
    guard let button else { return "" }
    return """
      <form method="post" action="\(Self.escaped(button.action))">
      <input type="hidden" name="token" value="\(Self.escaped(button.token))">
      <button type="submit"\(button.isPlain ? " class=\"plain\"" : "")>\(Self.escaped(button.label))</button>
      </form>

      """
  }

  /// The text as HTML: it can neither open a tag nor end an attribute.
  static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// The look of the messages that lead here. Every pair of colours has a contrast of at least 4.5 to 1.
  private static let style = """
    :root{color-scheme:light dark;--page:#f2f4f8;--card:#fff;--line:#dde2ec;--ink:#161b26;--dim:#56607a;--accent:#1f3a8a;\
    --on-accent:#fff;--edge:#8a94ab}
    @media (prefers-color-scheme:dark){:root{--page:#11141b;--card:#1a1f2a;--line:#333c4f;--ink:#e8ebf2;--dim:#a6b0c6;\
    --accent:#9db8ff;--on-accent:#11141b;--edge:#6f7b95}}
    *{box-sizing:border-box}
    body{margin:0;padding:2rem 1rem;background:var(--page);color:var(--ink);\
    font:1.0625rem/1.6 'Segoe UI',Roboto,Helvetica,Arial,sans-serif}
    header,main,footer{max-width:36rem;margin:0 auto}
    .brand{margin:0 .25rem .75rem;font-weight:700;letter-spacing:.02em;color:var(--accent)}
    main{background:var(--card);border:1px solid var(--line);border-radius:.625rem;padding:1.75rem}
    h1{margin:0 0 1rem;font-size:1.5rem;line-height:1.3;text-wrap:balance}
    p{margin:0 0 1rem}
    main>:last-child{margin-bottom:0}
    dl{margin:0 0 1.25rem;border-top:1px solid var(--line)}
    dl div{display:flex;flex-wrap:wrap;gap:0 1rem;padding:.5rem 0;border-bottom:1px solid var(--line)}
    dt{flex:0 0 7rem;color:var(--dim)}
    dd{flex:1 1 14rem;margin:0;overflow-wrap:anywhere}
    form{margin:1.5rem 0 0}
    button{font:inherit;font-weight:600;min-height:2.75rem;padding:.6rem 1.5rem;border:1px solid var(--accent);\
    border-radius:.5rem;background:var(--accent);color:var(--on-accent);cursor:pointer}
    button.plain{background:transparent;border-color:var(--edge);color:var(--ink)}
    button:focus-visible{outline:3px solid var(--accent);outline-offset:3px}
    footer{padding:1rem .25rem 0;font-size:.9375rem;color:var(--dim)}
    @media (max-width:30rem){body{padding:1rem .5rem}main{padding:1.25rem 1rem}button{width:100%}}
    """
}
