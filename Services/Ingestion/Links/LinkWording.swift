import CooperationModel
import ServiceKit

/// What the pages behind links say, in French and English.
struct LinkWording: Sendable {
  let language: Language
  let reference: ReferenceData

  func say(fr: String, en: String) -> String { Localized(fr: fr, en: en)[language] }

  // MARK: Confirming

  func askToConfirm(_ contact: Contact, token: String) -> LinkPage {
    LinkPage(
      language: language,
      title: say(fr: "Confirmer cette adresse", en: "Confirm this address"),
      paragraphs: [
        say(
          fr:
            "Cette adresse a été indiquée comme contact. Confirmez-la pour recevoir les messages de la Bourse-projets.",
          en: "This address was given as a contact. Confirm it to receive messages of the Bourse-projets.")
      ], facts: facts(contact),
      button: LinkPage.Button(
        label: say(fr: "Confirmer l’adresse", en: "Confirm the address"), action: "/confirm", token: token),
      note: say(
        fr:
          "Sans votre accord, rien d’autre ne sera envoyé à cette adresse. Vous pourrez vous désinscrire à tout moment.",
        en: "Without your consent nothing else is sent to this address. You can unsubscribe at any time."))
  }

  func confirmed(_ contact: Contact) -> LinkPage {
    LinkPage(
      language: language, title: say(fr: "L’adresse est confirmée", en: "The address is confirmed"),
      paragraphs: [
        say(
          fr:
            "Merci. Les messages de la Bourse-projets arriveront désormais à cette adresse. Chacun contient un lien pour se désinscrire.",
          en:
            "Thank you. Messages of the Bourse-projets will now arrive at this address. Each has a link to unsubscribe."
        )
      ], facts: facts(contact), note: nothingMore)
  }

  // MARK: Unsubscribing

  func askToUnsubscribe(_ contact: Contact, token: String) -> LinkPage {
    LinkPage(
      language: language,
      title: say(fr: "Ne plus recevoir de messages\u{202F}?", en: "Receive no more messages?"),
      paragraphs: [
        say(
          fr:
            "Après votre désinscription, nous n’écrirons plus à cette adresse. Les autres contacts de votre organisation ne changent pas.",
          en:
            "Once you have unsubscribed, we will not write to this address any more. Your organisation’s other contacts do not change."
        )
      ], facts: facts(contact),
      button: LinkPage.Button(
        label: say(fr: "Se désinscrire", en: "Unsubscribe"), action: "/unsubscribe", token: token, isPlain: true))
  }

  func unsubscribed(_ contact: Contact?) -> LinkPage {
    LinkPage(
      language: language, title: say(fr: "C’est fait", en: "Done"),
      paragraphs: [
        say(
          fr: "Nous n’écrirons plus à cette adresse. Un message déjà parti peut encore arriver.",
          en: "We will not write to this address any more. A message that is on its way may still arrive.")
      ], facts: contact.map(facts) ?? [], note: nothingMore)
  }

  // MARK: What else can happen

  /// In the log, not decided yet.
  func noted() -> LinkPage {
    LinkPage(
      language: language, title: say(fr: "C’est noté", en: "Noted"),
      paragraphs: [
        say(
          fr: "Votre demande est enregistrée et sera traitée dans un instant.",
          en: "Your request is recorded and will be dealt with in a moment.")
      ], note: nothingMore)
  }

  func expired() -> LinkPage {
    LinkPage(
      language: language, title: say(fr: "Ce lien n’est plus valable", en: "This link is no longer valid"),
      paragraphs: [
        say(
          fr:
            "Il a expiré, ou il a été envoyé à une adresse qui a changé depuis. Demandez un nouveau lien à la personne qui a saisi votre contact.",
          en:
            "It has expired, or it was sent to an address that has changed since. Ask whoever entered your contact for a new one."
        )
      ])
  }

  func erased() -> LinkPage {
    LinkPage(
      language: language,
      title: say(fr: "Cette adresse n’est plus enregistrée", en: "This address is no longer registered"),
      paragraphs: [
        say(
          fr: "Il n’y a plus rien à faire\u{202F}: aucun message n’y sera envoyé.",
          en: "Nothing is left to do: no message is sent to it.")
      ])
  }

  var nothingMore: String { say(fr: "Vous pouvez fermer cette page.", en: "You can close this page.") }

  private func facts(_ contact: Contact) -> [(label: String, value: String)] {
    [
      (say(fr: "Adresse", en: "Address"), contact.email), (say(fr: "Nom", en: "Name"), contact.name),
      (say(fr: "Pour", en: "For"), owner(contact.owner)),
    ]
  }

  private func owner(_ owner: OwnerID) -> String {
    switch owner.kind {
    case .collectivite(let id):
      reference.registry.current(of: id).flatMap { reference.registry.name(of: $0) } ?? id.rawValue
    case .embassy(let code):
      say(
        fr: "Ambassade de France – \(reference.countries[code]?.name[language] ?? code.rawValue)",
        en: "French embassy – \(reference.countries[code]?.name[language] ?? code.rawValue)")
    case .prefecture(let territory): say(fr: "Préfecture (\(territory))", en: "Préfecture (\(territory))")
    case .ministry: say(fr: "Ministère de l’Europe et des affaires étrangères", en: "French foreign ministry")
    }
  }
}
