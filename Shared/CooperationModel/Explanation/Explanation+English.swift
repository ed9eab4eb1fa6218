extension Explanation {
  func english(_ factor: Factor, _ voice: Voice) -> String? {
    let who = EnglishSubject(voice, self)
    switch factor.code {
    case .theme: return englishTheme(factor, who)
    case .country, .experience:
      guard let country = factor.country() else { return nil }
      let verb = factor.isOver ? who("have worked", "has worked") : who("already work", "already works")
      let topic = factor.code == .experience ? factor.theme.map { " on \(self.topic($0, in: .english))" } ?? "" : ""
      let partner = factor.partner.map { " with \($0)" } ?? ""
      return "\(verb) \(place(country, in: .english))\(topic)\(partner)."
    case .interest:
      return factor.country().map { "\(who("wish to work", "wishes to work")) \(place($0, in: .english))." }
    case .neighbourhood: return englishNeighbourhood(factor, voice, who)
    case .kind:
      guard let kind = factor.facts["kind"].flatMap(CollectiviteKind.init) else { return nil }
      let noun = kind.noun(.english)
      return factor.facts["because"] == "level"
        ? "\(who("are", "is")) \(noun): the same level as the asking authority."
        : "\(who("are", "is")) \(noun), as the request asks."
    case .size:
      guard let population = factor.facts["population"] else { return nil }
      let inhabitants = "\(grouped(population, in: .english)) inhabitants"
      return factor.facts["because"] == "similar"
        ? "\(who("have", "has")) \(inhabitants): a size close to the asking authority’s."
        : "\(who("have", "has")) \(inhabitants): the size that the request asks for."
    case .territory:
      if let place = factor.facts["place"].flatMap(PlaceKind.init) {
        return "\(who("are", "is")) \(place.phrase(.english)), as the request asks."
      }
      guard let name = factor.facts["territory"].flatMap(CollectiviteID.init).flatMap(reference.registry.name(of:))
      else { return nil }
      return "\(who("are", "is")) in the part of France that is wanted (\(name))."
    case .namedTerritory:
      guard let name = factor.facts["territory"].flatMap(CollectiviteID.init).flatMap(reference.registry.name(of:))
      else { return nil }
      return "\(who("are", "is")) in the part of France that the request names (\(name))."
    case .proximity:
      guard factor.facts["through"] == "sea" else {
        return "\(who("have", "has")) a land border with this country."
      }
      return factor.facts["sea"].flatMap(SeaBasin.init).map {
        "\(who("share", "shares")) a sea with this country: \($0.name.en)."
      }
    case .distance:
      guard let within = factor.facts["within"] else { return nil }
      let whom = factor.facts["from"] == "country" ? "this country" : "the asking authority"
      return "\(who("are", "is")) within about \(grouped(within, in: .english)) km of \(whom)."
    case .network: return englishNetwork(factor, voice)
    case .languageArea:
      guard let language = factor.facts["language"].flatMap(LanguageCode.init) else { return nil }
      let name = LanguageNames.name(language, .english)
      return factor.country("near").map {
        "\(who("work", "works")) \(place($0, in: .english)), where \(name) is spoken too."
      } ?? "\(who("work", "works")) where \(name) is spoken."
    case .label:
      return factor.theme.map {
        "\(who("hold", "holds")) the PACT2 label “Expertise internationale” for \(topic($0, in: .english))."
      }
    case .language:
      guard let code = factor.facts["language"].flatMap(LanguageCode.init) else { return nil }
      return "\(who("can work", "can work")) in \(LanguageNames.name(code, .english))."
    case .form:
      guard let form = factor.facts["form"].flatMap(CooperationForm.init) else { return nil }
      return "\(who("offer", "offers")) the form of cooperation that is sought: \(form.noun(.english))."
    case .partner: return "\(who("are", "is")) a partner of the asking authority already."
    case .answers:
      return factor.points > 0
        ? "\(who("answered", "answered")) a similar request favourably."
        : "\(who("declined", "declined")) a similar request, or left it unanswered."
    }
  }

  private func englishTheme(_ factor: Factor, _ who: EnglishSubject) -> String? {
    guard let theme = factor.theme else { return nil }
    let topic = topic(theme, in: .english)
    guard factor.facts["affinity"] ?? "own" == "own" else {
      let label = reference.themes.label(of: theme, in: .english) ?? theme.rawValue
      let near = "\(who("work", "works")) on a related theme, in the field “\(label)”"
      return factor.isReadFromText ? "\(near), by the request’s text." : "\(near)."
    }
    let shared = factor.facts["shared"].flatMap { Int($0) } ?? 1
    let works = who("work", "works")
    switch (shared > 1, factor.isReadFromText) {
    case (true, false): return "\(works) on \(shared) of the request’s themes, \(topic) among them."
    case (true, true): return "\(works) on \(shared) themes that the request’s text speaks of, \(topic) among them."
    case (false, false): return "\(works) on \(topic)."
    case (false, true): return "\(works) on \(topic), which the request’s text speaks of."
    }
  }

  private func englishNeighbourhood(_ factor: Factor, _ voice: Voice, _ who: EnglishSubject) -> String? {
    guard let country = factor.country(), let through = factor.facts["through"] else { return nil }
    let place = place(country, in: .english)
    let near = factor.country("near").map { self.place($0, in: .english) }
    switch (through, near) {
    case ("neighbour", let near?): return "\(who("work", "works")) \(near), a neighbouring country."
    case ("subregion", let near?): return "\(who("work", "works")) \(near), in the same part of the world."
    case ("departement", _), ("region", _):
      let count = factor.facts["count"].flatMap { Int($0) } ?? 1
      let territory =
        (voice == .addressed ? "your " : "the same ") + (through == "departement" ? "département" : "région")
      return count > 1
        ? "\(grouped(String(count), in: .english)) other authorities of \(territory) work \(place)."
        : "Another authority of \(territory) works \(place)."
    default: return nil
    }
  }
}

extension Explanation {
  private func englishNetwork(_ factor: Factor, _ voice: Voice) -> String? {
    guard let country = factor.country() else { return nil }
    let count = factor.facts["count"].flatMap { Int($0) } ?? 1
    let isRegion = factor.facts["through"] == "region"
    let territory = (voice == .addressed ? "your " : "the same ") + (isRegion ? "région" : "intercommunality")
    let place =
      isRegion
      ? factor.facts["subregion"].flatMap(WorldSubregion.init).map { "in that part of the world (\($0.label.en))" }
        ?? "in that part of the world" : self.place(country, in: .english)
    return count > 1
      ? "\(grouped(String(count), in: .english)) other authorities of \(territory) work \(place)."
      : "Another authority of \(territory) works \(place)."
  }
}

/// Subject and verb: “You work”, “Cesson-Sévigné works”.
private struct EnglishSubject {
  private let name: String?

  init(_ voice: Explanation.Voice, _ explanation: Explanation) {
    switch voice {
    case .addressed: name = nil
    case .about(let id): name = explanation.subject(id, in: .english)
    }
  }

  func callAsFunction(_ addressed: String, _ about: String) -> String {
    name.map { "\($0) \(about)" } ?? "You \(addressed)"
  }
}
