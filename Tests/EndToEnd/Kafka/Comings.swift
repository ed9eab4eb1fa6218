import Foundation
import Synchronization
import Testing
import TopicBus

/// Adds instances of services, stops and, where the broker judges that, kills them at random, by a seed, until it is told
/// to end.
final class Comings: Sendable {
  private let suite: RunningSuite
  /// Whether members that are killed are put out of their groups.
  private let kills: Bool
  /// How long it rests between two of its doings, in milliseconds.
  private let rests: ClosedRange<Int>
  private let isOver = Mutex(false)
  private let counts = Mutex(Tally())

  struct Tally: Sendable {
    var chaos = Chaos.Tally()
    var additions = 0
  }

  init(_ suite: RunningSuite, kills: Bool, rests: ClosedRange<Int> = 200...1_500) {
    self.suite = suite
    self.kills = kills
    self.rests = rests
  }

  var tally: Tally { counts.withLock { $0 } }

  func end() { isOver.withLock { $0 = true } }

  func run(seed: UInt64) async throws {
    var dice = Dice(seed: seed)
    while true {
      let next = ContinuousClock.now + .milliseconds(Int.random(in: rests, using: &dice))
      while !isOver.withLock({ $0 }), .now < next { try await Task.sleep(for: .milliseconds(100)) }
      if isOver.withLock({ $0 }) { return }
      let instance = try dice.one(of: suite.instances)
      if instance.process == nil {
        try instance.start()
        counts.withLock { $0.additions += 1 }
      } else if instance.isDown {
        note(loss: instance)
        try instance.start()
      } else if dice.falls(20) {
        instance.send(SIGSTOP)
        try await Task.sleep(for: .milliseconds(Int.random(in: 50...1_500, using: &dice)))
        instance.send(SIGCONT)
        counts.withLock { $0.chaos.pauses += 1 }
      } else {
        try await end(instance, killing: kills && dice.falls(60))
        try await Task.sleep(for: .milliseconds(Int.random(in: 0...500, using: &dice)))
        try await restart(instance)
      }
    }
  }

  private func note(loss instance: Instance) {
    let line = "\(instance.description) ended by itself: \(String(describing: instance.process?.end))\n\(instance.tail)"
    counts.withLock { $0.chaos.losses.append(line) }
  }

  private func end(_ instance: Instance, killing: Bool) async throws {
    if killing {
      await instance.kill()
      counts.withLock { $0.chaos.kills += 1 }
      return
    }
    if kills { try await instance.begun() } else { try await whole(instance.service) }
    let (end, seconds) = await instance.stop()
    #expect(end == .exited(0), "\(instance.description): \(String(describing: end))\n\(instance.tail)")
    counts.withLock { tally in
      tally.chaos.stops += 1
      tally.chaos.slowestStop = max(tally.chaos.slowestStop, seconds)
    }
  }

  /// Waits until the service's groups have settled: a member that leaves while it joins is not always heard (librdkafka
  /// 2.0.2), and a broker that puts nobody out would wait for it for ever.
  private func whole(_ service: Service) async throws {
    let count = suite.of(service).count { !$0.isDown }
    let names = service == .matcher ? ["matcher-ranking", "matcher-allocation"] : [service.rawValue]
    try await until("the groups of \(service.rawValue) have settled", within: 60, every: .milliseconds(200)) {
      let groups = try await suite.bus.describeGroups().filter { names.contains($0.group) }
      return groups.count == names.count
        && groups.allSatisfy { group in
          group.members.count == count
            && Set(group.members.flatMap(\.partitions)) == Set(group.partitions.map(\.partition))
        }
    }
  }

  private func restart(_ instance: Instance) async throws {
    let start = ContinuousClock.now
    try instance.start()
    let life = instance.process?.id
    Task {
      try await instance.ready(within: 120)
      guard instance.process?.id == life else { return }
      counts.withLock { $0.chaos.recoveries.append(start.duration(to: .now) / .seconds(1)) }
    }
  }
}
