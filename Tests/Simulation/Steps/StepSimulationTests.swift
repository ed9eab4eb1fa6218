import Foundation
import Testing

@Suite("Simulation")
struct SimulationTests {
  /// Other seeds each time; `SIMULATION_SEED` and `SIMULATION_SEEDS` choose them.
  static let first =
    ProcessInfo.processInfo.environment["SIMULATION_SEED"].flatMap { UInt64($0) }
    ?? UInt64.random(in: 0..<1_000_000_000)
  static let count = ProcessInfo.processInfo.environment["SIMULATION_SEEDS"].flatMap { Int($0) } ?? 300

  @Test("whatever crashes, moves or lies: nothing is lost, nothing is done twice, and what follows is right")
  func invariantsHold() throws {
    let began = ContinuousClock.now
    var commands = 0
    for seed in Self.first..<Self.first + UInt64(Self.count) {
      var world = try World(seed: seed, isTracing: Self.count == 1)
      do {
        try world.run(steps: 400)
        try world.check()
      } catch {
        Issue.record(
          "seed \(seed), the \(seed - Self.first + 1). after \(ContinuousClock.now - began): \(error)")
        return
      }
      commands += world.acknowledged.count
    }
    print("simulation: seeds \(Self.first)…+\(Self.count), \(commands) commands, \(ContinuousClock.now - began)")
    #expect(commands > 0)
  }

  @Test("the same seed gives the same log, byte for byte")
  func isDeterministic() throws {
    func records(_ seed: UInt64) throws -> [String] {
      var world = try World(seed: seed, isTracing: true)
      try world.run(steps: 300)
      return world.trace + [try world.log.fingerprint()]
    }
    for seed in Self.first..<Self.first + 5 { #expect(try records(seed) == records(seed)) }
  }
}
