import CooperationModel
import Foundation
import Notifications
import ServiceKit
import Testing

/// Messages that wait for the gate or a limit. `Tests/Benchmarks/run Sending`.
@Suite("Sending", .serialized, .enabled(if: ProcessInfo.processInfo.environment["BENCHMARK"] == "1"))
struct SendingBenchmarks {
  @Test("a plan over 100,000 waiting messages of one partition, against sorting them")
  func plan() async throws {
    let now = Instant(milliseconds: 1_790_000_000_000)
    let messages = try (0..<100_000).map { number in
      let contact = try #require(ContactID(rawValue: StableID.uuid(of: ["contact", String(number % 5_000)])))
      return OutboundMessage(
        id: try #require(MessageID(rawValue: StableID.uuid(of: [String(number)]))), version: 1, contact: contact,
        owner: .ministry, kind: .leads, subjects: [], notBefore: now - .minutes(Int64(number % 600)), createdAt: now)
    }
    var queue = SendingQueue()
    let filling = await time { for message in messages { queue.note(message.id, message) } }
    var sorted: [OutboundMessage] = []
    let floor = await time { sorted = messages.sorted { ($0.notBefore, $0.id) < ($1.notBefore, $1.id) } }
    let settings = SendingSettings(isOpen: true, perHour: 10_000_000)
    var plans: [Duration] = []
    var sent = 0
    for _ in 0..<200 {
      plans.append(
        await time {
          let plan = SendingPlan(
            queue, inFlight: [], settings: settings, isClosed: false, partitions: 12, room: 16, at: now)
          sent += plan.send.count
        })
    }
    say(
      "100,000 waiting: noted in %.0f ms (%.1f µs each), a plan for 16: %@; sorting them once: %.0f ms",
      filling / .milliseconds(1), filling / .microseconds(1) / 100_000, Figures(plans).description,
      floor / .milliseconds(1))
    #expect(sent == 3_200 && sorted.count == messages.count)
  }
}
