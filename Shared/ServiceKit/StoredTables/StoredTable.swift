import CooperationModel
import Dispatch
import Logging
import SQLiteFile
import TopicBus

/// A front's table kept on disk: every partition of a compacted topic, folded into a SQLite file, followed live.
///
/// For what grows with the years and is asked for seldom: memory does not hold it, and a restart reads only what is new.
/// It works on a queue of its own, since SQLite blocks.
package actor StoredTable<Key: Identifier, Value: Codable & Sendable> {
  private let declaration: StoredTableDeclaration<Key, Value>
  private let path: String?
  private let bus: any TopicBus
  private let clock: any WallClock
  private let logger: Logger
  private let queue: QueueExecutor
  private var file: StoredTableFile<Key, Value>?
  /// Opens when the table was read to the end once.
  private let start = Opening()

  package nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

  /// - Parameter path: of the SQLite file; nil: one without a name, gone at the end.
  package init(
    _ declaration: StoredTableDeclaration<Key, Value>, path: String?, bus: any TopicBus, clock: any WallClock,
    logger: Logger
  ) {
    self.declaration = declaration
    self.path = path
    self.bus = bus
    self.clock = clock
    self.logger = logger
    queue = QueueExecutor("stored table \(declaration.contract.name)")
  }

  /// Reads on, then follows the topic until cancelled. A bus that is away, and a disk that is full, are waited for.
  ///
  /// - Parameters:
  ///   - log: the log's id, as soon as it is known; nil when it never will be.
  ///   - report: told how the table stands, whenever that changes.
  package func run(
    log: @Sendable () async -> String?, report: @Sendable (FrontStatus) -> Void = { _ in }
  ) async {
    defer { start.end() }
    var delay: Int64 = 100
    while !Task.isCancelled {
      do {
        guard let log = await log() else { return }
        try await follow(log, report)
        delay = 100
      } catch {
        if Task.isCancelled { return }
        file = nil
        let text = (error as? SQLiteFailure)?.message ?? String(describing: error)
        logger.warning("stored table stops", metadata: ["topic": "\(declaration.contract.name)", "error": "\(text)"])
        report(.failed(text))
        try? await Task.sleep(for: .milliseconds(delay))
        delay = min(delay * 2, 5_000)
      }
    }
  }

  private func follow(_ log: String, _ report: (FrontStatus) -> Void) async throws {
    let ends = try await bus.ends(of: declaration.partitions)
    let file = try StoredTableFile(declaration, path: path, log: log, ends: ends, now: clock.now())
    self.file = file
    let reader = try await bus.reader(from: file.positions)
    do {
      while !Task.isCancelled {
        if !isCaughtUp, ends.allSatisfy({ file.positions[$0.key] ?? 0 >= $0.value.high }) {
          start.open()
        }
        let bad = try file.unreadable
        report(isCaughtUp ? .following(unreadable: bad.count, bad.first?.key) : .reading)
        let slice = try await reader.next(
          limit: FetchLimit(records: 2_000, bytes: 4 << 20), timeout: isCaughtUp ? 30_000 : 1_000)
        try file.apply(slice, now: clock.now())
      }
    } catch {
      await reader.close()
      throw error
    }
    await reader.close()
  }

  /// Waits until the table was read to the end once.
  ///
  /// - Returns: false when it ended before, or the task is cancelled.
  package nonisolated func caughtUp() async -> Bool { await start.wait() }

  /// False until the table was read to the end once.
  package nonisolated var isCaughtUp: Bool { start.isOpen }

  // MARK: Reading

  /// - Throws: ``Problem`` while the file cannot be read.
  package func count() throws -> Int { try read { try $0.count } }

  /// - Throws: ``Problem`` while the file cannot be read.
  package func value(_ key: Key) throws -> Value? { try read { try $0.value(key) } }

  /// A page of the values whose columns have the given texts, by key.
  ///
  /// - Throws: ``Problem`` while the file cannot be read.
  package func page(
    _ request: PageRequest, where conditions: [(column: String, text: String)] = []
  ) throws -> Page<Value> {
    try read { try $0.page(request, where: conditions) }
  }

  private func read<Result>(_ body: (StoredTableFile<Key, Value>) throws -> Result) throws -> Result {
    guard let file, isCaughtUp else { throw Problem.starting }
    do { return try body(file) } catch {
      logger.error("stored table cannot be read", metadata: ["topic": "\(declaration.contract.name)"])
      throw Problem.starting
    }
  }
}

/// Runs an actor's jobs one after another on a queue that may block, not on the pool that all tasks share.
private final class QueueExecutor: SerialExecutor {
  private let queue: DispatchQueue

  init(_ label: String) { queue = DispatchQueue(label: label) }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }
}
