import Foundation
import Testing

@testable import ServiceKit

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
    for seed in Self.first..<Self.first + UInt64(Self.count) {
      do {
        let run = try SuiteRun(Plan(seed: seed))
        try run.run()
        steps += run.steps
        commands += run.appended.count
      } catch {
        Issue.record(
          """
          seed \(seed), the \(seed - Self.first + 1). after \(ContinuousClock.now - began): \(error)
          `Tests/Simulation/run --seeds 1 --seed \(seed)` makes it short.
          """)
        return
      }
    }
    print(
      "suite simulation: seeds \(Self.first)…+\(Self.count), \(steps) steps, \(commands) commands, \(ContinuousClock.now - began)"
    )
    #expect(commands > 0)
  }

  @Test("the same seed gives the same trace, byte for byte, in this process and in another one")
  func isDeterministic() throws {
    let own = try Self.digest()
    #expect(try Self.digest() == own)
    #expect(try Self.digestOfAnotherProcess() == own)
  }

  /// One text for all that a few seeds trace and write.
  static func digest() throws -> String {
    StableID.uuid(
      of: try (first..<first + 12).flatMap { seed in
        let run = try SuiteRun(Plan(seed: seed), isTracing: true)
        try run.run()
        return run.trace + [try run.log.fingerprint()]
      })
  }

  /// Another process hashes by another seed: what iterates a set or a dictionary is in another order there.
  private static func digestOfAnotherProcess() throws -> String? {
    let process = Process()
    process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = ["--testing-library", "swift-testing", "--filter", "SimulationRun/digest"]
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["SIMULATION": "1", "SIMULATION_SEED": "\(first)"]
    ) { $1 }
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text.split(separator: "\n").first { $0.hasPrefix("digest ") }.map { String($0.dropFirst(7)) }
  }
}
