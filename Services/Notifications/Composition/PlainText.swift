import CooperationModel

/// A letter as plain text in format=flowed (RFC 3676): paragraphs that a narrow screen wraps anew.
package enum PlainText {
  package static func render(_ letter: Letter) -> String {
    var lines: [String] = []
    for block in letter.blocks { append(block, to: &lines, in: letter.language) }
    // The signature's mark: what follows is shown dimmed.
    lines.append("-- ")
    for block in letter.footer { append(block, to: &lines, in: letter.language) }
    while lines.last == "" { lines.removeLast() }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func append(_ block: Letter.Block, to lines: inout [String], in language: Language) {
    switch block {
    case .heading(let text), .part(let text):
      let text = HeaderText.clean(text)
      lines += flowed(text) + [String(repeating: "-", count: min(max(text.count, 3), 72)), ""]
    case .section(let text):
      lines += flowed(HeaderText.clean(text))
    case .paragraph(let text), .note(let text):
      lines += paragraphs(text).flatMap { flowed($0) + [""] }
    case .list(let items):
      lines += items.flatMap { flowed("- " + HeaderText.clean($0)) } + [""]
    case .facts(let facts):
      let colon = Typography.colon(language)
      lines += facts.flatMap { flowed(HeaderText.clean("\($0.label)\(colon)\($0.value)")) } + [""]
    case .actions(let actions):
      for action in actions { lines += flowed(HeaderText.clean(action.label)) + [action.url, ""] }
    case .link(let action):
      lines += flowed(HeaderText.clean(action.label)) + [action.url, ""]
    case .separator:
      lines += [String(repeating: "_", count: 72), ""]
    }
  }

  /// The paragraphs of a text that people typed: lines, cleaned, without the empty ones.
  static func paragraphs(_ text: String) -> [String] {
    text.split(whereSeparator: \.isNewline).map { HeaderText.clean(String($0)) }.filter { !$0.isEmpty }
  }

  /// One paragraph in lines of at most 72 characters; a line that goes on ends with a space.
  private static func flowed(_ paragraph: String) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in paragraph.split(separator: " ") {
      if !line.isEmpty, line.count + 1 + word.count > 72 {
        lines.append(stuffed(line) + " ")
        line = ""
      }
      line += line.isEmpty ? word : " \(word)"
    }
    return lines + [stuffed(line)]
  }

  /// A space before what would read as a quotation, a stuffed line or an mbox's separator.
  private static func stuffed(_ line: String) -> String {
    line.hasPrefix(">") || line.hasPrefix(" ") || line.hasPrefix("From ") || line == "--" ? " " + line : line
  }
}
