import Seeds
import Foundation
import Synchronization
import Testing

/// Kills, stops and restarts the services at random, by a seed, until it is told to end.
final class Chaos: Sendable {
  private let suite: RunningSuite
  private let isOver = Mutex(false)
  private let counts = Mutex(Tally())

  struct Tally: Sendable {
    var kills = 0
    var pauses = 0
    var stops = 0
    /// Seconds from a start to readiness.
    var recoveries: [Double] = []
    var slowestStop: Double = 0
    /// Processes that ended though nobody had asked them to.
    var losses: [String] = []
  }

  init(_ suite: RunningSuite) { self.suite = suite }

  var tally: Tally { counts.withLock { $0 } }

  func end() { isOver.withLock { $0 = true } }

  func run(seed: UInt64) async throws {
    var dice = Dice(seed: seed)
    while !isOver.withLock({ $0 }) {
      try await Task.sleep(for: .milliseconds(Int.random(in: 100...1_000, using: &dice)))
      let instance = try dice.one(of: suite.instances)
      guard instance.process?.end == nil else {
        let line =
          "\(instance.description) ended by itself: \(String(describing: instance.process?.end))\n\(instance.tail)"
        counts.withLock { $0.losses.append(line) }
        try await restart(instance)
        continue
      }
      switch Int.random(in: 0..<10, using: &dice) {
      case 0..<6:
        await instance.kill()
        counts.withLock { $0.kills += 1 }
        try await Task.sleep(for: .milliseconds(Int.random(in: 0...500, using: &dice)))
        try await restart(instance)
      case 6..<8:
        instance.send(SIGSTOP)
        try await Task.sleep(for: .milliseconds(Int.random(in: 50...1_500, using: &dice)))
        instance.send(SIGCONT)
        counts.withLock { $0.pauses += 1 }
      default:
        try await instance.begun()
        let (end, seconds) = await instance.stop()
        #expect(end == .exited(0), "\(instance.description): \(String(describing: end))\n\(instance.tail)")
        counts.withLock { tally in
          tally.stops += 1
          tally.slowestStop = max(tally.slowestStop, seconds)
        }
        try await restart(instance)
      }
    }
  }

  /// Starts it again. The next blow may come before it is ready.
  private func restart(_ instance: Instance) async throws {
    let start = ContinuousClock.now
    try instance.start()
    let life = instance.process?.id
    Task {
      // Killed again before that, it is another life that becomes ready.
      try await instance.ready()
      guard instance.process?.id == life else { return }
      counts.withLock { $0.recoveries.append(start.duration(to: .now) / .seconds(1)) }
    }
  }
}
