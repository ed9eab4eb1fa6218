import CooperationModel

// What the page behind a reminder says.

extension LinkWording {
  func askToConfirm(_ request: PartnershipRequest, token: String) -> LinkPage {
    LinkPage(
      language: language,
      title: say(fr: "Cette demande est-elle toujours d’actualité\u{202F}?", en: "Does this request still stand?"),
      paragraphs: [
        say(
          fr: "Si oui, confirmez-la\u{202F}: elle reste proposée aux collectivités françaises pendant six mois.",
          en: "If so, confirm it: it stays open to French local authorities for six months.")
      ], facts: facts(request),
      button: LinkPage.Button(
        label: say(fr: "Confirmer la demande", en: "Confirm the request"), action: "/confirm-request", token: token),
      note: say(
        fr: "Sans confirmation, elle cesse d’être proposée à la date indiquée.",
        en: "Unless it is confirmed, it is no longer offered from the date given."))
  }

  func confirmed(_ request: PartnershipRequest) -> LinkPage {
    LinkPage(
      language: language, title: say(fr: "La demande est confirmée", en: "The request is confirmed"),
      paragraphs: [
        say(
          fr: "Merci. Elle reste proposée aux collectivités françaises.",
          en: "Thank you. It stays open to French local authorities.")
      ], facts: facts(request), note: nothingMore)
  }

  func ended(_ request: PartnershipRequest) -> LinkPage {
    LinkPage(
      language: language,
      title: say(fr: "Cette demande n’est plus en cours", en: "This request is no longer open"),
      paragraphs: [
        request.status == .expired
          ? say(
            fr: "Elle a expiré. Vous pouvez la publier de nouveau depuis l’espace de l’ambassade.",
            en: "It has expired. You can publish it again from the embassy’s account.")
          : say(
            fr: "Elle a été conclue ou close\u{202F}: il n’y a plus rien à confirmer.",
            en: "It was concluded or closed: nothing is left to confirm.")
      ], facts: facts(request))
  }

  private func facts(_ request: PartnershipRequest) -> [(label: String, value: String)] {
    let country = reference.countries[request.country]?.name[language] ?? request.country.rawValue
    var facts = [(say(fr: "Demande", en: "Request"), request.title), (say(fr: "Pays", en: "Country"), country)]
    if let last = request.confirmBy {
      facts.append((say(fr: "Valable jusqu’au", en: "Stands until"), day(last.day)))
    }
    return facts.map { (label: $0.0, value: $0.1) }
  }

  /// `1er décembre 2026`, `1 December 2026`.
  private func day(_ day: Day) -> String {
    let (year, month, number) = day.components
    let french = [
      "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
      "décembre",
    ]
    let english = [
      "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
      "December",
    ]
    return say(
      fr: "\(number == 1 ? "1er" : "\(number)")\u{A0}\(french[month - 1]) \(year)",
      en: "\(number)\u{A0}\(english[month - 1]) \(year)")
  }
}
