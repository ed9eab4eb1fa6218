import CooperationModel
import Foundation
import Logging
import ServiceKit
import Testing

@testable import Notifications

@Suite("Into a Maildir")
struct MaildirTests {
  private func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  @Test("a mail is written whole, under its message's id")
  func writes() async throws {
    let folder = try TemporaryFolder()
    let root = "\(folder.path)/Boîte aux lettres/mail"
    let channel = try MaildirChannel(root: root)
    let mail = try Sample.mail()
    #expect(await channel.deliver(mail) == .delivered(detail: "written"))
    #expect(try names("\(root)/new") == [mail.id.rawValue])
    #expect(try Array(Data(contentsOf: URL(filePath: "\(root)/new/\(mail.id)"))) == mail.bytes)
    #expect(try names("\(root)/tmp").isEmpty)
    await channel.close()
  }

  @Test("a mail is never written twice, not even when its reader has moved or deleted it, nor by another process")
  func once() async throws {
    let folder = try TemporaryFolder()
    let channel = try MaildirChannel(root: folder.path)
    let mail = try Sample.mail()
    _ = await channel.deliver(mail)
    try FileManager.default.removeItem(atPath: "\(folder.path)/new/\(mail.id)")
    let other = try MaildirChannel(root: folder.path)
    #expect(await channel.deliver(mail) == .delivered(detail: "was written before"))
    #expect(await other.deliver(mail) == .delivered(detail: "was written before"))
    #expect(try names("\(folder.path)/new").isEmpty)
    await channel.close()
    await other.close()
  }

  @Test("many senders at once write each mail once")
  func concurrent() async throws {
    let folder = try TemporaryFolder()
    let root = folder.path
    let channels = try (0..<3).map { _ in try MaildirChannel(root: root) }
    let mails = try (1...20).map { try Sample.mail($0) }
    let written = await withTaskGroup(of: DeliveryResult.self) { group in
      for channel in channels { for mail in mails { group.addTask { await channel.deliver(mail) } } }
      return await group.reduce(into: 0) { if $1 == .delivered(detail: "written") { $0 += 1 } }
    }
    #expect(written == 20)
    #expect(try names("\(root)/new").count == 20)
    for channel in channels { await channel.close() }
  }

  @Test(
    "a crash between any two steps leaves a mail that is delivered once, by the next try",
    arguments: ["torn in tmp", "whole in tmp", "in the ledger", "moved", "moved and read"])
  func crashes(state: String) async throws {
    let folder = try TemporaryFolder()
    let root = folder.path
    let channel = try MaildirChannel(root: root)
    let mail = try Sample.mail()
    let shard = "\(root)/.ledger/\(mail.id.rawValue.prefix(2))"
    try Files.makeFolder(shard)
    let torn = state == "torn in tmp"
    try Files.write(torn ? Array(mail.bytes.prefix(100)) : mail.bytes, to: "\(root)/tmp/\(mail.id)")
    if state != "torn in tmp", state != "whole in tmp" {
      try Files.link("\(root)/tmp/\(mail.id)", to: "\(shard)/\(mail.id)")
    }
    if state.hasPrefix("moved") { try Files.move("\(root)/tmp/\(mail.id)", to: "\(root)/new/\(mail.id)") }
    if state == "moved and read" { try Files.remove("\(root)/new/\(mail.id)") }
    let result = await channel.deliver(mail)
    #expect(result == .delivered(detail: state.hasPrefix("moved") ? "was written before" : "written"))
    #expect(try names("\(root)/new") == (state == "moved and read" ? [] : [mail.id.rawValue]))
    if state != "moved and read" {
      #expect(try Array(Data(contentsOf: URL(filePath: "\(root)/new/\(mail.id)"))) == mail.bytes)
    }
    #expect(try names("\(root)/tmp").isEmpty)
    await channel.close()
  }

  @Test("a folder that cannot be written to is a failure that passes")
  func unwritable() async throws {
    let folder = try TemporaryFolder()
    let channel = try MaildirChannel(root: folder.path)
    try FileManager.default.removeItem(atPath: "\(folder.path)/tmp")
    try Data().write(to: URL(filePath: "\(folder.path)/tmp"))
    let mail = try Sample.mail()
    guard case .temporary(let detail, _) = await channel.deliver(mail) else {
      Issue.record("delivered into a file")
      return
    }
    #expect(detail.contains("cannot create"))
    try FileManager.default.removeItem(atPath: "\(folder.path)/tmp")
    try FileManager.default.createDirectory(atPath: "\(folder.path)/tmp", withIntermediateDirectories: false)
    #expect(await channel.deliver(mail) == .delivered(detail: "written"))
    await channel.close()
  }

  @Test("the ledger forgets what is old and final, and nothing else")
  func forgets() async throws {
    let folder = try TemporaryFolder()
    let channel = try MaildirChannel(root: folder.path)
    let mail = try Sample.mail()
    _ = await channel.deliver(mail)
    let now = Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
    #expect(try channel.forgetDeliveries(before: now - .days(7)) { _ in false } == 0)
    #expect(try channel.forgetDeliveries(before: now + .days(1)) { $0 == mail.id } == 0)
    #expect(await channel.deliver(mail) == .delivered(detail: "was written before"))
    #expect(try channel.forgetDeliveries(before: now + .days(1)) { _ in false } == 1)
    await channel.close()
  }

  @Test("its keeper goes by the log: what waits there is never forgotten, what is final is once it is old")
  func keeper() async throws {
    let folder = try TemporaryFolder()
    let channel = try MaildirChannel(root: folder.path)
    let mail = try Sample.mail()
    _ = await channel.deliver(mail)
    let now = Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
    let clock = ManualClock(now + LedgerKeeper.retention - .minutes(5))
    func sweep(waiting: Set<MessageID>?) async -> Int? {
      await LedgerKeeper(channel: channel, clock: clock, logger: Logger(label: "test")) { waiting }.sweep()
    }
    #expect(await sweep(waiting: []) == 0)
    clock.advance(by: .days(1))
    #expect(await sweep(waiting: [mail.id]) == 0)
    #expect(await sweep(waiting: nil) == nil)
    #expect(await sweep(waiting: []) == 1)
    await channel.close()
  }
}
