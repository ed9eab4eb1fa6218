import Seeds
import CSQLite
import CPowerCut
import EmbeddedBus
import EmbeddedBusProbe
import Foundation
import Testing
import TopicBus

/// What a power cut leaves, worked out from a log of all that SQLite did to its files: what was synced is there, of the
/// rest any 512 bytes may be there or not. Every image must hold what was acknowledged, and nothing torn.
@Suite("A power cut loses nothing that was acknowledged", .serialized)
struct PowerCutTests {
  private static let images = 1_000

  @Test("every acknowledged append and commit is in every image")
  func nothingIsLost() async throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    let found = try await findings(vfs: "power-cut", images: Self.images, seed: seed)
    print("power cuts: \(found.images) images of \(found.entries) file operations, seed \(seed)")
    #expect(found.images >= Self.images)
    #expect(found.faults == [])
  }

  @Test("the images would show it if commits were not synced, as with synchronous=NORMAL")
  func theTestIsSharp() async throws {
    let found = try await findings(vfs: "power-cut-unsynced", images: 100, seed: 1, ignoresLogSyncs: true)
    #expect(!found.faults.isEmpty)
    print("power cuts without syncs: \(found.faults.count) of \(found.images) images lost something")
  }

  private struct Findings {
    var images = 0
    var entries = 0
    var faults: [String] = []
  }

  private func findings(
    vfs: String, images: Int, seed: UInt64, ignoresLogSyncs: Bool = false
  ) async throws -> Findings {
    try #require(power_cut_register(vfs, ignoresLogSyncs ? 1 : 0) == SQLITE_OK)
    defer { power_cut_forget() }
    let folder = try TemporaryFolder("power")
    let promises = try await load(folder.log, vfs: vfs)
    let crash = try TemporaryFolder("image")
    var random = SplitMix(seed: seed)
    var found = Findings(entries: Int(power_cut_count()))
    // Just after each promise more often than anywhere: that is where it can be broken.
    let anywhere = (0..<images / 2).map { _ in Int.random(in: 0...found.entries, using: &random) }
    let afterPromises = (0..<images / 2).map { _ in
      Int(promises[Int.random(in: 0..<promises.count, using: &random)].entries) + Int.random(in: 0...2, using: &random)
    }
    var disk = Disk()
    for point in (anywhere + afterPromises).map({ min($0, found.entries) }).sorted() {
      while disk.entries < point { disk.take(power_cut_at(Int64(disk.entries))) }
      let promise = promises.last { $0.entries <= point } ?? Promise(entries: 0, appended: 0, committed: 0)
      try disk.writeImage(to: crash.path, from: folder.path, using: &random)
      if let fault = fault(crash.log, promise) { found.faults.append("after \(point) operations: \(fault)") }
      found.images += 1
    }
    return found
  }

  /// What had been acknowledged after so many entries.
  private struct Promise {
    var entries: Int64
    var appended: Int64
    var committed: Int64
  }

  /// Appends and commits, with checkpoints in between and restarts, and notes what was acknowledged when.
  private func load(_ path: String, vfs: String) async throws -> [Promise] {
    let input = TopicPartition("in", 0)
    var promises: [Promise] = []
    var (appended, committed): (Int64, Int64) = (0, 0)
    for _ in 0..<4 {
      let bus = try await EmbeddedBus(path: path, vfs: vfs, checkpointEvery: 60)
      try await bus.create(Probe.topics)
      let member = try await bus.join(Membership(group: "g", instance: "a", topics: ["in"]))
      guard case .assigned(let assignment) = try await member.next(limit: nil, of: [], timeout: 5_000) else { break }
      #expect(assignment.committed[input] ?? 0 == committed)
      for round in 0..<60 {
        let size = round % 3 + 1
        appended += Int64(
          try await bus.append(
            (0..<size).map { Probe.record("in", 0, key: "k", value: "\(appended + Int64($0)) \(filling(round))") }
          ).count)
        promises.append(Promise(entries: power_cut_count(), appended: appended, committed: committed))
        let outputs = (committed..<appended).map { Probe.record("audit", 0, key: "\($0)", value: "\($0)") }
        try await member.commit(Commit(outputs: outputs, offsets: [input: appended], metadata: assignment.metadata))
        committed = appended
        promises.append(Promise(entries: power_cut_count(), appended: appended, committed: committed))
      }
      await bus.close()
      promises.append(Promise(entries: power_cut_count(), appended: appended, committed: committed))
    }
    return promises
  }

  private func filling(_ round: Int) -> String { String(repeating: "x", count: round * 40) }

  /// What is wrong with an image; nil when nothing is.
  private func fault(_ path: String, _ promise: Promise) -> String? {
    var database: OpaquePointer?
    defer { sqlite3_close(database) }
    guard sqlite3_open(path, &database) == SQLITE_OK else { return "it cannot be opened" }
    func ask(_ sql: String) -> [String] {
      var statement: OpaquePointer?
      defer { sqlite3_finalize(statement) }
      guard sqlite3_prepare_v2(database, sql, -1, &statement, nil) == SQLITE_OK else {
        return [String(cString: sqlite3_errmsg(database))]
      }
      var rows: [String] = []
      while sqlite3_step(statement) == SQLITE_ROW {
        rows.append(sqlite3_column_text(statement, 0).map { String(cString: $0) } ?? "")
      }
      return rows
    }
    guard ask("PRAGMA integrity_check") == ["ok"] else { return "it is damaged: \(ask("PRAGMA integrity_check"))" }
    guard ask("SELECT count(*) FROM sqlite_schema WHERE name = 'records'") == ["1"] else {
      return promise.appended == 0 ? nil : "it is empty"
    }
    func partition(_ topic: String) -> String {
      ask(
        "SELECT partitions.id FROM partitions JOIN topics ON topics.id = topic_id WHERE name = '\(topic)' AND number = 0"
      ).first ?? "0"
    }
    func texts(_ topic: String) -> [Int] {
      // A value's first word: what fills it up is not brought here.
      ask(
        """
        SELECT substr(text, 1, instr(text || ' ', ' ') - 1) FROM
          (SELECT id, CAST(value AS TEXT) AS text FROM records WHERE id >> 40 = \(partition(topic))) ORDER BY id
        """
      ).map { Int($0) ?? -1 }
    }
    let inputs = texts("in")
    guard inputs == Array(0..<inputs.count) else { return "its inputs are \(inputs)" }
    guard inputs.count >= promise.appended else {
      return "\(promise.appended) appends were acknowledged, \(inputs.count) are there"
    }
    let high = ask("SELECT high FROM partitions WHERE id = \(partition("in"))").first ?? "0"
    guard high == "\(inputs.count)" || inputs.isEmpty else { return "\(inputs.count) inputs, but it ends at \(high)" }
    let committed = Int(ask("SELECT next FROM offsets WHERE partition_id = \(partition("in"))").first ?? "0") ?? 0
    guard committed >= promise.committed else {
      return "\(promise.committed) was committed and acknowledged, \(committed) is there"
    }
    let outputs = texts("audit")
    guard outputs == Array(0..<committed) else { return "\(committed) consumed, outputs are \(outputs)" }
    return nil
  }
}

/// Files as they are on a disk: what surely is there, and what was done since each file's last sync.
private struct Disk {
  private struct File {
    var synced: [UInt8] = []
    var since: [power_cut_entry] = []
    /// Its name is in its folder for good. SQLite syncs a new file's folder with the file's first sync.
    var isNamed = false
  }

  private var files: [String: File] = [:]
  private(set) var entries = 0

  mutating func take(_ entry: power_cut_entry) {
    entries += 1
    let path = String(cString: entry.path)
    var file = files[path] ?? File()
    switch power_cut_kind(UInt32(entry.kind)) {
    case power_cut_sync:
      for change in file.since { apply(change, to: &file.synced) { true } }
      file.since = []
      if !file.isNamed {
        file.isNamed = true
        finishDeletions()
      }
    case power_cut_delete where entry.offset != 0:
      files[path] = nil
      return
    default: file.since.append(entry)
    }
    files[path] = file
  }

  /// A synced folder no longer has the names that were removed from it.
  private mutating func finishDeletions() {
    for (path, file) in files {
      guard let last = file.since.lastIndex(where: { power_cut_kind(UInt32($0.kind)) == power_cut_delete }) else {
        continue
      }
      files[path] = last == file.since.count - 1 ? nil : File(since: Array(file.since[(last + 1)...]))
    }
  }

  /// Writes what a power cut at this moment might have left.
  func writeImage(to folder: String, from original: String, using random: inout SplitMix) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      try FileManager.default.removeItem(atPath: folder + "/" + name)
    }
    for path in files.keys.sorted() {
      guard let file = files[path] else { continue }
      var content = file.synced
      // Nothing, some, or all of it was on its way.
      let share = Double(Int.random(in: 0...2, using: &random)) / 2
      for change in file.since { apply(change, to: &content) { Double.random(in: 0..<1, using: &random) < share } }
      let name = path.dropFirst(original.count)
      try Data(content).write(to: URL(fileURLWithPath: folder + name))
    }
  }

  private func apply(_ entry: power_cut_entry, to content: inout [UInt8], _ happens: () -> Bool) {
    switch power_cut_kind(UInt32(entry.kind)) {
    case power_cut_write:
      guard let data = entry.data else { return }
      let bytes = UnsafeRawBufferPointer(start: data, count: Int(entry.length))
      var done = 0
      while done < bytes.count {
        // To the next multiple of 512 in the file.
        let at = Int(entry.offset) + done
        let part = min(512 - at % 512, bytes.count - done)
        if happens() {
          if content.count < at + part { content += [UInt8](repeating: 0, count: at + part - content.count) }
          content.withUnsafeMutableBytes { content in
            content[at..<at + part].copyBytes(from: bytes[done..<done + part])
          }
        }
        done += part
      }
    case power_cut_truncate:
      if happens(), content.count > Int(entry.offset) { content.removeSubrange(Int(entry.offset)...) }
    case power_cut_delete:
      if happens() { content = [] }
    default: break
    }
  }
}
