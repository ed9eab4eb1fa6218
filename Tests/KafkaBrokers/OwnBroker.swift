import Foundation
import Synchronization

/// PyPI's `noida-db`, one binary that speaks Kafka's protocol, in a process of its own on a folder of its own.
public final class NoidaBroker: Sendable {
  public let port: Int
  private let folder: String
  private let executable: String
  private let process: Mutex<BrokerProcess?>

  public var brokers: String { "127.0.0.1:\(port)" }

  /// Where it is installed; nil where it is not.
  public static let executable: String? = {
    let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":").map(String.init) ?? []
    let candidates = (folders + [".build/python/bin"]).map { "\($0)/noida-db" }
    return candidates.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// Starts it and waits until it listens.
  public init() throws {
    guard let executable = Self.executable else { throw BrokerFailure("noida-db is not installed") }
    folder = NSTemporaryDirectory() + "/noida-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    port = try FreePort.find()
    self.executable = executable
    process = Mutex(nil)
    try start()
  }

  /// Starts it again on what it kept.
  public func start() throws {
    let new = try BrokerProcess(
      executable,
      ["start", "--only", "kafka", "--kafka-port", "\(port)", "--host", "127.0.0.1", "--data-dir", folder],
      isKept: true)
    process.withLock { $0 = new }
    while let line = new.line() {
      if line.contains("press Ctrl-C") { return }
    }
    throw BrokerFailure("noida-db does not start")
  }

  /// Kills it.
  public func stop() { process.withLock { $0 }?.end() }

  /// Lets it stand still: connections stay open, and nothing is answered.
  public func freeze() { process.withLock { $0 }?.send(SIGSTOP) }

  /// Lets it go on.
  public func thaw() { process.withLock { $0 }?.send(SIGCONT) }

  public func end() {
    stop()
    try? FileManager.default.removeItem(atPath: folder)
  }

  deinit { end() }
}

/// A broker that does not do what a test needs.
public struct BrokerFailure: Error, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}

enum FreePort {
  /// A port that nobody listens on now.
  static func find() throws -> Int {
    let handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(handle) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let port = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer -> UInt16? in
        guard bind(handle, pointer, size) == 0, getsockname(handle, pointer, &size) == 0 else { return nil }
        return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { $0.pointee.sin_port.bigEndian }
      }
    }
    guard let port else { throw BrokerFailure("no port is free") }
    return Int(port)
  }
}
