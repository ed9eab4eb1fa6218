import CSQLite
import Foundation
import SQLiteFile
import TopicBus

extension EmbeddedBus {
  /// Writes a copy of the log as it is at one moment, while others go on reading and writing.
  ///
  /// The copy is a whole log of its own, without what was removed; it appears under its name only once it is complete
  /// and synced. Meanwhile the WAL cannot begin anew, so it grows by what is written: the one read that may last.
  ///
  /// - Throws: ``BusError/refused(_:)`` when there is a file of that name already.
  public func backup(to path: String) async throws(BusError) {
    let file = file
    let result: Result<Void, BusError> = await withCheckedContinuation { continuation in
      startThread("bus-backup") {
        continuation.resume(returning: Result { () throws(BusError) in try file.copy(to: path) })
      }
    }
    try result.get()
  }

  /// What an operator wants to know of the log's place.
  public func info() async throws(BusError) -> LogInfo {
    var disk = statvfs()
    let isKnown = statvfs(file.path, &disk) == 0
    return LogInfo(
      path: file.path, fileBytes: size(file.path), walBytes: size(file.path + "-wal"),
      freeBytes: isKnown ? Int64(disk.f_bavail) * Int64(disk.f_frsize) : nil,
      sqliteVersion: String(cString: sqlite3_libversion()),
      stoppedMembers: try await describeGroups().flatMap { group in group.members.filter { !$0.responds } })
  }

  private func size(_ path: String) -> Int64 {
    var about = stat()
    return stat(path, &about) == 0 ? Int64(about.st_size) : 0
  }
}

/// The embedded log's file and what may be in its way.
public struct LogInfo: Hashable, Sendable {
  public var path: String
  public var fileBytes: Int64
  /// What is committed and not moved into the file yet.
  public var walBytes: Int64
  /// Room on its disk, where that can be told.
  public var freeBytes: Int64?
  public var sqliteVersion: String
  /// Members whose processes are stopped: they keep their partitions.
  public var stoppedMembers: [GroupDescription.Member]
}

extension LogFile {
  fileprivate func copy(to path: String) throws(BusError) {
    guard FileIdentity(path: path) == nil else { throw .refused("\(path) exists already: name another file") }
    let part = path + ".part"
    unlink(part)
    do {
      let connection = try Connection(path: self.path, checkpointsOnClose: false)
      try Schema.setUpReader(connection)
      // The copy is a database of its own, which a connection that only asks may not write.
      try connection.execute("PRAGMA query_only = OFF")
      try connection.run("VACUUM INTO ?", .init(part))
      try LogFile(path: part).sync()
    } catch {
      unlink(part)
      throw self.error(error)
    }
    guard rename(part, path) == 0 else { throw .refused("\(path): \(systemMessage(errno))") }
    LogFile(path: path).syncFolder()
  }

  /// Makes the file's content survive a power cut.
  func sync() throws(BusError) {
    let descriptor = open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { throw .refused("\(path): \(systemMessage(errno))") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .unavailable("\(path): \(systemMessage(errno))") }
  }
}
