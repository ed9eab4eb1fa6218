import OutsideWorld

/// Where a test finds the mail that left.
enum Mailbox: Sendable {
  case maildir(MailReader)
  case server(MailServer)

  /// How often each message came, by its id.
  var arrivals: [String: Int] {
    get throws {
      switch self {
      case .maildir(let reader): reader.arrivals
      case .server(let server): try server.taken().reduce(into: [:]) { $0[$1.message, default: 0] += 1 }
      }
    }
  }

  var isEmpty: Bool { (try? arrivals.isEmpty) ?? true }

  /// Takes mail out of a Maildir until told to end; a server counts by itself.
  func watch() async {
    if case .maildir(let reader) = self { await reader.run() }
  }

  func endWatch() {
    if case .maildir(let reader) = self { reader.end() }
  }
}
