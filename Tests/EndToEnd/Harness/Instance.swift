import CooperationModel
import Foundation
import Synchronization

/// The services of the suite, by the name of their executable.
enum Service: String, CaseIterable, Sendable {
  case ingestion, matcher, notifications
  case apd = "apd-collector"
}

/// One process of a service, and its later lives under the same name and port.
final class Instance: Sendable {
  let service: Service
  let name: String
  let port: Int
  let log: String
  private let options: [String]
  /// The option that tells a life its name, if any.
  private let nameOption: String?
  private let life = Mutex<(process: ChildProcess?, number: Int)>((nil, 0))

  init(_ service: Service, _ name: String, options: [String], nameOption: String? = nil, folder: String) throws {
    self.service = service
    self.name = name
    port = try Self.freePort()
    self.nameOption = nameOption
    log = "\(folder)/\(service.rawValue)-\(name).log"
    self.options = options + ["--http", "127.0.0.1:\(port)", "--instance", name]
  }

  var process: ChildProcess? { life.withLock { $0.process } }
  /// It was never started, or its life has ended.
  var isDown: Bool { process.map { $0.end != nil } ?? true }
  var description: String { "\(service.rawValue)-\(name)" }
  /// No other process of the test has it.
  var lifeName: String { life.withLock { "\(description)-\($0.number)" } }

  /// Begins a life. The one before must have ended.
  ///
  /// - Parameter failurePoint: where it kills itself, with the count after a colon.
  func start(failurePoint: String? = nil) throws {
    var environment = ChildProcess.environment
    environment["BOURSE_FAILURE_POINT"] = failurePoint
    life.withLock { $0.number += 1 }
    let process = try ChildProcess(
      ChildProcess.executable(service.rawValue), options + (nameOption.map { [$0, lifeName] } ?? []),
      environment: environment, log: log)
    life.withLock { $0.process = process }
  }

  func send(_ signal: Int32) { process?.send(signal) }

  /// Asks it to stop, and tells how it ended and after how long.
  func stop(within seconds: Double = 20) async -> (end: ChildProcess.End?, seconds: Double) {
    let start = ContinuousClock.now
    send(SIGTERM)
    let end = await process?.ended(within: seconds)
    return (end, start.duration(to: .now) / .seconds(1))
  }

  /// Waits until this life heeds signals: before that, the system's own answer to them holds.
  func begun(within seconds: Double = 20) async throws {
    guard let process else { return }
    try await until("\(description) has begun", within: seconds) { tail(of: 200).contains("process=\(process.id)") }
  }

  func kill() async {
    send(SIGKILL)
    _ = await process?.ended(within: 10)
  }

  /// What `/health/ready` says.
  func readiness() async throws -> Answer {
    try await HTTPRequest(method: "GET", path: "/health/ready").send(port: port)
  }

  /// Waits until it can do its work.
  func ready(within seconds: Double = 60) async throws {
    try await until("\(description) is ready", within: seconds) {
      if let end = process?.end { throw NeverCameTrue(what: "\(description) ended: \(end)", seconds: 0, last: tail) }
      let answer = try await readiness()
      if answer.status != 200 { throw NoAnswer(description: answer.text) }
      return true
    }
  }

  /// The last lines it logged.
  var tail: String { tail(of: 15) }

  private func tail(of lines: Int) -> String {
    let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").suffix(lines).joined(separator: "\n")
  }

  private static let taken = Mutex<Set<Int>>([])

  /// A port that nobody listens on, below those that the system gives to outgoing connections: it stays free while the
  /// instance is down.
  static func freePort() throws -> Int {
    for _ in 0..<1_000 {
      let port = Int.random(in: 20_000..<32_000)
      guard taken.withLock({ $0.insert(port).inserted }) else { continue }
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      defer { close(descriptor) }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = in_port_t(UInt16(port).bigEndian)
      address.sin_addr.s_addr = in_addr_t(UInt32(0x7F00_0001).bigEndian)
      let code = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      if code == 0 { return port }
    }
    throw NoAnswer(description: "no free port")
  }
}
