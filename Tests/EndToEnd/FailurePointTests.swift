#if DEBUG
  import Foundation
  import Synchronization
  import Testing

  /// Each named boundary of the shell and the bus, in the services that get there.
  @Suite("Killed at a named boundary, a service goes on where it was", .serialized)
  struct FailurePointTests {
    static let points: [Service: [String]] = [
      .notifications: [
        "shell.send-begun:2", "shell.send-ended:2", "shell.send-ended:5", "commit.begun:3", "commit.outputs:5",
        "commit.committed:4", "shell.restoring",
      ],
      .matcher: [
        "shell.event:30", "shell.restoring", "commit.outputs:2", "commit.offsets:2", "commit.committed:2",
        "shell.commit-begun:2", "group.assigned",
      ],
      .ingestion: [
        "shell.commit-begun:3", "commit.outputs:3", "commit.offsets:4", "write.committed:5", "append.written:3",
        "append.committed:4", "shell.commit-acknowledged:4", "group.released", "write.queued:6",
      ],
    ]
    private static let count = points.values.reduce(0) { $0 + $1.count }

    @Test("all of them, each service's one after the other, on one log")
    func points() async throws {
      let seed = UInt64.random(in: 0..<100_000)
      let reached = Reached()
      try await RunningSuite.run([.ingestion: 2, .matcher: 2, .notifications: 2]) { suite in
        let run = try await CrashRun(
          suite, requests: 100_000, seed: seed, rest: .milliseconds(300), isOver: { reached.isOver })
        try await run.load {
          defer { reached.end() }
          // The services beside each other: what waits for work in one leaves the processors to the others.
          try await withThrowingTaskGroup(of: Void.self) { group in
            for service in Self.points.keys {
              group.addTask { try await Self.strike(suite.of(service), reached) }
            }
            try await group.waitForAll()
          }
        } end: {
        }
        let missed = Self.count - reached.points.count
        print("failure points: seed \(seed), \(reached.points.count) reached, \(missed) not: \(reached.points)")
        try await run.check()
      }
      #expect(reached.points.count >= Self.count / 2)
    }

    /// Lets a service's first instance live until each of its points, and on after the last.
    private static func strike(_ instances: [Instance], _ reached: Reached) async throws {
      let (first, second) = (instances[0], instances[1])
      await first.kill()
      for point in points[first.service] ?? [] {
        try first.start(failurePoint: point)
        if point == "group.released" {
          // It has something to give up when another one comes.
          try? await first.ready()
          _ = await second.stop()
          try second.start()
        }
        // It may not get there while there is little to do.
        if await first.process?.ended(within: 6) == .killed(signal: SIGKILL) { reached.note(point) }
        await first.kill()
      }
      try first.start()
    }
  }

  /// Boundaries at which a process was killed.
  private final class Reached: Sendable {
    private let state = Mutex<(points: [String], isOver: Bool)>(([], false))
    /// In the order in which they were reached.
    var points: [String] { state.withLock { $0.points } }
    var isOver: Bool { state.withLock { $0.isOver } }
    func note(_ point: String) { state.withLock { $0.points.append(point) } }
    func end() { state.withLock { $0.isOver = true } }
  }
#endif
