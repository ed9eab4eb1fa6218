import Foundation
import Synchronization

/// A broker in a process of its own on a folder of its own.
public final class OwnBroker: Sendable {
  public enum Kind: Sendable, CaseIterable {
    /// Apache Kafka, where `KAFKA_START` names a command that starts it in the foreground, given a port and a folder.
    case kafka
    /// PyPI's `noida-db`, one binary that speaks Kafka's protocol.
    case noida

    /// The command; nil where there is none.
    fileprivate var executable: String? {
      switch self {
      case .kafka: ProcessInfo.processInfo.environment["KAFKA_START"]
      case .noida: Self.noidaExecutable
      }
    }

    public var isThere: Bool { executable != nil }

    private static let noidaExecutable: String? = {
      let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":").map(String.init) ?? []
      let candidates = (folders + [".build/python/bin"]).map { "\($0)/noida-db" }
      return candidates.first { FileManager.default.isExecutableFile(atPath: $0) }
    }()
  }

  public let kind: Kind
  public let port: Int
  private let folder: String
  private let executable: String
  private let process: Mutex<BrokerProcess?>

  public var brokers: String { "127.0.0.1:\(port)" }

  /// The best one that is there.
  public static var best: Kind? { Kind.allCases.first(where: \.isThere) }

  /// Starts it and waits until it listens.
  public init(_ kind: Kind) throws {
    guard let executable = kind.executable else { throw BrokerFailure("there is no \(kind)") }
    self.kind = kind
    folder = NSTemporaryDirectory() + "/broker-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    port = try FreePort.find()
    self.executable = executable
    process = Mutex(nil)
    try start()
  }

  /// Starts it, again on what it kept.
  private func start() throws {
    switch kind {
    case .noida:
      let new = try BrokerProcess(
        executable,
        ["start", "--only", "kafka", "--kafka-port", "\(port)", "--host", "127.0.0.1", "--data-dir", folder],
        isKept: true)
      process.withLock { $0 = new }
      while let line = new.line() {
        if line.contains("press Ctrl-C") { return }
      }
    case .kafka:
      let new = try BrokerProcess(executable, ["\(port)", folder], isKept: true)
      process.withLock { $0 = new }
      let deadline = ContinuousClock.now + .seconds(60)
      while ContinuousClock.now < deadline {
        if FreePort.isTaken(port) { return }
        usleep(100_000)
      }
    }
    throw BrokerFailure("\(executable) does not start")
  }

  /// It answers nobody any more: Kafka is killed; `noida-db` stands still, and its connections stay open.
  public func goAway() {
    switch kind {
    case .kafka: stop()
    case .noida: process.withLock { $0 }?.send(SIGSTOP)
    }
  }

  /// It answers again, with all that it had.
  public func comeBack() throws {
    switch kind {
    case .kafka: try start()
    case .noida: process.withLock { $0 }?.send(SIGCONT)
    }
  }

  private func stop() { process.withLock { $0 }?.end() }

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
  /// Somebody listens there.
  static func isTaken(_ port: Int) -> Bool {
    let handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(handle) }
    var address = loopback
    address.sin_port = in_port_t(port).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(handle, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }

  private static var loopback: sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    return address
  }

  /// A port that nobody listens on now.
  static func find() throws -> Int {
    let handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(handle) }
    var address = loopback
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
