#if DEBUG
  import CSQLite
  import EmbeddedBus
  import EmbeddedBusProbe
  import Foundation
  import Testing
  import TopicBus

  /// A probe works through a small load and is killed at a point; started again it finishes, and the log is what it
  /// would have been without the kill.
  @Suite("Killed at any point, the log stays whole")
  struct FailurePointTests {
    private static let count = 40

    /// Each point once early and once later on, where the load gets there that often.
    static let points: [String] = FailurePoint.ofEmbeddedBus.flatMap { point in
      switch point {
      case .schemaBegun, .schemaMade, .schemaCommitted, .checkpointBegun, .checkpointDone, .trimming, .released:
        [point.name]
      case .appendWritten, .appendCommitted, .writeQueued, .writeCommitted: [point.name, "\(point.name):7"]
      default: [point.name, "\(point.name):2"]
      }
    }

    @Test(arguments: points)
    func killed(at point: String) async throws {
      let folder = try TemporaryFolder()
      let killed = try await ProbeProcess("work", folder.log, "\(Self.count)", failurePoint: point).end()
      #expect(killed.signal == SIGKILL, "\(point) was not reached: \(killed.lines.suffix(3))")
      try await check(folder.log, acknowledged: killed.lines.filter { $0.hasPrefix("appended ") }.count)

      let second = try await ProbeProcess("work", folder.log, "\(Self.count)").end()
      #expect(second.lines.last == "done", "\(second.lines.suffix(3))")
      try await check(folder.log, acknowledged: Self.count)
      let bus = try await EmbeddedBus(path: folder.log)
      let audit = try await Probe.texts(bus, "audit")
      #expect(audit.compactMap { Int($0) }.sorted() == Array(0..<Self.count), "each input was processed once")
      let out = try await Probe.texts(bus, "out")
      #expect(
        out.compactMap { Int($0) }.sorted() == Array(Self.count - 10..<Self.count), "the newest of each key is left")
      await bus.close()
    }

    /// What holds at any time: the file is sound, what was acknowledged is there once and in order, offsets and outputs
    /// agree.
    private func check(_ path: String, acknowledged: Int) async throws {
      let bus = try await EmbeddedBus(path: path)
      try await bus.create(Probe.topics)
      let inputs = try await Probe.texts(bus, "in").compactMap { Int($0) }.sorted()
      #expect(inputs == Array(0..<inputs.count))
      #expect(inputs.count >= acknowledged)
      for partition in 0..<2 {
        let audit = TopicPartition("audit", partition)
        let reader = try await bus.reader(from: [audit: 0])
        let processed = try await reader.next(limit: FetchLimit(), timeout: 0).records
        let group = try await bus.describeGroups().first
        let committed = group?.partitions.first { $0.partition == TopicPartition("in", partition) }?.committed ?? 0
        #expect(processed.count == Int(committed), "outputs and offsets are both there or both not")
        let texts = processed.map { String(decoding: $0.value ?? [], as: UTF8.self) }
        #expect(texts == (0..<Int(committed)).map { "\($0 * 2 + partition)" })
      }
      await bus.close()
      #expect(try integrity(of: path) == "ok")
    }
  }

  /// What SQLite itself says of the file.
  func integrity(of path: String) throws -> String {
    var database: OpaquePointer?
    var statement: OpaquePointer?
    defer {
      sqlite3_finalize(statement)
      sqlite3_close(database)
    }
    try #require(sqlite3_open(path, &database) == SQLITE_OK)
    try #require(sqlite3_prepare_v2(database, "PRAGMA integrity_check", -1, &statement, nil) == SQLITE_OK)
    try #require(sqlite3_step(statement) == SQLITE_ROW)
    return String(cString: sqlite3_column_text(statement, 0))
  }
#endif
