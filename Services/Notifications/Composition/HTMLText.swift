import ServiceKit

/// A letter as HTML for mail programs: one column, inline styles, readable without images, dark or light, narrow or wide.
package enum HTMLText {
  package static func render(_ letter: Letter) -> String {
    // Headings go down by one level at a time, for those who listen to them.
    let isParted = letter.blocks.contains { if case .part = $0 { true } else { false } }
    let sections = isParted ? "h3" : "h2"
    let body = letter.blocks.map { html($0, sections: sections) }.joined(separator: "\n")
    let footer = letter.footer.map { small($0, sections: sections) }.joined(separator: "\n")
    return """
      <!DOCTYPE html>
      <html lang="\(letter.language.rawValue)" dir="ltr">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="supported-color-schemes" content="light dark">
      <title>\(escape(letter.subject))</title>
      <style>
      \(Style.sheet)
      </style>
      </head>
      <body class="page" style="margin:0;padding:0;\(Style.page)">
      <div style="display:none;max-height:0;overflow:hidden;mso-hide:all">\(escape(letter.preview))</div>
      <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="page" style="\(Style.page)">
      <tr><td align="center" class="outer" style="padding:24px 12px">
      <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px">
      <tr><td class="brand" style="\(Style.brand)">Bourse-projets</td></tr>
      <tr><td class="card" style="\(Style.card)">
      <main>
      \(body)
      </main>
      </td></tr>
      <tr><td class="footer" style="\(Style.footer)">
      \(footer)
      </td></tr>
      </table>
      </td></tr>
      </table>
      </body>
      </html>

      """
  }

  private static func html(_ block: Letter.Block, sections: String) -> String {
    switch block {
    case .heading(let text): "<h1 class=\"ink\" style=\"\(Style.heading)\">\(escape(text))</h1>"
    case .part(let text): "<h2 class=\"ink\" style=\"\(Style.part)\">\(escape(text))</h2>"
    case .section(let text): "<\(sections) class=\"accent\" style=\"\(Style.section)\">\(escape(text))</\(sections)>"
    case .paragraph(let text):
      PlainText.paragraphs(text).map { "<p class=\"ink\" style=\"\(Style.paragraph)\">\(escape($0))</p>" }
        .joined(separator: "\n")
    case .list(let items):
      "<ul class=\"ink\" style=\"\(Style.list)\">"
        + items.map { "<li style=\"margin:0 0 6px\">\(escape($0))</li>" }.joined() + "</ul>"
    case .facts(let facts):
      "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" class=\"facts\" "
        + "style=\"\(Style.facts)\">" + facts.map(row).joined() + "</table>"
    case .actions(let actions):
      "<p style=\"margin:24px 0 16px\">" + actions.map(button).joined(separator: "\n") + "</p>"
    case .note(let text): small(.paragraph(text), sections: sections)
    case .link(let action): "<p class=\"ink\" style=\"\(Style.paragraph)\">\(anchor(action))</p>"
    case .separator: "<hr class=\"rule\" style=\"\(Style.rule)\">"
    }
  }

  private static func small(_ block: Letter.Block, sections: String) -> String {
    switch block {
    case .paragraph(let text), .note(let text):
      PlainText.paragraphs(text).map { "<p class=\"dim\" style=\"\(Style.small)\">\(escape($0))</p>" }
        .joined(separator: "\n")
    case .link(let action): "<p class=\"dim\" style=\"\(Style.small)\">\(anchor(action))</p>"
    case .heading, .part, .section, .list, .facts, .actions, .separator: html(block, sections: sections)
    }
  }

  private static func row(_ fact: Letter.Fact) -> String {
    "<tr><th scope=\"row\" align=\"left\" valign=\"top\" class=\"dim\" style=\"\(Style.label)\">\(escape(fact.label))</th>"
      + "<td valign=\"top\" class=\"ink\" style=\"\(Style.value)\">\(escape(fact.value))</td></tr>\n"
  }

  private static func button(_ action: Letter.Action) -> String {
    "<a href=\"\(escape(action.url))\" class=\"\(action.isMain ? "main" : "other")\" "
      + "style=\"\(action.isMain ? Style.mainButton : Style.otherButton)\">\(escape(action.label))</a>"
  }

  private static func anchor(_ action: Letter.Action) -> String {
    "<a href=\"\(escape(action.url))\" class=\"accent\" style=\"\(Style.anchor)\">\(escape(action.label))</a>"
  }

  /// The text as HTML shows it, on one line and without controls.
  package static func escape(_ text: String) -> String {
    let markup: HTML = "\(HeaderText.clean(text))"
    return markup.text
  }
}

/// The look of a letter. Every colour pair has a contrast of at least 4.5 to 1, in light and in dark.
private enum Style {
  private static let fonts = "font-family:'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
  static let page = "background-color:#f2f4f8;\(fonts)"
  static let brand = "padding:0 4px 12px;font-size:15px;font-weight:700;letter-spacing:.02em;color:#1f3a8a"
  static let card = "background-color:#ffffff;border:1px solid #dde2ec;border-radius:10px;padding:28px 28px 20px"
  static let footer = "padding:16px 4px 0"
  static let heading = "margin:0 0 16px;font-size:23px;line-height:30px;font-weight:700;color:#161b26"
  static let part = "margin:8px 0 10px;font-size:19px;line-height:26px;font-weight:700;color:#161b26"
  static let section = "margin:22px 0 8px;font-size:15px;line-height:22px;font-weight:700;color:#1f3a8a"
  static let paragraph = "margin:0 0 14px;font-size:16px;line-height:25px;color:#161b26"
  static let list = "margin:0 0 14px;padding:0 0 0 20px;font-size:16px;line-height:24px;color:#161b26"
  static let facts = "margin:18px 0 6px;border-top:1px solid #dde2ec"
  static let label =
    "padding:8px 12px 8px 0;width:30%;font-size:14px;line-height:21px;font-weight:400;color:#56607a;border-bottom:1px solid #dde2ec"
  static let value = "padding:8px 0;font-size:15px;line-height:21px;color:#161b26;border-bottom:1px solid #dde2ec"
  static let small = "margin:0 0 8px;font-size:13px;line-height:20px;color:#56607a"
  static let anchor = "color:#1f3a8a;text-decoration:underline"
  static let rule = "margin:26px 0 22px;border:0;border-top:1px solid #dde2ec"
  private static let anyButton =
    "display:inline-block;margin:0 10px 10px 0;padding:12px 20px;border-radius:8px;font-size:16px;line-height:22px;font-weight:600;text-decoration:none"
  static let mainButton = "\(anyButton);background-color:#1f3a8a;border:1px solid #1f3a8a;color:#ffffff"
  static let otherButton = "\(anyButton);background-color:#ffffff;border:1px solid #8a94ab;color:#161b26"

  static let sheet = """
    @media (max-width:480px) {
      .outer { padding:12px 8px !important }
      .card { padding:20px 16px 12px !important }
      .main, .other { display:block !important; margin:0 0 10px !important; text-align:center !important }
    }
    @media (prefers-color-scheme:dark) {
      .page { background-color:#11141b !important }
      .card { background-color:#1a1f2a !important; border-color:#333c4f !important }
      .ink { color:#e8ebf2 !important }
      .dim { color:#a6b0c6 !important }
      .brand, .accent { color:#9db8ff !important }
      .facts, .facts th, .facts td, .rule { border-color:#333c4f !important }
      .main { background-color:#3d63d8 !important; border-color:#3d63d8 !important; color:#ffffff !important }
      .other { background-color:#1a1f2a !important; border-color:#6f7b95 !important; color:#e8ebf2 !important }
    }
    """
}
