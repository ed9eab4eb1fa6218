import CooperationModel
import Foundation
import JWTKit

/// Turns a bearer token into who acts, or says why not.
package struct TokenVerifier: Sendable {
  /// The longest token that is looked at.
  package static let longestToken = 8_192
  /// How far the issuer's clock may be off.
  package static let leeway = Instant.Span.seconds(30)

  private let issuers: TrustedIssuers
  private let clock: any WallClock
  private let isRevoked: @Sendable (String) async -> Bool

  /// - Parameter isRevoked: whether the token of that `jti` was revoked; asked for every token that is otherwise good.
  package init(
    issuers: TrustedIssuers, clock: any WallClock = SystemClock(),
    isRevoked: @escaping @Sendable (String) async -> Bool = { _ in false }
  ) {
    self.issuers = issuers
    self.clock = clock
    self.isRevoked = isRevoked
  }

  /// Who acts, by a token for the suite's HTTP interfaces.
  package func actor(of token: String) async throws(TokenError) -> Actor {
    let claims = try await claims(of: token, type: nil)
    return try actor(claims)
  }

  /// What one opened link allows: that action, on that target, in the name of that contact.
  ///
  /// - Parameter action: the action that is asked for; a link made for another is refused.
  package func action(_ action: Action, of token: String) async throws(TokenError) -> ActionGrant {
    let claims = try await claims(of: token, type: TokenMint.actionType)
    guard claims.action == action.rawValue else { throw .wrongUse }
    guard let target = claims.target else { throw .claim("target") }
    let actor = Actor(issuer: claims.iss, subject: claims.sub, role: .contact)
    return ActionGrant(
      action: action, target: target, actor: actor, tokenID: claims.jti, issuedAt: claims.iat.map(instant))
  }

  /// The verified claims.
  ///
  /// - Parameter type: the header's `typ`: nil takes what a bearer token may say.
  private func claims(of token: String, type: String?) async throws(TokenError) -> Claims {
    guard token.utf8.count <= Self.longestToken else { throw .tooLong }
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }),
      let headerBytes = Base64URL.decode(parts[0]), let payloadBytes = Base64URL.decode(parts[1]),
      let signature = Base64URL.decode(parts[2]),
      let header = try? JSONDecoder().decode(Header.self, from: Data(headerBytes))
    else { throw .malformed("not three base64url parts with a JSON header") }
    guard header.alg == "EdDSA" || header.alg == "ES256" else { throw .algorithm(header.alg) }
    guard header.crit == nil else { throw .malformed("crit") }
    guard signature.count == 64 else { throw .signature }
    if let type {
      guard header.typ == type else { throw .wrongUse }
    } else {
      guard header.typ.map({ ["JWT", "at+jwt"].contains($0) }) ?? true else { throw .wrongUse }
    }
    guard let kid = header.kid, !kid.isEmpty else { throw .noKeyID }
    guard let named = try? JSONDecoder().decode(IssuerAlone.self, from: Data(payloadBytes)) else {
      throw .malformed("the payload is not a JSON object with iss")
    }
    guard let issuer = issuers.issuers[named.iss] else { throw .unknownIssuer(named.iss) }
    guard let algorithm = issuer.algorithms[kid] else { throw .unknownKey(kid) }
    guard algorithm == header.alg else { throw .algorithm(header.alg) }

    let claims: Claims
    do {
      claims = try await issuer.keys.verify(token, as: Claims.self)
    } catch let error as JWTError where error.errorType == .malformedToken {
      throw .malformed("a claim is missing or of another type")
    } catch {
      throw .signature
    }
    let audience = type == nil ? issuer.audience : issuer.audience + TokenMint.actionAudienceSuffix
    guard claims.aud.values.contains(audience) else { throw .wrongAudience }
    let now = clock.now()
    guard claims.exp.isFinite, claims.exp > seconds(now - Self.leeway) else { throw .expired }
    if let start = claims.nbf, start > seconds(now + Self.leeway) { throw .notYetValid }
    guard (1...200).contains(claims.jti.utf8.count) else { throw .claim("jti") }
    guard (1...200).contains(claims.sub.utf8.count) else { throw .claim("sub") }
    guard await !isRevoked(claims.jti) else { throw .revoked }
    return claims
  }

  /// A role goes with what it is the role of: an embassy with its country, an authority with its id.
  private func actor(_ claims: Claims) throws(TokenError) -> Actor {
    guard let role = claims.role.flatMap(Actor.Role.init(rawValue:)), role != .contact else { throw .claim("role") }
    let country = claims.country.flatMap(CountryCode.init(rawValue:))
    let collectivite = claims.collectivite.flatMap(CollectiviteID.init(rawValue:))
    switch role {
    case .embassy: guard country != nil else { throw .claim("country") }
    case .collectivite: guard collectivite != nil else { throw .claim("collectivite") }
    case .prefecture:
      guard let territory = claims.territory, (2...3).contains(territory.utf8.count) else { throw .claim("territory") }
    case .ministry, .operator, .contact: break
    }
    return Actor(
      issuer: claims.iss, subject: claims.sub, role: role, country: role == .embassy ? country : nil,
      collectivite: role == .collectivite ? collectivite : nil, territory: role == .prefecture ? claims.territory : nil)
  }

  private struct Header: Decodable {
    var alg: String
    var kid: String?
    var typ: String?
    var crit: [String]?
  }

  private struct IssuerAlone: Decodable {
    var iss: String
  }
}

/// What a link in a message lets its reader do, once it was opened.
package enum Action: String, Sendable, CaseIterable {
  case signIn = "sign-in"
  case confirmContact = "confirm-contact"
  case confirmRequest = "confirm-request"
  case answer
  case unsubscribe

  /// How long a link for it is good.
  package var lifetime: Instant.Span {
    switch self {
    case .signIn: .minutes(15)
    case .confirmContact: .days(7)
    case .confirmRequest: .days(14)
    case .answer: .days(60)
    case .unsubscribe: .days(365)
    }
  }
}

/// A verified action token.
package struct ActionGrant: Equatable, Sendable {
  package var action: Action
  /// What it is done to: a contact's id, a lead's.
  package var target: String
  /// The contact that the link was sent to.
  package var actor: Actor
  /// Its `jti`.
  package var tokenID: String
  /// When the link was made.
  package var issuedAt: Instant?
}
