import CooperationModel

// What any link in a message may lead to instead of its page.

extension HTMLPage {
  /// The link's token is none, or another link's.
  package static func linkIncomplete(_ language: Language) -> HTMLPage {
    HTMLPage(
      language, title: Localized(fr: "Ce lien est incomplet", en: "This link is incomplete")[language],
      paragraphs: [
        Localized(
          fr: "Il est peut-être coupé par votre logiciel de messagerie. Copiez-le en entier dans la barre d’adresse.",
          en: "Your mail program may have cut it. Copy all of it into the address bar.")[language]
      ])
  }

  /// The log cannot be reached.
  package static func serviceAway(_ language: Language) -> HTMLPage {
    HTMLPage(
      language, title: Localized(fr: "Un instant, s’il vous plaît", en: "One moment, please")[language],
      paragraphs: [
        Localized(
          fr:
            "Le service est momentanément indisponible. Rouvrez le lien dans quelques minutes\u{202F}: il reste valable.",
          en: "The service is away for a moment. Open the link again in a few minutes: it stays valid.")[language]
      ])
  }
}
