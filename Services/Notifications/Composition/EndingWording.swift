import CooperationModel

extension LetterWriter {
  /// An announced request that is no longer open to the collectivité: which, and why.
  func ending(of lead: Lead, _ cause: Cause) -> Part {
    let facts = lead.facts
    let who = asking(facts).name
    let country = names.country(facts.country, language)
    let (news, why) = ending(lead)
    let heading = "\(who) (\(country))\(Typography.colon(language))\(news)"
    return Part(
      cause: cause, subject: heading, heading: heading, preview: why,
      blocks: [
        .paragraph(
          text(
            fr: "Nous vous avions proposé la demande \(Typography.quoted(facts.title, language)).",
            en: "We had offered you the request \(Typography.quoted(facts.title, language)).")),
        .paragraph(why),
      ])
  }

  private func ending(_ lead: Lead) -> (news: String, why: String) {
    switch (lead.status, lead.reason) {
    case (.concluded, _):
      (
        text(fr: "le partenariat est conclu", en: "the partnership is concluded"),
        text(
          fr:
            "L’ambassade de France a enregistré la conclusion de ce partenariat avec vous. Bonne coopération\u{202F}!",
          en:
            "The French embassy has recorded that this partnership is concluded with you. We wish you a fruitful cooperation!"
        )
      )
    case (.lapsed, _):
      (
        text(fr: "le délai de réponse est passé", en: "the time to answer is over"),
        text(
          fr:
            "Sans réponse de votre part dans le délai, cette demande est proposée à d’autres collectivités. Si elle vous intéresse encore, écrivez à l’ambassade de France.",
          en:
            "As no answer came in time, this request is being offered to other authorities. If it still interests you, write to the French embassy."
        )
      )
    case (_, .requestEnded):
      (
        text(fr: "la demande n’est plus ouverte", en: "the request is no longer open"),
        text(
          fr: "La demande est close ou a trouvé son partenaire. Vous n’avez rien à faire.",
          en: "The request was closed, or has found its partner. There is nothing for you to do.")
      )
    case (_, .paused):
      (
        text(fr: "la demande n’est plus proposée", en: "the request is no longer offered"),
        text(
          fr: "Le profil de votre collectivité est en pause. Vous pouvez le réactiver à tout moment.",
          en: "Your authority's profile is paused. You can make it active again at any time.")
      )
    case (_, .merged):
      (
        text(fr: "la demande n’est plus proposée", en: "the request is no longer offered"),
        text(
          fr: "Votre collectivité a rejoint une autre commune, qui reprend ses échanges.",
          en: "Your authority has become part of another one, which carries on with its exchanges.")
      )
    default:
      (
        text(fr: "la demande n’est plus proposée", en: "the request is no longer offered"),
        text(
          fr: "La demande ou votre profil a changé et ils ne correspondent plus. Vous n’avez rien à faire.",
          en: "The request or your profile has changed and they no longer match. There is nothing for you to do.")
      )
    }
  }
}
