extension Explanation {
  func french(_ factor: Factor, _ voice: Voice) -> String? {
    let who = FrenchSubject(voice, self)
    switch factor.code {
    case .theme: return frenchTheme(factor, who)
    case .country, .experience:
      guard let country = factor.country() else { return nil }
      let verb =
        factor.isOver ? who("avez travaillé", "a travaillé") : who("travaillez déjà", "travaille déjà")
      let topic = factor.code == .experience ? factor.theme.map { " sur \(self.topic($0, in: .french))" } ?? "" : ""
      let partner = factor.partner.map { " avec \($0)" } ?? ""
      return "\(verb) \(place(country, in: .french))\(topic)\(partner)."
    case .interest:
      return factor.country().map {
        "\(who("souhaitez travailler", "souhaite travailler")) \(place($0, in: .french))."
      }
    case .neighbourhood: return frenchNeighbourhood(factor, voice, who)
    case .kind:
      guard let kind = factor.facts["kind"].flatMap(CollectiviteKind.init) else { return nil }
      let noun = kind.noun(.french)
      return factor.facts["because"] == "level"
        ? "\(who("êtes", "est")) \(noun)\u{00A0}: le même échelon que l’autorité qui demande."
        : "\(who("êtes", "est")) \(noun), comme la demande le souhaite."
    case .size:
      guard let population = factor.facts["population"] else { return nil }
      let inhabitants = "\(grouped(population, in: .french)) habitants"
      return factor.facts["because"] == "similar"
        ? "\(who("comptez", "compte")) \(inhabitants)\u{00A0}: une taille proche de celle de l’autorité qui demande."
        : "\(who("comptez", "compte")) \(inhabitants)\u{00A0}: la taille que la demande souhaite."
    case .territory:
      if let place = factor.facts["place"].flatMap(PlaceKind.init) {
        return "\(who("êtes", "est")) \(place.phrase(.french)), comme la demande le souhaite."
      }
      guard let name = factor.facts["territory"].flatMap(CollectiviteID.init).flatMap(reference.registry.name(of:))
      else { return nil }
      return "\(who("êtes", "est")) dans le territoire souhaité (\(name))."
    case .namedTerritory:
      guard let name = factor.facts["territory"].flatMap(CollectiviteID.init).flatMap(reference.registry.name(of:))
      else { return nil }
      return "\(who("êtes", "est")) dans le territoire que la demande nomme (\(name))."
    case .proximity:
      guard factor.facts["through"] == "sea" else {
        return "\(who("avez", "a")) une frontière terrestre avec ce pays."
      }
      return factor.facts["sea"].flatMap(SeaBasin.init).map {
        "\(who("partagez", "partage")) une mer avec ce pays\u{00A0}: \($0.name.fr)."
      }
    case .distance:
      guard let within = factor.facts["within"] else { return nil }
      let whom = factor.facts["from"] == "country" ? "ce pays" : "l’autorité qui demande"
      return "\(who("êtes", "est")) à moins de \(grouped(within, in: .french)) km environ de \(whom)."
    case .network: return frenchNetwork(factor, voice)
    case .languageArea:
      guard let language = factor.facts["language"].flatMap(LanguageCode.init) else { return nil }
      let name = LanguageNames.name(language, .french)
      return factor.country("near").map {
        "\(who("travaillez", "travaille")) \(place($0, in: .french)), où l’on parle aussi \(name)."
      } ?? "\(who("travaillez", "travaille")) dans un pays où l’on parle \(name)."
    case .label:
      return factor.theme.map {
        "\(who("portez", "porte")) le label «\u{00A0}Expertise internationale\u{00A0}» (PACT2) pour \(topic($0, in: .french))."
      }
    case .language:
      guard let code = factor.facts["language"].flatMap(LanguageCode.init) else { return nil }
      return "\(who("pouvez travailler", "peut travailler")) en \(LanguageNames.name(code, .french))."
    case .form:
      guard let form = factor.facts["form"].flatMap(CooperationForm.init) else { return nil }
      return "\(who("proposez", "propose")) la forme de coopération recherchée\u{00A0}: \(form.noun(.french))."
    case .partner: return "\(who("êtes déjà partenaire", "est déjà partenaire")) de l’autorité qui demande."
    case .answers:
      return factor.points > 0
        ? "\(who("avez répondu favorablement", "a répondu favorablement")) à une demande semblable."
        : "\(who("avez décliné", "a décliné")) une demande semblable, ou n’y \(voice == .addressed ? "avez" : "a") pas répondu."
    }
  }

  private func frenchTheme(_ factor: Factor, _ who: FrenchSubject) -> String? {
    guard let theme = factor.theme else { return nil }
    let topic = topic(theme, in: .french)
    guard factor.facts["affinity"] ?? "own" == "own" else {
      let label = reference.themes.label(of: theme, in: .french) ?? theme.rawValue
      let near = "\(who("travaillez", "travaille")) sur un thème voisin, dans le domaine «\u{00A0}\(label)\u{00A0}»"
      return factor.isReadFromText ? "\(near), d’après le texte de la demande." : "\(near)."
    }
    let shared = factor.facts["shared"].flatMap { Int($0) } ?? 1
    let works = who("travaillez", "travaille")
    switch (shared > 1, factor.isReadFromText) {
    case (true, false): return "\(works) sur \(shared) thèmes de la demande, dont \(topic)."
    case (true, true): return "\(works) sur \(shared) thèmes de la demande d’après son texte, dont \(topic)."
    case (false, false): return "\(works) sur \(topic)."
    case (false, true): return "\(works) sur \(topic), thème de la demande d’après son texte."
    }
  }

  private func frenchNeighbourhood(_ factor: Factor, _ voice: Voice, _ who: FrenchSubject) -> String? {
    guard let country = factor.country(), let through = factor.facts["through"] else { return nil }
    let place = place(country, in: .french)
    let near = factor.country("near").map { self.place($0, in: .french) }
    switch (through, near) {
    case ("neighbour", let near?): return "\(who("travaillez", "travaille")) \(near), pays voisin."
    case ("subregion", let near?):
      return "\(who("travaillez", "travaille")) \(near), dans la même région du monde."
    case ("departement", _), ("region", _):
      let count = factor.facts["count"].flatMap { Int($0) } ?? 1
      let territory =
        switch (through, voice) {
        case ("departement", .addressed): "de votre département"
        case ("departement", _): "du même département"
        case (_, .addressed): "de votre région"
        default: "de la même région"
        }
      return count > 1
        ? "\(grouped(String(count), in: .french)) autres collectivités \(territory) travaillent \(place)."
        : "Une autre collectivité \(territory) travaille \(place)."
    default: return nil
    }
  }
}

extension Explanation {
  private func frenchNetwork(_ factor: Factor, _ voice: Voice) -> String? {
    guard let country = factor.country() else { return nil }
    let count = factor.facts["count"].flatMap { Int($0) } ?? 1
    let isRegion = factor.facts["through"] == "region"
    let territory = (voice == .addressed ? "de votre " : "de la même ") + (isRegion ? "région" : "intercommunalité")
    let place =
      isRegion
      ? factor.facts["subregion"].flatMap(WorldSubregion.init).map { "dans cette partie du monde (\($0.label.fr))" }
        ?? "dans cette partie du monde" : self.place(country, in: .french)
    return count > 1
      ? "\(grouped(String(count), in: .french)) autres collectivités \(territory) travaillent \(place)."
      : "Une autre collectivité \(territory) travaille \(place)."
  }
}

/// Subject and verb: “Vous travaillez”, “Cesson-Sévigné travaille”.
private struct FrenchSubject {
  private let name: String?

  init(_ voice: Explanation.Voice, _ explanation: Explanation) {
    switch voice {
    case .addressed: name = nil
    case .about(let id): name = explanation.subject(id, in: .french)
    }
  }

  func callAsFunction(_ addressed: String, _ about: String) -> String {
    name.map { "\($0) \(about)" } ?? "Vous \(addressed)"
  }
}
