import Foundation
import Testing

/// What `Tests/Simulation/run` runs: as many seeds as are wanted, with figures.
@Suite("The simulation by itself", .enabled(if: ProcessInfo.processInfo.environment["SIMULATION"] != nil))
struct SimulationRun {
  private static let environment = ProcessInfo.processInfo.environment

  @Test("so many seeds, until one fails")
  func run() throws {
    let count = Self.environment["SIMULATION_SEEDS"].flatMap { Int($0) } ?? 1_000
    let first = Self.environment["SIMULATION_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0..<1_000_000_000)
    if Self.environment["SIMULATION_TRACE"] != nil { return try trace(Plan(seed: first)) }
    var progress = Progress(count)
    for seed in first..<first + UInt64(count) {
      let plan = Plan(seed: seed)
      do {
        let run = try SuiteRun(plan)
        try run.run()
        progress.advance(steps: run.steps, commands: run.appended.count)
      } catch {
        progress.end()
        try report(plan, error)
        return
      }
    }
    progress.end()
    print("all \(count) seeds from \(first) on hold")
  }

  @Test("what a few seeds trace, as one text")
  func digest() throws { print("digest \(try SuiteSimulationTests.digest())") }

  private func trace(_ plan: Plan) throws {
    let run = try SuiteRun(plan, isTracing: true)
    let failure = Result { try run.run() }
    for line in run.trace { print(line) }
    try failure.get()
  }

  private func report(_ plan: Plan, _ error: any Error) throws {
    let law = (error as? SimulationFailure)?.law ?? "\(type(of: error))"
    print("seed \(plan.seed) fails: \(error)\nshrinking \(plan.moves.count) moves …")
    var shrinker = Shrinker(plan, law: law)
    shrinker.shrink()
    let run = try SuiteRun(shrinker.plan, isTracing: true)
    let failure = Result { try run.run() }
    print("\(shrinker.plan.moves.count) moves are enough, \(shrinker.plan.shape.processes) processes:")
    for line in run.trace { print("  \(line)") }
    try failure.get()
    throw SimulationFailure(law: law, "seed \(plan.seed)")
  }
}

/// A bar, with seeds and steps a second.
private struct Progress {
  private let count: Int
  private let began = ContinuousClock.now
  private var shown = ContinuousClock.now
  private var done = 0
  private var steps = 0
  private var commands = 0
  private let isTerminal = isatty(1) == 1

  init(_ count: Int) { self.count = count }

  mutating func advance(steps: Int, commands: Int) {
    done += 1
    self.steps += steps
    self.commands += commands
    guard isTerminal, ContinuousClock.now - shown > .milliseconds(200) else { return }
    shown = .now
    let filled = done * 30 / count
    let bar = String(repeating: "█", count: filled) + String(repeating: "·", count: 30 - filled)
    print("\r\(bar) \(done) of \(count), \(rates)", terminator: "")
    fflush(nil)
  }

  private var rates: String {
    let elapsed = ContinuousClock.now - began
    let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
    func rate(_ value: Int) -> Double { Double(value) / max(seconds, 0.001) }
    return
      "\((rate(done) * 10).rounded() / 10) seeds/s, \(Int(rate(steps))) steps/s, \(Int(rate(commands))) commands/s"
  }

  func end() {
    print("\(isTerminal ? "\r" : "")\(done) seeds, \(steps) steps, \(commands) commands: \(rates)")
  }
}
