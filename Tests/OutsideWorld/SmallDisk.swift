import Foundation

/// A disk of a few megabytes, in memory; made by root alone.
package final class SmallDisk: Sendable {
  package let path: String
  private let ownsFolder: Bool

  /// Otherwise the tests that need one are skipped, or do without and say so.
  package static let isPossible: Bool = (try? SmallDisk(megabytes: 1)) != nil

  /// - Parameter folder: where it is to be; nil is a folder of its own, gone with the disk.
  package init(megabytes: Int, at folder: String? = nil) throws {
    ownsFolder = folder == nil
    path = folder ?? NSTemporaryDirectory() + "disk-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    do {
      try mount(0, "size=\(megabytes)m")
    } catch {
      if ownsFolder { try? FileManager.default.removeItem(atPath: path) }
      throw error
    }
  }

  deinit {
    umount2(path, Int32(MNT_DETACH))
    if ownsFolder { try? FileManager.default.removeItem(atPath: path) }
  }

  /// - Parameter file: of the disk's, which alone becomes so; nil: all of it does.
  package func makeReadOnly(_ file: String? = nil) throws {
    guard let file else { return try mount(UInt(MS_REMOUNT | MS_RDONLY), nil) }
    let path = path + "/" + file
    for flags in [UInt(MS_BIND), UInt(MS_REMOUNT | MS_BIND | MS_RDONLY)] {
      guard Glibc.mount(path, path, nil, flags, nil) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EPERM) }
    }
  }

  /// Takes all the room that is left, until ``free()``.
  package func fill() throws {
    let file = open(ballast, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    defer { close(file) }
    // Others may give some back while it is taken.
    for size in [1 << 20, 4_096] {
      let bytes = [UInt8](repeating: 0, count: size)
      while write(file, bytes, size) == size {}
    }
  }

  package func free() { unlink(ballast) }

  private var ballast: String { path + "/ballast" }

  private func mount(_ flags: UInt, _ options: String?) throws {
    guard Glibc.mount("tmpfs", path, "tmpfs", flags, options) == 0 else {
      throw POSIXError(.init(rawValue: errno) ?? .EPERM)
    }
  }
}
