import CooperationModel

extension Receipt {
  /// The receipt as plain text of at most 78 columns, for a mail or a terminal.
  package var text: String {
    var page = TextPage()
    page.line(title.uppercased())
    page.paragraph(subtitle)
    page.blank()
    let width = facts.map(\.name.count).max() ?? 0
    for fact in facts { page.paragraph(fact.value, first: TextPage.padded(fact.name, width) + "  ") }
    if let warning {
      page.blank()
      page.paragraph(warning, first: "! ")
    }
    page.heading(words.totals)
    for entry in totals { page.entry(entry.name, entry.amount) }
    if lines.isEmpty {
      page.blank()
      page.paragraph(words.nothing)
    } else {
      for table in [categories, recipients] {
        page.heading(table.caption)
        for entry in table.entries { page.entry(entry.name, entry.amount) }
      }
      page.heading(words.lines)
      for line in lines { add(line, to: &page) }
    }
    if !remarks.isEmpty {
      page.heading(words.remarks)
      for remark in remarks { page.paragraph(remark, first: "- ") }
    }
    page.heading(words.about)
    for notice in notices { page.paragraph(notice) }
    return page.text
  }

  private func add(_ line: Line, to page: inout TextPage) {
    let number = "\(line.number). "
    page.paragraph(line.title, first: number)
    let indent = String(repeating: " ", count: number.count)
    page.entry(indent + line.recipient, line.amount)
    for fact in line.facts { page.paragraph("\(fact.name)\(words.colon) \(fact.value)", first: indent) }
    for part in line.description.split(separator: "\n") { page.paragraph(String(part), first: indent) }
    page.blank()
  }
}

/// Lines of text, broken between words, with amounts at the right edge.
struct TextPage {
  static let width = 78
  private var lines: [String] = []

  var text: String { lines.joined(separator: "\n") + "\n" }

  mutating func line(_ text: String) { lines.append(text) }

  mutating func blank() {
    if lines.last?.isEmpty == false { lines.append("") }
  }

  mutating func heading(_ text: String) {
    blank()
    lines.append(text)
    lines.append(String(repeating: "-", count: text.count))
  }

  /// Later lines are indented by the width of the first one's beginning. Only plain spaces are broken at.
  mutating func paragraph(_ text: String, first: String = "") {
    let indent = String(repeating: " ", count: first.count)
    var current = first
    var isEmpty = true
    for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
      if !isEmpty, current.count + 1 + word.count > Self.width {
        lines.append(current)
        current = indent
        isEmpty = true
      }
      current += isEmpty ? word : " " + word
      isEmpty = false
    }
    lines.append(current)
  }

  /// A name and, at the right edge, its amount.
  mutating func entry(_ name: String, _ amount: String) {
    let room = Self.width - amount.count - 2
    guard name.count > room else {
      lines.append(Self.padded(name, room) + "  " + amount)
      return
    }
    let indent = String(name.prefix { $0 == " " })
    paragraph(String(name.dropFirst(indent.count)), first: indent)
    lines.append(Self.padded("", room) + "  " + amount)
  }

  static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
