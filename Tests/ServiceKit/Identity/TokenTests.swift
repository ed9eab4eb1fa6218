import CooperationModel
import Crypto
import Foundation
import JWTKit
import Testing

@testable import ServiceKit

@Suite("Tokens")
struct TokenTests {
  static let issuer = "https://issuer.example"
  let clock = ManualClock(Instant(milliseconds: 1_800_000_000_000))
  let key = Curve25519.Signing.PrivateKey()

  var mint: TokenMint { TokenMint(issuer: Self.issuer, audience: "bourse", key: key, clock: clock) }

  func verifier(isRevoked: @escaping @Sendable (String) -> Bool = { _ in false }) async throws -> TokenVerifier {
    var issuers = TrustedIssuers()
    try await issuers.add(Self.issuer, audience: "bourse", jwks: mint.publicKeys)
    return TokenVerifier(issuers: issuers, clock: clock, isRevoked: isRevoked)
  }

  /// Claims that are good, to be spoilt one at a time.
  var good: Claims {
    Claims(
      iss: Self.issuer, sub: "u-1", aud: "bourse", exp: seconds(clock.now()) + 600, jti: "t-1", role: "embassy",
      country: "NE")
  }

  /// A token with any header and payload, signed as told.
  func token(_ header: String, _ claims: Claims, sign: (Data) throws -> Data) throws -> String {
    let text = Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(try JSON.encode(claims))
    return text + "." + Base64URL.encode(try sign(Data(text.utf8)))
  }

  @Test("a good token says who acts")
  func good() async throws {
    let bearer = TokenMint.Bearer(subject: "u-1", role: .embassy, country: CountryCode("NE"))
    let actor = try await verifier().actor(of: mint.bearer(bearer, lifetime: .hours(1)))
    #expect(actor == Actor(issuer: Self.issuer, subject: "u-1", role: .embassy, country: CountryCode("NE")))
    let country = try #require(CountryCode("MG"))
    #expect(!actor.mayWrite(for: country))
  }

  @Test("one audience among several is enough")
  func audiences() async throws {
    var claims = good
    claims.aud = Claims.Audience(["other", "bourse"])
    #expect(try await verifier().actor(of: mint.sign(claims, type: "JWT")).subject == "u-1")
  }

  @Test(
    "spoilt claims are refused",
    arguments: [
      ("expired", TokenError.expired), ("future", .notYetValid), ("audience", .wrongAudience),
      ("issuer", .unknownIssuer("https://else.example")), ("role", .claim("role")), ("contact", .claim("role")),
      ("country", .claim("country")), ("country form", .claim("country")), ("jti", .claim("jti")),
      ("sub", .claim("sub")),
      ("authority", .claim("collectivite")), ("territory", .claim("territory")), ("never", .expired),
    ])
  func spoiltClaims(what: String, expected: TokenError) async throws {
    var claims = good
    let now = seconds(clock.now())
    switch what {
    case "expired": claims.exp = now - 31
    case "future": claims.nbf = now + 31
    case "audience": claims.aud = "other"
    case "issuer": claims.iss = "https://else.example"
    case "role": claims.role = "emperor"
    case "contact": claims.role = "contact"
    case "country": claims.country = nil
    case "country form": claims.country = "Niger"
    case "jti": claims.jti = ""
    case "sub": claims.sub = String(repeating: "x", count: 201)
    case "authority": claims.role = "collectivite"
    case "territory": claims.role = "prefecture"
    default: claims.exp = -1
    }
    let text = try await mint.sign(claims, type: "JWT")
    let verifier = try await verifier()
    await #expect(throws: expected) { try await verifier.actor(of: text) }
  }

  @Test("a clock that is off by less than the leeway does no harm")
  func leeway() async throws {
    var claims = good
    claims.exp = seconds(clock.now()) - 29
    claims.nbf = seconds(clock.now()) + 29
    #expect(try await verifier().actor(of: mint.sign(claims, type: "JWT")).subject == "u-1")
  }

  @Test("another key's signature is refused, also under the right kid")
  func wrongKey() async throws {
    let other = Curve25519.Signing.PrivateKey()
    let verifier = try await verifier()
    let foreign = try await TokenMint(issuer: Self.issuer, audience: "bourse", key: other, clock: clock)
      .sign(good, type: "JWT")
    await #expect(throws: TokenError.unknownKey(TokenMint.thumbprint(other.publicKey))) {
      try await verifier.actor(of: foreign)
    }
    let forged = try token("{\"alg\":\"EdDSA\",\"kid\":\"\(mint.keyID)\"}", good) { try other.signature(for: $0) }
    await #expect(throws: TokenError.signature) { try await verifier.actor(of: forged) }
    let mine = try token("{\"alg\":\"EdDSA\",\"kid\":\"\(mint.keyID)\"}", good) { try key.signature(for: $0) }
    #expect(try await verifier.actor(of: mine).subject == "u-1")
  }

  @Test("algorithms off the list are refused", arguments: ["none", "None", "HS256", "RS256", "ES384", "ES256", ""])
  func algorithms(name: String) async throws {
    let secret = SymmetricKey(data: key.publicKey.rawRepresentation)
    let text = try token("{\"alg\":\"\(name)\",\"kid\":\"\(mint.keyID)\"}", good) {
      Data(HMAC<SHA512>.authenticationCode(for: $0, using: secret))
    }
    let verifier = try await verifier()
    await #expect(throws: TokenError.algorithm(name)) { try await verifier.actor(of: text) }
    let unsigned = text.split(separator: ".").prefix(2).joined(separator: ".") + "."
    await #expect(throws: TokenError.self) { try await verifier.actor(of: unsigned) }
  }

  @Test("a token that does not name its key is refused")
  func noKeyID() async throws {
    let verifier = try await verifier()
    for header in ["{\"alg\":\"EdDSA\"}", "{\"alg\":\"EdDSA\",\"kid\":\"\"}"] {
      let text = try token(header, good) { try key.signature(for: $0) }
      await #expect(throws: TokenError.noKeyID) { try await verifier.actor(of: text) }
    }
    let unknown = try token("{\"alg\":\"EdDSA\",\"kid\":\"x\"}", good) { try key.signature(for: $0) }
    await #expect(throws: TokenError.unknownKey("x")) { try await verifier.actor(of: unknown) }
  }

  @Test("one issuer's key is no other's")
  func issuersApart() async throws {
    let otherKey = Curve25519.Signing.PrivateKey()
    let other = TokenMint(issuer: "https://other.example", audience: "bourse", key: otherKey, clock: clock)
    var issuers = TrustedIssuers()
    try await issuers.add(Self.issuer, audience: "bourse", jwks: mint.publicKeys)
    try await issuers.add("https://other.example", audience: "bourse", jwks: other.publicKeys)
    let text = try await other.sign(good, type: "JWT")
    let verifier = TokenVerifier(issuers: issuers, clock: clock)
    await #expect(throws: TokenError.unknownKey(other.keyID)) { try await verifier.actor(of: text) }
  }

  @Test("a revoked token is refused from that moment on")
  func revoked() async throws {
    let text = try await mint.sign(good, type: "JWT")
    #expect(try await verifier { $0 == "t-2" }.actor(of: text).subject == "u-1")
    let verifier = try await verifier { $0 == "t-1" }
    await #expect(throws: TokenError.revoked) { try await verifier.actor(of: text) }
  }

  @Test(
    "what is no token is refused", arguments: ["", ".", "..", "a.b.c", "a.b", "eyJhbGciOiJFZERTQSJ9.e30.", "é.è.à"])
  func noToken(text: String) async throws {
    let verifier = try await verifier()
    await #expect(throws: TokenError.self) { try await verifier.actor(of: text) }
  }

  @Test("a token of more than 8 KiB is not looked at")
  func oversized() async throws {
    var claims = good
    claims.territory = String(repeating: "x", count: 9_000)
    let text = try await mint.sign(claims, type: "JWT")
    let verifier = try await verifier()
    await #expect(throws: TokenError.tooLong) { try await verifier.actor(of: text) }
  }

  @Test("ES256 is taken with a P-256 key")
  func ellipticCurve() async throws {
    let key = P256.Signing.PrivateKey()
    let point = key.publicKey.rawRepresentation
    let x = Base64URL.encode(point.prefix(32))
    let y = Base64URL.encode(point.suffix(32))
    let jwks =
      "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"r\",\"n\":\"AQAB\",\"e\":\"AQAB\"},{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"p\",\"x\":\"\(x)\",\"y\":\"\(y)\"}]}"
    var issuers = TrustedIssuers()
    try await issuers.add(Self.issuer, audience: "bourse", jwks: Data(jwks.utf8))
    let verifier = TokenVerifier(issuers: issuers, clock: clock)
    let text = try token("{\"alg\":\"ES256\",\"kid\":\"p\"}", good) { try key.signature(for: $0).rawRepresentation }
    #expect(try await verifier.actor(of: text).subject == "u-1")
    let mixed = try token("{\"alg\":\"EdDSA\",\"kid\":\"p\"}", good) { try key.signature(for: $0).rawRepresentation }
    await #expect(throws: TokenError.algorithm("EdDSA")) { try await verifier.actor(of: mixed) }
  }

  @Test("a link is good for its own action alone, until it expires, and never as a bearer token")
  func actions() async throws {
    let verifier = try await verifier()
    let link = try await mint.action(.confirmContact, target: "c-1", contact: "c-1")
    let grant = try await verifier.action(.confirmContact, of: link)
    #expect(grant.target == "c-1")
    #expect(grant.actor.role == .contact)
    await #expect(throws: TokenError.wrongUse) { try await verifier.action(.unsubscribe, of: link) }
    await #expect(throws: TokenError.wrongUse) { try await verifier.actor(of: link) }
    let bearer = try await mint.sign(good, type: "JWT")
    await #expect(throws: TokenError.wrongUse) { try await verifier.action(.confirmContact, of: bearer) }
    clock.advance(by: .days(8))
    await #expect(throws: TokenError.expired) { try await verifier.action(.confirmContact, of: link) }
  }

  @Test(
    "keys that cannot be trusted stop the start",
    arguments: [
      ("{", "not a JWKS"), ("{\"keys\":[]}", "no Ed25519 or P-256 signing key"),
      ("{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\"}]}", "no kid"),
      ("{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"a\",\"x\":\"AA\"}]}", "not a valid EdDSA key"),
      ("{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"a\",\"x\":\"AA\",\"d\":\"AA\"}]}", "private key"),
    ])
  func badKeys(jwks: String, expected: String) async throws {
    var issuers = TrustedIssuers()
    await #expect {
      try await issuers.add("i", audience: "a", jwks: Data(jwks.utf8))
    } throws: { "\($0)".contains(expected) }
  }

  @Test("a key folder is made once, is the owner's alone, and trusts what its key signs")
  func keyFolder() async throws {
    let folder = KeyFolder(FileManager.default.temporaryDirectory.path + "/clés \(UUID())")
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    #expect(try folder.make(issuer: Self.issuer, audience: "bourse"))
    #expect(try !folder.make(issuer: Self.issuer, audience: "bourse"))
    let mode = try FileManager.default.attributesOfItem(atPath: folder.privateKey)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    let mint = try TokenMint(issuer: Self.issuer, audience: "bourse", keyFile: folder.privateKey, clock: clock)
    let verifier = try await TokenVerifier(issuers: TrustedIssuers(file: folder.issuers), clock: clock)
    let text = try await mint.bearer(TokenMint.Bearer(subject: "m", role: .ministry), lifetime: .minutes(1))
    #expect(try await verifier.actor(of: text).role == .ministry)
  }
}
