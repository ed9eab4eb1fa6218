import Foundation
import TopicBus

extension EmbeddedBus {
  /// Lets a backup take the log's place. What was there is kept beside it.
  ///
  /// The backup is copied, checked and prepared under another name first; only then files change places. Killed before
  /// that, nothing has happened; killed between, there is no log at the path, and the same call again finishes.
  ///
  /// - Parameter prepare: changes the copy before it becomes the log: its id, above all.
  /// - Returns: where the log that was there is now; nil when there was none.
  /// - Throws: ``BusError/refused(_:)`` while a process has the log open, or for a file that is no log.
  public static func restore(
    from backup: String, to path: String, _ prepare: (EmbeddedBus) async throws -> Void
  ) async throws -> String? {
    let target = LogFile(path: path)
    try target.checkFileSystem()
    try refuseHeld(path)
    let incoming = path + ".incoming"
    let leftovers = [incoming] + ["-wal", "-shm", ".lock", ".bell", ".members"].map { incoming + $0 }
    for leftover in leftovers { try? FileManager.default.removeItem(atPath: leftover) }
    defer { for leftover in leftovers { try? FileManager.default.removeItem(atPath: leftover) } }
    do {
      try FileManager.default.copyItem(atPath: backup, toPath: incoming)
    } catch {
      throw BusError.refused("cannot copy \(backup) to \(incoming): \(error.localizedDescription)")
    }
    let bus = try await EmbeddedBus(path: incoming)
    do {
      let verdict = try await bus.read { try $0.text("PRAGMA quick_check(1)") }
      guard verdict == "ok" else {
        throw BusError.corrupt("\(backup): \(verdict ?? "no answer"): take an older backup")
      }
      try await prepare(bus)
      await bus.close()
    } catch {
      await bus.close()
      throw error
    }
    try LogFile(path: incoming).sync()
    return try change(incoming, into: target)
  }

  private static func refuseHeld(_ path: String) throws(BusError) {
    guard let process = LogFile(path: path).holder else { return }
    throw .refused("process \(process) has \(path) open: stop the services first")
  }

  /// - Returns: the new name of what was there.
  private static func change(_ incoming: String, into target: LogFile) throws(BusError) -> String? {
    let lock = try WriteLock(path: target.lockPath)
    try lock.acquire()
    defer { lock.release() }
    try refuseHeld(target.path)
    var replaced: String?
    if target.identity != nil {
      var name = target.path + ".replaced"
      var number = 1
      while FileIdentity(path: name) != nil {
        number += 1
        name = "\(target.path).replaced-\(number)"
      }
      // The old WAL goes with its file: beside the new one it would be replayed into it.
      if FileIdentity(path: target.path + "-wal") != nil { try move(target.path + "-wal", name + "-wal") }
      try move(target.path, name)
      replaced = name
    }
    unlink(target.path + "-wal")
    unlink(target.path + "-shm")
    try move(incoming, target.path)
    target.syncFolder()
    return replaced
  }

  private static func move(_ from: String, _ to: String) throws(BusError) {
    guard rename(from, to) == 0 else { throw .refused("cannot rename \(from) to \(to): \(systemMessage(errno))") }
  }
}

extension LogFile {
  /// The id of a process that has the log open; nil when none has.
  ///
  /// SQLite holds a shared lock on one byte of the `-shm` file for every open connection. Not for the process that asks:
  /// a process is not told of its own locks.
  var holder: Int32? {
    let descriptor = open(path + "-shm", O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var lock = flock()
    lock.l_type = Int16(F_WRLCK)
    lock.l_whence = Int16(SEEK_SET)
    lock.l_start = 128  // SQLite's "dead man's switch".
    lock.l_len = 1
    guard fcntl(descriptor, F_GETLK, &lock) == 0, lock.l_type != Int16(F_UNLCK) else { return nil }
    return lock.l_pid
  }
}
