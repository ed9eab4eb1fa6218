import CooperationModel
import Foundation
import OutsideWorld
import Testing

@testable import Notifications

@Suite("To a mail server")
struct SMTPTests {
  enum Ending: String { case delivered, temporary, permanent }

  private func ending(_ result: DeliveryResult) -> (ending: Ending, detail: String) {
    switch result {
    case .delivered(let detail): (.delivered, detail)
    case .temporary(let detail, _): (.temporary, detail)
    case .permanent(let detail): (.permanent, detail)
    }
  }

  /// Sends one mail to a server of that kind.
  private func send(
    _ mode: String, security: SMTPConfiguration.Security = .none, certificate: String? = nil, trusted: Bool = true,
    host: String = "127.0.0.1", user: String? = nil, password: String? = nil
  ) async throws -> (ending: Ending, detail: String, mails: [[UInt8]]) {
    let folder = try TemporaryFolder()
    let servers = try SMTPServers([mode], host: certificate, in: folder)
    let server = try servers.first
    var configuration = server.configuration(security: security, host: host)
    configuration.user = user
    configuration.password = password
    if !trusted { configuration.certificateFile = nil }
    let result = try await send(to: server, configuration)
    return withExtendedLifetime(servers) { result }
  }

  private func send(to server: SMTPServer, _ configuration: SMTPConfiguration) async throws
    -> (ending: Ending, detail: String, mails: [[UInt8]])
  {
    let channel = SMTPChannel(configuration)
    let result = ending(await channel.deliver(try Sample.mail()))
    await channel.close()
    return (result.ending, result.detail, try server.mails())
  }

  @Test("a mail arrives byte for byte, and the connection serves the next one")
  func arrives() async throws {
    let folder = try TemporaryFolder()
    let servers = try SMTPServers(["good"], in: folder)
    let server = try servers.first
    let channel = SMTPChannel(server.configuration())
    let mails = try (1...5).map { try Sample.mail($0) }
    for (index, mail) in mails.enumerated() {
      #expect(await channel.deliver(mail) == .delivered(detail: "250 2.0.0 queued as \(index + 1)"))
    }
    await channel.close()
    #expect(try server.mails() == mails.map(\.bytes))
    let log = try server.log()
    #expect(log.count { $0 == "connected" } == 1)
    #expect(log.contains { $0.hasPrefix("MAIL FROM:<bourse-projets@example.org>") })
    #expect(log.contains("RCPT TO:<international@cesson.example.fr>"))
    #expect(log.contains("EHLO bourse.example.org"))
  }

  @Test("a server that others wrote takes mail over, encrypted", .enabled(if: SMTPServers.hasOther))
  func other() async throws {
    let (ending, detail, mails) = try await send(
      "aiosmtpd", security: .required, certificate: "localhost", host: "localhost")
    #expect(ending == .delivered, "\(detail)")
    #expect(mails == [try Sample.mail().bytes])
  }

  @Test("an answer about the mail decides what becomes of it")
  func answers() async throws {
    let cases: [(mode: String, expected: Ending)] = [
      ("mail:421", .temporary), ("mail:451", .temporary), ("mail:452", .temporary), ("mail:552", .permanent),
      ("mail:553", .temporary), ("rcpt:421", .temporary), ("rcpt:450", .temporary), ("rcpt:451", .temporary),
      ("rcpt:452", .temporary), ("rcpt:530", .temporary), ("rcpt:550", .permanent), ("rcpt:552", .permanent),
      ("rcpt:554", .permanent), ("data:451", .temporary), ("data:554", .permanent), ("end:421", .temporary),
      ("end:450", .temporary), ("end:451", .temporary), ("end:452", .temporary), ("end:550", .permanent),
      ("end:552", .permanent), ("end:554", .permanent), ("greeting:421", .temporary), ("greeting:554", .temporary),
    ]
    let folder = try TemporaryFolder()
    let servers = try SMTPServers(cases.map(\.mode), in: folder)
    for ((mode, expected), server) in zip(cases, servers.servers) {
      let (ending, detail, mails) = try await send(to: server, server.configuration())
      #expect(ending == expected, "\(mode): \(detail)")
      #expect(detail.contains(mode.suffix(3)), "\(mode): \(detail)")
      #expect(!detail.contains("@"), "an address stands in the detail: \(detail)")
      #expect(mails.isEmpty)
    }
  }

  @Test("a connection that breaks or falls silent is a failure that passes, within its limits", .timeLimit(.minutes(1)))
  func breaks() async throws {
    let modes = [
      "drop:greeting", "drop:mail", "drop:rcpt", "drop:data", "drop:body", "stall:mail", "stall:rcpt", "stall:data",
      "stall:end", "silent", "slow-greeting",
    ]
    let folder = try TemporaryFolder()
    let servers = try SMTPServers(modes, in: folder)
    try await withThrowingTaskGroup { group in
      for (mode, server) in zip(modes, servers.servers) {
        group.addTask {
          let (ending, detail, mails) = try await send(to: server, server.configuration())
          #expect(ending == .temporary, "\(mode): \(detail)")
          #expect(mails.isEmpty)
        }
      }
      try await group.waitForAll()
    }
  }

  @Test("when the server falls away before it answers the whole mail, the repeat has the same identity")
  func uncertain() async throws {
    let folder = try TemporaryFolder()
    let servers = try SMTPServers(["drop:end"], in: folder)
    let server = try servers.first
    let channel = SMTPChannel(server.configuration())
    let mail = try Sample.mail()
    for _ in 0..<2 {
      let (ending, detail) = ending(await channel.deliver(mail))
      #expect(ending == .temporary)
      #expect(detail.contains("may have arrived"))
    }
    await channel.close()
    let read = try ReadMail.all(server.mails())
    #expect(read.map { $0.header("Message-ID") } == Array(repeating: "<\(mail.id)@bourse.example.org>", count: 2))
  }

  @Test("a server that is not there is a failure that passes, and says so")
  func notThere() async throws {
    for (host, words) in [("127.0.0.1", "refuses the connection"), ("no-such-host.invalid", "no such host")] {
      let channel = SMTPChannel(SMTPConfiguration(host: host, port: 1, security: .none))
      let (ending, detail) = ending(await channel.deliver(try Sample.mail()))
      #expect(ending == .temporary)
      #expect(detail.contains(words), "\(detail)")
      await channel.close()
    }
  }

  @Test(
    "mail goes out encrypted where that is asked for",
    arguments: [("good", SMTPConfiguration.Security.required), ("good", .opportunistic), ("tls-now", .implicit)])
  func encrypted(mode: String, security: SMTPConfiguration.Security) async throws {
    let (ending, detail, mails) = try await send(mode, security: security, certificate: "localhost", host: "localhost")
    #expect(ending == .delivered, "\(detail)")
    #expect(mails.count == 1)
  }

  @Test("without STARTTLS nothing is sent where it is required, and all is where it is only wished for")
  func noStartTLS() async throws {
    let strict = try await send("no-starttls", security: .required)
    #expect(strict.ending == .temporary)
    #expect(strict.detail.contains("STARTTLS"), "\(strict.detail)")
    #expect(strict.mails.isEmpty)
    #expect(try await send("no-starttls", security: .opportunistic).ending == .delivered)
  }

  @Test("a certificate of another name, or of nobody we trust, stops the mail and is named")
  func badCertificate() async throws {
    let otherName = try await send("good", security: .required, certificate: "mail.example.org", host: "localhost")
    let untrusted = try await send(
      "tls-now", security: .implicit, certificate: "localhost", trusted: false, host: "localhost")
    for result in [otherName, untrusted] {
      #expect(result.ending == .temporary)
      #expect(result.detail.contains("certificate"), "\(result.detail)")
      #expect(result.mails.isEmpty)
    }
  }

  @Test("a user with the right password is let in; a wrong one waits for the operator")
  func authentication() async throws {
    #expect(try await send("auth", user: "alice", password: "wonder land").ending == .delivered)
    for (mode, password) in [("auth", "wonderland"), ("no-auth", "wonder land")] {
      let (ending, detail, _) = try await send(mode, user: "alice", password: password)
      #expect(ending == .temporary)
      #expect(detail.contains("let us in") || detail.contains("password"), "\(detail)")
      #expect(!detail.contains(password))
    }
  }

  @Test("a connection that the server closed while it was idle costs the next mail nothing")
  func staleConnection() async throws {
    let folder = try TemporaryFolder()
    let servers = try SMTPServers(["reset-idle"], in: folder)
    let server = try servers.first
    let channel = SMTPChannel(server.configuration())
    for number in 1...4 {
      let (ending, detail) = ending(await channel.deliver(try Sample.mail(number)))
      #expect(ending == .delivered, "\(detail)")
    }
    await channel.close()
    #expect(try server.mails().count == 4)
  }

  @Test("after a refusal the next mail goes through", arguments: ["rcpt", "mail", "end"])
  func afterRefusal(stage: String) async throws {
    let folder = try TemporaryFolder()
    let servers = try SMTPServers(["once:\(stage):\(stage == "mail" ? "552" : "550")"], in: folder)
    let server = try servers.first
    let channel = SMTPChannel(server.configuration())
    #expect(ending(await channel.deliver(try Sample.mail(1))).ending == .permanent)
    #expect(ending(await channel.deliver(try Sample.mail(2))).ending == .delivered)
    await channel.close()
    #expect(try server.mails().count == 1)
  }

  @Test("addresses beyond ASCII are announced to the server")
  func international() async throws {
    let folder = try TemporaryFolder()
    let servers = try SMTPServers(["good"], in: folder)
    let server = try servers.first
    let channel = SMTPChannel(server.configuration())
    let (ending, detail) = ending(await channel.deliver(try Sample.mail(to: "hélène@example.org")))
    #expect(ending == .delivered, "\(detail)")
    await channel.close()
    let log = try server.log()
    #expect(log.contains("RCPT TO:<hélène@example.org>"))
    #expect(log.contains { $0.hasPrefix("MAIL FROM:") && $0.contains("SMTPUTF8") }, "\(log)")
  }

  @Test("a dead server slows no other")
  func isolation() async throws {
    let folder = try TemporaryFolder()
    let servers = try SMTPServers(["silent", "good"], in: folder)
    var patient = servers.servers[0].configuration(connections: 2)
    patient.limits = SMTPConfiguration.Limits()
    let deadChannel = SMTPChannel(patient)
    let aliveChannel = SMTPChannel(servers.servers[1].configuration())
    let mail = try Sample.mail()
    async let waiting: [DeliveryResult] = withTaskGroup(of: DeliveryResult.self) { group in
      for _ in 0..<8 { group.addTask { await deadChannel.deliver(mail) } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    for number in 1...10 { #expect(ending(await aliveChannel.deliver(try Sample.mail(number))).ending == .delivered) }
    // All that while the dead server's mails were waiting: nothing but closing ends them.
    await deadChannel.close()
    #expect(await waiting.map { ending($0).ending } == Array(repeating: .temporary, count: 8))
    await aliveChannel.close()
  }

  @Test("closing breaks off what hangs and answers what waits", .timeLimit(.minutes(1)))
  func closing() async throws {
    let folder = try TemporaryFolder()
    let servers = try SMTPServers(["silent"], in: folder)
    let server = try servers.first
    var configuration = server.configuration()
    // By itself it would wait for an hour.
    configuration.limits = SMTPConfiguration.Limits(connect: .hours(1), answer: .hours(1), total: .hours(1))
    let channel = SMTPChannel(configuration)
    let mail = try Sample.mail()
    async let first = channel.deliver(mail)
    async let second = channel.deliver(mail)
    try await Task.sleep(for: .milliseconds(300))
    await channel.close()
    #expect(await ending(first).ending == .temporary)
    #expect(await ending(second).ending == .temporary)
  }

  @Test("more mails at a time than the channel takes are answered at once")
  func bounded() async throws {
    let folder = try TemporaryFolder()
    let servers = try SMTPServers(["silent"], in: folder)
    let server = try servers.first
    var configuration = server.configuration()
    configuration.capacity = 3
    let channel = SMTPChannel(configuration)
    let mail = try Sample.mail()
    let details = await withTaskGroup(of: DeliveryResult.self) { group in
      for _ in 0..<10 { group.addTask { await channel.deliver(mail) } }
      try? await Task.sleep(for: .milliseconds(200))
      await channel.close()
      return await group.reduce(into: []) { $0.append(ending($1).detail) }
    }
    #expect(details.count { $0.contains("more deliveries at a time") } == 7)
  }
}
