import CooperationModel

/// The problems that the edge itself answers with.
extension Problem {
  package static func malformed(_ fr: String, _ en: String) -> Problem {
    Problem(
      400, "malformed", title: Localized(fr: "La requête est illisible", en: "The request cannot be read"),
      detail: Localized(fr: fr, en: en))
  }

  /// A parameter of the query or a header is wrong; the pointer names it as `/query/limit` or `/header/If-Match`.
  package static func parameter(_ pointer: String, _ fr: String, _ en: String) -> Problem {
    Problem(
      400, "parameter", title: Localized(fr: "Un paramètre est incorrect", en: "A parameter is wrong"),
      violations: [Violation(pointer, "parameter", fr: fr, en: en)])
  }

  package static func unauthorized(_ error: TokenError?) -> Problem {
    Problem(
      401, "unauthorized", title: Localized(fr: "Il faut un jeton valable", en: "A valid token is needed"),
      detail: error?.message
        ?? Localized(
          fr: "Envoyez l’en-tête «\u{202F}Authorization: Bearer …\u{202F}».",
          en: "Send the header “Authorization: Bearer …”."))
  }

  package static func forbidden(_ fr: String, _ en: String) -> Problem {
    Problem(
      403, "forbidden", title: Localized(fr: "Vous n’en avez pas le droit", en: "You may not do that"),
      detail: Localized(fr: fr, en: en))
  }

  package static let notFound = Problem(
    404, "not-found",
    title: Localized(fr: "Il n’y a rien à cette adresse", en: "There is nothing at this address"),
    detail: Localized(
      fr: "Les adresses existantes sont décrites dans /openapi.json.",
      en: "The addresses there are stand in /openapi.json."))

  package static func methodNotAllowed(_ allow: [String]) -> Problem {
    Problem(
      405, "method-not-allowed",
      title: Localized(fr: "Cette méthode n’existe pas ici", en: "There is no such method here"),
      detail: Localized(
        fr: "Méthodes possibles\u{202F}: \(allow.joined(separator: ", ")).",
        en: "Possible methods: \(allow.joined(separator: ", "))."), allow: allow)
  }

  package static let requestTimeout = Problem(
    408, "request-timeout",
    title: Localized(fr: "La requête est arrivée trop lentement", en: "The request came too slowly"),
    endsConnection: true)

  package static func tooLarge(limit: Int?) -> Problem {
    Problem(
      413, "too-large", title: Localized(fr: "La requête est trop volumineuse", en: "The request is too large"),
      detail: limit.map { Localized(fr: "La limite est de \($0) octets.", en: "The limit is \($0) bytes.") },
      endsConnection: true)
  }

  package static let targetTooLong = Problem(
    414, "target-too-long", title: Localized(fr: "L’adresse est trop longue", en: "The address is too long"))

  package static func unsupportedMediaType(_ expected: [String]) -> Problem {
    let types = expected.joined(separator: ", ")
    return Problem(
      415, "unsupported-media-type",
      title: Localized(fr: "Ce type de contenu n’est pas accepté", en: "This type of content is not accepted"),
      detail: Localized(fr: "Envoyez Content-Type: \(types).", en: "Send Content-Type: \(types)."), endsConnection: true
    )
  }

  /// The same `Idempotency-Key` came before with another body.
  package static let keyReused = Problem(
    422, "idempotency-key-reused",
    title: Localized(
      fr: "Cette clé d’idempotence a déjà servi à une autre demande",
      en: "This idempotency key was used for another request"),
    detail: Localized(
      fr: "Le premier résultat reste acquis. Prenez une nouvelle clé pour une nouvelle demande.",
      en: "The first outcome stands. Take a new key for a new request."))

  package static func tooMany(retryAfter: Int) -> Problem {
    Problem(
      429, "too-many-requests", title: Localized(fr: "Trop de requêtes", en: "Too many requests"),
      detail: Localized(fr: "Réessayez dans \(retryAfter) s.", en: "Try again in \(retryAfter) s."),
      retryAfter: retryAfter)
  }

  /// Says nothing of the cause: the log does, under the request's id.
  package static let failed = Problem(
    500, "internal", title: Localized(fr: "Erreur interne", en: "Internal error"),
    detail: Localized(
      fr: "Signalez-la avec l’identifiant de la requête.", en: "Report it with the request's identifier."))

  package static let overloaded = Problem(
    503, "overloaded",
    title: Localized(fr: "Le service est trop sollicité", en: "The service has too much to do"),
    detail: Localized(
      fr: "Réessayez dans un instant, avec la même Idempotency-Key.",
      en: "Try again in a moment, with the same Idempotency-Key."), retryAfter: 1)

  package static let busAway = Problem(
    503, "bus-away",
    title: Localized(fr: "Le service est momentanément indisponible", en: "The service is away for a moment"),
    detail: Localized(
      fr: "Répétez la demande avec la même Idempotency-Key\u{202F}: c’est sans risque.",
      en: "Repeat the request with the same Idempotency-Key: that is safe."), retryAfter: 2)
}

extension Violation {
  /// Where a value could not be decoded, and why.
  package init(_ error: DecodingError) {
    switch error {
    case .keyNotFound(let key, let context):
      self.init(
        Self.pointer(context.codingPath + [key]), "missing", fr: "Ce membre est obligatoire.",
        en: "This member is required.")
    case .valueNotFound(_, let context):
      self.init(
        Self.pointer(context.codingPath), "missing", fr: "Une valeur est obligatoire.", en: "A value is required.")
    case .typeMismatch(let type, let context):
      let (fr, en) = Self.name(of: type)
      self.init(Self.pointer(context.codingPath), "type", fr: "Il faut \(fr).", en: "This must be \(en).")
    case .dataCorrupted(let context):
      self.init(
        Self.pointer(context.codingPath), "value", fr: "Valeur refusée\u{202F}: \(context.debugDescription).",
        en: "Value refused: \(context.debugDescription).")
    @unknown default:
      self.init("", "value", fr: "Valeur refusée.", en: "Value refused.")
    }
  }

  /// JSON Pointer (RFC 6901) to a coding path.
  static func pointer(_ path: [any CodingKey]) -> String {
    path.map { key in
      "/" + (key.intValue.map(String.init) ?? key.stringValue.replacing("~", with: "~0").replacing("/", with: "~1"))
    }.joined()
  }

  private static func name(of type: Any.Type) -> (fr: String, en: String) {
    switch type {
    case is String.Type: ("une chaîne", "a string")
    case is Bool.Type: ("vrai ou faux", "true or false")
    case is Double.Type: ("un nombre", "a number")
    case is any FixedWidthInteger.Type: ("un entier", "an integer")
    case is [JSONValue].Type, is any Sequence.Type: ("un tableau ou un objet", "an array or an object")
    default: ("une valeur d’une autre forme", "a value of another form")
    }
  }
}
