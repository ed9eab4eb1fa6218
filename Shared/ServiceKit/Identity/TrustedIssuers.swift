import CooperationModel
import Foundation
import JWTKit

/// Who may say who somebody is: a list of issuers, each with its keys and the audience its tokens must name.
///
/// Each issuer has a key collection of its own, and a key is used for its own algorithm alone: jwt-kit by itself would
/// fall back to a default key for an unknown `kid`, and take the algorithm from the token where the key has none.
package struct TrustedIssuers: Sendable {
  struct Issuer: Sendable {
    var audience: String
    /// The algorithm of each key, by `kid`.
    var algorithms: [String: String]
    var keys: JWTKeyCollection
  }

  private(set) var issuers: [String: Issuer] = [:]

  /// No issuer: no token is good.
  package init() {}

  /// One line of the issuers' file.
  package struct Entry: Codable, Equatable, Sendable {
    package var iss: String
    /// A JWKS file; relative to the issuers' file.
    package var jwks: String
    package var audience: String

    package init(iss: String, jwks: String, audience: String) {
      self.iss = iss
      self.jwks = jwks
      self.audience = audience
    }
  }

  /// Reads the issuers' file, a JSON array of ``Entry``, and the key files that it names.
  ///
  /// - Throws: ``StartupError`` naming the file and what is wrong with it.
  package init(file: String) async throws {
    let url = URL(fileURLWithPath: file)
    let entries = try Self.read([Entry].self, from: url, "a JSON array of {\"iss\", \"jwks\", \"audience\"}")
    for entry in entries {
      let keyFile = URL(fileURLWithPath: entry.jwks, relativeTo: url.deletingLastPathComponent())
      do {
        try await add(entry.iss, audience: entry.audience, jwks: Data(contentsOf: keyFile))
      } catch let error as StartupError {
        throw StartupError.configuration("\(keyFile.path): \(error.message)")
      } catch {
        throw StartupError.configuration("cannot read \(keyFile.path), the keys of issuer \(entry.iss)")
      }
    }
  }

  /// Trusts one issuer's keys: a JWKS with at least one Ed25519 or P-256 signing key, each with a `kid`. Keys of other
  /// kinds are passed over; a private key is refused, for it has no business here.
  package mutating func add(_ issuer: String, audience: String, jwks: Data) async throws {
    let set: KeySet
    do {
      set = try JSONDecoder().decode(KeySet.self, from: jwks)
    } catch {
      throw StartupError.configuration("not a JWKS")
    }
    var algorithms: [String: String] = [:]
    let keys = JWTKeyCollection()
    for key in set.keys {
      if key.d != nil { throw StartupError.configuration("it holds a private key: give the public keys alone") }
      guard let algorithm = key.signingAlgorithm else { continue }
      guard let id = key.kid, !id.isEmpty else { throw StartupError.configuration("a key has no kid") }
      guard algorithms[id] == nil else { throw StartupError.configuration("two keys have the kid \"\(id)\"") }
      do {
        try await keys.add(jwk: key.jwk(algorithm), isDefault: false)
      } catch {
        throw StartupError.configuration("the key \"\(id)\" is not a valid \(algorithm) key")
      }
      algorithms[id] = algorithm
    }
    guard !algorithms.isEmpty else { throw StartupError.configuration("no Ed25519 or P-256 signing key in it") }
    issuers[issuer] = Issuer(audience: audience, algorithms: algorithms, keys: keys)
  }

  private static func read<T: Decodable>(_ type: T.Type, from url: URL, _ form: String) throws -> T {
    guard let data = try? Data(contentsOf: url) else {
      throw StartupError.configuration("cannot read \(url.path)")
    }
    guard let value = try? JSONDecoder().decode(type, from: data) else {
      throw StartupError.configuration("\(url.path) is not \(form)")
    }
    return value
  }
}

/// A JSON Web Key Set (RFC 7517), as far as signing keys go.
struct KeySet: Codable {
  var keys: [Key]

  struct Key: Codable {
    var kty: String
    var crv: String?
    var alg: String?
    var use: String?
    var kid: String?
    var x: String?
    var y: String?
    var d: String?

    /// The one algorithm that the key is used for; nil when it is none of those on the list.
    var signingAlgorithm: String? {
      guard use == nil || use == "sig" else { return nil }
      switch (kty, crv) {
      case ("OKP", "Ed25519"): return alg == nil || alg == "EdDSA" || alg == "Ed25519" ? "EdDSA" : nil
      case ("EC", "P-256"): return alg == nil || alg == "ES256" ? "ES256" : nil
      default: return nil
      }
    }

    func jwk(_ algorithm: String) -> JWK {
      let id = kid.map { JWKIdentifier(string: $0) }
      return algorithm == "EdDSA"
        ? .octetKeyPair(.eddsa, identifier: id, x: x, y: nil, curve: .ed25519)
        : .ecdsa(.es256, identifier: id, x: x, y: y, curve: .p256)
    }
  }
}
