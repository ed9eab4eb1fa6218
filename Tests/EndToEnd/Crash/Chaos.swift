import CooperationModel
import EmbeddedBus
import Foundation
import OutsideWorld
import Seeds
import ServiceKit
import Synchronization
import Testing
import TopicBus

/// Kills, pauses, stops and restarts the services at random, by a seed, until it is told to end; meanwhile it fills their
/// disk and takes their mail server away, where they have one.
final class Chaos: Sendable {
  private let suite: RunningSuite
  private let mailServer: MailServer?
  private let isOver = Mutex(false)
  private let counts = Mutex(Tally())

  struct Tally: Sendable {
    var kills = 0
    var pauses = 0
    var stops = 0
    var fillings = 0
    var outages = 0
    /// Seconds from a start, or from room on the disk, to readiness.
    var recoveries: [Double] = []
    var slowestStop: Double = 0
    /// Processes that could not start while the disk was full.
    var refusals = 0
    /// Processes that ended though nobody had asked them to.
    var losses: [String] = []
    /// Deaths of whoever sends mail.
    var deaths: [Death] = []
  }

  /// A kill.
  struct Death: Sendable {
    /// The life that it ended.
    var sender: String
    /// By the clock, in milliseconds, just before.
    var at: Int64
  }

  init(_ suite: RunningSuite, mailServer: MailServer? = nil) {
    self.suite = suite
    self.mailServer = mailServer
  }

  var tally: Tally { counts.withLock { $0 } }

  func end() { isOver.withLock { $0 = true } }

  func run(seed: UInt64) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { [self] in try await strikeProcesses(seed: seed) }
      if let disk = suite.disk { group.addTask { [self] in try await fill(disk, seed: seed &+ 1) } }
      if let mailServer { group.addTask { [self] in try await takeAway(mailServer, seed: seed &+ 2) } }
      try await group.waitForAll()
    }
  }

  private func note(_ change: (inout Tally) -> Void) { counts.withLock { change(&$0) } }

  /// - Returns: false when it is over before.
  private func rest(_ milliseconds: ClosedRange<Int>, _ dice: inout Dice) async throws -> Bool {
    let end = ContinuousClock.now + .milliseconds(Int.random(in: milliseconds, using: &dice))
    while ContinuousClock.now < end, !isOver.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(20)) }
    return !isOver.withLock { $0 }
  }

  // MARK: Processes

  private func strikeProcesses(seed: UInt64) async throws {
    var dice = Dice(seed: seed)
    while try await rest(100...1_000, &dice) {
      let instance = try dice.one(of: suite.instances)
      guard instance.process?.end == nil else {
        noteEnd(of: instance)
        try await restart(instance)
        continue
      }
      switch Int.random(in: 0..<10, using: &dice) {
      case 0..<6:
        let death = Death(sender: instance.lifeName, at: SystemClock().now().milliseconds)
        await instance.kill()
        note { tally in
          tally.kills += 1
          if instance.service == .notifications { tally.deaths.append(death) }
        }
        try await Task.sleep(for: .milliseconds(Int.random(in: 0...500, using: &dice)))
        try await restart(instance)
      case 6..<8:
        instance.send(SIGSTOP)
        try await Task.sleep(for: .milliseconds(Int.random(in: 50...1_500, using: &dice)))
        instance.send(SIGCONT)
        note { $0.pauses += 1 }
      default:
        try await stop(instance)
      }
    }
  }

  private func stop(_ instance: Instance) async throws {
    do {
      try await instance.begun()
    } catch {
      // It had no room to begin in: seen, and told, at the next look.
      guard instance.process?.end != nil else { throw error }
      return
    }
    let (end, seconds) = await instance.stop()
    if end != .exited(0), instance.lacksRoom {
      note { $0.refusals += 1 }
    } else {
      #expect(end == .exited(0), "\(instance.description): \(String(describing: end))\n\(instance.tail)")
      note { tally in
        tally.stops += 1
        tally.slowestStop = max(tally.slowestStop, seconds)
      }
    }
    try await restart(instance)
  }

  /// A service that finds a full disk at its start says so and ends: whoever keeps it running starts it again. Any other
  /// end that nobody asked for is a fault.
  private func noteEnd(of instance: Instance) {
    if instance.lacksRoom { return note { $0.refusals += 1 } }
    let line = "\(instance.description) ended by itself: \(String(describing: instance.process?.end))\n\(instance.tail)"
    note { $0.losses.append(line) }
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
      note { $0.recoveries.append(start.duration(to: .now) / .seconds(1)) }
    }
  }

  // MARK: The disk

  private static let ballast = TopicDeclaration("test.ballast", partitions: 1, cleanup: .trimmed)

  private func fill(_ disk: SmallDisk, seed: UInt64) async throws {
    var dice = Dice(seed: seed)
    try await suite.bus.create([Self.ballast])
    var wait = 3_000...10_000
    while try await rest(wait, &dice) {
      try disk.fill()
      do {
        try await useUpTheLog()
        note { $0.fillings += 1 }
        _ = try await rest(500...3_000, &dice)
        disk.free()
      } catch {
        disk.free()
        throw error
      }
      let start = ContinuousClock.now
      try await until("the log takes records again") { try await Self.isTaken { try await trimBallast() } }
      note { $0.recoveries.append(start.duration(to: .now) / .seconds(1)) }
      wait = 10_000...25_000
    }
  }

  /// The log's own files have room in them, which was taken earlier: nobody is out of room before that is used up.
  private func useUpTheLog() async throws {
    let record = Outgoing(
      topic: Self.ballast.name, partition: 0, key: [], value: [UInt8](repeating: 0, count: 1 << 20), timestamp: 0)
    for _ in 0..<128 {
      guard try await Self.isTaken({ _ = try await suite.bus.append([record]) }) else { return }
    }
    throw NoSuchAnswer(description: "the disk is full, and the log takes a hundred megabytes")
  }

  private func trimBallast() async throws {
    let partition = TopicPartition(Self.ballast.name, 0)
    guard let end = try await suite.bus.ends(of: [partition])[partition] else { return }
    try await suite.bus.trim(before: [partition: end.high])
  }

  /// Whether there was room for it.
  private static func isTaken(_ write: () async throws -> Void) async throws -> Bool {
    do {
      try await write()
      return true
    } catch let error as BusError {
      guard case .full = error else { throw error }
      return false
    }
  }

  // MARK: The mail server

  /// Killed, it refuses connections and breaks those there are; stopped, it takes them and answers nobody.
  private func takeAway(_ server: MailServer, seed: UInt64) async throws {
    var dice = Dice(seed: seed)
    // Soon, so that what could not be sent, and is sent a minute later, is seen to arrive.
    var wait = 500...2_000
    while try await rest(wait, &dice) {
      note { $0.outages += 1 }
      if dice.falls(70) {
        server.kill()
        _ = try await rest(1_000...4_000, &dice)
        try server.start()
      } else {
        server.send(SIGSTOP)
        _ = try await rest(1_000...4_000, &dice)
        server.send(SIGCONT)
      }
      wait = 10_000...25_000
    }
  }
}

extension Instance {
  /// Whether it ended because the disk was full.
  var lacksRoom: Bool {
    guard let end = process?.end, end != .exited(0) else { return false }
    return tail.split(separator: "\n").last?.contains("free some space") ?? false
  }
}
