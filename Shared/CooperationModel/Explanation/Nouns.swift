extension CollectiviteKind {
  /// With its article: “une commune”, “a commune”.
  func noun(_ language: Language) -> String {
    switch (self, language) {
    case (.region, .french): "une région"
    case (.region, .english): "a région"
    case (.departement, .french): "un département"
    case (.departement, .english): "a département"
    case (.epci, .french): "une intercommunalité"
    case (.epci, .english): "an inter-municipal grouping"
    case (.commune, .french): "une commune"
    case (.commune, .english): "a commune"
    case (.collectivite, .french): "une collectivité à statut particulier"
    case (.collectivite, .english): "an authority with special status"
    }
  }
}

extension PlaceKind {
  /// “littoral”, “coast”.
  public func noun(_ language: Language) -> String {
    switch (self, language) {
    case (.coast, .french): "littoral"
    case (.coast, .english): "coast"
    case (.mountain, .french): "montagne"
    case (.mountain, .english): "mountains"
    case (.overseas, .french): "outre-mer"
    case (.overseas, .english): "overseas"
    case (.border, .french): "frontière"
    case (.border, .english): "border"
    }
  }

  /// Where: “dans un territoire littoral”, “in a coastal area”.
  func phrase(_ language: Language) -> String {
    switch (self, language) {
    case (.coast, .french): "dans un territoire littoral"
    case (.coast, .english): "in a coastal area"
    case (.mountain, .french): "dans un territoire de montagne"
    case (.mountain, .english): "in a mountain area"
    case (.overseas, .french): "outre-mer"
    case (.overseas, .english): "overseas"
    case (.border, .french): "dans un territoire frontalier"
    case (.border, .english): "in a border area"
    }
  }
}

extension CooperationForm {
  /// “jumelage”, “twinning”.
  public func noun(_ language: Language) -> String {
    switch (self, language) {
    case (.twinning, .french): "jumelage"
    case (.twinning, .english): "twinning"
    case (.technicalAssistance, .french): "assistance technique"
    case (.technicalAssistance, .english): "technical assistance"
    case (.exchange, .french): "échange d’expériences"
    case (.exchange, .english): "exchange of experience"
    case (.training, .french): "formation"
    case (.training, .english): "training"
    case (.delegation, .french): "accueil d’une délégation"
    case (.delegation, .english): "hosting a delegation"
    case (.mission, .french): "mission courte"
    case (.mission, .english): "short mission"
    case (.project, .french): "projet cofinancé"
    case (.project, .english): "co-financed project"
    }
  }
}

/// Languages by name, as a sentence says them: “en portugais”, “in Portuguese”.
public enum LanguageNames {
  public static func name(_ code: LanguageCode, _ language: Language) -> String {
    names[code.rawValue].map { language == .french ? $0.0 : $0.1 } ?? "«\u{00A0}\(code)\u{00A0}»"
  }

  private static let names: [String: (String, String)] = [
    "ar": ("arabe", "Arabic"), "bg": ("bulgare", "Bulgarian"), "br": ("breton", "Breton"),
    "bs": ("bosnien", "Bosnian"), "ca": ("catalan", "Catalan"), "cs": ("tchèque", "Czech"),
    "da": ("danois", "Danish"), "de": ("allemand", "German"), "el": ("grec", "Greek"), "en": ("anglais", "English"),
    "es": ("espagnol", "Spanish"), "et": ("estonien", "Estonian"), "eu": ("basque", "Basque"),
    "fa": ("persan", "Persian"), "fi": ("finnois", "Finnish"), "fr": ("français", "French"),
    "he": ("hébreu", "Hebrew"), "hi": ("hindi", "Hindi"), "hr": ("croate", "Croatian"),
    "hu": ("hongrois", "Hungarian"), "hy": ("arménien", "Armenian"), "id": ("indonésien", "Indonesian"),
    "is": ("islandais", "Icelandic"), "it": ("italien", "Italian"), "ja": ("japonais", "Japanese"),
    "ka": ("géorgien", "Georgian"), "km": ("khmer", "Khmer"), "ko": ("coréen", "Korean"), "lo": ("lao", "Lao"),
    "lt": ("lituanien", "Lithuanian"), "lv": ("letton", "Latvian"), "mg": ("malgache", "Malagasy"),
    "mk": ("macédonien", "Macedonian"), "mn": ("mongol", "Mongolian"), "mt": ("maltais", "Maltese"),
    "nl": ("néerlandais", "Dutch"), "no": ("norvégien", "Norwegian"), "pl": ("polonais", "Polish"),
    "pt": ("portugais", "Portuguese"), "ro": ("roumain", "Romanian"), "ru": ("russe", "Russian"),
    "sk": ("slovaque", "Slovak"), "sl": ("slovène", "Slovene"), "sq": ("albanais", "Albanian"),
    "sr": ("serbe", "Serbian"), "sv": ("suédois", "Swedish"), "sw": ("swahili", "Swahili"), "th": ("thaï", "Thai"),
    "tr": ("turc", "Turkish"), "uk": ("ukrainien", "Ukrainian"), "vi": ("vietnamien", "Vietnamese"),
    "wo": ("wolof", "Wolof"), "zh": ("chinois", "Chinese"),
  ]
}
