import Foundation
import OutsideWorld
import Synchronization

/// A mail server beside the suite, which goes away and comes back at the same port; what it took it remembers.
final class MailServer: Sendable {
  let port: Int
  private let folder: String
  private let life = Mutex<SMTPServers?>(nil)

  init() throws {
    port = try Instance.freePort()
    folder = NSTemporaryDirectory() + "/mail-server-\(UUID().uuidString.prefix(8).lowercased())"
    try start()
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func start() throws {
    let servers = try SMTPServers(["count@\(port)"], in: folder)
    life.withLock { $0 = servers }
  }

  /// Kills it: connections break, new ones are refused.
  func kill() {
    let servers = life.withLock { life in
      defer { life = nil }
      return life
    }
    servers?.end()
  }

  func send(_ signal: Int32) { life.withLock { $0 }?.send(signal) }

  /// Every mail that it took over, in order.
  func taken() throws -> [SMTPServer.Taken] { try SMTPServer(folder: folder + "/0", port: port).taken() }
}
