import CooperationModel

/// Why a token was refused. Says nothing that helps to make a better one.
package enum TokenError: Error, Equatable {
  case tooLong
  case malformed(String)
  /// Neither EdDSA nor ES256, or another than its key's.
  case algorithm(String)
  case noKeyID
  case unknownIssuer(String)
  case unknownKey(String)
  case signature
  case wrongAudience
  case expired
  case notYetValid
  case revoked
  /// A claim is missing, or does not go with the role.
  case claim(String)
  /// An action token where a bearer's is wanted, or the other way round.
  case wrongUse

  package var message: Localized {
    switch self {
    case .tooLong:
      Localized(fr: "Le jeton dépasse 8192 octets.", en: "The token is longer than 8192 bytes.")
    case .malformed:
      Localized(fr: "Le jeton n’est pas un JWT lisible.", en: "The token is not a readable JWT.")
    case .algorithm:
      Localized(
        fr: "Seuls EdDSA et ES256 sont acceptés, avec la clé correspondante.",
        en: "Only EdDSA and ES256 are accepted, with a key of that kind.")
    case .noKeyID:
      Localized(
        fr: "L’en-tête du jeton ne nomme pas sa clé (kid).", en: "The token's header does not name its key (kid).")
    case .unknownIssuer:
      Localized(fr: "L’émetteur du jeton n’est pas reconnu.", en: "The token's issuer is not trusted.")
    case .unknownKey, .signature:
      Localized(
        fr: "La signature ne vient d’aucune clé de l’émetteur.", en: "The signature comes from no key of the issuer.")
    case .wrongAudience:
      Localized(fr: "Le jeton est destiné à un autre service.", en: "The token is meant for another audience.")
    case .expired:
      Localized(fr: "Le jeton a expiré\u{202F}: demandez-en un autre.", en: "The token has expired: get another one.")
    case .notYetValid:
      Localized(fr: "Le jeton n’est pas encore valable.", en: "The token is not valid yet.")
    case .revoked:
      Localized(fr: "Le jeton a été révoqué.", en: "The token was revoked.")
    case .claim(let name):
      Localized(
        fr: "La déclaration «\u{202F}\(name)\u{202F}» manque au jeton ou ne convient pas.",
        en: "The token's claim “\(name)” is missing or does not fit.")
    case .wrongUse:
      Localized(fr: "Ce jeton sert à autre chose.", en: "This token is for something else.")
    }
  }
}
