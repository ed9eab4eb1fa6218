import CEmbeddedBus
import CSQLite
import Foundation
import SQLiteFile
import TopicBus

/// Where the log and the small files beside it lie, and whether that place can hold it.
struct LogFile: Sendable {
  let path: String

  /// Writers queue on it.
  var lockPath: String { path + ".lock" }
  /// Readers sleep on it.
  var bellPath: String { path + ".bell" }
  /// One file per member, locked while its process lives.
  var membersPath: String { path + ".members" }

  private var folder: String {
    let parent = (path as NSString).deletingLastPathComponent
    return parent.isEmpty ? "." : parent
  }

  /// Refuses file systems on which locks and shared memory do not hold between processes.
  func checkFileSystem() throws(BusError) {
    var about = statfs()
    guard statfs(folder, &about) == 0 else {
      throw .refused(
        "\(folder): \(systemMessage(errno)): make the folder first, and let the service's user write there")
    }
    if let name = Self.networkFileSystem(UInt32(truncatingIfNeeded: about.f_type)) {
      throw .refused(
        "\(folder) is on \(name), where SQLite's locks do not hold: put the data folder on a disk of this machine, or use Kafka"
      )
    }
  }

  /// The name of a file system that reaches other machines (or that a program in user space serves); nil for others.
  static func networkFileSystem(_ type: UInt32) -> String? {
    switch type {
    case 0x6969: "NFS"
    case 0x517B, 0xFF53_4D42, 0xFE53_4D42: "SMB"
    case 0x5346_414F, 0x6B41_4653: "AFS"
    case 0x7375_7245: "Coda"
    case 0x0102_1997: "9P"
    case 0x00C3_6400: "Ceph"
    case 0x0BD0_0BD0: "Lustre"
    case 0x7461_636F: "OCFS2"
    case 0x0116_1970: "GFS2"
    case 0x4750_4653: "GPFS"
    case 0x6573_5546: "FUSE"
    default: nil
    }
  }

  /// Makes the folder's entries survive a power cut.
  func syncFolder() {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  /// Which file is behind the path now; nil when there is none.
  ///
  /// By `stat`: opening and closing the file would drop the locks that SQLite holds on it in this process.
  var identity: FileIdentity? { FileIdentity(path: path) }

  /// Says in a caller's terms what went wrong.
  func error(_ error: any Error) -> BusError {
    switch error {
    case let error as BusError: error
    case let failure as SQLiteFailure: self.error(failure)
    default: .fatal(String(describing: error))
    }
  }

  private func error(_ failure: SQLiteFailure) -> BusError {
    let fact = "\(path): \(failure.message)"
    switch failure.primaryCode {
    case 13: return full(fact)  // SQLITE_FULL
    case 10:  // SQLITE_IOERR
      if failure.systemError == ENOSPC || failure.systemError == EDQUOT { return full(fact) }
      let detail = failure.systemError == 0 ? fact : "\(fact) (\(systemMessage(failure.systemError)))"
      return failure.isOfCommit ? .uncertain(detail) : .unavailable(detail)
    case 11, 26:  // SQLITE_CORRUPT, SQLITE_NOTADB
      return .corrupt(
        "\(fact): stop the services, look with `bourse doctor`, then take back the last backup with `bourse restore`")
    case 5, 6: return .unavailable("\(fact): another program holds the file")  // SQLITE_BUSY, SQLITE_LOCKED
    case 3, 8, 14, 23:  // SQLITE_PERM, SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_AUTH
      return .refused("\(fact): let the service's user write the file and its folder")
    case 7: return .unavailable(fact)  // SQLITE_NOMEM
    case 18: return .tooLarge(fact)  // SQLITE_TOOBIG
    default: return .fatal("\(fact) (SQLite \(failure.code))")
    }
  }

  private func full(_ fact: String) -> BusError {
    .full("\(fact): free some space on its disk; nothing was written")
  }
}

/// Tells a file from another one that has its name.
struct FileIdentity: Hashable, Sendable {
  let device: UInt64
  let number: UInt64

  init?(path: String) {
    var about = stat()
    guard stat(path, &about) == 0 else { return nil }
    self.init(about)
  }

  init?(descriptor: Int32) {
    var about = stat()
    guard fstat(descriptor, &about) == 0 else { return nil }
    self.init(about)
  }

  private init(_ about: stat) {
    device = UInt64(about.st_dev)
    number = UInt64(about.st_ino)
  }
}

/// The queue of writers: a lock of the kernel's on a file beside the log. It is fair where SQLite's own lock starves,
/// and free again when its holder dies.
final class WriteLock {
  private let path: String
  private var descriptor: Int32 = -1

  init(path: String) throws(BusError) {
    self.path = path
    try reopen()
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Waits until it is this process's turn.
  func acquire() throws(BusError) {
    while true {
      try take(LOCK_EX)
      // Someone removed or replaced the file: what is locked is no longer what the others lock.
      if FileIdentity(descriptor: descriptor) == FileIdentity(path: path) { return }
      try reopen()
    }
  }

  func release() { flock(descriptor, LOCK_UN) }

  private func take(_ operation: Int32) throws(BusError) {
    while flock(descriptor, operation) != 0 {
      guard errno == EINTR else { throw .unavailable("\(path): \(systemMessage(errno))") }
    }
  }

  private func reopen() throws(BusError) {
    if descriptor >= 0 { close(descriptor) }
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o660)
    guard descriptor >= 0 else { throw openError(path) }
  }
}

/// A member's sign of life: a file that its process holds locked. The kernel frees it when the process ends, however it
/// ends; no clock is involved.
final class MemberLock: Sendable {
  private let path: String
  private let descriptor: Int32

  /// - Precondition: this process holds the write lock, so that nobody takes the new file for a dead member's.
  init(folder: String, member: Int64) throws(BusError) {
    path = "\(folder)/\(member)"
    if mkdir(folder, 0o770) != 0, errno != EEXIST { throw openError(folder) }
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o660)
    guard descriptor >= 0 else { throw openError(path) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let reason = systemMessage(errno)
      close(descriptor)
      throw .unavailable("\(path): \(reason)")
    }
  }

  deinit { close(descriptor) }

  func remove() { unlink(path) }

  /// As when the process ends.
  func free() { flock(descriptor, LOCK_UN) }

  /// Whether the member's process still holds its file.
  static func isHeld(folder: String, member: Int64) -> Bool {
    let descriptor = open("\(folder)/\(member)", O_RDWR | O_CLOEXEC)
    // Only a file that is not there says that the member is gone; being out of descriptors does not.
    guard descriptor >= 0 else { return errno != ENOENT && errno != ENOTDIR }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0
  }

  static func removeFile(folder: String, member: Int64) { unlink("\(folder)/\(member)") }
}

func systemMessage(_ code: Int32) -> String { String(cString: strerror(code)) }

private func openError(_ path: String) -> BusError {
  let code = errno
  let fact = "\(path): \(systemMessage(code))"
  switch code {
  case ENOSPC, EDQUOT: return .full("\(fact): free some space on its disk; nothing was written")
  case EMFILE, ENFILE: return .unavailable("\(fact): raise the limit of open files")
  default: return .refused("\(fact): let the service's user write the data folder")
  }
}
