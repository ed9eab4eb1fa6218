import Foundation
import OutsideWorld

@testable import Notifications

extension SMTPServers {
  convenience init(_ modes: [String], host: String? = nil, in temporary: borrowing TemporaryFolder) throws {
    try self.init(modes, host: host, in: "\(temporary.path)/\(UUID().uuidString)")
  }
}

extension SMTPServer {
  func configuration(
    security: SMTPConfiguration.Security = .none, host: String = "127.0.0.1", connections: Int = 1
  ) -> SMTPConfiguration {
    SMTPConfiguration(
      host: host, port: port, security: security, clientName: "bourse.example.org", certificateFile: certificate,
      connections: connections,
      limits: SMTPConfiguration.Limits(connect: .seconds(2), answer: .seconds(1), total: .seconds(3)))
  }
}
