import CooperationModel
import Foundation
import ServiceKit
import Testing

@Suite("bourse token")
struct TokenTests {
  @Test("a token is taken by whoever trusts the issuers file, until it is revoked")
  func mint() async throws {
    let place = try Workplace()
    _ = try await place.bourse("topics", "apply")
    #expect(try await place.bourse("token", "keys", "init").status == 0)
    #expect(try await place.bourse("token", "keys", "init", "--json").json()["made"] == .bool(false))
    let run = try await place.bourse("token", "mint", "--role", "embassy", "--country", "MG")
    #expect(run.output.split(separator: "\n").count == 1)
    let token = run.output.trimmingCharacters(in: .whitespacesAndNewlines)
    let verifier = TokenVerifier(issuers: try await TrustedIssuers(file: place.path("keys/issuers.json")))
    let actor = try await verifier.actor(of: token)
    #expect(actor.role == .embassy)
    #expect(actor.country == CountryCode("MG"))
    let revoked = try await place.bourse("token", "revoke", token, "--json").json()
    let jti = try #require(revoked["jti"]?.string)
    #expect(run.error.contains(jti))
    #expect(try await place.bourse("settings", "show", "revoked:\(jti)").status == 0)
    #expect(try await place.bourse("token", "revoke", jti).output.contains("was revoked already"))
  }

  @Test("a written token can be read by its owner alone")
  func file() async throws {
    let place = try Workplace()
    _ = try await place.bourse("token", "keys", "init")
    let run = try await place.bourse("token", "mint", "--role", "operator", "--out", place.path("operator.jwt"))
    #expect(run.status == 0)
    for name in ["operator.jwt", "keys/private.pem"] {
      let mode = try FileManager.default.attributesOfItem(atPath: place.path(name))[.posixPermissions] as? NSNumber
      #expect(mode?.intValue == 0o600)
    }
  }

  @Test(
    "what does not go together is refused",
    arguments: [
      (["embassy"], "--country MG"), (["embassy", "--country", "ZZ"], "no country ZZ"),
      (["collectivite", "--collectivite", "commune:00000"], "no authority commune:00000"),
      (["ministry", "--country", "MG"], "--country goes with --role embassy"), (["contact"], "choose another --role"),
      (["prefecture"], "--territory 35"),
    ])
  func refused(_ arguments: [String], _ text: String) async throws {
    let place = try Workplace()
    let run = try await BourseRun(["token", "mint", "--data", place.folder, "--lang", "en", "--role"] + arguments)
    #expect(run.status == 64 || run.status == 65)
    #expect(run.error.contains(text), "\(run.error)")
  }
}
