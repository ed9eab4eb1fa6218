import CooperationModel

extension LetterWriter {
  /// Asks a new contact whether it wants to be written to: the only message to one that has not said so.
  func contactConfirmation(_ cause: Cause) throws -> Part {
    let heading = text(
      fr: "Confirmez votre adresse pour la Bourse-projets", en: "Confirm your address for the Bourse-projets")
    return Part(
      cause: cause, subject: heading, heading: heading,
      preview: text(fr: "Contact de \(ownerName)", en: "Contact of \(ownerName)"),
      blocks: [
        .paragraph(
          text(
            fr:
              "Votre adresse a été indiquée comme contact de \(Typography.quoted(ownerName, language)) dans la Bourse-projets de la coopération décentralisée.",
            en:
              "Your address was entered as a contact of \(Typography.quoted(ownerName, language)) in the Bourse-projets, the exchange for decentralised cooperation."
          )),
        .paragraph(purpose),
        .actions([
          Letter.Action(
            label: text(fr: "Confirmer mon adresse", en: "Confirm my address"),
            url: try link(.confirmContact(order.contact.id)), isMain: true)
        ]),
        .note(
          text(
            fr:
              "Ce lien est valable 7 jours. Si cette demande ne vous concerne pas, ne faites rien\u{A0}: vous ne recevrez aucun autre message.",
            en:
              "This link is good for 7 days. If this does not concern you, do nothing: you will receive no other message."
          )),
      ])
  }

  /// A link to sign in, for whoever asked for one.
  func signIn(_ cause: Cause) throws -> Part {
    let heading = text(
      fr: "Votre lien de connexion à la Bourse-projets", en: "Your link to sign in to the Bourse-projets")
    return Part(
      cause: cause, subject: heading, heading: heading,
      preview: text(fr: "Valable 15 minutes", en: "Good for 15 minutes"),
      blocks: [
        .actions([
          Letter.Action(
            label: text(fr: "Se connecter", en: "Sign in"), url: try link(.signIn(order.contact.id)), isMain: true)
        ]),
        .note(
          text(
            fr:
              "Ce lien est valable 15 minutes et ne sert qu’une fois. Si vous ne l’avez pas demandé, ignorez ce message.",
            en: "This link is good for 15 minutes and works once. If you did not ask for it, ignore this message.")),
      ])
  }

  private var purpose: String {
    switch order.contact.owner.kind {
    case .collectivite:
      text(
        fr:
          "Une fois confirmée, elle recevra les demandes de partenariat de collectivités étrangères qui correspondent au profil de la vôtre, quelques-unes par semaine au plus.",
        en:
          "Once confirmed, it will receive partnership requests of foreign local authorities that match your authority's profile, a few a week at most."
      )
    case .embassy:
      text(
        fr:
          "Une fois confirmée, elle recevra les réponses des collectivités françaises aux demandes de votre pays de résidence et les rappels de confirmation.",
        en:
          "Once confirmed, it will receive French authorities' answers to the requests of your country, and reminders to confirm them."
      )
    case .prefecture, .ministry:
      text(
        fr: "Une fois confirmée, elle recevra les messages de service de la Bourse-projets.",
        en: "Once confirmed, it will receive service messages of the Bourse-projets.")
    }
  }

  /// Why the letter came and, where it can be stopped, how.
  func footer(for facts: Set<Cause.Fact>) throws -> [Letter.Block] {
    if facts.contains(.confirmContact) || facts.contains(.signIn) {
      return [
        .paragraph(
          text(
            fr: "Bourse-projets de la coopération décentralisée. Message automatique.",
            en: "Bourse-projets, the exchange for decentralised cooperation. An automatic message."))
      ]
    }
    var blocks: [Letter.Block] = [.paragraph(reason(for: facts))]
    if facts.contains(.offered) {
      blocks.append(
        .paragraph(
          text(
            fr: "La publication d’une demande ne vaut pas promesse de financement.",
            en: "That a request is published promises no funding.")))
    }
    blocks.append(
      .link(
        Letter.Action(
          label: text(fr: "Ne plus recevoir ces messages", en: "Stop receiving these messages"),
          url: try link(.unsubscribe(order.contact.id)))))
    return blocks
  }

  private func reason(for facts: Set<Cause.Fact>) -> String {
    let contact = text(
      fr:
        "Vous recevez ce message parce que cette adresse est un contact confirmé de \(Typography.quoted(ownerName, language))",
      en:
        "You receive this message because this address is a confirmed contact of \(Typography.quoted(ownerName, language))"
    )
    if facts.contains(.offered) {
      return contact
        + text(
          fr: " et que son profil correspond à ce qui est recherché.", en: " whose profile matches what is sought.")
    }
    if facts.contains(.ended) {
      return contact
        + text(fr: ", à qui cette demande avait été proposée.", en: ", which had been offered this request.")
    }
    return contact + text(fr: ", qui gère cette demande.", en: ", which manages this request.")
  }
}
