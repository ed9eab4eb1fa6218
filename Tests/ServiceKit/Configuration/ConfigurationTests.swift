import CooperationModel
import Foundation
import Logging
import Testing

@testable import ServiceKit

@Suite("Configuration")
struct ConfigurationTests {
  static let size = ConfigurationOption<Int>("mail.batch-size", "COUNT", "Messages at once.", default: 5)
  static let closed = ConfigurationOption<Bool>("closed", "", "Sends nothing.", default: false)
  static let password = ConfigurationOption<Secret>("smtp.password", "FILE", "The mail server's password.")
  static let hosts = ConfigurationOption<[String]>("hosts", "NAMES", "Who may call.")
  static let options: [any AnyConfigurationOption] =
    CommonOptions.all + [size as any AnyConfigurationOption, closed, password, hosts]

  func read(
    _ arguments: [String] = [], _ environment: [String: String] = [:]
  ) async throws -> ServiceConfiguration {
    try await ServiceConfiguration(Self.options, arguments: arguments, environment: environment)
  }

  /// A file that lasts as long as the test.
  func withFile(_ name: String, _ text: String, _ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "réglages \(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: name)
    try Data(text.utf8).write(to: file)
    try await body(file.path)
  }

  @Test("without anything, the defaults hold")
  func defaults() async throws {
    let configuration = try await read()
    #expect(configuration[Self.size] == 5)
    #expect(configuration[Self.closed] == false)
    #expect(configuration[Self.password] == nil)
    #expect(configuration[CommonOptions.http] == HostPort("127.0.0.1", 8080))
    #expect(configuration[CommonOptions.bus] == .embedded(nil))
  }

  @Test(
    "flags come before the environment, that before the file, that before defaults",
    arguments: [
      ("bourse.yaml", "mail:\n  batch-size: 7\nlog:\n  level: debug\nhosts: [a, b]\nclosed: true\n"),
      (
        "bourse.json",
        "{\"mail\":{\"batch-size\":7},\"log\":{\"level\":\"debug\"},\"hosts\":[\"a\",\"b\"],\"closed\":true}"
      ),
    ])
  func precedence(name: String, text: String) async throws {
    try await withFile(name, text) { path in
      let file = try await read(["--config", path])
      #expect(file[Self.size] == 7)
      #expect(file[Self.closed] == true)
      #expect(file[Self.hosts] == ["a", "b"])
      #expect(file[CommonOptions.logLevel] == .debug)
      let environment = try await read([], ["BOURSE_CONFIG": path, "BOURSE_MAIL_BATCH_SIZE": "8"])
      #expect(environment[Self.size] == 8)
      let flags = try await read(
        ["--config=\(path)", "--mail-batch-size=9", "--no-closed"], ["BOURSE_MAIL_BATCH_SIZE": "8"])
      #expect(flags[Self.size] == 9)
      #expect(flags[Self.closed] == false)
    }
  }

  @Test(
    "a mistake on the command line is one line with the remedy, and status 64",
    arguments: [
      (["--mail-batch-size", "many"], "--mail-batch-size: \"many\""), (["--mail-batch-size"], "needs a value"),
      (["--htpp", "x"], "did you mean --http?"), (["stray"], "there is no stray"), (["--http", "8080"], "HOST:PORT"),
      (["--http", "::1:80"], "HOST:PORT"), (["--data", "a", "--data", "b"], "stands twice"),
      (["--data", ""], "not empty"),
      (["--log-level", "loud"], "debug or info"), (["--grace", "10"], "10s"), (["--no-http"], "there is no --no-http"),
    ])
  func usage(arguments: [String], expected: String) async {
    await #expect {
      try await read(arguments)
    } throws: { error in
      guard let error = error as? StartupError else { return false }
      return error.exit == 64 && error.message.contains(expected) && !error.message.contains("\n")
    }
  }

  @Test(
    "a mistake in the environment or the file has status 78 and names its place",
    arguments: [
      ("mail:\n  batch-size: lots\n", "mail.batch-size in bourse.yaml: \"lots\""), ("- a\n- b\n", "cannot read"),
      ("mail: [\n", "cannot read"),
      ("mail:\n  bach-size: 7\n", "there is no mail.bach-size in bourse.yaml: did you mean mail.batch-size?"),
    ])
  func badFile(text: String, expected: String) async throws {
    try await withFile("bourse.yaml", text) { path in
      await #expect {
        try await read(["--config", path])
      } throws: { error in
        guard let error = error as? StartupError else { return false }
        return error.exit == 78 && error.message.contains(expected) && !error.message.contains("\n")
      }
    }
  }

  @Test("a bad variable is named, and one that is nearly ours too")
  func badEnvironment() async {
    await #expect(
      throws: StartupError.configuration(
        "BOURSE_MAIL_BATCH_SIZE: \"-1\" is not a value for it: use a whole number that is not negative")
    ) { try await read([], ["BOURSE_MAIL_BATCH_SIZE": "-1"]) }
    await #expect(throws: StartupError.configuration("there is no BOURSE_HTPP: did you mean BOURSE_HTTP?")) {
      try await read([], ["BOURSE_HTPP": "x"])
    }
    await #expect(
      throws: StartupError.configuration(
        "/nowhere/x.toml: a configuration file ends in .yaml, .yml or .json")
    ) { try await read(["--config", "/nowhere/x.toml"]) }
  }

  @Test("a secret is read from a file, is never shown, and has no flag of its own")
  func secrets() async throws {
    try await withFile("secret", "hunter 2\n") { path in
      let flag = try await read(["--smtp-password-file", path])
      #expect(flag[Self.password]?.value == "hunter 2")
      let variable = try await read([], ["BOURSE_SMTP_PASSWORD_FILE": path])
      #expect(variable[Self.password]?.value == "hunter 2")
      #expect(!"\(String(reflecting: flag[Self.password]))".contains("hunter"))
      let direct = try await read([], ["BOURSE_SMTP_PASSWORD": "plain"])
      #expect(direct[Self.password]?.value == "plain")
      try await withFile("bourse.yaml", "smtp:\n  password-file: \"\(path)\"\n") { file in
        let fromFile = try await read(["--config", file])
        #expect(fromFile[Self.password]?.value == "hunter 2")
      }
    }
    await #expect(throws: StartupError.self) { try await read(["--smtp-password", "x"]) }
    await #expect(throws: StartupError.configuration("--smtp-password-file: cannot read /nowhere/x")) {
      try await read(["--smtp-password-file", "/nowhere/x"])
    }
  }

  @Test("what is required and not there says how to set it")
  func required() async throws {
    let configuration = try await read()
    #expect(throws: StartupError.configuration("hosts is not set: use --hosts NAMES, or BOURSE_HOSTS")) {
      try configuration.required(Self.hosts)
    }
  }

  @Test("the help names every option with its flag, variable, key and default")
  func help() {
    let text = HelpText.text(name: "sample", summary: "A sample.", options: Self.options)
    for option in Self.options {
      #expect(text.contains(option.flag) && text.contains(option.variable) && text.contains(option.key))
    }
    #expect(
      text.contains(
        "--mail-batch-size COUNT\n      Messages at once.\n      BOURSE_MAIL_BATCH_SIZE; in the file: mail.batch-size; default: 5\n"
      ))
    #expect(text.contains("--smtp-password-file FILE"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 110 })
  }

  @Test(
    "times are written with their unit",
    arguments: [
      ("500ms", 500), ("10s", 10_000), ("5m", 300_000), ("2h", 7_200_000), ("7d", 604_800_000),
    ])
  func times(text: String, milliseconds: Int64) {
    #expect(Instant.Span(configurationText: text)?.milliseconds == milliseconds)
    #expect(Instant.Span(milliseconds: milliseconds).configurationText == text)
  }
}
