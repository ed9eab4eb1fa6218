import CooperationModel

/// The wording of a receipt in one language.
package struct ReceiptWords: Equatable, Sendable {
  package let language: Language

  package init(_ language: Language) { self.language = language }

  var title: String { word(fr: "Récépissé de déclaration", en: "Receipt of declaration") }
  var authority: String { word(fr: "Collectivité", en: "Authority") }
  var code: String { word(fr: "Code", en: "Code") }
  var region: String { word(fr: "Région", en: "Région") }
  var year: String { word(fr: "Année déclarée", en: "Year declared") }
  var revision: String { word(fr: "Révision", en: "Revision") }
  var receivedAt: String { word(fr: "Reçue le", en: "Received on") }
  var by: String { word(fr: "Déclarée par", en: "Declared by") }
  var reference: String { word(fr: "Référence", en: "Reference") }
  var totals: String { word(fr: "Totaux", en: "Totals") }
  var total: String { word(fr: "Total déclaré", en: "Total declared") }
  var refugees: String { word(fr: "dont accueil des réfugiés en France", en: "of which refugees in France") }
  var withoutRefugees: String { word(fr: "Total hors accueil des réfugiés", en: "Total without refugees") }
  var byCategory: String { word(fr: "Par catégorie", en: "By category") }
  var byRecipient: String { word(fr: "Par bénéficiaire", en: "By recipient") }
  var category: String { word(fr: "Catégorie", en: "Category") }
  var recipient: String { word(fr: "Bénéficiaire", en: "Recipient") }
  var amount: String { word(fr: "Montant", en: "Amount") }
  var lines: String { word(fr: "Lignes", en: "Lines") }
  var line: String { word(fr: "Ligne", en: "Line") }
  var number: String { word(fr: "N°", en: "No.") }
  var object: String { word(fr: "Objet", en: "Purpose of the spending") }
  var purpose: String { word(fr: "Secteur", en: "Sector") }
  var channel: String { word(fr: "Canal", en: "Channel") }
  var typeOfAid: String { word(fr: "Type d’aide", en: "Type of aid") }
  var markers: String { word(fr: "Marqueurs", en: "Markers") }
  var remarks: String { word(fr: "À vérifier", en: "To look at again") }
  var about: String { word(fr: "À propos de cette déclaration", en: "About this declaration") }
  var nothing: String { word(fr: "Rien à déclarer pour cette année.", en: "Nothing to declare for this year.") }
  var superseded: String {
    word(fr: "Une révision plus récente a remplacé celle-ci.", en: "A later revision took the place of this one.")
  }
  /// Before what follows.
  var colon: String { word(fr: "\u{202F}:", en: ":") }
  var equals: String { word(fr: "\u{202F}:\u{A0}", en: ":\u{A0}") }

  func subtitle(year: Int) -> String {
    word(
      fr: "Aide publique au développement des collectivités territoriales, année \(year)",
      en: "Official development assistance of French local authorities, year \(year)")
  }

  func revision(_ number: Int) -> String {
    guard number > 1 else { return "1" }
    return word(fr: "\(number), remplace la révision \(number - 1)", en: "\(number), replaces revision \(number - 1)")
  }

  /// Whoever acted: an authority by its name.
  func actor(_ name: String, authority: String?) -> String {
    switch name {
    case "ministry": word(fr: "le ministère, pour la collectivité", en: "the ministry, for the authority")
    case let name where CollectiviteID(name) != nil:
      authority ?? name
    default: name
    }
  }

  /// A channel by its DAC name, but for the two that the DAC calls “local government” both.
  func channel(_ code: String, name: String?) -> String {
    switch code {
    case "11002": word(fr: "Collectivité française", en: "French local authority")
    case "12002": word(fr: "Collectivité du pays partenaire", en: "Local authority of the partner country")
    default: name ?? code
    }
  }

  /// The basis in law and what the amounts are, in our own words.
  var notices: [String] {
    [
      word(
        fr: """
          Base juridique\u{202F}: code général des collectivités territoriales, article L.\u{202F}1115-6. Les collectivités \
          communiquent à l’État les informations dont il a besoin pour tenir l’état de la coopération décentralisée\u{202F}; elles \
          alimentent la déclaration de la France au Comité d’aide au développement de l’OCDE.
          """,
        en: """
          Basis in law: French general code of local authorities (CGCT), article L. 1115-6. Authorities give the State what \
          it needs to keep the record of decentralised cooperation; it becomes part of France’s report to the OECD’s \
          Development Assistance Committee.
          """),
      word(
        fr: """
          Les montants sont les fonds propres versés dans l’année, sans les cofinancements reçus. Les totaux sont donnés \
          avec et sans les dépenses d’accueil des réfugiés en France.
          """,
        en: """
          Amounts are own funds spent in the year, without co-financing received. Totals are given with and without what \
          was spent on refugees in France.
          """),
      word(
        fr:
          "Ce récépissé atteste la réception de la déclaration. Il n’en vérifie pas les montants et n’ouvre droit à aucun financement.",
        en:
          "This receipt confirms that the declaration was received. It does not verify amounts and gives no right to funding."
      ),
    ]
  }

  private func word(fr: String, en: String) -> String { language == .french ? fr : en }
}
