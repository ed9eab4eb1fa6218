import CooperationModel
import Foundation
import OutsideWorld
import Testing

@testable import Notifications

/// A channel with its receiver, as the contract sees it.
struct ChannelUnderTest {
  /// What a channel promises beyond the contract.
  enum Feature { case neverTwice }

  var channel: any Channel
  var features: Set<Feature>
  /// What has arrived, in any order.
  var received: () throws -> [[UInt8]]

  enum Kind: String, CaseIterable { case maildir, smtp }

  /// Runs a test against a new channel of that kind, and closes it.
  static func run(_ kind: Kind, _ test: (ChannelUnderTest) async throws -> Void) async throws {
    let folder = try TemporaryFolder()
    switch kind {
    case .maildir:
      let channel = try MaildirChannel(root: folder.path)
      let new = "\(folder.path)/new"
      try await test(
        ChannelUnderTest(channel: channel, features: [.neverTwice]) {
          try FileManager.default.contentsOfDirectory(atPath: new).map {
            try Array(Data(contentsOf: URL(filePath: "\(new)/\($0)")))
          }
        })
      await channel.close()
    case .smtp:
      let servers = try SMTPServers(["good"], in: folder)
      let server = try servers.first
      let channel = SMTPChannel(server.configuration(connections: 2))
      try await test(ChannelUnderTest(channel: channel, features: []) { try server.mails() })
      await channel.close()
      withExtendedLifetime(servers) {}
    }
  }
}

@Suite("What every channel does")
struct ChannelContract {
  private func isDelivered(_ result: DeliveryResult) -> Bool { if case .delivered = result { true } else { false } }

  @Test(
    "what it calls delivered has arrived, byte for byte, though many are sent at once",
    arguments: ChannelUnderTest.Kind.allCases)
  func arrives(kind: ChannelUnderTest.Kind) async throws {
    try await ChannelUnderTest.run(kind) { subject in
      let mails = try (1...30).map { try Sample.mail($0) }
      let channel = subject.channel
      let results = await withTaskGroup(of: DeliveryResult.self) { group in
        for mail in mails { group.addTask { await channel.deliver(mail) } }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(results.allSatisfy(isDelivered))
      let received = try subject.received()
      #expect(Set(received) == Set(mails.map(\.bytes)))
      #expect(received.count == mails.count)
    }
  }

  @Test(
    "a repeat arrives once where that is promised, else with the same bytes", arguments: ChannelUnderTest.Kind.allCases)
  func repeats(kind: ChannelUnderTest.Kind) async throws {
    try await ChannelUnderTest.run(kind) { subject in
      let mail = try Sample.mail()
      for _ in 0..<3 { #expect(isDelivered(await subject.channel.deliver(mail))) }
      let count = subject.features.contains(.neverTwice) ? 1 : 3
      let received = try subject.received()
      #expect(received == Array(repeating: mail.bytes, count: count))
    }
  }

  @Test(
    "a mail with lines that begin with dots and with `From ` arrives as it was",
    arguments: ChannelUnderTest.Kind.allCases)
  func dots(kind: ChannelUnderTest.Kind) async throws {
    try await ChannelUnderTest.run(kind) { subject in
      var mail = try Sample.mail()
      mail.bytes = Array("Subject: dots\r\n\r\n.\r\n..\r\n.a\r\nFrom here\r\n\r\n.\r\n".utf8)
      #expect(isDelivered(await subject.channel.deliver(mail)))
      let received = try subject.received()
      #expect(received == [mail.bytes])
    }
  }

  @Test("once closed it answers at once, however often it is closed", arguments: ChannelUnderTest.Kind.allCases)
  func closed(kind: ChannelUnderTest.Kind) async throws {
    try await ChannelUnderTest.run(kind) { subject in
      await subject.channel.close()
      await subject.channel.close()
      let result = await subject.channel.deliver(try Sample.mail())
      #expect(result == .temporary(detail: "the channel is closing"))
      let received = try subject.received()
      #expect(received.isEmpty)
    }
  }
}
