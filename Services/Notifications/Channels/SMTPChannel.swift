import CLibcurl
import CooperationModel
import Foundation
import Synchronization

/// Hands mail to a mail server, through libcurl.
///
/// Each connection has a thread and a libcurl handle of its own and is kept for the next mail. When the connection
/// breaks after the whole mail was sent and before the server answered, nobody knows whether it arrived: that is a
/// temporary failure, and the repeat has the same `Message-ID`.
package final class SMTPChannel: Channel {
  package let name = "smtp"
  package let leavesMachine = true
  private let threads: DeliveryThreads<SMTPConnection>
  private let closing: ClosingFlag

  package var capacity: Int { threads.capacity }

  package init(_ configuration: SMTPConfiguration) {
    SMTPConnection.prepareLibrary()
    let closing = ClosingFlag()
    self.closing = closing
    threads = DeliveryThreads(
      name: "smtp", threads: configuration.connections, capacity: configuration.capacity
    ) { SMTPConnection(configuration, closing: closing) }
  }

  package func deliver(_ mail: ComposedMail) async -> DeliveryResult {
    await threads.perform { connection in connection.deliver(mail) }
  }

  /// Breaks off what is under way; a mail that the server was about to answer counts as uncertain.
  package func close() async {
    closing.raise()
    await threads.close()
  }
}

/// Tells connections to break off.
final class ClosingFlag: Sendable {
  private let flag = Atomic(false)
  func raise() { flag.store(true, ordering: .releasing) }
  var isRaised: Bool { flag.load(ordering: .acquiring) }
}
