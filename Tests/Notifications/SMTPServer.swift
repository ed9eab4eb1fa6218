import CooperationModel
import Foundation
import Testing

@testable import Notifications

/// Mail servers in a process of their own, one for each mode, ended with the test.
final class SMTPServers {
  let servers: [SMTPServer]
  private let process: Process
  private let input = Pipe()

  /// - Parameter host: The name in the servers' certificate; without one they have none.
  init(_ modes: [String], host: String? = nil, in temporary: borrowing TemporaryFolder) throws {
    let folder = "\(temporary.path)/\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    process = Python.process([Python.script("smtp_server.py"), folder, host ?? "-"] + modes)
    let output = Pipe()
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let line = String(decoding: try output.fileHandleForReading.readLine(), as: UTF8.self)
    let ports = line.split(separator: " ").compactMap { Int($0) }
    try #require(ports.count == modes.count, "the mail servers do not start")
    servers = ports.enumerated().map { number, port in
      SMTPServer(
        folder: "\(folder)/\(number)", port: port, certificate: host.map { _ in "\(folder)/certificate.pem" })
    }
  }

  /// True when Python has the mail server that others wrote.
  static let hasOther: Bool = {
    let process = Python.process(["-c", "import aiosmtpd; print(1)"])
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    return (try? output.fileHandleForReading.readLine()) == Data("1".utf8)
  }()

  // Killed, not asked: the child inherits a mask that blocks signals.
  deinit { kill(process.processIdentifier, SIGKILL) }

  var first: SMTPServer {
    get throws { try #require(servers.first) }
  }
}

/// One of them.
struct SMTPServer {
  var folder: String
  var port: Int
  var certificate: String?

  func configuration(
    security: SMTPConfiguration.Security = .none, host: String = "127.0.0.1", connections: Int = 1
  ) -> SMTPConfiguration {
    SMTPConfiguration(
      host: host, port: port, security: security, clientName: "bourse.example.org", certificateFile: certificate,
      connections: connections,
      limits: SMTPConfiguration.Limits(connect: .seconds(2), answer: .seconds(1), total: .seconds(3)))
  }

  /// The mails that it has taken over, in order.
  func mails() throws -> [[UInt8]] {
    try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".eml") }.sorted()
      .map { try Array(Data(contentsOf: URL(filePath: "\(folder)/\($0)"))) }
  }

  /// Connections and commands, one a line.
  func log() throws -> [String] {
    try String(contentsOfFile: "\(folder)/log", encoding: .utf8).split(separator: "\n").map(String.init)
  }
}
