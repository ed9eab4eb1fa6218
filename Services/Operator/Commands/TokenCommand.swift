import ArgumentParser
import CooperationModel
import Foundation
import ServiceKit

/// Keys and tokens for the suite's HTTP interfaces.
struct TokenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token", abstract: "Keys and tokens for the suite's HTTP interfaces.",
    subcommands: [Keys.self, Mint.self, Revoke.self])

  struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The key pair that signs tokens.", subcommands: [Initialize.self])
  }

  struct Initialize: OperatorCommand {
    static let configuration = CommandConfiguration(
      commandName: "init",
      abstract:
        "Makes a key pair, its JWKS and the issuers file that services take with --issuers, unless they are there.")
    @OptionGroup var suite: SuiteOptions
    @Option(help: "Where to make them; keys in the data folder otherwise.") var folder: String?
    @Option(help: "The issuer's name, `iss` in tokens.") var issuer = "bourse-projets"
    @Option(help: "Whom tokens are for, `aud` in tokens.") var audience = "bourse-projets"

    func run(at desk: Desk) async throws {
      let keys = KeyFolder(folder ?? desk.dataFolder + "/keys")
      let made = try keys.make(issuer: issuer, audience: audience)
      try desk.console.show(KeysReport(keys, made: made)) {
        (made
          ? desk.say(fr: "Paire de clés créée\u{202F}:", en: "Made a key pair:")
          : desk.say(fr: "La paire de clés est déjà là\u{202F}:", en: "The key pair is there already:"))
          + "\n  \(keys.privateKey)\n  \(keys.jwks)\n  \(keys.issuers)\n"
      }
    }
  }

  struct Mint: OperatorCommand {
    static let configuration = CommandConfiguration(
      abstract: "Signs a token and prints it alone; what it holds stands on the standard error.")
    @OptionGroup var suite: SuiteOptions
    @Option(help: "Where the key pair is; keys in the data folder otherwise.") var folder: String?
    @Option(help: "embassy, collectivite, prefecture, ministry or operator.") var role: Actor.Role
    @Option(help: "An embassy's country (MG).") var country: CountryCode?
    @Option(help: "A collectivité's id (commune:35051).") var collectivite: CollectiviteID?
    @Option(help: "A préfecture's département (35).") var territory: String?
    @Option(help: "The opaque id of whoever it is for; the role's otherwise.") var subject: String?
    @Option(help: "How long it is good: 8h, 30d.") var valid = Instant.Span.days(30)
    @Option(help: "Write it to this file, which nobody else can read, instead of printing it.") var out: String?

    func run(at desk: Desk) async throws {
      let bearer = try bearer(desk)
      let keys = KeyFolder(folder ?? desk.dataFolder + "/keys")
      let issuer = try keys.issuer()
      let mint = try TokenMint(
        issuer: issuer.iss, audience: issuer.audience, keyFile: keys.privateKey, clock: desk.clock)
      let report = TokenReport(
        token: try await mint.bearer(bearer, lifetime: valid), jti: bearer.tokenID, subject: bearer.subject,
        expiresAt: desk.now + valid, file: out)
      if let out { try KeyFolder.write(Data((report.token + "\n").utf8), to: out, mode: 0o600) }
      if !desk.console.isJSON {
        desk.console.note(
          desk.say(
            fr: "\(bearer.subject), valable jusqu’au \(report.expiresAt), jti \(report.jti)",
            en: "\(bearer.subject), good until \(report.expiresAt), jti \(report.jti)"))
      }
      try desk.console.show(report) { out.map { "\($0)\n" } ?? report.token + "\n" }
    }

    /// Whom it is for, when role and scope go together and name something that exists.
    private func bearer(_ desk: Desk) throws -> TokenMint.Bearer {
      let scope: String?
      switch role {
      case .embassy:
        guard let country else { throw Failure.usage("an embassy's token names its country: --country MG") }
        guard try desk.reference().countries.contains(country) else {
          throw Failure.data("there is no country \(country): use an ISO 3166-1 alpha-2 code")
        }
        scope = country.rawValue
      case .collectivite:
        guard let collectivite else {
          throw Failure.usage("an authority's token names it: --collectivite commune:35051")
        }
        let registry = try desk.reference().registry
        guard registry.current(of: collectivite) == collectivite else {
          let successor = registry.current(of: collectivite).map { "it is \($0) now" }
          throw Failure.data(
            "there is no authority \(collectivite): \(successor ?? "see the registry for its INSEE code")")
        }
        scope = nil
      case .prefecture:
        guard let territory, (2...3).contains(territory.utf8.count) else {
          throw Failure.usage("a préfecture's token names its département: --territory 35")
        }
        scope = territory
      case .ministry, .operator: scope = nil
      case .contact: throw Failure.usage("contacts act by the links in their messages: choose another --role")
      }
      for (flag, isGiven, owner) in [
        ("--country", country != nil, Actor.Role.embassy), ("--collectivite", collectivite != nil, .collectivite),
        ("--territory", territory != nil, .prefecture),
      ] where isGiven && role != owner {
        throw Failure.usage("\(flag) goes with --role \(owner.rawValue)")
      }
      let name = collectivite?.rawValue ?? ([role.rawValue] + [scope].compactMap { $0 }).joined(separator: ":")
      return TokenMint.Bearer(
        subject: subject ?? name, role: role, country: country, collectivite: collectivite, territory: territory)
    }
  }

  struct Revoke: OperatorCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a token worthless, by its jti or the token itself.")
    @OptionGroup var suite: SuiteOptions
    @Argument(help: "The token's jti, or the token.") var token: String

    func run(at desk: Desk) async throws {
      let jti = try Self.jti(of: token)
      guard let setting = SettingID(rawValue: "revoked:\(jti)") else {
        throw Failure.usage("a jti has 1 to 200 bytes")
      }
      let value = JSONValue.object(["at": .string(desk.now.description)])
      let isNew = try await desk.withLog { bus in
        var book = try await SettingsBook(bus)
        guard book[setting] == nil else { return false }
        try await book.set(setting, value, at: desk.now)
        return true
      }
      try desk.console.show(RevokedReport(jti: jti, revoked: isNew)) {
        isNew
          ? desk.say(fr: "Jeton \(jti) révoqué.\n", en: "Revoked the token \(jti).\n")
          : desk.say(fr: "Le jeton \(jti) était déjà révoqué.\n", en: "The token \(jti) was revoked already.\n")
      }
    }

    private static func jti(of text: String) throws -> String {
      let parts = text.split(separator: ".")
      guard parts.count == 3, let payload = Base64URL.decode(parts[1]) else { return text }
      guard let jti = try? JSON.decode(JSONValue.self, from: Data(payload))["jti"]?.string else {
        throw Failure.data("the token has no jti: it cannot be revoked")
      }
      return jti
    }
  }
}

extension Actor.Role: ExpressibleByArgument {}
extension CountryCode: ExpressibleByArgument {
  public init?(argument: String) { self.init(rawValue: argument.uppercased()) }
}
extension CollectiviteID: ExpressibleByArgument {
  public init?(argument: String) { self.init(rawValue: argument) }
}
extension Instant.Span: ExpressibleByArgument {
  public init?(argument: String) { self.init(configurationText: argument) }
  public var defaultValueDescription: String { configurationText }
}

extension KeyFolder {
  /// The issuer whose key lies here.
  fileprivate func issuer() throws -> TrustedIssuers.Entry {
    guard let data = FileManager.default.contents(atPath: issuers) else {
      throw Failure.missing("cannot read \(issuers): make the keys with `bourse token keys init --folder \(path)`")
    }
    guard let entries = try? JSON.decode([TrustedIssuers.Entry].self, from: data),
      let own = entries.first(where: { $0.jwks == "jwks.json" })
    else { throw Failure.data("\(issuers) names no issuer with the keys jwks.json") }
    return own
  }
}

private struct KeysReport: Encodable {
  var made: Bool
  var privateKey: String
  var jwks: String
  var issuers: String

  init(_ keys: KeyFolder, made: Bool) {
    self.made = made
    (privateKey, jwks, issuers) = (keys.privateKey, keys.jwks, keys.issuers)
  }
}

private struct TokenReport: Encodable {
  var token: String
  var jti: String
  var subject: String
  var expiresAt: Instant
  var file: String?
}

private struct RevokedReport: Encodable {
  var jti: String
  var revoked: Bool
}
