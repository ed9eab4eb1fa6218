import Seeds
import CooperationModel
import Foundation
import Testing

@testable import Notifications

@Suite("A message's life")
struct LifecycleTests {
  private func message(_ number: Int = 1) throws -> OutboundMessage {
    let contact = try Sample.contact(number)
    return try Sample.message([Cause(.offered, Sample.lead(of: Sample.request()).id, at: Sample.now)], to: contact)
  }

  @Test("a failure is tried again after the schedule's wait and at most a fifth more, then given up")
  func backoff() throws {
    var message = try message()
    var now = Sample.now
    for (index, wait) in OutboundMessage.backoff.enumerated() {
      message = message.after(.temporary(detail: "451 later"), channel: "smtp", at: now)
      #expect(message.status == .pending && message.attempt == index + 1 && message.version == index + 2)
      let waited = (message.notBefore - now).milliseconds
      #expect((wait.milliseconds...wait.milliseconds * 6 / 5).contains(waited))
      now = message.notBefore
    }
    message = message.after(.temporary(detail: "451 later"), channel: "smtp", at: now)
    #expect(message.status == .failed)
    #expect(message.outcome?.detail == "given up after 8 attempts: 451 later")
  }

  @Test("two messages that fail together do not come back together, and a replay waits as long")
  func jitter() throws {
    let waits = try (1...200).map { try message($0).wait(afterAttempt: 1) }
    #expect(Set(waits).count > 100)
    #expect(try waits == (1...200).map { try message($0).wait(afterAttempt: 1) })
  }

  @Test("a receiver's wish to wait longer is followed, up to a day")
  func retryAfter() throws {
    let now = Sample.now
    let hour = try message().after(.temporary(detail: "", retryAfter: .hours(1)), channel: "smtp", at: now)
    #expect(hour.notBefore == now + .hours(1))
    let week = try message().after(.temporary(detail: "", retryAfter: .days(7)), channel: "smtp", at: now)
    #expect(week.notBefore == now + .hours(24))
  }

  @Test("a final message stays as it is")
  func final() throws {
    let done = try message().after(.delivered(detail: "250 ok"), channel: "smtp", at: Sample.now)
    #expect(done.status == .delivered && done.outcome?.channel == "smtp")
    #expect(done.after(.permanent(detail: "550"), channel: "smtp", at: Sample.now) == done)
  }

  @Test("Paris's hours are those of the time zone files")
  func paris() throws {
    let zone = try #require(TimeZone(identifier: "Europe/Paris"))
    var random = SplitMix(seed: 7)
    for _ in 0..<5_000 {
      let instant = Instant(milliseconds: Int64.random(in: 852_076_800_000...2_145_916_800_000, using: &random))
      let seconds = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant.milliseconds) / 1_000))
      #expect(ParisTime.offset(at: instant) == .seconds(Int64(seconds)), "\(instant)")
    }
    #expect(
      ParisTime.nextDigest(after: Sample.instant("2026-03-28T07:00:00Z")) == Sample.instant("2026-03-29T05:00:00Z"))
    #expect(
      ParisTime.nextDigest(after: Sample.instant("2026-10-25T04:00:00Z")) == Sample.instant("2026-10-25T06:00:00Z"))
    #expect(
      ParisTime.nextDigest(after: Sample.instant("2026-10-25T06:00:00Z")) == Sample.instant("2026-10-26T06:00:00Z"))
  }
}

@Suite("Limits on sending")
struct SendingPlanTests {
  private func messages(_ count: Int, contact: Int = 1, delivered: Instant? = nil) throws -> [OutboundMessage] {
    try (0..<count).map { number in
      let lead = try Sample.lead(of: Sample.request(5_000 + number))
      let message = try Sample.message([Cause(.offered, lead.id, at: Sample.now)], to: Sample.contact(contact))
      return delivered.map { message.after(.delivered(detail: ""), channel: "smtp", at: $0) } ?? message
    }
  }

  @Test("a recipient gets so many a day; what is more waits for the next morning")
  func perRecipient() throws {
    let plan = SendingPlan(
      messages: try messages(10) + messages(5, contact: 2), inFlight: [],
      settings: SendingSettings(isOpen: true, perRecipientAndDay: 3), isClosed: false, partitions: 12, room: 100,
      at: Sample.now)
    #expect(plan.send.count == 6)
    #expect(plan.wakeAt == Sample.instant("2026-11-25T06:00:00Z"))
  }

  @Test("a partition sends its share of the hour's messages, counting what was sent before")
  func perHour() throws {
    let earlier = Sample.now - .minutes(20)
    let all = try messages(4, contact: 2, delivered: earlier) + messages(10)
    let plan = SendingPlan(
      messages: all, inFlight: [], settings: SendingSettings(isOpen: true, perHour: 72), isClosed: false,
      partitions: 12,
      room: 100, at: Sample.now)
    #expect(plan.send.count == 2)
    #expect(plan.wakeAt == earlier + .hours(1))
  }

  @Test(
    "all partitions' shares together stay within the limit",
    arguments: [(0, 0, 60), (1, 1, 720), (5, 1, 144), (12, 1, 60), (1_000, 83, 60)])
  func shares(perHour: Int, count: Int, minutes: Int64) {
    let share = HourlyShare(perHour: perHour, partitions: 12)
    #expect(share.count == count)
    #expect(share.window == .minutes(minutes))
    #expect(Int64(share.count * 12) * 3_600_000 <= Int64(perHour) * share.window.milliseconds)
  }

  @Test("a closed gate lets nothing out, and an open one no more than the channel takes")
  func gate() throws {
    let all = try messages(10)
    let settings = SendingSettings(isOpen: true)
    #expect(
      SendingPlan(
        messages: all, inFlight: [], settings: settings, isClosed: true, partitions: 12, room: 9, at: Sample.now
      ).send.isEmpty)
    #expect(
      SendingPlan(
        messages: all, inFlight: [all[0].id], settings: settings, isClosed: false, partitions: 12, room: 4,
        at: Sample.now
      ).send == Array(all.dropFirst().map(\.id).sorted().prefix(4)))
  }
}
