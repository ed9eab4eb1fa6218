import Foundation
import Testing

@Suite("Simulation of the suite")
struct SuiteSimulationTests {
  /// Other seeds each time; `SIMULATION_SEED` and `SIMULATION_SEEDS` choose them.
  static let first =
    ProcessInfo.processInfo.environment["SIMULATION_SEED"].flatMap { UInt64($0) }
    ?? UInt64.random(in: 0..<1_000_000_000)
  static let count = ProcessInfo.processInfo.environment["SIMULATION_SEEDS"].flatMap { Int($0) } ?? 300

  @Test("whatever crashes, moves or lies: the laws of the whole suite hold")
  func lawsHold() throws {
    let began = ContinuousClock.now
    var steps = 0
    var commands = 0
    var failing: [UInt64] = []
    for seed in Self.first..<Self.first + UInt64(Self.count) {
      let run = try SuiteRun(Plan(seed: seed))
      do {
        try run.run()
      } catch {
        failing.append(seed)
        Issue.record("seed \(seed): \(error)")
        if failing.count == 5 { break }
      }
      steps += run.steps
      commands += run.appended.count
    }
    print(
      "suite simulation: seeds \(Self.first)…+\(Self.count), \(steps) steps, \(commands) commands, \(ContinuousClock.now - began)"
    )
    #expect(commands > 0)
  }

  @Test("the same seed gives the same trace, byte for byte")
  func isDeterministic() throws {
    for seed in Self.first..<Self.first + 3 {
      let traces = try (0..<2).map { _ in
        let run = try SuiteRun(Plan(seed: seed), isTracing: true)
        try run.run()
        return run.trace + [try run.log.fingerprint()]
      }
      #expect(traces[0] == traces[1])
    }
  }
}
