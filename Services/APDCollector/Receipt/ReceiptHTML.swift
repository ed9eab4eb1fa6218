import CooperationModel
import ServiceKit

extension Receipt {
  /// The receipt as a page.
  package var page: HTMLPage {
    var parts: [HTML] = ["<h1>\(title)</h1>", "<p class=\"subject\">\(subtitle)</p>"]
    if let warning { parts.append("<p class=\"warning\" role=\"note\">\(warning)</p>") }
    parts.append(.facts(facts.map { (label: $0.name, value: $0.value) }))
    parts.append(
      """
      <section aria-labelledby="totals">
      <h2 id="totals">\(words.totals)</h2>
      \(definitions(of: totals))
      </section>
      """)
    parts += lines.isEmpty ? ["<p>\(words.nothing)</p>"] : [summaries, details]
    if !remarks.isEmpty { parts.append(remarksSection) }
    let name = [title, facts.first?.value, facts.last?.value].compactMap { $0 }.joined(separator: " – ")
    return HTMLPage(
      language, title: name, measure: .document, style: ReceiptStyle.css, content: .lines(parts),
      note: "\n<h2>\(words.about)</h2>\n\(notices.map { "<p>\($0)</p>" as HTML })\n")
  }

  private var summaries: HTML {
    """
    <div class="pair">
    \(table(categories))
    \(table(recipients))
    </div>
    """
  }

  private var details: HTML {
    """
    <section aria-labelledby="lines">
    <h2 id="lines">\(words.lines)</h2>
    <table class="lines">
    <thead><tr><th scope="col">\(words.number)</th><th scope="col">\(words.object)</th>\
    <th scope="col">\(words.recipient)</th><th scope="col" class="amount">\(words.amount)</th></tr></thead>
    <tbody>
    \(lines.map(row))
    </tbody>
    </table>
    </section>
    """
  }

  private var remarksSection: HTML {
    """
    <section aria-labelledby="remarks" class="warning">
    <h2 id="remarks">\(words.remarks)</h2>
    <ul>
    \(remarks.map { "<li>\($0)</li>" as HTML })
    </ul>
    </section>
    """
  }

  private func row(_ line: Line) -> HTML {
    let paragraphs = line.description.split(separator: "\n").map { "<p><bdi lang=\"fr\">\($0)</bdi></p>\n" as HTML }
    return """
      <tr><td>\(line.number)</td><td><strong><bdi lang="fr">\(line.title)</bdi></strong>
      \(paragraphs.reduce(.none, +))\(codes(line.facts))</td>\
      <td>\(line.recipient)</td><td class="amount">\(line.amount)</td></tr>
      """
  }

  private func table(_ table: Table) -> HTML {
    let rows = table.entries.map { entry in
      "<tr><th scope=\"row\">\(entry.name)</th><td class=\"amount\">\(entry.amount)</td></tr>" as HTML
    }
    return """
      <table>
      <caption>\(table.caption)</caption>
      <thead><tr><th scope="col">\(table.head)</th><th scope="col" class="amount">\(words.amount)</th></tr></thead>
      <tbody>
      \(rows)
      </tbody>
      </table>
      """
  }

  private func codes(_ facts: [Fact]) -> HTML {
    let items = facts.map { "<div><dt>\($0.name)</dt><dd>\($0.value)</dd></div>" as HTML }
    return "<dl class=\"codes\">\n\(items)\n</dl>"
  }

  private func definitions(of entries: [Entry]) -> HTML {
    let items = entries.map { entry in
      "<div\(entry.isMain ? " class=\"main\"" as HTML : .none)><dt>\(entry.name)</dt><dd>\(entry.amount)</dd></div>"
        as HTML
    }
    return "<dl class=\"totals\">\n\(items)\n</dl>"
  }
}

/// What a receipt has beyond the look of every page: amounts that line up, tables that become lists on a phone.
private enum ReceiptStyle {
  static let css = """
    .subject { margin: -.5rem 0 1.5rem; color: var(--dim); }
    .totals { padding: .75rem 1rem; border-left: .25rem solid var(--accent); background: var(--pale); }
    .totals div { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; }
    .totals .main { font-weight: 700; }
    .totals div:not(.main) { padding-left: 1rem; }
    .totals dd { margin-left: auto; }
    .totals dd, .amount { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }
    .pair { display: grid; gap: 0 2.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); align-items: start; }
    table { width: 100%; margin-top: 1.75rem; border-collapse: collapse; line-height: 1.45; }
    .lines { margin-top: 0; }
    caption { padding-bottom: .25rem; font-size: 1.125rem; font-weight: 700; text-align: left; }
    th, td { padding: .45rem .75rem .45rem 0; border-bottom: 1px solid var(--line); font-weight: 400; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
    th:last-child, td:last-child { padding-right: 0; }
    thead th { border-bottom: 2px solid var(--edge); font-size: .875rem; color: var(--dim); white-space: nowrap; }
    tr { break-inside: avoid; }
    td p { margin: .15rem 0 0; }
    .lines td:nth-child(3) { min-width: 8rem; }
    .codes { margin-top: .25rem; font-size: .875rem; line-height: 1.4; }
    .codes dt, .codes dd { display: inline; }
    .codes dt { color: var(--dim); }
    .codes dt::after { content: "\\202F:\\A0"; }
    html[lang="en"] .codes dt::after { content: ":\\A0"; }
    section.warning { margin: 1.75rem 0 0; }
    section.warning h2 { margin-top: 0; }
    section.warning ul { margin-bottom: 0; }
    footer h2 { margin-top: .5rem; font-size: 1rem; color: var(--ink); }
    footer p { margin: 0 0 .5rem; }
    @media (max-width: 34rem) {
      .lines thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
      .lines tr { display: grid; grid-template-columns: 2rem 1fr; padding: .5rem 0; border-bottom: 1px solid var(--line); }
      .lines td { padding: 0; border: 0; }
      .lines td:nth-child(n+3) { grid-column: 2; text-align: left; }
      .lines td.amount { font-weight: 700; }
    }
    """
}
