import CooperationModel
import EmbeddedBus
import Foundation
import ServiceKit
import Synchronization
import Testing
import TopicBus

/// What an operator does when a machine is lost: rehearsed while people work.
@Suite("A backup that was taken at work is a log to go on with", .serialized)
struct BackupTests {
  private static let services: [Service: Int] = [.ingestion: 1, .matcher: 1, .notifications: 1, .apd: 1]

  @Test("backed up under load, restored into a new folder, taken up again: nothing is lost, torn or sent twice")
  func rehearsal() async throws {
    let seed = UInt64.random(in: 0..<100_000)
    try await RunningSuite.run(Self.services) { suite in
      let backup = suite.folder + "/backup.sqlite"
      let end = End()
      let run = try await CrashRun(suite, seed: seed, isOver: { end.hasCome })
      let before = try await Self.backUp(run, into: backup) { end.come() }
      let sent = try run.mailbox.arrivals

      let data = suite.folder + "/restored"
      try await suite.bourse("restore", backup, data: data)
      try await Self.check(data, before)
      try await RunningSuite.run(Self.services, in: Place(restored: data, maildir: suite.maildir.path)) { again in
        try await until("what waited at the time of the backup is decided") {
          try await again.bus.describeGroups().flatMap(\.partitions).allSatisfy { $0.lag == 0 }
        }
        let declarations = try await again.bus.table(Topics.declarations)
        let next = try await CrashRun(
          again, requests: 1_012, from: 1_000, seed: seed, after: DeclarationModel(declarations))
        try await next.load()
        // What left after the backup is not in the log, and was not promised to be.
        let known = try await again.bus.table(Topics.outboundMessages)
        try await next.check(after: sent.filter { name, _ in MessageID(name).map { known[$0] != nil } ?? false })
        let twice = Set(sent.keys).intersection(try next.mailbox.arrivals.keys)
        #expect(twice.isEmpty, "sent again: \(twice)")
        let first = try await next.repeatFirst()
        #expect(first.map { path in before.promises.contains { $0.path == path } } == true)
        print(
          "backup: seed \(seed), \(before.promises.count + before.declarations.count) commands acknowledged before it, "
            + "\(run.client.counts.promises.count + run.client.counts.declarations.count) in all; \(sent.count) e-mails "
            + "until the restore, \(try next.mailbox.arrivals.count) after it, none twice")
      }
    }
  }

  /// Backs up in the midst of a load, which goes on, then stops everything.
  ///
  /// - Returns: what was acknowledged before the backup began.
  private static func backUp(
    _ run: CrashRun, into file: String, end: @escaping @Sendable () -> Void
  ) async throws -> PatientClient.Tally {
    let before = Mutex(PatientClient.Tally())
    let mailbox = run.mailbox
    async let watching: Void = mailbox.watch()
    defer { mailbox.endWatch() }
    try await run.work {
      // Whatever comes of it, the load ends.
      defer { end() }
      try await until("people are at work", within: 60) {
        let counts = run.client.counts
        return counts.promises.count >= 60 && counts.declarations.count >= 5 && !mailbox.isEmpty
      }
      let counts = run.client.counts
      before.withLock { $0 = counts }
      try await run.suite.bourse("backup", file)
      try await until("people work on", within: 60) { run.client.counts.promises.count >= counts.promises.count + 40 }
    }
    for instance in run.suite.instances { instance.send(SIGTERM) }
    for instance in run.suite.instances {
      let end = await instance.process?.ended(within: 20)
      #expect(end == .exited(0), "\(instance.description): \(String(describing: end))\n\(instance.tail)")
    }
    mailbox.endWatch()
    await watching
    return before.withLock { $0 }
  }

  /// The restored log as nobody has touched it yet.
  private static func check(_ data: String, _ before: PatientClient.Tally) async throws {
    let bus = try await EmbeddedBus(path: data + "/bourse.sqlite")
    let state = try await EndState(bus)
    let faults = [
      state.promiseFaults(before.promises),
      before.declarations.missing(in: try await bus.table(Topics.declarations)), state.versionFaults,
      try await state.decisionFaults(),
    ].flatMap { $0 }
    #expect(faults.isEmpty, "\(faults.count) faults\n\(faults.prefix(8).joined(separator: "\n"))")
    await bus.close()
  }
}

/// Told by one task to others.
private final class End: Sendable {
  private let state = Mutex(false)
  var hasCome: Bool { state.withLock { $0 } }
  func come() { state.withLock { $0 = true } }
}
