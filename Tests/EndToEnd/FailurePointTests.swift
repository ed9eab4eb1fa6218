#if DEBUG
  import Foundation
  import Synchronization
  import Testing

  /// Each named boundary of the shell and the bus, in the services that get there.
  @Suite("Killed at a named boundary, a service goes on where it was", .serialized)
  struct FailurePointTests {
    static let points: [(service: Service, point: String)] = [
      (.notifications, "shell.send-begun:2"), (.notifications, "shell.send-ended:2"),
      (.notifications, "shell.send-ended:5"), (.notifications, "commit.begun:3"), (.notifications, "commit.outputs:5"),
      (.notifications, "commit.committed:4"), (.notifications, "shell.restoring"), (.matcher, "shell.event:30"),
      (.matcher, "shell.restoring"), (.matcher, "commit.outputs:2"), (.matcher, "commit.offsets:2"),
      (.matcher, "commit.committed:2"), (.matcher, "shell.commit-begun:2"), (.matcher, "group.assigned"),
      (.ingestion, "shell.commit-begun:3"), (.ingestion, "commit.outputs:3"), (.ingestion, "commit.offsets:4"),
      (.ingestion, "write.committed:5"), (.ingestion, "append.written:3"), (.ingestion, "append.committed:4"),
      (.ingestion, "shell.commit-acknowledged:4"), (.ingestion, "group.released"), (.ingestion, "write.queued:6"),
    ]

    @Test("all of them, one after the other, on one log")
    func points() async throws {
      let seed = UInt64.random(in: 0..<100_000)
      let reached = Reached()
      try await RunningSuite.run([.ingestion: 2, .matcher: 2, .notifications: 2]) { suite in
        let run = try await CrashRun(
          suite, requests: 100_000, seed: seed, rest: .milliseconds(300), isOver: { reached.isOver })
        try await run.load {
          for (service, point) in Self.points {
            let instance = suite.of(service)[0]
            await instance.kill()
            try instance.start(failurePoint: point)
            // It may not get there while there is little to do.
            if await instance.process?.ended(within: 4) == .killed(signal: SIGKILL) { reached.note(point) }
            await instance.kill()
            try instance.start()
          }
          reached.end()
        } end: {
        }
        let missed = Self.points.count - reached.points.count
        print("failure points: seed \(seed), \(reached.points.count) reached, \(missed) not: \(reached.points)")
        try await run.check()
      }
      #expect(reached.points.count >= Self.points.count / 2)
    }
  }

  /// Boundaries at which a process was killed.
  private final class Reached: Sendable {
    private let state = Mutex<(points: [String], isOver: Bool)>(([], false))
    var points: [String] { state.withLock { $0.points } }
    var isOver: Bool { state.withLock { $0.isOver } }
    func note(_ point: String) { state.withLock { $0.points.append(point) } }
    func end() { state.withLock { $0.isOver = true } }
  }
#endif
