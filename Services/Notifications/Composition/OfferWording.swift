import CooperationModel

extension LetterWriter {
  /// A request that a collectivité is offered: who asks for what, why this collectivité, and how to answer.
  func offer(_ lead: Lead, _ cause: Cause) throws -> Part {
    let facts = lead.facts
    let (who, isPlural) = asking(facts)
    let country = names.country(facts.country, language)
    let seeks = text(
      fr: "\(who) (\(country)) \(isPlural ? "cherchent" : "cherche") un partenaire",
      en: "\(who) (\(country)) \(isPlural ? "are" : "is") looking for a partner")
    var blocks: [Letter.Block] = []
    if !facts.title.isEmpty { blocks.append(.section(facts.title)) }
    if !facts.summary.isEmpty { blocks.append(.paragraph(facts.summary)) }
    if !facts.sought.isEmpty {
      blocks += [.section(text(fr: "Ce qui est recherché", en: "What is sought")), .paragraph(facts.sought)]
    }
    let reasons = names.reasons(lead, .addressed, language)
    if !reasons.isEmpty {
      let collectivite = names.collectivite(lead.id.collectivite)
      blocks += [.section(text(fr: "Pourquoi \(collectivite)", en: "Why \(collectivite)")), .list(reasons)]
    }
    blocks.append(.facts(factSheet(facts)))
    blocks.append(
      .actions([
        Letter.Action(
          label: text(fr: "Cela nous intéresse", en: "We are interested"),
          url: try link(.answer(lead.id, interested: true)), isMain: true),
        Letter.Action(
          label: text(fr: "Ce n’est pas pour nous", en: "Not for us"),
          url: try link(.answer(lead.id, interested: false))),
      ]))
    blocks.append(.note(answering(lead)))
    let topic = topic(themes: facts.themes, title: facts.title)
    return Part(
      cause: cause, subject: topic.isEmpty ? seeks : seeks + Typography.colon(language) + topic, heading: seeks,
      preview: Typography.shortened(facts.summary.isEmpty ? facts.title : facts.summary, to: 140), blocks: blocks)
  }

  /// The request's facts, each with its name; empty ones are left out.
  func factSheet(_ facts: Lead.RequestFacts) -> [Letter.Fact] {
    let isPlural = facts.authority.contains(",")
    let rows: [(fr: String, en: String, value: String)] = [
      (isPlural ? "Collectivités" : "Collectivité", isPlural ? "Authorities" : "Authority", facts.authority),
      ("Pays", "Country", names.country(facts.country, language)),
      (
        facts.themes.count > 1 ? "Thèmes" : "Thème", facts.themes.count > 1 ? "Themes" : "Theme",
        facts.themes.map { names.theme($0, language) }.joined(separator: " · ")
      ),
      ("Forme souhaitée", "Form", facts.forms.map { $0.noun(language) }.joined(separator: " · ")),
      (
        "Langues de travail", "Working languages",
        Typography.list(facts.languages.map { names.language($0, language) }, language)
      ),
      ("Date limite", "Deadline", facts.deadline.map { Typography.date($0, language) } ?? ""),
    ]
    return rows.filter { !$0.value.isEmpty }.map { Letter.Fact(label: text(fr: $0.fr, en: $0.en), value: $0.value) }
  }

  private func answering(_ lead: Lead) -> String {
    let deadline = lead.answerBy.map { Typography.date(ParisTime.day(of: $0), language) }
    let by =
      deadline.map { text(fr: "Une réponse est attendue avant le \($0). ", en: "Please answer before \($0). ") } ?? ""
    guard lead.facts.contact.flatMap({ order.embassyContacts[$0] }) != nil else {
      return by
        + text(
          fr: "Répondre prend une minute et n’engage à rien.",
          en: "Answering takes a minute and commits you to nothing.")
    }
    return by
      + text(
        fr:
          "Répondre prend une minute et n’engage à rien. Une question\u{202F}? Répondez à ce message, il parviendra à l’ambassade de France.",
        en:
          "Answering takes a minute and commits you to nothing. A question? Reply to this message: it reaches the French embassy."
      )
  }
}
