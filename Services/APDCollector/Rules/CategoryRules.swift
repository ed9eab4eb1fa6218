import CooperationModel

/// What a line of a category may say, and what is filled in where it says nothing.
///
/// Sources: the categories of the ministry's yearly form; “Converged Statistical Reporting Directives for the Creditor
/// Reporting System”, DCD/DAC/STAT(2023)9 (types of aid, channels, purposes); CGCT art.
/// L.1115-1-1 (water, energy) and L.1115-2 (waste). The mapping of categories to codes is our own.
package struct CategoryRules: Sendable {
  package let category: DeclarationLine.Category
  package let name: Localized
  /// The types of aid that are allowed, the usual one first.
  package let typesOfAid: [String]
  package let purposes: PurposeRule
  package let recipients: RecipientRule
  package let channels: ChannelRule

  package enum PurposeRule: Sendable {
    /// What the theme says: any purpose that is spent on a sector abroad. Nothing is filled in but a theme's own code.
    case thematic
    /// As ``thematic``; 99810, “sectors not specified”, where nothing is said.
    case thematicOrUnspecified
    /// One of these codes, or of those that begin so; the usual one is filled in.
    case these([String], usual: String)
  }

  package enum RecipientRule: Sendable {
    /// A country or region of the DAC list of that year.
    case eligible
    /// The same, or 998 (developing countries, unspecified), which is filled in where nothing is said.
    case eligibleOrUnspecified
    /// 998: the money is spent in France.
    case unspecified
  }

  /// Channels by how their codes begin, and the usual one, if any.
  package struct ChannelRule: Sendable {
    package let prefixes: [String]
    package let usual: String?
    package let form: Localized
  }

  /// Sectors whose codes name no sector abroad, and have categories of their own: administration, refugees in donor
  /// countries, unspecified and awareness; actions relating to debt and general budget support are no local authority's.
  static let notThematic = ["510", "600", "910", "930", "998"]

  package init(_ category: DeclarationLine.Category) {
    self.category = category
    name = Self.name(of: category)
    switch category {
    case .cooperation:
      (typesOfAid, purposes, recipients, channels) = (["C01", "D02"], .thematic, .eligible, .anyButMultilateral)
    case .onePercent:
      (typesOfAid, purposes, recipients, channels) = (
        ["C01"], .these(["140", "23"], usual: "14030"), .eligible, .anyButMultilateral
      )
    case .ngo:
      (typesOfAid, purposes, recipients, channels) = (
        ["C01", "B01", "B03"], .thematicOrUnspecified, .eligibleOrUnspecified, .civilSociety
      )
    case .multilateral:
      (typesOfAid, purposes, recipients, channels) = (
        ["B03", "B031", "B032", "B033", "B02", "B021", "B022"], .thematicOrUnspecified, .eligibleOrUnspecified,
        .multilateral
      )
    case .awareness:
      (typesOfAid, purposes, recipients, channels) = (
        ["H01"], .these(["99820"], usual: "99820"), .unspecified, .inFrance
      )
    case .refugees:
      (typesOfAid, purposes, recipients, channels) = (
        ["H02", "H03", "H04", "H05"], .these(["9301"], usual: "93010"), .eligibleOrUnspecified, .inFrance
      )
    case .students:
      (typesOfAid, purposes, recipients, channels) = (
        ["E01", "E02"], .these(["11420", "11430"], usual: "11420"), .eligibleOrUnspecified, .anyButMultilateral
      )
    case .administration:
      (typesOfAid, purposes, recipients, channels) = (
        ["G01"], .these(["91010"], usual: "91010"), .unspecified, .ownAdministration
      )
    }
  }

  package static func name(of category: DeclarationLine.Category) -> Localized {
    switch category {
    case .cooperation: Localized(fr: "Projets de coopération et jumelages", en: "Cooperation projects and twinning")
    case .onePercent: Localized(fr: "1\u{202F}% eau, déchets, énergie", en: "1% water, waste, energy")
    case .ngo: Localized(fr: "Soutien aux ONG et associations", en: "Support to NGOs and associations")
    case .multilateral: Localized(fr: "Organisations multilatérales", en: "Multilateral organisations")
    case .awareness: Localized(fr: "Sensibilisation en France", en: "Development awareness in France")
    case .refugees: Localized(fr: "Accueil des réfugiés en France", en: "Refugees in France")
    case .students: Localized(fr: "Étudiants et bourses", en: "Students and scholarships")
    case .administration: Localized(fr: "Frais de service et de suivi", en: "Service and follow-up costs")
    }
  }
}

extension CategoryRules {
  func allows(typeOfAid: String) -> Bool { typesOfAid.contains(typeOfAid) }

  func allows(purpose: String) -> Bool {
    switch purposes {
    case .thematic: !Self.notThematic.contains { purpose.hasPrefix($0) }
    case .thematicOrUnspecified: purpose == "99810" || !Self.notThematic.contains { purpose.hasPrefix($0) }
    case .these(let prefixes, _): prefixes.contains { purpose.hasPrefix($0) }
    }
  }

  func allows(channel: String) -> Bool { channels.prefixes.contains { channel.hasPrefix($0) } }

  /// The purpose of a line that names neither purpose nor theme; nil when one must be named.
  var usualPurpose: String? {
    switch purposes {
    case .thematic: nil
    case .thematicOrUnspecified: "99810"
    case .these(_, let usual): usual
    }
  }

  /// The recipient of a line that names none; nil when one must be named.
  var usualRecipient: String? {
    switch recipients {
    case .eligible: nil
    case .eligibleOrUnspecified, .unspecified: Recipients.unspecified
    }
  }

  /// What would be right, for messages.
  var purposeForm: Localized {
    switch purposes {
    case .thematic:
      Localized(
        fr:
          "choisissez le secteur du projet (ou son thème)\u{202F}; réfugiés, sensibilisation et frais de service ont leur catégorie",
        en:
          "choose the project's sector (or its theme); refugees, awareness and service costs have categories of their own"
      )
    case .thematicOrUnspecified:
      Localized(
        fr: "choisissez le secteur soutenu (ou son thème), ou 99810 s’il n’est pas précisé",
        en: "choose the sector supported (or its theme), or 99810 when it is unspecified")
    case .these(let prefixes, _):
      Localized(
        fr: "choisissez un code parmi \(Self.list(prefixes, width: 5, or: "ou"))",
        en: "choose one of \(Self.list(prefixes, width: 5, or: "or"))")
    }
  }

  var typeOfAidForm: Localized {
    Localized(
      fr: "choisissez \(Self.list(typesOfAid, width: 0, or: "ou"))",
      en: "choose \(Self.list(typesOfAid, width: 0, or: "or"))")
  }

  /// `140xx or 23xxx`.
  private static func list(_ codes: [String], width: Int, or: String) -> String {
    let shown = codes.map { $0 + String(repeating: "x", count: max(0, width - $0.count)) }
    guard let last = shown.last, shown.count > 1 else { return shown.first ?? "" }
    return shown.dropLast().joined(separator: ", ") + " \(or) " + last
  }
}

extension CategoryRules.ChannelRule {
  /// Whoever carries a project: governments, civil society, networks, teaching institutions, companies.
  static let anyButMultilateral = Self(
    prefixes: ["1", "2", "3", "5", "6", "9"], usual: "11002",
    form: Localized(
      fr: """
        choisissez qui met en œuvre (11002 votre collectivité, 12002 la collectivité partenaire, 22000 une association \
        française…)\u{202F}; une organisation multilatérale a sa catégorie
        """,
      en: """
        choose who implements it (11002 your authority, 12002 the partner authority, 22000 a French association…); \
        multilateral organisations have a category of their own
        """))

  static let civilSociety = Self(
    prefixes: ["2"], usual: "22000",
    form: Localized(
      fr: "choisissez une ONG ou association\u{202F}: 22000 en France, 23000 dans le pays, 21000 internationale",
      en: "choose an NGO: 22000 in France, 23000 in the country, 21000 international"))

  static let multilateral = Self(
    prefixes: ["4"], usual: nil,
    form: Localized(
      fr: "nommez l’organisation multilatérale par son code de canal (4xxxx\u{202F}: 41114 PNUD, 47046 OIF…)",
      en: "name the multilateral organisation by its channel code (4xxxx: 41114 UNDP, 47046 OIF…)"))

  /// Spent in France: public bodies, associations, networks, teaching institutions and companies of the donor country.
  static let inFrance = Self(
    prefixes: ["10", "11", "20", "21", "22", "3", "5", "60", "61", "9"], usual: "11002",
    form: Localized(
      fr:
        "la dépense a lieu en France\u{202F}: choisissez 11002 (votre collectivité), 22000 (une association française)…",
      en: "the money is spent in France: choose 11002 (your authority), 22000 (a French association)…"))

  static let ownAdministration = Self(
    prefixes: ["11"], usual: "11002",
    form: Localized(
      fr: "les frais de service sont ceux de votre collectivité\u{202F}: choisissez 11002",
      en: "service costs are your own authority's: choose 11002"))
}
