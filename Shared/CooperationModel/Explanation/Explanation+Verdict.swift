extension Explanation {
  /// Where a collectivité stands for a request, and why, in one sentence.
  public func standing(_ verdict: Verdict, to voice: Voice, in language: Language) -> String {
    switch language {
    case .french: frenchStanding(verdict, voice)
    case .english: englishStanding(verdict, voice)
    }
  }

  /// What speaks against a higher score: the factors that give nothing, the weightiest first.
  ///
  /// - Parameter limit: the most sentences.
  public func gaps(_ verdict: Verdict, to voice: Voice, in language: Language, limit: Int = 3) -> [String] {
    let missing = verdict.factors.filter { $0.points == 0 }.map(\.code)
    // Work on the theme in the country needs both: what is missing of them is said by theme and country.
    let order: [Factor.Code] = [
      .theme, .country, .interest, .neighbourhood, .kind, .size, .territory, .network, .languageArea, .distance, .label,
      .language, .form,
    ]
    return order.filter(missing.contains).compactMap { gap($0, voice, language) }.prefix(limit).map(\.self)
  }

  private func gap(_ code: Factor.Code, _ voice: Voice, _ language: Language) -> String? {
    let isYou = voice == .addressed
    switch (code, language) {
    case (.theme, .french):
      return isYou ? "Vous ne partagez aucun thème avec la demande." : "Aucun thème n’est partagé avec la demande."
    case (.theme, .english):
      return isYou ? "You share no theme with the request." : "No theme is shared with the request."
    case (.country, .french):
      return isYou
        ? "Nous ne connaissons pas de coopération de votre part dans ce pays."
        : "Aucune coopération n’est connue dans ce pays."
    case (.country, .english):
      return isYou ? "We know of no cooperation of yours in this country." : "No cooperation is known in this country."
    case (.interest, .french): return "Le pays n’est pas parmi les pays d’intérêt déclarés."
    case (.interest, .english): return "The country is not among the declared countries of interest."
    case (.neighbourhood, .french):
      return "Ni travail dans un pays voisin, ni autre collectivité du même territoire dans le pays."
    case (.neighbourhood, .english):
      return "No work in a nearby country, and no other authority of the same territory works in it."
    case (.kind, .french): return "La catégorie de collectivité n’est pas celle que la demande souhaite."
    case (.kind, .english): return "The kind of authority is not the one that the request asks for."
    case (.size, .french): return "La taille n’est pas celle que la demande souhaite."
    case (.size, .english): return "The size is not the one that the request asks for."
    case (.network, .french):
      return
        "Aucune autre collectivité de la même intercommunalité dans le pays, ni de la même région dans cette partie du monde."
    case (.network, .english):
      return
        "No other authority of the same intercommunality works in the country, nor of the same région in that part of the world."
    case (.languageArea, .french): return "Aucun travail connu dans un pays où l’on parle la même langue."
    case (.languageArea, .english): return "No known work in a country where the same language is spoken."
    case (.distance, .french): return "Le territoire est à plus de 1\u{202F}200 km."
    case (.distance, .english): return "The territory is more than 1,200 km away."
    default: return nil
    }
  }

  private func frenchStanding(_ verdict: Verdict, _ voice: Voice) -> String {
    let isYou = voice == .addressed
    let name: String
    if case .about(let id) = voice { name = subject(id, in: .french) } else { name = "Vous" }
    let place = verdict.place.map { grouped(String($0), in: .french) } ?? "?"
    let rank = place == "1" ? "1re" : "\(place)e"
    let score = "score \(verdict.score) sur 1\u{202F}000"
    switch verdict.standing {
    case .ranked: return "\(name) \(isYou ? "êtes" : "est") à la \(rank) place (\(score))."
    case .beyond:
      return
        "\(name) \(isYou ? "êtes" : "est") à la \(rank) place (\(score))\u{00A0}: la liste s’arrête à la vingtième."
    case .prospect, .prospectBeyond:
      return
        "\(name) \(isYou ? "conviendriez" : "conviendrait") (\(score)), mais aucun contact confirmé ne permet de \(isYou ? "vous écrire" : "lui écrire")."
    case .belowThreshold:
      return
        "\(name) n’\(isYou ? "atteignez" : "atteint") pas le seuil\u{00A0}: score \(verdict.score), il faut \(verdict.threshold)."
    case .noSubstance:
      return
        "Rien de substantiel ne \(isYou ? "vous rapproche" : "rapproche \(name)") de la demande\u{00A0}: ni thème, ni pays, ni intérêt déclaré."
    case .notCandidate: return "\(name) n’\(isYou ? "avez" : "a") ni profil ni coopération connue."
    case .paused: return "\(name) \(isYou ? "avez" : "a") mis \(isYou ? "votre" : "son") profil en pause."
    case .partner: return "\(name) \(isYou ? "êtes" : "est") déjà partenaire de l’autorité qui demande."
    case .unknown: return "Cette collectivité ne figure pas au répertoire."
    case .requestNotOpen: return "La demande n’est pas ouverte\u{00A0}: elle ne cherche personne."
    }
  }

  private func englishStanding(_ verdict: Verdict, _ voice: Voice) -> String {
    let isYou = voice == .addressed
    let name: String
    if case .about(let id) = voice { name = subject(id, in: .english) } else { name = "You" }
    let place = verdict.place.map { grouped(String($0), in: .english) } ?? "?"
    let score = "score \(verdict.score) of 1,000"
    switch verdict.standing {
    case .ranked: return "\(name) \(isYou ? "are" : "is") number \(place) (\(score))."
    case .beyond: return "\(name) \(isYou ? "are" : "is") number \(place) (\(score)): the list ends at twenty."
    case .prospect, .prospectBeyond:
      return
        "\(name) would fit (\(score)), but no confirmed contact lets us write to \(isYou ? "you" : "them")."
    case .belowThreshold:
      return
        "\(name) \(isYou ? "are" : "is") below the threshold: score \(verdict.score), \(verdict.threshold) are needed."
    case .noSubstance:
      return
        "Nothing of substance links \(isYou ? "you" : name) to the request: no theme, no country, no declared interest."
    case .notCandidate: return "\(name) \(isYou ? "have" : "has") neither a profile nor a known cooperation."
    case .paused: return "\(name) \(isYou ? "have" : "has") paused \(isYou ? "your" : "its") profile."
    case .partner: return "\(name) \(isYou ? "are" : "is") a partner of the asking authority already."
    case .unknown: return "This authority is not in the register."
    case .requestNotOpen: return "The request is not open: it looks for nobody."
    }
  }
}
