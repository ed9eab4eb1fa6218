import CooperationModel

/// What a receipt says of a declaration, in one language, before it is set as text or as a page.
///
/// A function of the declaration and the reference data alone: the same receipt can be given again at any time.
package struct Receipt: Equatable, Sendable {
  package let language: Language
  package let title: String
  package let subtitle: String
  /// Names and values, in the order in which they are read.
  package let facts: [Fact]
  /// Set when a later revision took its place.
  package let warning: String?
  package let totals: [Entry]
  package let categories: Table
  package let recipients: Table
  package let lines: [Line]
  /// What its author may want to look at again.
  package let remarks: [String]
  package let notices: [String]
  package let words: ReceiptWords

  package struct Fact: Equatable, Sendable {
    package let name: String
    package let value: String
  }

  package struct Entry: Equatable, Sendable {
    package let name: String
    package let amount: String
    package let isMain: Bool
  }

  package struct Table: Equatable, Sendable {
    package let caption: String
    package let head: String
    package let entries: [Entry]
  }

  package struct Line: Equatable, Sendable {
    package let number: Int
    package let title: String
    package let amount: String
    package let recipient: String
    /// Names and values of what classifies it.
    package let facts: [Fact]
    package let description: String
  }

  /// - Parameter remarks: what ``Plausibility`` remarked on.
  package init(
    of declaration: Declaration, in language: Language, with reference: ReferenceData, remarks: [Violation] = []
  ) {
    let words = ReceiptWords(language)
    let authority = reference.authority(declaration.id.collectivite)
    let amounts = Amounts(of: declaration.lines)
    func amount(_ money: Money) -> String { Typography.amount(money, language) }

    self.language = language
    self.words = words
    title = words.title
    subtitle = words.subtitle(year: declaration.id.year)
    facts = Self.facts(of: declaration, authority, reference, words)
    warning = declaration.status == .superseded ? words.superseded : nil
    totals = [
      Entry(name: words.total, amount: amount(amounts.total), isMain: true),
      Entry(name: words.refugees, amount: amount(amounts.refugees), isMain: false),
      Entry(name: words.withoutRefugees, amount: amount(amounts.withoutRefugees), isMain: true),
    ]
    categories = Self.table(
      declaration.lines, words.byCategory, words.category, language, key: { $0.category.rawValue },
      name: { key in
        DeclarationLine.Category(rawValue: key).map { CategoryRules.name(of: $0)[language] } ?? key
      })
    recipients = Self.table(
      declaration.lines, words.byRecipient, words.recipient, language, key: { $0.recipient },
      name: { Self.named($0, reference.dac.recipients[$0]?.name[language]) })
    lines = declaration.lines.enumerated().map { index, line in
      Self.line(line, number: index + 1, reference, words)
    }
    self.remarks = remarks.map { remark in
      let line = remark.pointer.split(separator: "/").dropFirst().first.flatMap { Int($0) }
      return line.map { "\(words.line)\u{A0}\($0 + 1)\(words.colon) \(remark.message[language])" }
        ?? remark.message[language]
    }
    notices = words.notices
  }

  private static func facts(
    of declaration: Declaration, _ authority: Collectivite?, _ reference: ReferenceData, _ words: ReceiptWords
  ) -> [Fact] {
    let id = declaration.id
    var facts = [Fact(name: words.authority, value: authority?.name ?? id.collectivite.rawValue)]
    facts.append(Fact(name: words.code, value: id.collectivite.rawValue))
    if let siren = authority?.siren { facts.append(Fact(name: "SIREN", value: siren)) }
    if let region = authority?.region.flatMap({ reference.registry.name(of: $0) }), authority?.kind != .region {
      facts.append(Fact(name: words.region, value: region))
    }
    facts.append(Fact(name: words.year, value: "\(id.year)"))
    facts.append(Fact(name: words.revision, value: words.revision(id.revision)))
    facts.append(Fact(name: words.receivedAt, value: Typography.time(declaration.submittedAt, words.language)))
    facts.append(Fact(name: words.by, value: words.actor(declaration.by, authority: authority?.name)))
    facts.append(Fact(name: words.reference, value: id.rawValue))
    return facts
  }

  private static func line(
    _ line: DeclarationLine, number: Int, _ reference: ReferenceData, _ words: ReceiptWords
  ) -> Line {
    let language = words.language
    var facts = [
      Fact(name: words.category, value: CategoryRules.name(of: line.category)[language]),
      Fact(name: words.purpose, value: named(line.purpose, reference.dac.purposes[line.purpose]?.name[language])),
      Fact(
        name: words.channel,
        value: named(
          line.channel, words.channel(line.channel, name: reference.dac.channels[line.channel]?.name[language]))),
      Fact(
        name: words.typeOfAid, value: named(line.typeOfAid, reference.dac.typesOfAid[line.typeOfAid]?.name[language])),
    ]
    let markers = Marker.allCases.compactMap { marker in
      line.markers[marker.rawValue].map { "\(marker.name[language])\(words.equals)\($0)" }
    }
    if !markers.isEmpty { facts.append(Fact(name: words.markers, value: markers.joined(separator: ", "))) }
    return Line(
      number: number, title: line.title, amount: Typography.amount(line.amount, language),
      recipient: reference.dac.recipients[line.recipient]?.name[language] ?? line.recipient, facts: facts,
      description: line.description)
  }

  /// Sums by a key, the largest first, then by key.
  private static func table(
    _ lines: [DeclarationLine], _ caption: String, _ head: String, _ language: Language,
    key: (DeclarationLine) -> String, name: (String) -> String
  ) -> Table {
    let sums = Dictionary(grouping: lines, by: key).mapValues { Amounts(of: $0).total }
    let entries = sums.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }.map { key, sum in
      Entry(name: name(key), amount: Typography.amount(sum, language), isMain: false)
    }
    return Table(caption: caption, head: head, entries: entries)
  }

  private static func named(_ code: String, _ name: String?) -> String { name.map { "\($0) (\(code))" } ?? code }
}
