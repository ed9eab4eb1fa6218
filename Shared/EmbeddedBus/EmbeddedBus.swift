import Foundation
import SQLiteFile
import Synchronization
import TopicBus

/// The bus on one SQLite file, shared by the processes of one machine.
///
/// ```swift
/// let bus = try await EmbeddedBus(path: "data/bourse.sqlite")
/// try await bus.create([TopicDeclaration("profiles.v1", partitions: 12, cleanup: .compacted(tombstonesFor: 604_800_000))])
/// let offsets = try await bus.append([record])
/// ```
///
/// Guarantees, beside those of ``TopicBus``:
/// - When ``append(_:)`` or ``GroupMember/commit(_:)`` returns, a power cut loses nothing of it.
/// - Writers of all processes take turns; none starves.
/// - A member whose process ended, however, is replaced within a second. One that was stopped (SIGSTOP) keeps what it
///   holds, and everyone waits when it was stopped while writing; ``describeGroups()`` shows it as not responding.
///
/// Limits: one machine and a local disk; 2^40 records per partition; ``BusFeatures/largestCommit`` bytes per commit. A
/// single append of up to 1,000 records and 4 MB is all or nothing; a larger one goes in parts, in order, and says how
/// far it came when a later part fails.
public final class EmbeddedBus: TopicBus {
  let file: LogFile
  let catalog: Catalog
  let doorbell: Doorbell
  private let writes: JobQueue<WriteJob>
  private let reads: JobQueue<ReadJob>
  private let threads: Latch
  private let isClosed = Mutex(false)
  private let members = Mutex<[Int64: EmbeddedMember]>([:])

  public var features: BusFeatures { Self.features }

  public static let features = BusFeatures(
    name: "embedded", appendsAtomically: true, survivesPowerLoss: true, compacts: true, hasTransactions: true,
    fences: true, largestCommit: 16 << 20)

  /// Opens the log in that file, and makes it when there is none. Its folder must exist.
  ///
  /// - Throws: ``BusError/refused(_:)`` for a network file system, a file or folder that cannot be written, a file of a
  ///   newer release; ``BusError/corrupt(_:)`` for a damaged file or another program's; ``BusError/full(_:)``.
  public convenience init(path: String) async throws(BusError) {
    try await self.init(path: path, vfs: nil)
  }

  /// As tests open it.
  ///
  /// - Parameters:
  ///   - vfs: the name of a registered SQLite VFS to open the file through; nil is the system's.
  ///   - checkpointEvery: after how many pages in the WAL they are moved into the file.
  package init(
    path: String, vfs: String?, checkpointEvery: Int32 = Writer.checkpointEvery
  ) async throws(BusError) {
    let absolute = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    let file = LogFile(path: absolute)
    try file.checkFileSystem()
    let (catalog, writes, reads, threads) = (Catalog(), JobQueue<WriteJob>(), JobQueue<ReadJob>(), Latch(count: 3))
    let doorbell = try await Self.start("bus-writer", file, threads) { opened in
      // The bell first: a full disk or a folder that cannot be written is said before anything is made.
      let doorbell = Doorbell(bell: try Bell(path: file.bellPath))
      let writer = try Writer(file: file, vfs: vfs, catalog: catalog, checkpointEvery: checkpointEvery) {
        doorbell.ring()
      }
      opened(doorbell)
      while let jobs = writes.take(Writer.transactionSize) { writer.perform(jobs) }
      writer.finish()
    }
    self.file = file
    self.catalog = catalog
    self.doorbell = doorbell
    self.writes = writes
    self.reads = reads
    self.threads = threads
    try await Self.start("bus-reader", file, threads) { opened in
      let reader = try ReadSide(file: file, vfs: vfs)
      opened(())
      while let jobs = reads.take({ $0.count }) {
        for job in jobs { job.run(reader) }
      }
    }
    try await Self.start("bus-bell", file, threads) { opened in
      let reader = try ReadSide(file: file, vfs: vfs)
      opened(())
      doorbell.run(reader, members: file.membersPath) { group in
        _ = writes.add(
          WriteJob(records: 0, bytes: 0) { writer in
            try writer.rebalance(group)
            return { _ in }
          } fail: { _ in
          })
      }
    }
  }

  deinit {
    writes.close()
    reads.close()
    doorbell.close()
  }

  /// The name of a file system, by the number that `statfs` gives it, on which no log may lie because it reaches other
  /// machines or is served by a program; nil for others.
  public static func networkFileSystem(_ type: UInt32) -> String? { LogFile.networkFileSystem(type) }

  // MARK: - Topics and records

  public func create(_ topics: [TopicDeclaration]) async throws(BusError) {
    try await write { writer in try writer.create(topics) }
  }

  public func describeTopics() async throws(BusError) -> [TopicDescription] {
    try await read { connection in
      try connection.transaction {
        let ends = try connection.ends()
        return try Catalog.load(connection).map { topic in
          TopicDescription(declaration: topic.declaration, ends: topic.partitions.compactMap { ends[$0] })
        }
      }
    }
  }

  public func append(_ records: [Outgoing]) async throws(BusError) -> [Int64] {
    var offsets: [Int64] = []
    var rest = records[...]
    while true {
      let part = rest.prefix(try Self.partLength(rest, largest: features.largestCommit))
      do {
        offsets += try await append(part)
      } catch {
        if offsets.isEmpty { throw error }
        throw .uncertain("\(offsets.count) of \(records.count) records were appended, the rest was not: \(error)")
      }
      rest = rest.dropFirst(part.count)
      if rest.isEmpty { return offsets }
    }
  }

  private func append(_ records: ArraySlice<Outgoing>) async throws(BusError) -> [Int64] {
    guard !records.isEmpty else { return [] }
    let bytes = records.reduce(0) { $0 + $1.size }
    let offsets = try await write(records: records.count, bytes: bytes) { writer in
      let offsets = try writer.append(records)
      #if DEBUG
        FailurePoint.appendWritten.reached()
      #endif
      return offsets
    }
    #if DEBUG
      FailurePoint.appendCommitted.reached()
    #endif
    return offsets
  }

  /// How many of the records go into one transaction.
  private static func partLength(_ records: ArraySlice<Outgoing>, largest: Int) throws(BusError) -> Int {
    var bytes = 0
    var count = 0
    for record in records {
      let size = record.size
      guard size <= largest else {
        throw .tooLarge("a record of \(size) bytes for \(record.topicPartition); the most is \(largest)")
      }
      bytes += size
      if count > 0, count == Writer.largestTransaction.records || bytes > Writer.largestTransaction.bytes { break }
      count += 1
    }
    return count
  }

  public func reader(from positions: [TopicPartition: Int64]) async throws(BusError) -> any TopicReader {
    let catalog = catalog
    let cursors = try await read { connection in
      try connection.transaction {
        let ends = try connection.ends()
        return try positions.sorted { $0.key < $1.key }.map { partition, position in
          let id = try catalog.partition(partition.topic, partition.partition, connection)
          return Cursor(partition: partition, id: id, position: max(position, ends[id]?.low ?? 0))
        }
      }
    }
    return EmbeddedReader(bus: self, cursors: cursors)
  }

  public func ends(of partitions: [TopicPartition]) async throws(BusError) -> [TopicPartition: PartitionEnds] {
    let catalog = catalog
    return try await read { connection in
      try connection.transaction {
        let ends = try connection.ends()
        var found: [TopicPartition: PartitionEnds] = [:]
        for partition in partitions {
          found[partition] = ends[try catalog.partition(partition.topic, partition.partition, connection)]
        }
        return found
      }
    }
  }

  // MARK: - Groups

  public func join(_ membership: Membership) async throws(BusError) -> any GroupMember {
    let (group, id, lock) = try await write { writer in try writer.join(membership) }
    let member = EmbeddedMember(bus: self, membership: membership, group: group, id: id, lock: lock)
    members.withLock { $0[id] = member }
    doorbell.watch(group: group)
    return member
  }

  func forget(_ member: EmbeddedMember) {
    let known = members.withLock { $0.removeValue(forKey: member.id) != nil }
    if known { doorbell.unwatch(group: member.group) }
  }

  public func resetOffsets(of group: String, to offsets: [TopicPartition: Int64]) async throws(BusError) {
    try await write { writer in try writer.resetOffsets(of: group, to: offsets) }
  }

  // MARK: - The end

  public func close() async {
    let wasClosed = isClosed.withLock { closed in
      defer { closed = true }
      return closed
    }
    guard !wasClosed else { return }
    for member in members.withLock({ Array($0.values) }) { await member.leave() }
    doorbell.close()
    reads.close()
    // What was accepted is still written.
    writes.close()
    await threads.wait()
  }

  /// Ends as a killed process does, as far as others can tell: nothing is said, members' locks are free, what was not
  /// written is lost. For tests.
  package func abandon() async {
    isClosed.withLock { $0 = true }
    for job in writes.abandon() { job.fail(.closed) }
    reads.close()
    let abandoned = members.withLock { members in
      defer { members = [:] }
      return Array(members.values)
    }
    for member in abandoned { member.abandon() }
    doorbell.close()
    await threads.wait()
  }

  // MARK: - Threads

  /// Runs the body in a write transaction, which it may share with other callers' bodies.
  ///
  /// What the body throws as a ``BusError`` must come before its first change.
  func write<T: Sendable>(
    records: Int = 0, bytes: Int = 0, _ body: @escaping @Sendable (Writer) throws -> T
  ) async throws(BusError) -> T {
    let result: Result<T, BusError> = await withCheckedContinuation { continuation in
      let job = WriteJob(records: records, bytes: bytes) { writer in
        let value = try body(writer)
        return { error in continuation.resume(returning: error.map(Result.failure) ?? .success(value)) }
      } fail: { error in
        continuation.resume(returning: .failure(error))
      }
      if !writes.add(job) { continuation.resume(returning: .failure(.closed)) }
    }
    return try result.get()
  }

  /// Runs the body on the thread that reads.
  func read<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) async throws(BusError) -> T {
    let file = file
    let result: Result<T, BusError> = await withCheckedContinuation { continuation in
      let job = ReadJob { reader in
        do {
          try reader.check()
          continuation.resume(returning: .success(try body(reader.connection)))
        } catch {
          continuation.resume(returning: .failure(file.error(error)))
        }
      }
      if !reads.add(job) { continuation.resume(returning: .failure(.closed)) }
    }
    return try result.get()
  }

  /// Starts a thread and waits until it has opened what it needs.
  ///
  /// - Parameter life: what the thread does; it calls its argument once it is open, and throws only before that.
  private static func start<T: Sendable>(
    _ name: String, _ file: LogFile, _ threads: Latch, life: @escaping @Sendable ((T) -> Void) throws -> Void
  ) async throws(BusError) -> T {
    let result: Result<T, BusError> = await withCheckedContinuation { continuation in
      // Who waits for the thread's end finds closed what it held: the thread's own closure outlives that by a moment.
      let handover = Handover(life)
      startThread(name) {
        do {
          if let life = handover.take() { try life { continuation.resume(returning: .success($0)) } }
        } catch {
          continuation.resume(returning: .failure(file.error(error)))
        }
        threads.countDown()
      }
    }
    return try result.get()
  }
}

/// One thing to be done on the thread that reads.
struct ReadJob: Sendable {
  var run: @Sendable (ReadSide) -> Void
}

/// What the thread that reads needs.
final class ReadSide {
  let connection: Connection
  private let file: LogFile
  private let identity: FileIdentity?

  init(file: LogFile, vfs: String?) throws {
    self.file = file
    identity = file.identity
    connection = try Connection(path: file.path, vfs: vfs, checkpointsOnClose: false)
    try Schema.setUpReader(connection)
  }

  /// Whether the file is still the one that was opened.
  var isIntact: Bool { file.identity == identity }

  /// Refuses to read what is no longer the file behind the path.
  func check() throws(BusError) {
    guard isIntact else {
      throw .refused("\(file.path) was removed or replaced while it was open: start the service again")
    }
  }
}

extension Connection {
  /// Where every partition begins and ends, by its id.
  func ends() throws(SQLiteFailure) -> [Int64: PartitionEnds] {
    var ends: [Int64: PartitionEnds] = [:]
    for (id, low, high) in try rows(
      "SELECT id, low, high FROM partitions", make: { ($0.integer(0), $0.integer(1), $0.integer(2)) })
    {
      ends[id] = PartitionEnds(low: low, high: high)
    }
    return ends
  }
}
