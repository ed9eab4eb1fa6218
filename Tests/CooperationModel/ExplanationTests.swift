import Testing

@testable import CooperationModel

@Suite("An explanation")
struct ExplanationTests {
  private let explanation: Explanation
  private let reference: ReferenceData

  init() throws {
    reference = try ReferenceData.load()
    explanation = Explanation(reference)
  }

  private static let water = "environnement/eau-dechets/eau-assainissement"

  /// What each factor says in the four ways. Non-breaking spaces are shown as `_`.
  private static let table: [(Factor, [String])] = [
    (
      Factor(
        code: .experience, points: 150,
        facts: ["country": "NE", "partner": "Dankassari", "status": "active", "theme": water]),
      [
        "Vous travaillez déjà au Niger sur l’eau et l’assainissement avec Dankassari.",
        "Cesson-Sévigné travaille déjà au Niger sur l’eau et l’assainissement avec Dankassari.",
        "You already work in Niger on water and sanitation with Dankassari.",
        "Cesson-Sévigné already works in Niger on water and sanitation with Dankassari.",
      ]
    ),
    (
      Factor(code: .country, points: 60, facts: ["country": "PH", "status": "ended"]),
      [
        "Vous avez travaillé aux Philippines.", "Cesson-Sévigné a travaillé aux Philippines.",
        "You have worked in the Philippines.", "Cesson-Sévigné has worked in the Philippines.",
      ]
    ),
    (
      Factor(code: .theme, points: 270, facts: ["affinity": "own", "shared": "2", "theme": "culture/patrimoine"]),
      [
        "Vous travaillez sur 2 thèmes de la demande, dont le patrimoine.",
        "Cesson-Sévigné travaille sur 2 thèmes de la demande, dont le patrimoine.",
        "You work on 2 of the request’s themes, heritage among them.",
        "Cesson-Sévigné works on 2 of the request’s themes, heritage among them.",
      ]
    ),
    (
      Factor(
        code: .theme, points: 121, facts: ["affinity": "field", "shared": "0", "theme": "environnement/eau-dechets"]),
      [
        "Vous travaillez sur un thème voisin, dans le domaine «_Eau et déchets_».",
        "Cesson-Sévigné travaille sur un thème voisin, dans le domaine «_Eau et déchets_».",
        "You work on a related theme, in the field “Water and waste”.",
        "Cesson-Sévigné works on a related theme, in the field “Water and waste”.",
      ]
    ),
    (
      Factor(code: .interest, points: 80, facts: ["country": "AR"]),
      [
        "Vous souhaitez travailler en Argentine.", "Cesson-Sévigné souhaite travailler en Argentine.",
        "You wish to work in Argentina.", "Cesson-Sévigné wishes to work in Argentina.",
      ]
    ),
    (
      Factor(code: .neighbourhood, points: 60, facts: ["country": "NE", "near": "BJ", "through": "neighbour"]),
      [
        "Vous travaillez au Bénin, pays voisin.", "Cesson-Sévigné travaille au Bénin, pays voisin.",
        "You work in Benin, a neighbouring country.", "Cesson-Sévigné works in Benin, a neighbouring country.",
      ]
    ),
    (
      Factor(code: .neighbourhood, points: 30, facts: ["count": "1", "country": "MG", "through": "region"]),
      [
        "Une autre collectivité de votre région travaille à Madagascar.",
        "Une autre collectivité de la même région travaille à Madagascar.",
        "Another authority of your région works in Madagascar.",
        "Another authority of the same région works in Madagascar.",
      ]
    ),
    (
      Factor(code: .neighbourhood, points: 60, facts: ["count": "3", "country": "SN", "through": "departement"]),
      [
        "3 autres collectivités de votre département travaillent au Sénégal.",
        "3 autres collectivités du même département travaillent au Sénégal.",
        "3 other authorities of your département work in Senegal.",
        "3 other authorities of the same département work in Senegal.",
      ]
    ),
    (
      Factor(code: .size, points: 20, facts: ["because": "similar", "population": "18000"]),
      [
        "Vous comptez 18_000 habitants_: une taille proche de celle de l’autorité qui demande.",
        "Cesson-Sévigné compte 18_000 habitants_: une taille proche de celle de l’autorité qui demande.",
        "You have 18,000 inhabitants: a size close to the asking authority’s.",
        "Cesson-Sévigné has 18,000 inhabitants: a size close to the asking authority’s.",
      ]
    ),
    (
      Factor(code: .language, points: 25, facts: ["language": "pt"]),
      [
        "Vous pouvez travailler en portugais.", "Cesson-Sévigné peut travailler en portugais.",
        "You can work in Portuguese.", "Cesson-Sévigné can work in Portuguese.",
      ]
    ),
    (
      Factor(code: .proximity, points: 35, facts: ["country": "BR", "through": "border"]),
      [
        "Vous avez une frontière terrestre avec ce pays.", "Cesson-Sévigné a une frontière terrestre avec ce pays.",
        "You have a land border with this country.", "Cesson-Sévigné has a land border with this country.",
      ]
    ),
    (
      Factor(code: .proximity, points: 35, facts: ["country": "MG", "sea": "indian-ocean", "through": "sea"]),
      [
        "Vous partagez une mer avec ce pays_: l’océan Indien.",
        "Cesson-Sévigné partage une mer avec ce pays_: l’océan Indien.",
        "You share a sea with this country: the Indian Ocean.",
        "Cesson-Sévigné shares a sea with this country: the Indian Ocean.",
      ]
    ),
    (
      Factor(code: .distance, points: 10, facts: ["from": "place", "within": "1200"]),
      [
        "Vous êtes à moins de 1_200 km environ de l’autorité qui demande.",
        "Cesson-Sévigné est à moins de 1_200 km environ de l’autorité qui demande.",
        "You are within about 1,200 km of the asking authority.",
        "Cesson-Sévigné is within about 1,200 km of the asking authority.",
      ]
    ),
    (
      Factor(code: .network, points: 20, facts: ["count": "2", "country": "NE", "through": "epci"]),
      [
        "2 autres collectivités de votre intercommunalité travaillent au Niger.",
        "2 autres collectivités de la même intercommunalité travaillent au Niger.",
        "2 other authorities of your intercommunality work in Niger.",
        "2 other authorities of the same intercommunality work in Niger.",
      ]
    ),
    (
      Factor(
        code: .network, points: 10,
        facts: ["count": "1", "country": "NE", "subregion": "western-africa", "through": "region"]),
      [
        "Une autre collectivité de votre région travaille dans cette partie du monde (Afrique de l’Ouest).",
        "Une autre collectivité de la même région travaille dans cette partie du monde (Afrique de l’Ouest).",
        "Another authority of your région works in that part of the world (Western Africa).",
        "Another authority of the same région works in that part of the world (Western Africa).",
      ]
    ),
    (
      Factor(code: .languageArea, points: 15, facts: ["country": "BR", "language": "pt", "near": "MZ"]),
      [
        "Vous travaillez au Mozambique, où l’on parle aussi portugais.",
        "Cesson-Sévigné travaille au Mozambique, où l’on parle aussi portugais.",
        "You work in Mozambique, where Portuguese is spoken too.",
        "Cesson-Sévigné works in Mozambique, where Portuguese is spoken too.",
      ]
    ),
    (
      Factor(code: .territory, points: 40, facts: ["territory": "region:53"]),
      [
        "Vous êtes dans le territoire souhaité (Bretagne).",
        "Cesson-Sévigné est dans le territoire souhaité (Bretagne).",
        "You are in the part of France that is wanted (Bretagne).",
        "Cesson-Sévigné is in the part of France that is wanted (Bretagne).",
      ]
    ),
    (
      Factor(code: .namedTerritory, points: 252, facts: ["territory": "region:53"]),
      [
        "Vous êtes dans le territoire que la demande nomme (Bretagne).",
        "Cesson-Sévigné est dans le territoire que la demande nomme (Bretagne).",
        "You are in the part of France that the request names (Bretagne).",
        "Cesson-Sévigné is in the part of France that the request names (Bretagne).",
      ]
    ),
    (
      Factor(code: .territory, points: 110, facts: ["place": "coast"]),
      [
        "Vous êtes dans un territoire littoral, comme la demande le souhaite.",
        "Cesson-Sévigné est dans un territoire littoral, comme la demande le souhaite.",
        "You are in a coastal area, as the request asks.",
        "Cesson-Sévigné is in a coastal area, as the request asks.",
      ]
    ),
    (
      Factor(code: .territory, points: 110, facts: ["place": "overseas"]),
      [
        "Vous êtes outre-mer, comme la demande le souhaite.",
        "Cesson-Sévigné est outre-mer, comme la demande le souhaite.",
        "You are overseas, as the request asks.",
        "Cesson-Sévigné is overseas, as the request asks.",
      ]
    ),
  ]

  @Test("says each factor in both languages, to the collectivité and about it", arguments: table)
  func sentences(factor: Factor, expected: [String]) throws {
    let about = Explanation.Voice.about(try #require(CollectiviteID("commune:35051")))
    let said = [
      explanation.sentence(factor, to: .addressed, in: .french), explanation.sentence(factor, to: about, in: .french),
      explanation.sentence(factor, to: .addressed, in: .english), explanation.sentence(factor, to: about, in: .english),
    ].map { visible($0 ?? "nothing") }
    #expect(said == expected)
  }

  @Test("has words for every factor, and none for what gives nothing")
  func everyFactor() {
    for code in Factor.Code.allCases {
      let facts: FactorFacts = [
        "country": "NE", "form": "twinning", "kind": "commune", "language": "fr", "near": "BJ", "population": "9",
        "sea": "caribbean", "within": "400",
        "territory": "region:53", "theme": "culture", "through": "departement",
      ]
      for language in Language.allCases {
        let sentence = explanation.sentence(Factor(code: code, points: 5, facts: facts), to: .addressed, in: language)
        #expect(sentence?.hasSuffix(".") == true, "\(code)")
        #expect(explanation.sentence(Factor(code: code, points: 0), to: .addressed, in: language) == nil)
      }
    }
  }

  @Test("does not say twice what work in the country on the theme says already")
  func oneReason() {
    let shared: FactorFacts = ["cooperation": "x", "country": "NE", "partner": "Dankassari", "status": "active"]
    var experience = shared
    experience["theme"] = Self.water
    let factors = [
      Factor(code: .theme, points: 270, facts: ["affinity": "own", "shared": "1", "theme": Self.water]),
      Factor(code: .experience, points: 150, facts: experience), Factor(code: .country, points: 120, facts: shared),
    ]
    #expect(
      explanation.reasons(factors, to: .addressed, in: .french).map(visible) == [
        "Vous travaillez déjà au Niger sur l’eau et l’assainissement avec Dankassari."
      ])
  }

  @Test("knows how French speaks of every country and every theme")
  func complete() {
    for country in reference.countries.all {
      let phrase = explanation.place(country.code, in: .french)
      #expect(!phrase.hasPrefix("dans le pays"), "\(country.code)")
      #expect(!phrase.contains(" Île") && !phrase.contains(" Les "), "\(phrase)")
    }
    for theme in reference.themes.all { #expect(ThemePhrases.french(theme.id) != nil, "\(theme.id)") }
    let said = ["NE", "AR", "PH", "MG", "BB", "US", "CI", "HT", "SV", "GB", "CF", "DM", "CZ", "SC", "UY"]
      .compactMap(CountryCode.init).map { explanation.place($0, in: .french) }
    #expect(
      said == [
        "au Niger", "en Argentine", "aux Philippines", "à Madagascar", "à la Barbade", "aux États-Unis",
        "en Côte d’Ivoire", "en Haïti", "au Salvador", "au Royaume-Uni", "en République centrafricaine",
        "à la Dominique", "en Tchéquie", "aux Seychelles", "en Uruguay",
      ])
  }

  @Test("says why not")
  func whyNot() throws {
    let id = try #require(CollectiviteID("commune:35051"))
    let request = try #require(RequestID("00000000-0000-8000-8000-000000000000"))
    var verdict = Verdict(
      request: request, requestVersion: 1, scoring: 1, collectivite: id, standing: .belowThreshold, score: 95,
      threshold: 120, factors: [Factor(code: .theme, points: 0), Factor(code: .country, points: 0)])
    func said(_ voice: Explanation.Voice, _ language: Language) -> String {
      visible(explanation.standing(verdict, to: voice, in: language))
    }
    #expect(said(.addressed, .french) == "Vous n’atteignez pas le seuil_: score 95, il faut 120.")
    #expect(said(.about(id), .english) == "Cesson-Sévigné is below the threshold: score 95, 120 are needed.")
    #expect(
      explanation.gaps(verdict, to: .addressed, in: .french) == [
        "Vous ne partagez aucun thème avec la demande.",
        "Nous ne connaissons pas de coopération de votre part dans ce pays.",
      ])
    for standing in Verdict.Standing.allCases {
      verdict.standing = standing
      verdict.place = standing.isMatched ? 1_234 : nil
      for language in Language.allCases {
        #expect(said(.addressed, language).hasSuffix("."))
        #expect(said(.about(id), language).hasSuffix("."))
      }
    }
  }

  private func visible(_ text: String) -> String {
    String(text.map { $0 == "\u{00A0}" || $0 == "\u{202F}" ? "_" : $0 })
  }
}
