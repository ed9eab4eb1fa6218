import CSQLite
import SQLiteFile
import TopicBus

/// One thing to be done in a write transaction.
struct WriteJob: Sendable {
  /// How many records and bytes it brings, so that a transaction stays short.
  var records: Int
  var bytes: Int
  /// Does the work. A ``BusError`` it throws is its own affair and says that it changed nothing; any other error undoes
  /// the whole transaction.
  ///
  /// - Returns: what to tell the caller once the transaction's fate is known; nil is success.
  var run: @Sendable (Writer) throws -> @Sendable (BusError?) -> Void
  /// Tells the caller that it failed.
  var fail: @Sendable (BusError) -> Void
}

/// What one thread needs to write the log: its connection, the lock, and what it knows of the topics.
///
/// Jobs of several callers share a transaction, and so one wait for the disk.
package final class Writer {
  let file: LogFile
  let connection: Connection
  let catalog: Catalog
  private let lock: WriteLock
  private let identity: FileIdentity
  private let ring: () -> Void

  /// The next offsets of partitions that the running transaction writes to.
  private var highs: [Int64: Int64] = [:]
  private let walPages = WALPages()
  private let checkpointEvery: Int32
  private var checkpointAt: Int32

  /// The most that jobs of several callers put into one transaction, so that other processes' turn comes soon.
  static let largestTransaction = (records: 1_000, bytes: 4 << 20)
  /// Pages in the WAL after which they are moved into the file.
  package static let checkpointEvery: Int32 = 2_000
  /// Pages in the WAL from which on the checkpoint waits for readers, so that the WAL can begin anew.
  static let checkpointWaitsFrom: Int32 = 20_000

  /// Opens the log, and makes it when there is none.
  init(file: LogFile, vfs: String?, catalog: Catalog, checkpointEvery: Int32, ring: @escaping () -> Void) throws {
    self.checkpointEvery = checkpointEvery
    checkpointAt = checkpointEvery
    self.file = file
    self.catalog = catalog
    self.ring = ring
    let lock = try WriteLock(path: file.lockPath)
    self.lock = lock
    try lock.acquire()
    defer { lock.release() }
    let isNew = file.identity == nil
    connection = try Connection(path: file.path, vfs: vfs, creates: true, checkpointsOnClose: false)
    try Schema.prepare(connection, path: file.path)
    try Schema.setUpWriter(connection, path: file.path)
    guard let identity = file.identity else {
      throw BusError.refused("\(file.path) went away while it was opened")
    }
    self.identity = identity
    if isNew { file.syncFolder() }
    walPages.watch(connection)
  }

  /// Whether the file is still the one that was opened.
  var isIntact: Bool { file.identity == identity }

  static func transactionSize(_ jobs: ArraySlice<WriteJob>) -> Int {
    var records = 0
    var bytes = 0
    var count = 0
    for job in jobs {
      records += job.records
      bytes += job.bytes
      if count > 0, records > largestTransaction.records || bytes > largestTransaction.bytes { break }
      count += 1
    }
    return count
  }

  /// Does the jobs in one transaction and tells each caller what became of it.
  func perform(_ jobs: ArraySlice<WriteJob>) {
    #if DEBUG
      FailurePoint.writeQueued.reached()
    #endif
    do {
      try lock.acquire()
      guard isIntact else {
        lock.release()
        throw BusError.refused("\(file.path) was removed or replaced while it was open: start the service again")
      }
    } catch {
      let error = file.error(error)
      for job in jobs { job.fail(error) }
      return
    }
    var answers: [@Sendable (BusError?) -> Void] = []
    do {
      let changes = connection.changes
      try connection.run("BEGIN IMMEDIATE")
      for job in jobs {
        do {
          answers.append(try job.run(self))
        } catch let error as BusError {
          // It may rest on what this transaction changed: told when that is sure.
          answers.append { outcome in job.fail(outcome ?? error) }
        }
      }
      try writeHighs()
      try commit()
      if connection.changes != changes {
        #if DEBUG
          FailurePoint.writeCommitted.reached()
        #endif
        ring()
      }
    } catch {
      let error = file.error(error)
      highs.removeAll(keepingCapacity: true)
      catalog.forget()
      if connection.isInTransaction { try? connection.run("ROLLBACK") }
      lock.release()
      for answer in answers { answer(error) }
      for job in jobs.dropFirst(answers.count) { job.fail(error) }
      return
    }
    if walPages.count < checkpointAt {
      lock.release()
      for answer in answers { answer(nil) }
    } else {
      // The callers need not wait for the checkpoint; other writers must.
      for answer in answers { answer(nil) }
      let isLong = walPages.count >= Self.checkpointWaitsFrom
      checkpoint(isLong ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE)
      lock.release()
    }
  }

  private func commit() throws {
    do {
      try connection.run("COMMIT")
    } catch {
      var failure = error
      failure.isOfCommit = true
      throw failure
    }
  }

  /// Moves the WAL's pages into the file.
  ///
  /// Always under the write lock: SQLite before 3.51.3 can damage a file when a checkpoint and a commit meet. That it
  /// fails (no room, say) loses nothing; the pages stay in the WAL and the next one tries again.
  private func checkpoint(_ mode: Int32) {
    #if DEBUG
      FailurePoint.checkpointBegun.reached()
    #endif
    // Readers are short; one that is not keeps the WAL long, never the writers waiting.
    sqlite3_busy_timeout(connection.handle, 200)
    var pages: Int32 = 0
    var moved: Int32 = 0
    let code = sqlite3_wal_checkpoint_v2(connection.handle, "main", mode, &pages, &moved)
    sqlite3_busy_timeout(connection.handle, 5_000)
    // When all were moved the WAL begins anew; otherwise a reader still needs them, or the disk is full.
    checkpointAt = code == SQLITE_OK && pages == moved ? checkpointEvery : walPages.count + checkpointEvery
    #if DEBUG
      FailurePoint.checkpointDone.reached()
    #endif
  }

  /// Moves everything into the file, so that a log nobody has open is one file. Called before the thread ends.
  func finish() {
    guard (try? lock.acquire()) != nil else { return }
    defer { lock.release() }
    guard isIntact else { return }
    checkpoint(SQLITE_CHECKPOINT_TRUNCATE)
  }

  // MARK: - Records

  /// Writes records into the running transaction; whatever is wrong with one is found before the first is written.
  ///
  /// - Returns: their offsets.
  func append(_ records: some Collection<Outgoing>) throws -> [Int64] {
    var topic: Catalog.Topic?
    let partitions = try records.map { record in
      if topic?.declaration.name != record.topic { topic = try catalog.topic(record.topic, connection) }
      guard let topic, topic.partitions.indices.contains(record.partition) else {
        throw BusError.unknownTopic(record.topic)
      }
      return topic.partitions[record.partition]
    }
    let insert = try connection.statement("INSERT INTO records(id, timestamp, key, value, headers) VALUES(?,?,?,?,?)")
    var offsets: [Int64] = []
    offsets.reserveCapacity(records.count)
    for (record, partition) in zip(records, partitions) {
      let offset = try nextOffset(partition)
      try insert.insert(
        id: Schema.rowID(partition, offset), timestamp: record.timestamp, key: record.key, value: record.value,
        headers: record.headers)
      offsets.append(offset)
    }
    return offsets
  }

  /// A partition's end, with what the running transaction adds.
  func end(of partition: Int64) throws -> Int64 {
    try highs[partition] ?? connection.integer("SELECT high FROM partitions WHERE id = ?", .integer(partition)) ?? 0
  }

  private func nextOffset(_ partition: Int64) throws -> Int64 {
    let next = try end(of: partition)
    highs[partition] = next + 1
    return next
  }

  func writeHighs() throws {
    for (partition, high) in highs {
      try connection.run("UPDATE partitions SET high = ? WHERE id = ?", .integer(high), .integer(partition))
    }
    highs.removeAll(keepingCapacity: true)
  }
}

/// The length of the WAL after the last commit of a connection, as SQLite tells it.
private final class WALPages {
  private(set) var count: Int32 = 0

  /// - Precondition: this object lives as long as the connection.
  func watch(_ connection: Connection) {
    sqlite3_wal_hook(
      connection.handle,
      { context, _, _, pages in
        if let context { Unmanaged<WALPages>.fromOpaque(context).takeUnretainedValue().count = pages }
        return SQLITE_OK
      }, Unmanaged.passUnretained(self).toOpaque())
  }
}
