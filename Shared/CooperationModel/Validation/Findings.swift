/// What can be wrong with a value, each finding worded once: the fact, then the remedy.
///
/// Codes are a promise to programs; the wording is not.
extension Violation {
  /// The most that one answer names.
  public static let limit = 100

  // MARK: Shape

  static func missing(_ pointer: String) -> Violation {
    Violation(pointer, "missing", fr: "Ce champ manque\u{202F}: renseignez-le.", en: "This field is missing: give it.")
  }

  static func wrongType(_ pointer: String, fr: String, en: String) -> Violation {
    Violation(
      pointer, "wrong-type", fr: "Le type ne convient pas\u{202F}: écrivez \(fr).",
      en: "The type is wrong: write \(en).")
  }

  static func unknownMember(_ pointer: String, _ name: String) -> Violation {
    Violation(
      pointer, "unknown-member",
      fr: "Le champ \(quoted(name).fr) n’existe pas\u{202F}: corrigez son nom ou retirez-le.",
      en: "There is no field \(quoted(name).en): correct its name or remove it.")
  }

  static func readOnly(_ pointer: String, _ name: String) -> Violation {
    Violation(
      pointer, "read-only",
      fr: "Le champ \(quoted(name).fr) est tenu par le service\u{202F}: ne l’envoyez pas.",
      en: "The field \(quoted(name).en) is kept by the service: do not send it.")
  }

  static func tooMany(_ pointer: String, _ count: Int, atMost limit: Int) -> Violation {
    Violation(
      pointer, "too-many",
      fr: "\(count) éléments, alors que \(limit) au plus sont admis\u{202F}: gardez les principaux.",
      en: "\(count) items, while at most \(limit) are taken: keep the main ones.")
  }

  static func tooFew(_ pointer: String, atLeast limit: Int) -> Violation {
    Violation(
      pointer, "too-few", fr: "Il faut au moins \(limit) élément\(limit > 1 ? "s" : "")\u{202F}: complétez la liste.",
      en: "At least \(limit) item\(limit > 1 ? "s are" : " is") needed: complete the list.")
  }

  static func duplicate(_ pointer: String, _ text: String) -> Violation {
    Violation(
      pointer, "duplicate", fr: "\(quoted(text).fr) figure déjà plus haut\u{202F}: retirez la répétition.",
      en: "\(quoted(text).en) stands above already: remove the repetition.")
  }

  // MARK: Texts

  static func empty(_ pointer: String) -> Violation {
    Violation(pointer, "empty", fr: "Le texte est vide\u{202F}: écrivez-le.", en: "The text is empty: write it.")
  }

  static func tooLong(_ pointer: String, _ count: Int, atMost limit: Int) -> Violation {
    Violation(
      pointer, "too-long",
      fr: "\(count) caractères, alors que \(limit) au plus sont admis\u{202F}: raccourcissez le texte.",
      en: "\(count) characters, while at most \(limit) are taken: shorten the text.")
  }

  static func controlCharacter(_ pointer: String, _ scalar: Unicode.Scalar) -> Violation {
    Violation(
      pointer, "control-character",
      fr: "Le caractère de commande \(name(scalar)) n’est pas admis ici\u{202F}: retirez-le.",
      en: "The control character \(name(scalar)) is not allowed here: remove it.")
  }

  static func directionMark(_ pointer: String, _ scalar: Unicode.Scalar) -> Violation {
    Violation(
      pointer, "direction-mark",
      fr: "La marque \(name(scalar)), qui inverse le sens d’écriture, n’est pas admise\u{202F}: retirez-la.",
      en: "The mark \(name(scalar)), which overrides the direction of writing, is not allowed: remove it.")
  }

  private static func name(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  // MARK: Values

  static func invalid(_ pointer: String, _ code: String, _ text: String, fr: String, en: String) -> Violation {
    Violation(
      pointer, code, fr: "\(quoted(text).fr) ne convient pas\u{202F}: \(fr).",
      en: "\(quoted(text).en) will not do: \(en).")
  }

  static func unknownValue(_ pointer: String, _ text: String, known: [String]) -> Violation {
    let list = known.joined(separator: ", ")
    return Violation(
      pointer, "unknown-value", fr: "\(quoted(text).fr) n’est pas une valeur connue\u{202F}: choisissez parmi \(list).",
      en: "\(quoted(text).en) is no known value: choose one of \(list).")
  }

  static func outOfRange(_ pointer: String, _ text: String, from lower: String, to upper: String) -> Violation {
    Violation(
      pointer, "out-of-range", fr: "\(text) est hors limites\u{202F}: la valeur va de \(lower) à \(upper).",
      en: "\(text) is out of range: the value goes from \(lower) to \(upper).")
  }

  // MARK: What belongs together

  static func datesOutOfOrder(_ pointer: String, _ start: Day, _ end: Day) -> Violation {
    Violation(
      pointer, "dates-out-of-order",
      fr: "La fin (\(end)) précède le début (\(start))\u{202F}: corrigez l’une des deux dates.",
      en: "The end (\(end)) is before the start (\(start)): correct one of the two dates.")
  }

  static func boundsOutOfOrder(_ pointer: String, _ lower: Int, _ upper: Int) -> Violation {
    Violation(
      pointer, "bounds-out-of-order",
      fr: "Le maximum (\(upper)) est inférieur au minimum (\(lower))\u{202F}: corrigez l’un des deux.",
      en: "The maximum (\(upper)) is below the minimum (\(lower)): correct one of the two.")
  }

  static func fundingExceedsBudget(_ pointer: String, _ found: Money, _ budget: Money) -> Violation {
    Violation(
      pointer, "funding-exceeds-budget",
      fr: "Le financement acquis (\(found)) dépasse le budget (\(budget))\u{202F}: corrigez l’un des deux.",
      en: "The funding found (\(found)) exceeds the budget (\(budget)): correct one of the two.")
  }

  static func incompletePosition(_ pointer: String) -> Violation {
    Violation(
      pointer, "incomplete-position",
      fr: "Une position a une longitude et une latitude\u{202F}: donnez les deux, ou aucune.",
      en: "A position has a longitude and a latitude: give both, or neither.")
  }

  static func fixed(_ pointer: String) -> Violation {
    Violation(
      pointer, "fixed",
      fr: "Ce champ ne change plus après la création\u{202F}: rétablissez sa valeur, ou créez une nouvelle fiche.",
      en: "This field does not change after creation: restore its value, or create a new entry.")
  }

  static func deadlinePassed(_ pointer: String, _ deadline: Day) -> Violation {
    Violation(
      pointer, "deadline-passed",
      fr: "La date limite (\(deadline)) est passée\u{202F}: reportez-la ou retirez-la.",
      en: "The deadline (\(deadline)) has passed: move or remove it.")
  }
}

/// An excerpt of what was sent, in the quotes of each language, safe to show on one line.
func quoted(_ text: String) -> Localized {
  let scalars = text.unicodeScalars
  var excerpt = String.UnicodeScalarView()
  for scalar in scalars.prefix(60) { excerpt.append(isPlain(scalar) ? scalar : "\u{FFFD}") }
  let shown = String(excerpt) + (scalars.count > 60 ? "…" : "")
  return Localized(fr: "«\u{202F}\(shown)\u{202F}»", en: "\"\(shown)\"")
}
