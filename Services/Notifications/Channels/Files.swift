import CooperationModel
import Foundation

/// What the file system refused, on which path, and why.
package struct MaildirError: Error, Equatable, Sendable, CustomStringConvertible {
  package var action: String
  package var path: String
  package var code: Int32

  package var description: String { "cannot \(action) \(path): \(String(cString: strerror(code)))" }
}

/// The few calls to the file system whose order and durability count.
enum Files {
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  static func modified(_ path: String) -> Instant? {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    return Instant(milliseconds: Int64(status.st_mtim.tv_sec) * 1_000 + Int64(status.st_mtim.tv_nsec) / 1_000_000)
  }

  /// Makes the folder and those above it, readable by their owner alone.
  static func makeFolder(_ path: String) throws(MaildirError) {
    if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
    let above = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    guard errno == ENOENT, !above.isEmpty else { throw MaildirError(action: "make folder", path: path, code: errno) }
    try makeFolder(above)
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw MaildirError(action: "make folder", path: path, code: errno)
    }
  }

  /// Writes and syncs a file, in place of one of that name.
  static func write(_ bytes: [UInt8], to path: String) throws(MaildirError) {
    try? remove(path)
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw MaildirError(action: "create", path: path, code: errno) }
    defer { close(file) }
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw MaildirError(action: "write", path: path, code: count < 0 ? errno : EIO) }
      done += count
    }
    guard fsync(file) == 0 else { throw MaildirError(action: "sync", path: path, code: errno) }
  }

  static func link(_ path: String, to other: String) throws(MaildirError) {
    guard Glibc.link(path, other) == 0 else { throw MaildirError(action: "link to", path: other, code: errno) }
  }

  static func move(_ path: String, to other: String) throws(MaildirError) {
    guard rename(path, other) == 0 else { throw MaildirError(action: "move to", path: other, code: errno) }
    // Both names of one file: then rename does nothing, and the first name stays.
    if exists(path) { try remove(path) }
  }

  static func remove(_ path: String) throws(MaildirError) {
    guard unlink(path) == 0 || errno == ENOENT else { throw MaildirError(action: "remove", path: path, code: errno) }
  }

  static func syncFolder(_ path: String) throws(MaildirError) {
    let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw MaildirError(action: "open folder", path: path, code: errno) }
    defer { close(folder) }
    guard fsync(folder) == 0 else { throw MaildirError(action: "sync folder", path: path, code: errno) }
  }

  static func names(in folder: String) throws(MaildirError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    } catch {
      throw MaildirError(action: "list", path: folder, code: EIO)
    }
  }

  /// Holds the lock of a file while the work lasts; waits for whoever holds it.
  static func withLock<Result>(_ path: String, _ work: () throws(MaildirError) -> Result) throws(MaildirError) -> Result
  {
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw MaildirError(action: "open", path: path, code: errno) }
    defer { close(file) }
    while flock(file, LOCK_EX) != 0 {
      guard errno == EINTR else { throw MaildirError(action: "lock", path: path, code: errno) }
    }
    return try work()
  }
}
