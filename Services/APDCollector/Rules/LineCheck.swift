import CooperationModel

/// Checks one line against the rules of its category and fills in what it leaves out.
///
/// Goes on after a violation, so that all of a line's are found at once; each member is named at most once.
struct LineCheck {
  let reference: ReferenceData
  /// Nil when it is not known, so eligibility neither.
  let year: Int?
  /// The line's JSON Pointer.
  let pointer: String
  /// Pointers that have a violation already, of their form or here.
  private var reported: Set<String>
  private(set) var violations: [Violation] = []

  /// The most that one line may say: a thousand million euros, five times what all authorities declare together.
  static let maxAmount = Money(cents: 100_000_000_000)

  init(reference: ReferenceData, year: Int?, pointer: String, reported: Set<String>) {
    self.reference = reference
    self.year = year
    self.pointer = pointer
    self.reported = reported
  }

  /// The line with everything filled in. Only of use when there are no ``violations``.
  mutating func completed(_ line: DeclarationDraft.Line) -> DeclarationLine {
    let rules = line.category.map(CategoryRules.init)
    let recipient = recipient(of: line, rules)
    let purpose = purpose(of: line, rules)
    let channel = channel(of: line, rules)
    let typeOfAid = typeOfAid(of: line, rules)
    if let rules { checkCoherence(rules, typeOfAid: typeOfAid, recipient: recipient) }
    checkAmount(line.amount)
    return DeclarationLine(
      category: line.category ?? .cooperation, recipient: recipient, channel: channel, purpose: purpose,
      typeOfAid: typeOfAid, amount: line.amount ?? .zero,
      title: title(of: line, rules, recipient: recipient, purpose: purpose), description: line.description ?? "",
      markers: line.markers ?? [:], cooperation: line.cooperation)
  }

  private func isReported(_ member: String) -> Bool { reported.contains("\(pointer)/\(member)") }

  private mutating func report(_ member: String, _ code: String, fr: String, en: String) {
    let place = "\(pointer)/\(member)"
    guard reported.insert(place).inserted else { return }
    violations.append(Violation(place, code, fr: fr, en: en))
  }
}

// Codes.
extension LineCheck {
  private mutating func recipient(of line: DeclarationDraft.Line, _ rules: CategoryRules?) -> String {
    let member = line.recipient == nil && line.country != nil ? "country" : "recipient"
    var code = line.recipient
    if let country = line.country {
      guard let found = reference.dac.recipients.of(country) else {
        report(
          "country", "not-eligible",
          fr:
            "\(country) n’est pas un pays bénéficiaire de la liste du CAD\u{202F}: l’aide doit aller à un pays de cette liste.",
          en: "\(country) is no recipient of the DAC list: aid must go to a country of that list.")
        return line.recipient ?? ""
      }
      if let named = line.recipient, named != found.code {
        report(
          "country", "contradiction",
          fr:
            "Le pays \(country) est le bénéficiaire \(found.code), non \(quoted(named))\u{202F}: gardez l’un des deux.",
          en: "The country \(country) is the recipient \(found.code), not \(quoted(named)): keep one of the two.")
      }
      code = code ?? found.code
    }
    guard let code = code ?? rules?.usualRecipient else {
      if rules != nil, !isReported("country") {
        report(
          "recipient", "missing",
          fr: "Le bénéficiaire manque\u{202F}: nommez le pays (country, code ISO) ou son code CAD (recipient).",
          en: "The recipient is missing: name the country (country, an ISO code) or its DAC code (recipient).")
      }
      return ""
    }
    checkRecipient(code, member, rules)
    return code
  }

  private mutating func checkRecipient(_ code: String, _ member: String, _ rules: CategoryRules?) {
    guard let recipient = reference.dac.recipients[code] else {
      report(
        member, "unknown-recipient",
        fr:
          "Le bénéficiaire \(quoted(code)) n’est pas dans la liste du CAD\u{202F}: utilisez un de ses codes, ou country.",
        en: "The recipient \(quoted(code)) is not in the DAC list: use one of its codes, or country.")
      return
    }
    let isUnspecified = code == Recipients.unspecified
    switch rules?.recipients {
    case .unspecified? where !isUnspecified:
      report(
        member, "recipient-not-allowed",
        fr: "Cette dépense a lieu en France\u{202F}: le bénéficiaire est 998 (pays en développement, non spécifié).",
        en: "This is spent in France: the recipient is 998 (developing countries, unspecified).")
    case .eligible? where isUnspecified:
      report(
        member, "recipient-not-allowed",
        fr: "Un projet a lieu quelque part\u{202F}: nommez le pays, ou la région s’il y en a plusieurs.",
        en: "A project takes place somewhere: name the country, or the region when there are several.")
    default:
      guard let year, !isEligible(recipient, in: year) else { return }
      report(
        member, "not-eligible",
        fr: "\(recipient.name.fr) n’était pas éligible à l’aide publique au développement en \(year).",
        en: "\(recipient.name.en) was not eligible for official development assistance in \(year).")
    }
  }

  /// On the list at the year's beginning or end: one that leaves or joins within the year counts for that year.
  private func isEligible(_ recipient: Recipient, in year: Int) -> Bool {
    [Day(year: year, month: 1, day: 1), Day(year: year, month: 12, day: 31)].contains { day in
      day.map(recipient.isEligible) ?? false
    }
  }

  private mutating func purpose(of line: DeclarationDraft.Line, _ rules: CategoryRules?) -> String {
    var code = line.purpose
    var member = "purpose"
    if code == nil, let theme = line.theme {
      let codes = reference.themes.purposes(of: theme)
      guard let found = codes.first(where: { rules?.allows(purpose: $0) ?? true }) ?? codes.first else {
        report(
          "theme", "unknown-theme",
          fr:
            "Le thème \(quoted(theme.rawValue)) n’a pas de code-objet\u{202F}: nommez un thème de troisième niveau, ou purpose.",
          en: "The theme \(quoted(theme.rawValue)) has no purpose code: name a theme of the third level, or purpose.")
        return ""
      }
      code = found
      member = "theme"
    }
    guard let code = code ?? rules?.usualPurpose else {
      if let rules, !isReported("theme") {
        report(
          "purpose", "missing", fr: "Le secteur manque\u{202F}: \(rules.purposeForm.fr).",
          en: "The sector is missing: \(rules.purposeForm.en).")
      }
      return ""
    }
    if reference.dac.purposes[code] == nil {
      report(
        member, "unknown-purpose",
        fr:
          "Le code-objet \(quoted(code)) n’est pas dans la liste du CAD\u{202F}: utilisez un de ses codes à cinq chiffres.",
        en: "The purpose code \(quoted(code)) is not in the DAC list: use one of its five-digit codes.")
    } else if let rules, !rules.allows(purpose: code) {
      report(
        member, "purpose-not-allowed",
        fr: "\(code) ne va pas avec «\u{202F}\(rules.name.fr)\u{202F}»\u{202F}: \(rules.purposeForm.fr).",
        en: "\(code) does not go with “\(rules.name.en)”: \(rules.purposeForm.en).")
    }
    return code
  }

  private mutating func channel(of line: DeclarationDraft.Line, _ rules: CategoryRules?) -> String {
    guard let code = line.channel ?? rules?.channels.usual else {
      if let rules {
        report(
          "channel", "missing", fr: "Le canal manque\u{202F}: \(rules.channels.form.fr).",
          en: "The channel is missing: \(rules.channels.form.en).")
      }
      return ""
    }
    if reference.dac.channels[code] == nil {
      report(
        "channel", "unknown-channel",
        fr:
          "Le canal \(quoted(code)) n’est pas dans la liste du CAD\u{202F}: utilisez un de ses codes à cinq chiffres.",
        en: "The channel \(quoted(code)) is not in the DAC list: use one of its five-digit codes.")
    } else if let rules, !rules.allows(channel: code) {
      report(
        "channel", "channel-not-allowed",
        fr: "Le canal \(code) ne va pas avec «\u{202F}\(rules.name.fr)\u{202F}»\u{202F}: \(rules.channels.form.fr).",
        en: "The channel \(code) does not go with “\(rules.name.en)”: \(rules.channels.form.en).")
    }
    return code
  }

  private mutating func typeOfAid(of line: DeclarationDraft.Line, _ rules: CategoryRules?) -> String {
    let code = line.typeOfAid ?? rules?.typesOfAid.first ?? ""
    guard line.typeOfAid != nil else { return code }
    if reference.dac.typesOfAid[code] == nil {
      report(
        "typeOfAid", "unknown-type-of-aid",
        fr:
          "Le type d’aide \(quoted(code)) n’est pas dans la liste du CAD\u{202F}: utilisez un de ses codes, comme C01.",
        en: "The type of aid \(quoted(code)) is not in the DAC list: use one of its codes, like C01.")
    } else if let rules, !rules.allows(typeOfAid: code) {
      report(
        "typeOfAid", "type-of-aid-not-allowed",
        fr: "\(code) ne va pas avec «\u{202F}\(rules.name.fr)\u{202F}»\u{202F}: \(rules.typeOfAidForm.fr).",
        en: "\(code) does not go with “\(rules.name.en)”: \(rules.typeOfAidForm.en).")
    }
    return code
  }

  /// A core contribution to a multilateral organisation (B02) is pooled: it goes to no country of its own.
  private mutating func checkCoherence(_ rules: CategoryRules, typeOfAid: String, recipient: String) {
    guard rules.category == .multilateral, typeOfAid.hasPrefix("B02"), recipient != Recipients.unspecified
    else { return }
    report(
      "recipient", "recipient-not-allowed",
      fr:
        "Une contribution générale (B02) n’est affectée à aucun pays\u{202F}: le bénéficiaire est 998\u{202F}; affectée, elle est B03.",
      en: "A core contribution (B02) is earmarked for no country: the recipient is 998; an earmarked one is B03.")
  }
}

// Amount and title.
extension LineCheck {
  private mutating func checkAmount(_ amount: Money?) {
    guard let amount else { return }
    if amount <= .zero {
      report(
        "amount", "not-positive",
        fr: "Le montant doit dépasser zéro\u{202F}: les fonds propres versés dans l’année, sans ceux des cofinanceurs.",
        en: "The amount must be above zero: own funds spent in the year, without those of co-financers.")
    } else if amount > Self.maxAmount {
      report(
        "amount", "too-large",
        fr: "Le montant dépasse un milliard d’euros\u{202F}: vérifiez l’unité, ce sont des euros.",
        en: "The amount exceeds a thousand million euros: check the unit, these are euros.")
    }
  }

  /// The title, or else what the line is for, where, and on what: as much as fits.
  private func title(
    of line: DeclarationDraft.Line, _ rules: CategoryRules?, recipient: String, purpose: String
  ) -> String {
    if let title = line.title, !title.isEmpty { return title }
    var parts = [rules?.name.fr ?? ""]
    if recipient != Recipients.unspecified, let name = reference.dac.recipients[recipient]?.name.fr {
      parts.append(name)
    }
    if rules?.usualPurpose != purpose, let name = reference.dac.purposes[purpose]?.name.fr { parts.append(name) }
    return String(
      String.UnicodeScalarView(parts.joined(separator: " – ").unicodeScalars.prefix(DeclarationDraft.maxTitle)))
  }
}

/// What was entered, short enough and clean enough for a message.
private func quoted(_ text: String) -> String {
  let clean = text.unicodeScalars.prefix(40).filter { $0.properties.generalCategory != .control }
  return "\"\(String(String.UnicodeScalarView(clean)))\""
}
