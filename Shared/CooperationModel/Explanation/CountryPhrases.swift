/// “au Niger”, “en Argentine”, “aux Philippines”, “à Madagascar”: where something happens, as French and English say it.
///
/// French takes *en* before a feminine name or one that begins with a vowel, *au* before a masculine one, *aux* before a
/// plural, *à* before a name without an article. Usage decides, not a rule, so every country stands in a list.
enum CountryPhrases {
  /// Before names of feminine gender, or that begin with a vowel.
  private static let en = codes(
    """
    AD AF AL AM AO AQ AR AT AU AZ BA BE BG BO BY CF CD CH CI CN CO CZ DE DO DZ EE EG ER ES ET FI FR GE GF GM GN
    GQ GR GW HR HT HU ID IE IL IN IQ IR IS IT JM JO KP KR LT LV LY MD MK MN MR MY NA NC NO NZ PF PG PL PS RO RS RU SA
    SE SI SK SL SO SY SZ TH TN TR TZ UA UG UY UZ FM ZA ZM
    """)
  /// Before masculine names.
  private static let au = codes(
    """
    BD BF BI BJ BN BR BT BW BZ CA CG CL CM CR CV DK EH GA GB GH GL GT GY HN JP KE KG KH KW KZ LA LB LI LR LS LU ME ML MW
    MX MZ MA MM NE NG NI NP PA PE PK PT PY QA RW SD SN SR SS TD TG TJ TL TM VA VE VN VU YE ZW XK
    """)
  /// Before plural names.
  private static let aux = codes("AE BM BS BQ FJ KM MV NL PH PW SC US TO")
  /// Before names without an article.
  private static let at = codes(
    """
    AG AI AW BH BL CU CW CY DJ GG GI GU HK JE KI KN LC LK MC MF MG MO MS MT MU NR NU OM PM PR SG SH SM ST SX
    TK TT TV TW VC WF WS YT
    """)

  /// What follows no pattern.
  private static let special: [String: String] = [
    "AS": "aux Samoa américaines", "AX": "aux îles d’Åland", "BB": "à la Barbade", "BV": "sur l’île Bouvet",
    "CC": "aux îles Cocos", "CK": "aux îles Cook", "CX": "sur l’île Christmas", "DM": "à la Dominique",
    "EC": "en Équateur", "FK": "aux îles Malouines", "FO": "aux îles Féroé", "GD": "à la Grenade",
    "GP": "en Guadeloupe", "GS": "en Géorgie du Sud-et-les îles Sandwich du Sud",
    "HM": "aux îles Heard-et-MacDonald", "IM": "sur l’île de Man",
    "IO": "dans le Territoire britannique de l’océan Indien", "KY": "aux îles Caïmanes", "MH": "aux îles Marshall",
    "MP": "aux îles Mariannes du Nord", "MQ": "en Martinique", "NF": "sur l’île Norfolk", "PN": "aux îles Pitcairn",
    "RE": "à La Réunion", "SB": "aux îles Salomon", "SJ": "au Svalbard et à Jan Mayen", "SV": "au Salvador",
    "TC": "aux îles Turques-et-Caïques", "TF": "dans les Terres australes et antarctiques françaises",
    "UM": "dans les îles mineures éloignées des États-Unis", "VG": "aux îles Vierges britanniques",
    "VI": "aux îles Vierges américaines",
  ]

  /// Names that English speaks of with an article.
  private static let the = codes(
    """
    AE AX BQ BS CC CD CF CK DO FK FO GB GM GS HM IM IO KM KY MH MP MV NL PH PN SB SC TC TF UM US VG VI
    """)

  static func french(_ code: CountryCode, name: String) -> String? {
    let code = code.rawValue
    if let phrase = special[code] { return phrase }
    if en.contains(code) { return "en \(name)" }
    if au.contains(code) { return "au \(name)" }
    if aux.contains(code) { return "aux \(name)" }
    if at.contains(code) { return "à \(name)" }
    return nil
  }

  static func english(_ code: CountryCode, name: String) -> String {
    the.contains(code.rawValue) ? "in the \(name)" : "in \(name)"
  }

  private static func codes(_ text: String) -> Set<String> {
    Set(text.split { $0 == " " || $0 == "\n" }.filter { $0.utf8.count == 2 }.map(String.init))
  }
}
