import CooperationModel

/// Writes letters: for each cause a part, and around them a subject, a greeting of facts and why the letter came.
package struct LetterWriter {
  let order: MailOrder
  let names: Names
  let now: Instant
  private let links: LinkMaker

  package init(_ order: MailOrder, names: Names, links: @escaping LinkMaker, at now: Instant) {
    self.order = order
    self.names = names
    self.links = links
    self.now = now
  }

  var language: Language { order.contact.language }

  /// One part of a letter: all there is to say about one cause.
  struct Part {
    var cause: Cause
    /// The whole letter's subject, when this is its only part.
    var subject: String
    var heading: String
    var preview: String
    var blocks: [Letter.Block]
  }

  /// - Throws: ``CompositionError/nothingToSay`` when nothing is known of any of the message's causes.
  package func letter() throws -> Letter {
    let parts = try order.message.causes.compactMap(part)
    guard let first = parts.first else { throw CompositionError.nothingToSay }
    if parts.count == 1 {
      return Letter(
        language: language, subject: first.subject, preview: first.preview,
        blocks: [.heading(first.heading)] + first.blocks, footer: try footer(for: [first.cause.fact]))
    }
    let title = digestTitle(parts)
    var blocks: [Letter.Block] = [.heading(title)]
    for part in parts {
      if part.cause != first.cause { blocks.append(.separator) }
      blocks += [.part(part.heading)] + part.blocks
    }
    return Letter(
      language: language, subject: digestSubject(title, parts),
      preview: parts.map(\.heading).joined(separator: " · "), blocks: blocks,
      footer: try footer(for: Set(parts.map(\.cause.fact))))
  }

  private func part(_ cause: Cause) throws -> Part? {
    switch cause.fact {
    case .offered:
      guard let lead = cause.lead.flatMap({ order.leads[$0] }) else { return nil }
      return try offer(lead, cause)
    case .ended:
      guard let lead = cause.lead.flatMap({ order.leads[$0] }) else { return nil }
      return ending(of: lead, cause)
    case .answered:
      guard let lead = cause.lead.flatMap({ order.leads[$0] }) else { return nil }
      return answer(to: lead, cause)
    case .confirmRequest:
      guard let request = cause.request.flatMap({ order.requests[$0] }) else { return nil }
      return try reminder(of: request, cause)
    case .confirmContact: return try contactConfirmation(cause)
    case .signIn: return try signIn(cause)
    }
  }

  func text(fr: String, en: String) -> String { Localized(fr: fr, en: en)[language] }

  /// A link that stands in a letter and, for unsubscribing, in a header.
  func link(_ purpose: LinkPurpose) throws -> String {
    let link = try links(purpose, order.contact, now)
    guard (1...900).contains(link.utf8.count),
      link.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x3C && $0 != 0x3E })
    else { throw CompositionError.link }
    return link
  }

  var ownerName: String { names.owner(order.contact.owner, in: language) }

  /// Who asks, in a few words: `Ungheni et 5 autres`.
  func asking(_ facts: Lead.RequestFacts) -> (name: String, isPlural: Bool) { asking(facts.authority) }

  func asking(_ authority: String) -> (name: String, isPlural: Bool) {
    let authorities = authority.split(separator: ",").map { String($0.drop { $0 == " " }) }
    guard authorities.count > 2, let first = authorities.first else {
      return (Typography.shortened(Typography.list(authorities, language), to: 80), authorities.count > 1)
    }
    let others = authorities.count - 1
    let name = text(fr: "\(first) et \(others) autres", en: "\(first) and \(others) others")
    return (Typography.shortened(name, to: 80), true)
  }

  /// What it is about, in a few words that go on a sentence.
  func topic(themes: [ThemeID], title: String) -> String {
    let topic = themes.first.map { Typography.lowercasedFirst(names.theme($0, language)) } ?? title
    return Typography.shortened(topic, to: 90)
  }

  private func digestTitle(_ parts: [Part]) -> String {
    let facts = parts.map(\.cause.fact)
    func count(_ fact: Cause.Fact) -> Int { facts.count { $0 == fact } }
    var counts: [String] = []
    if count(.offered) > 0 {
      counts.append(
        text(
          fr: Typography.count(count(.offered), one: "nouvelle demande", many: "nouvelles demandes"),
          en: Typography.count(count(.offered), one: "new request", many: "new requests")))
    }
    if count(.answered) > 0 {
      counts.append(
        text(
          fr: Typography.count(count(.answered), one: "réponse", many: "réponses"),
          en: Typography.count(count(.answered), one: "answer", many: "answers")))
    }
    if count(.confirmRequest) > 0 {
      counts.append(
        text(
          fr: Typography.count(count(.confirmRequest), one: "demande à confirmer", many: "demandes à confirmer"),
          en: Typography.count(count(.confirmRequest), one: "request to confirm", many: "requests to confirm")))
    }
    if count(.ended) > 0 {
      counts.append(
        text(
          fr: Typography.count(count(.ended), one: "demande qui se termine", many: "demandes qui se terminent"),
          en: Typography.count(count(.ended), one: "request that ended", many: "requests that ended")))
    }
    return Typography.list(counts, language)
  }

  private func digestSubject(_ title: String, _ parts: [Part]) -> String {
    let who = parts.compactMap { part in
      part.cause.lead.flatMap { order.leads[$0] }.map { asking($0.facts).name }
        ?? part.cause.request.flatMap { order.requests[$0]?.authorities.first?.name }
    }
    var named: [String] = []
    for name in who where !named.contains(name) { named.append(name) }
    let some = named.count > 3 ? named.prefix(3).joined(separator: ", ") + "…" : Typography.list(named, language)
    let colon = Typography.colon(language)
    return Typography.shortened("Bourse-projets\(colon)\(title)\(some.isEmpty ? "" : " (\(some))")", to: 180)
  }
}
