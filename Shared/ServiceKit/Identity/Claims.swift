import CooperationModel
import Foundation
import JWTKit

/// What a token says. Times are whole or fractional seconds since 1970, as JWT has them (RFC 7519, 4.1).
package struct Claims: JWTPayload, Equatable {
  package var iss: String
  package var sub: String
  package var aud: Audience
  package var exp: Double
  package var nbf: Double?
  package var iat: Double?
  package var jti: String
  package var role: String?
  package var country: String?
  package var collectivite: String?
  package var territory: String?
  /// An action token's one action, and what it is done to.
  package var action: String?
  package var target: String?

  package init(
    iss: String, sub: String, aud: Audience, exp: Double, nbf: Double? = nil, iat: Double? = nil, jti: String,
    role: String? = nil, country: String? = nil, collectivite: String? = nil, territory: String? = nil,
    action: String? = nil, target: String? = nil
  ) {
    self.iss = iss
    self.sub = sub
    self.aud = aud
    self.exp = exp
    self.nbf = nbf
    self.iat = iat
    self.jti = jti
    self.role = role
    self.country = country
    self.collectivite = collectivite
    self.territory = territory
    self.action = action
    self.target = target
  }

  /// Times and audience are verified against the clock and the issuer's entry by whoever holds these, not here.
  package func verify(using algorithm: some JWTAlgorithm) async throws {}

  /// One audience or several.
  package struct Audience: Codable, Equatable, Sendable, ExpressibleByStringLiteral {
    package var values: [String]

    package init(_ values: [String]) { self.values = values }
    package init(stringLiteral value: String) { values = [value] }

    package init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let one = try? container.decode(String.self) {
        values = [one]
      } else {
        values = try container.decode([String].self)
      }
    }

    package func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      if values.count == 1 {
        try container.encode(values[0])
      } else {
        try container.encode(values)
      }
    }
  }
}

/// The time as JWT has it.
func seconds(_ instant: Instant) -> Double { Double(instant.milliseconds) / 1_000 }

/// The instant that a time of JWT's is; the limits of what an `Instant` is meant for where it is beyond them.
func instant(_ seconds: Double) -> Instant {
  Instant(milliseconds: Int64(min(max(seconds.isFinite ? seconds : 0, 0), 253_402_300_799) * 1_000))
}
