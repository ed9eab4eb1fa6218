import Foundation
import Testing

/// Mail servers in a process of their own, one for each mode, ended with the test.
package final class SMTPServers: Sendable {
  package let servers: [SMTPServer]
  private let process: Process
  /// Its end tells the servers that the test is over.
  private let input = Pipe()

  /// - Parameters:
  ///   - modes: as `smtp_server.py` describes them.
  ///   - host: The name in the servers' certificate; without one they have none.
  ///   - folder: where they put what they take; made when it is not there.
  package init(_ modes: [String], host: String? = nil, in folder: String) throws {
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
  package static let hasOther: Bool = {
    let process = Python.process(["-c", "import aiosmtpd; print(1)"])
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    return (try? output.fileHandleForReading.readLine()) == Data("1".utf8)
  }()

  // Killed, not asked: the child inherits a mask that blocks signals.
  deinit { send(SIGKILL) }

  /// To all of them. Stopped (SIGSTOP) they take connections and say no word.
  package func send(_ signal: Int32) {
    if process.isRunning { kill(process.processIdentifier, signal) }
  }

  /// Kills them and waits until their ports are free.
  package func end() {
    send(SIGKILL)
    process.waitUntilExit()
  }

  package var first: SMTPServer {
    get throws { try #require(servers.first) }
  }
}

/// One of them.
package struct SMTPServer: Sendable {
  package var folder: String
  package var port: Int
  package var certificate: String?

  package init(folder: String, port: Int, certificate: String? = nil) {
    self.folder = folder
    self.port = port
    self.certificate = certificate
  }

  /// The mails that it has taken over, in order.
  package func mails() throws -> [[UInt8]] {
    try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".eml") }.sorted()
      .map { try Array(Data(contentsOf: URL(filePath: "\(folder)/\($0)"))) }
  }

  /// Connections and commands, one a line.
  package func log() throws -> [String] { try lines("log") }

  /// A mail that a server of the mode `count` has taken over.
  package struct Taken: Sendable {
    /// By the clock, in milliseconds since 1970, before the sender was told.
    package var at: Int64
    /// How the sender called itself.
    package var sender: String
    /// The left side of the Message-ID.
    package var message: String
  }

  /// What a server of the mode `count` has taken over, in order, by all servers that had this folder.
  package func taken() throws -> [Taken] {
    guard FileManager.default.fileExists(atPath: "\(folder)/taken") else { return [] }
    return try lines("taken").compactMap { line in
      let parts = line.split(separator: " ").map(String.init)
      guard parts.count == 3, let at = Int64(parts[0]) else { return nil }
      return Taken(at: at, sender: parts[1], message: parts[2])
    }
  }

  private func lines(_ name: String) throws -> [String] {
    try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8).split(separator: "\n").map(String.init)
  }
}
