import CooperationModel

/// How amounts, days and times are set for people, in French and English.
///
/// French: a narrow no-break space (U+202F) between thousands, a decimal comma, a no-break space (U+00A0) before the
/// euro sign (Lexique des règles typographiques de l’Imprimerie nationale; CLDR `fr`). English: `€12,345.67`.
package enum Typography {
  package static func amount(_ money: Money, _ language: Language) -> String {
    let magnitude = money.cents.magnitude
    let sign = money.cents < 0 ? "−" : ""
    let cents = magnitude % 100 < 10 ? "0\(magnitude % 100)" : "\(magnitude % 100)"
    let euros = grouped(magnitude / 100, language)
    return switch language {
    case .french: "\(sign)\(euros),\(cents)\u{A0}€"
    case .english: "\(sign)€\(euros).\(cents)"
    }
  }

  package static func count(_ number: Int, _ language: Language) -> String {
    (number < 0 ? "−" : "") + grouped(UInt64(number.magnitude), language)
  }

  /// A change in tenths of a percent, always with its sign: `+12,3 %`.
  package static func change(permille: Int, _ language: Language) -> String {
    let sign = permille < 0 ? "−" : permille > 0 ? "+" : ""
    let whole = grouped(UInt64(permille.magnitude / 10), language)
    let tenth = permille.magnitude % 10
    return switch language {
    case .french: "\(sign)\(whole),\(tenth)\u{202F}%"
    case .english: "\(sign)\(whole).\(tenth)%"
    }
  }

  /// `1er juin 2026`, `1 June 2026`.
  package static func day(_ day: Day, _ language: Language) -> String {
    let (year, month, date) = day.components
    let name = months(language)[month - 1]
    let number = language == .french && date == 1 ? "1er" : "\(date)"
    return "\(number)\u{A0}\(name) \(year)"
  }

  /// Day and clock time in Paris, saying so.
  package static func time(_ instant: Instant, _ language: Language) -> String {
    let (hour, minute) = ParisTime.clock(of: instant)
    let minutes = minute < 10 ? "0\(minute)" : "\(minute)"
    let date = day(ParisTime.day(of: instant), language)
    return switch language {
    case .french: "\(date) à \(hour)\u{A0}h\u{A0}\(minutes) (heure de Paris)"
    case .english: "\(date) at \(hour < 10 ? "0" : "")\(hour):\(minutes) (Paris time)"
    }
  }

  private static func grouped(_ number: UInt64, _ language: Language) -> String {
    let separator: Character = language == .french ? "\u{202F}" : ","
    var result = ""
    let digits = String(number)
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { result.append(separator) }
      result.append(digit)
    }
    return result
  }

  private static func months(_ language: Language) -> [String] {
    switch language {
    case .french:
      [
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
        "décembre",
      ]
    case .english:
      [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
      ]
    }
  }
}
