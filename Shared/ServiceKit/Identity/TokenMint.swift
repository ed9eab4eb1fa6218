import CooperationModel
import Crypto
import Foundation
import JWTKit

/// Signs tokens with one Ed25519 key: for `bourse token`, and for the links in messages.
package struct TokenMint: Sendable {
  /// The `typ` of an action token: a bearer token is none, and the other way round.
  static let actionType = "action+jwt"
  /// Behind the issuer's audience: what an action token is meant for.
  static let actionAudienceSuffix = "/action"

  package let issuer: String
  package let audience: String
  /// The key's name: its thumbprint (RFC 7638).
  package let keyID: String
  private let key: Curve25519.Signing.PrivateKey
  private let clock: any WallClock

  package init(
    issuer: String, audience: String, key: Curve25519.Signing.PrivateKey, clock: any WallClock = SystemClock()
  ) {
    self.issuer = issuer
    self.audience = audience
    self.key = key
    self.clock = clock
    keyID = Self.thumbprint(key.publicKey)
  }

  /// Reads the private key (PKCS #8, PEM).
  package init(issuer: String, audience: String, keyFile: String, clock: any WallClock = SystemClock()) throws {
    guard let pem = try? String(contentsOfFile: keyFile, encoding: .utf8) else {
      throw StartupError.configuration("cannot read the private key \(keyFile): make one with `bourse token keys`")
    }
    guard let key = try? Curve25519.Signing.PrivateKey(pemRepresentation: pem) else {
      throw StartupError.configuration("\(keyFile) is not an Ed25519 private key in PEM")
    }
    self.init(issuer: issuer, audience: audience, key: key, clock: clock)
  }

  /// A token for the suite's HTTP interfaces.
  package func bearer(_ bearer: Bearer, lifetime: Instant.Span) async throws -> String {
    let now = clock.now()
    return try await sign(
      Claims(
        iss: issuer, sub: bearer.subject, aud: Claims.Audience([audience]), exp: seconds(now + lifetime),
        nbf: seconds(now), iat: seconds(now), jti: bearer.tokenID, role: bearer.role.rawValue,
        country: bearer.country?.rawValue, collectivite: bearer.collectivite?.rawValue, territory: bearer.territory),
      type: "JWT")
  }

  /// A token for one action on one target, good for the action's lifetime.
  ///
  /// - Parameter contact: whom the link is sent to: it acts in that name.
  package func action(_ action: Action, target: String, contact: String) async throws -> String {
    let now = clock.now()
    return try await sign(
      Claims(
        iss: issuer, sub: contact, aud: Claims.Audience([audience + Self.actionAudienceSuffix]),
        exp: seconds(now + action.lifetime), iat: seconds(now), jti: UUID().uuidString.lowercased(),
        action: action.rawValue, target: target),
      type: Self.actionType)
  }

  /// Whom a bearer token is for.
  package struct Bearer: Sendable {
    package var subject: String
    package var role: Actor.Role
    package var country: CountryCode?
    package var collectivite: CollectiviteID?
    package var territory: String?
    package var tokenID: String

    package init(
      subject: String, role: Actor.Role, country: CountryCode? = nil, collectivite: CollectiviteID? = nil,
      territory: String? = nil, tokenID: String = UUID().uuidString.lowercased()
    ) {
      self.subject = subject
      self.role = role
      self.country = country
      self.collectivite = collectivite
      self.territory = territory
      self.tokenID = tokenID
    }
  }

  /// Signs claims as they are.
  func sign(_ claims: Claims, type: String) async throws -> String {
    let keys = JWTKeyCollection()
    await keys.add(eddsa: EdDSA.PrivateKey(backing: key), kid: JWKIdentifier(string: keyID))
    var header = JWTHeader()
    header.typ = type
    return try await keys.sign(claims, kid: JWKIdentifier(string: keyID), header: header)
  }

  /// The public key as a JWKS.
  package var publicKeys: Data {
    get throws {
      try JSON.encode([
        "keys": [
          [
            "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": keyID,
            "x": Base64URL.encode(key.publicKey.rawRepresentation),
          ]
        ]
      ])
    }
  }

  static func thumbprint(_ key: Curve25519.Signing.PublicKey) -> String {
    let text = "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"\(Base64URL.encode(key.rawRepresentation))\"}"
    return Base64URL.encode(SHA256.hash(data: Array(text.utf8)))
  }
}
