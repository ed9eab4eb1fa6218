import CooperationModel
import Foundation
import Testing
import TopicBus

@Suite("The suite on the bus on one file", .serialized, .timeLimit(.minutes(3)))
struct EmbeddedRunTests {
  /// The commands are those of a simulated run without faults. What the log holds in the end goes into a simulated log,
  /// where everything is restored, derived and consumed anew: nothing new may come of it, and the laws must hold.
  @Test("the laws hold, and all of it again writes nothing", arguments: 0..<2)
  func lawsHold(number: UInt64) async throws {
    let seed = SuiteSimulationTests.first + number
    var plan = Plan(seed: seed, moves: 900)
    // Where mail leaves as soon as there is some.
    plan.market.leavesMachine = false
    plan.market.isOpen = true
    plan.market.perHour = 100_000
    plan.moves.removeAll { ![.advance, .command, .setting, .tick].contains($0.kind) }
    let model = try SuiteRun(plan)
    try model.run()
    var before = plan
    before.market.founding = []
    let prepared = try SuiteRun(before).everything()
    let folder = FileManager.default.temporaryDirectory.appending(path: "simulation-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let commands = model.appended.map(\.command)
    let began = ContinuousClock.now
    let real = try EmbeddedRun(plan, path: folder.appending(path: "log.sqlite").path(), now: commands[0].receivedAt)
    let (records, arrivals) = try await real.run(prepared, commands)

    let now = commands.map(\.receivedAt).max() ?? model.now
    let again = try SuiteRun(plan, Beginning(plan.market, holding: records, commands, arrivals, now: now))
    let held = try again.everything().count
    do {
      try again.settle(toTheEnd: false)
      try again.check()
    } catch {
      Issue.record("seed \(seed): \(error)")
    }
    #expect(try again.everything().count == held, "seed \(seed): what is there already was written again")
    print(
      "suite on the embedded bus: seed \(seed), \(commands.count) commands, \(records.count) records, "
        + "\(arrivals.count) messages, \(ContinuousClock.now - began)")
  }
}
