import CooperationModel

extension LetterWriter {
  /// A collectivité's answer, told to the embassy.
  func answer(to lead: Lead, _ cause: Cause) -> Part {
    let facts = lead.facts
    let who = asking(facts).name
    let collectivite = names.collectivite(lead.id.collectivite)
    let isInterested = lead.status != .declined
    let colon = Typography.colon(language)
    let heading =
      isInterested
      ? text(
        fr: "\(collectivite) manifeste son intérêt\(colon)\(who)", en: "\(collectivite) is interested\(colon)\(who)")
      : text(fr: "\(collectivite) décline\(colon)\(who)", en: "\(collectivite) declines\(colon)\(who)")
    var blocks: [Letter.Block] = [
      .paragraph(
        text(
          fr: "Demande concernée\(colon)\(Typography.quoted(facts.title, language)).",
          en: "The request\(colon)\(Typography.quoted(facts.title, language))."))
    ]
    if isInterested {
      blocks.append(
        .paragraph(
          text(
            fr:
              "À vous de jouer\(colon)mettez les deux collectivités en relation, puis indiquez-le dans la Bourse-projets.",
            en: "It is your turn\(colon)introduce the two authorities to each other, then say so in the Bourse-projets."
          )))
    } else {
      blocks.append(
        .paragraph(
          text(fr: "Motif\(colon)\(declined(lead.reason)). ", en: "Reason\(colon)\(declined(lead.reason)). ")
            + text(
              fr: "La demande sera proposée à une autre collectivité, si une autre correspond.",
              en: "The request will be offered to another authority, if another one matches.")))
    }
    let reasons = names.reasons(lead, .about(lead.id.collectivite), language)
    if isInterested, !reasons.isEmpty {
      blocks += [
        .section(text(fr: "Pourquoi elle lui a été proposée", en: "Why it was offered to them")), .list(reasons),
      ]
    }
    blocks.append(.facts(factSheet(facts)))
    return Part(cause: cause, subject: heading, heading: heading, preview: facts.title, blocks: blocks)
  }

  /// Asks the embassy whether a request still holds.
  func reminder(of request: PartnershipRequest, _ cause: Cause) throws -> Part {
    let facts = Lead.RequestFacts(request)
    let who = asking(facts).name
    let day = Typography.date(ParisTime.day(of: cause.at), language)
    let colon = Typography.colon(language)
    let heading = text(
      fr: "À confirmer avant le \(day)\(colon)\(who)", en: "To be confirmed before \(day)\(colon)\(who)")
    return Part(
      cause: cause, subject: "\(heading), \(topic(themes: facts.themes, title: facts.title))", heading: heading,
      preview: facts.title,
      blocks: [
        .paragraph(
          text(
            fr:
              "La demande \(Typography.quoted(facts.title, language)) est-elle toujours d’actualité\u{202F}? Sans confirmation de votre part, elle cessera d’être proposée le \(day).",
            en:
              "Is the request \(Typography.quoted(facts.title, language)) still current? Unless you confirm it, it will no longer be offered from \(day)."
          )),
        .facts(factSheet(facts)),
        .actions([
          Letter.Action(
            label: text(fr: "Confirmer la demande", en: "Confirm the request"),
            url: try link(.confirmRequest(request.id)), isMain: true)
        ]),
        .note(
          text(
            fr: "Si elle n’a plus lieu d’être, ne faites rien, ou fermez-la dès maintenant dans la Bourse-projets.",
            en: "If it is no longer needed, do nothing, or close it in the Bourse-projets now.")),
      ])
  }

  private func declined(_ reason: Lead.Reason?) -> String {
    switch reason {
    case .theme: text(fr: "le thème ne correspond pas", en: "the theme does not fit")
    case .country: text(fr: "le pays ne correspond pas", en: "the country does not fit")
    case .capacity: text(fr: "pas de moyens disponibles", en: "no capacity")
    case .timing: text(fr: "le calendrier ne convient pas", en: "the timing does not suit")
    case .funding: text(fr: "pas de financement", en: "no funding")
    case .other, .requestEnded, .belowThreshold, .paused, .noContact, .merged, nil:
      text(fr: "non précisé", en: "not given")
    }
  }
}
