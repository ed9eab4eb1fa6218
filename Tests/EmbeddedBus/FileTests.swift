import CSQLite
import EmbeddedBus
import EmbeddedBusProbe
import Foundation
import OutsideWorld
import Testing
import TopicBus

/// What can be wrong with the file, its folder and its disk.
@Suite("Files, folders and disks")
struct FileTests {
  private func expect(_ path: String, _ matches: (BusError) -> Bool, _ location: SourceLocation = #_sourceLocation)
    async
  {
    do {
      let bus = try await EmbeddedBus(path: path)
      await bus.close()
      Issue.record("it was opened", sourceLocation: location)
    } catch {
      #expect(matches(error), "\(error)", sourceLocation: location)
    }
  }

  private func change(_ path: String, _ sql: String) throws {
    var database: OpaquePointer?
    defer { sqlite3_close(database) }
    try #require(sqlite3_open(path, &database) == SQLITE_OK)
    try #require(sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK)
  }

  @Test("a path with spaces and accents")
  func strangePath() async throws {
    let folder = try TemporaryFolder("données de l'été 50% #1?")
    let bus = try await EmbeddedBus(path: folder.path + "/bourse à projets.sqlite")
    try await bus.create(Probe.topics)
    _ = try await bus.append([Probe.record("in", 0, key: "k", value: "v")])
    await bus.close()
    #expect(FileManager.default.fileExists(atPath: folder.path + "/bourse à projets.sqlite"))
  }

  @Test("a folder that is not there is named, with what to do")
  func noFolder() async throws {
    let folder = try TemporaryFolder()
    await expect(folder.path + "/missing/bourse.sqlite") {
      if case .refused(let text) = $0 { text.contains("make the folder first") } else { false }
    }
  }

  @Test("a file of a newer release is refused in one line")
  func newerSchema() async throws {
    let folder = try TemporaryFolder()
    await (try await EmbeddedBus(path: folder.log)).close()
    try change(folder.log, "PRAGMA user_version = 99")
    await expect(folder.log) {
      if case .refused(let text) = $0 { text.contains("schema 99") && !text.contains("\n") } else { false }
    }
  }

  @Test("another program's database, and a file that is none, are left alone")
  func notOurs() async throws {
    let folder = try TemporaryFolder()
    try change(folder.log, "CREATE TABLE other(x); INSERT INTO other VALUES(1)")
    let before = try Data(contentsOf: URL(fileURLWithPath: folder.log))
    await expect(folder.log) { if case .corrupt = $0 { true } else { false } }
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.log)) == before)

    let text = folder.path + "/text.sqlite"
    let content = Data(String(repeating: "This is no database. ", count: 500).utf8)
    try content.write(to: URL(fileURLWithPath: text))
    await expect(text) { if case .corrupt = $0 { true } else { false } }
    #expect(try Data(contentsOf: URL(fileURLWithPath: text)) == content)
  }

  @Test("a damaged page is named with the way back, to readers, writers and backups; and that way leads back")
  func damagedPage() async throws {
    let folder = try TemporaryFolder()
    var bus = try await EmbeddedBus(path: folder.log)
    try await bus.create(Probe.topics)
    for number in 0..<200 {
      _ = try await bus.append([Probe.record("in", 0, key: "\(number)", value: String(repeating: "x", count: 900))])
    }
    let backup = folder.path + "/backup.sqlite"
    try await bus.backup(to: backup)
    await bus.close()
    // A page of records in the middle of the file becomes noise.
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: folder.log))
    let size = try file.seekToEnd()
    for page in stride(from: size / 4096 / 2, to: size / 4096, by: 1) {
      try file.seek(toOffset: page * 4096)
      try file.write(contentsOf: Data((0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 3) }))
    }
    try file.close()
    bus = try await EmbeddedBus(path: folder.log)
    let isNamed = { (error: any Error) in
      if case .corrupt(let text)? = error as? BusError { text.contains("bourse restore") } else { false }
    }
    let reader = try await bus.reader(from: [TopicPartition("in", 0): 0])
    do {
      while try await !reader.next(limit: FetchLimit(records: 10), timeout: 0).records.isEmpty {}
      Issue.record("the reader noticed nothing")
    } catch {
      #expect(isNamed(error), "\(error)")
    }
    do {
      _ = try await bus.append([Probe.record("in", 0, key: "k", value: "v")])
      Issue.record("the writer noticed nothing")
    } catch {
      #expect(isNamed(error), "\(error)")
    }
    do {
      try await bus.backup(to: folder.path + "/damaged.sqlite")
      Issue.record("it was backed up")
    } catch {
      #expect(isNamed(error), "\(error)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/damaged.sqlite"))
    await bus.close()

    let replaced = try await EmbeddedBus.restore(from: backup, to: folder.log) { _ in }
    #expect(replaced == folder.log + ".replaced")
    bus = try await EmbeddedBus(path: folder.log)
    #expect(try await Probe.texts(bus, "in").count == 200)
    _ = try await bus.append([Probe.record("in", 0, key: "k", value: "v")])
    await bus.close()
  }

  @Test(
    "a file that was removed or replaced while it was open is refused, by readers that wait too",
    arguments: [true, false])
  func replacedWhileOpen(replaced: Bool) async throws {
    let folder = try TemporaryFolder()
    let bus = try await EmbeddedBus(path: folder.log)
    try await bus.create(Probe.topics)
    let reader = try await bus.reader(from: [TopicPartition("in", 0): 0])
    let waiting = Task { try await reader.next(limit: FetchLimit(), timeout: 60_000) }
    try FileManager.default.removeItem(atPath: folder.log)
    if replaced { try Data().write(to: URL(fileURLWithPath: folder.log)) }
    let isRefusal = { (error: any Error) in
      if case .refused(let text)? = error as? BusError { text.contains("removed or replaced") } else { false }
    }
    do {
      _ = try await bus.append([Probe.record("in", 0, key: "k", value: "v")])
      Issue.record("it was appended")
    } catch {
      #expect(isRefusal(error), "\(error)")
    }
    do {
      _ = try await waiting.value
      Issue.record("it was read")
    } catch {
      #expect(isRefusal(error), "\(error)")
    }
    await bus.close()
  }

  @Test("a lock file that was removed makes no second queue of writers")
  func lockRemoved() async throws {
    let folder = try TemporaryFolder()
    let one = try await EmbeddedBus(path: folder.log)
    try await one.create(Probe.topics)
    try FileManager.default.removeItem(atPath: folder.log + ".lock")
    let two = try await EmbeddedBus(path: folder.log)
    for number in 0..<20 {
      async let first = one.append([Probe.record("in", 0, key: "\(number)", value: "a")])
      async let second = two.append([Probe.record("in", 0, key: "\(number)", value: "b")])
      _ = try await (first, second)
    }
    #expect(try await one.ends(of: [TopicPartition("in", 0)])[TopicPartition("in", 0)]?.high == 40)
    await one.close()
    await two.close()
  }

  @Test("network file systems are known")
  func networkFileSystems() {
    #expect(EmbeddedBus.networkFileSystem(0x6969) == "NFS")
    #expect(EmbeddedBus.networkFileSystem(0xFF53_4D42) == "SMB")
    #expect(EmbeddedBus.networkFileSystem(0xEF53) == nil)  // ext4
    #expect(EmbeddedBus.networkFileSystem(0x0102_1994) == nil)  // tmpfs
  }

  @Test("a full disk: nothing half-done, and all goes on when there is room again", .enabled(if: SmallDisk.isPossible))
  func fullDisk() async throws {
    let disk = try SmallDisk(megabytes: 4)
    let ballast = disk.path + "/ballast"
    try Data(count: 1 << 20).write(to: URL(fileURLWithPath: ballast))
    let bus = try await EmbeddedBus(path: disk.path + "/bourse.sqlite")
    try await bus.create(Probe.topics)
    let member = try await bus.join(Membership(group: "g", instance: "a", topics: ["in"]))
    guard case .assigned(let assignment) = try await member.next(limit: nil, of: [], timeout: 5_000) else {
      Issue.record("no assignment")
      return
    }
    let batch = (0..<50).map { Probe.record("in", 0, key: "\($0)", value: String(repeating: "x", count: 900)) }
    var appended: Int64 = 0
    while appended < 100_000 {
      do {
        appended += Int64(try await bus.append(batch).count)
      } catch {
        guard case .full = error else { throw error }
        break
      }
    }
    let partition = TopicPartition("in", 0)
    let all = { () async throws -> Int in
      let reader = try await bus.reader(from: [partition: 0])
      var count = 0
      while case let records = try await reader.next(limit: FetchLimit(), timeout: 0).records, !records.isEmpty {
        count += records.count
      }
      return count
    }
    #expect(try await bus.ends(of: [partition])[partition]?.high == appended)
    #expect(try await all() == Int(appended))
    // A commit is refused as a whole too.
    let large = (0..<200).map { Probe.record("out", 0, key: "\($0)", value: String(repeating: "x", count: 900)) }
    let commit = Commit(outputs: large, offsets: [partition: 10], metadata: assignment.metadata)
    do {
      try await member.commit(commit)
      Issue.record("it was committed")
    } catch {
      #expect({ if case .full = error { true } else { false } }(), "\(error)")
    }
    #expect(try await bus.describeGroups().first?.partitions.first?.committed == nil)
    #expect(try await bus.ends(of: [TopicPartition("out", 0)])[TopicPartition("out", 0)]?.high == 0)

    try FileManager.default.removeItem(atPath: ballast)
    try await member.commit(commit)
    appended += Int64(try await bus.append(batch).count)
    #expect(try await all() == Int(appended))
    #expect(try await bus.describeGroups().first?.partitions.first?.committed == 10)
    await bus.close()
  }

  @Test("a full disk at the start is said, and nothing stays in the way later", .enabled(if: SmallDisk.isPossible))
  func fullDiskAtStart() async throws {
    let disk = try SmallDisk(megabytes: 1)
    let ballast = disk.path + "/ballast"
    try? Data(count: 2 << 20).write(to: URL(fileURLWithPath: ballast))
    await expect(disk.path + "/bourse.sqlite") { if case .full = $0 { true } else { false } }
    try FileManager.default.removeItem(atPath: ballast)
    let bus = try await EmbeddedBus(path: disk.path + "/bourse.sqlite")
    try await bus.create(Probe.topics)
    await bus.close()
  }

  @Test(
    "a file, or a disk, that cannot be written is refused, with what to do", .enabled(if: SmallDisk.isPossible),
    arguments: ["bourse.sqlite", nil])
  func readOnly(_ file: String?) async throws {
    let disk = try SmallDisk(megabytes: 4)
    await (try await EmbeddedBus(path: disk.path + "/bourse.sqlite")).close()
    try disk.makeReadOnly(file)
    for name in file.map({ [$0] }) ?? ["bourse.sqlite", "new.sqlite"] {
      await expect(disk.path + "/" + name) {
        if case .refused(let text) = $0 { text.contains("write") } else { false }
      }
    }
  }
}
