import CooperationModel

extension Receipt {
  /// The receipt as a page of its own: no script, nothing fetched, readable by a screen reader, on a phone and on paper.
  package var page: String {
    """
    <!doctype html>
    <html lang="\(language.rawValue)">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <title>\(html(pageTitle))</title>
    <style>
    \(ReceiptStyle.css)
    </style>
    </head>
    <body>
    <main>
    <header>
    <h1>\(html(title))</h1>
    <p>\(html(subtitle))</p>
    </header>
    \(warning.map { "<p class=\"warning\" role=\"note\">\(html($0))</p>\n" } ?? "")\(definitions(facts, class: "facts"))
    <section aria-labelledby="totals">
    <h2 id="totals">\(html(words.totals))</h2>
    \(definitions(of: totals))
    </section>
    \(detail)\(remarksSection)<footer>
    <h2>\(html(words.about))</h2>
    \(notices.map { "<p>\(html($0))</p>" }.joined(separator: "\n"))
    </footer>
    </main>
    </body>
    </html>

    """
  }

  private var pageTitle: String {
    "\(title) – \(facts.first?.value ?? "") – \(facts.last?.value ?? "")"
  }

  private var detail: String {
    guard !lines.isEmpty else { return "<p>\(html(words.nothing))</p>\n" }
    return """
      <div class="pair">
      \(table(categories))
      \(table(recipients))
      </div>
      <section aria-labelledby="lines">
      <h2 id="lines">\(html(words.lines))</h2>
      <table class="lines">
      <thead><tr><th scope="col">\(html(words.number))</th><th scope="col">\(html(words.object))</th>\
      <th scope="col">\(html(words.recipient))</th><th scope="col" class="amount">\(html(words.amount))</th></tr></thead>
      <tbody>
      \(lines.map(row).joined(separator: "\n"))
      </tbody>
      </table>
      </section>

      """
  }

  private var remarksSection: String {
    guard !remarks.isEmpty else { return "" }
    return """
      <section aria-labelledby="remarks" class="remarks">
      <h2 id="remarks">\(html(words.remarks))</h2>
      <ul>
      \(remarks.map { "<li>\(html($0))</li>" }.joined(separator: "\n"))
      </ul>
      </section>

      """
  }

  private func row(_ line: Line) -> String {
    let paragraphs = line.description.split(separator: "\n").map { "<p><bdi lang=\"fr\">\(html(String($0)))</bdi></p>" }
    return """
      <tr><td>\(line.number)</td><td><strong><bdi lang="fr">\(html(line.title))</bdi></strong>
      \(paragraphs.map { $0 + "\n" }.joined())\(definitions(line.facts, class: "codes"))</td>\
      <td>\(html(line.recipient))</td><td class="amount">\(html(line.amount))</td></tr>
      """
  }

  private func table(_ table: Table) -> String {
    let rows = table.entries.map { entry in
      "<tr><th scope=\"row\">\(html(entry.name))</th><td class=\"amount\">\(html(entry.amount))</td></tr>"
    }
    return """
      <table>
      <caption>\(html(table.caption))</caption>
      <thead><tr><th scope="col">\(html(table.head))</th><th scope="col" class="amount">\(html(words.amount))</th></tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody>
      </table>
      """
  }

  private func definitions(_ facts: [Fact], class name: String) -> String {
    let items = facts.map { "<div><dt>\(html($0.name))</dt><dd>\(html($0.value))</dd></div>" }
    return "<dl class=\"\(name)\">\n\(items.joined(separator: "\n"))\n</dl>"
  }

  private func definitions(of entries: [Entry]) -> String {
    let items = entries.map { entry in
      "<div\(entry.isMain ? " class=\"main\"" : "")><dt>\(html(entry.name))</dt><dd>\(html(entry.amount))</dd></div>"
    }
    return "<dl class=\"totals\">\n\(items.joined(separator: "\n"))\n</dl>"
  }
}

/// How a receipt looks: one column of text, amounts that line up, sober on paper.
enum ReceiptStyle {
  static let css = """
    :root { color-scheme: light; --ink: #1a1a24; --soft: #55556a; --rule: #c9c9d6; --mark: #000091; --pale: #f4f4fb; }
    * { box-sizing: border-box; }
    body { margin: 0; background: #fff; color: var(--ink); font: 16px/1.5 "Marianne", "Source Sans 3", system-ui, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif; }
    main { max-width: 52rem; margin: 0 auto; padding: 2.5rem 1.25rem; }
    header { border-top: .35rem solid var(--mark); padding-top: 1rem; }
    h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .25rem; text-wrap: balance; }
    header p { margin: 0 0 1.5rem; color: var(--soft); font-size: 1.1rem; }
    h2 { font-size: 1.2rem; margin: 2.25rem 0 .5rem; break-after: avoid; }
    dl, dd { margin: 0; }
    .facts { display: grid; gap: .15rem 1.5rem; grid-template-columns: max-content 1fr; }
    .facts div { display: grid; grid-template-columns: subgrid; grid-column: 1 / -1; }
    .facts dt, .codes dt { color: var(--soft); }
    .totals { background: var(--pale); border-left: .25rem solid var(--mark); padding: .75rem 1rem; }
    .totals div { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; }
    .totals .main { font-weight: 700; font-size: 1.1rem; }
    .totals div:not(.main) { padding-left: 1rem; }
    .totals dd { margin-left: auto; }
    .totals dd, .amount { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }
    .pair { display: grid; gap: 0 2.5rem; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); align-items: start; }
    table { border-collapse: collapse; width: 100%; margin-top: 1.75rem; }
    .lines { margin-top: 0; }
    caption { text-align: left; font-weight: 700; font-size: 1.2rem; padding-bottom: .25rem; }
    th, td { border-bottom: 1px solid var(--rule); padding: .45rem .75rem .45rem 0; text-align: left; vertical-align: top; font-weight: 400; }
    th:last-child, td:last-child { padding-right: 0; }
    thead th { color: var(--soft); font-size: .875rem; border-bottom: 2px solid var(--ink); }
    tr { break-inside: avoid; }
    td p { margin: .15rem 0 0; overflow-wrap: anywhere; }
    .codes { font-size: .875rem; margin-top: .25rem; line-height: 1.4; }
    .codes dt, .codes dd { display: inline; }
    .codes dt::after { content: "\\202F:\\A0"; }
    html[lang="en"] .codes dt::after { content: ":\\A0"; }
    .warning, .remarks { border-left: .25rem solid #b34000; background: #fff4ee; padding: .5rem 1rem; }
    .remarks { margin-top: 1.5rem; }
    .remarks h2 { margin-top: .25rem; }
    .remarks ul { margin: 0 0 .25rem; padding-left: 1.1rem; }
    footer { margin-top: 2.5rem; border-top: 1px solid var(--rule); color: var(--soft); font-size: .875rem; }
    footer h2 { font-size: 1rem; color: var(--ink); margin-top: 1rem; }
    footer p { margin: .4rem 0; }
    @media (max-width: 34rem) {
      .facts, .facts div { display: block; }
      .facts dd { margin-bottom: .4rem; font-weight: 600; }
      .lines thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
      .lines tr { display: grid; grid-template-columns: 2rem 1fr; border-bottom: 1px solid var(--rule); padding: .5rem 0; }
      .lines td { border: 0; padding: 0; }
      .lines td:nth-child(n+3) { grid-column: 2; text-align: left; }
      .lines td.amount { font-weight: 700; }
    }
    @media print {
      @page { size: A4; margin: 18mm 16mm; }
      body { font-size: 10.5pt; }
      main { max-width: none; padding: 0; }
      h1 { font-size: 18pt; }
      .totals, .warning, .remarks { background: none; }
      footer { break-inside: avoid; }
    }
    """
}
