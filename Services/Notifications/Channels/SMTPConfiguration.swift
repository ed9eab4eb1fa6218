import CooperationModel

/// Where and how mail is handed to a mail server.
package struct SMTPConfiguration: Sendable {
  package var host: String
  package var port: Int
  package var security: Security
  package var user: String?
  package var password: String?
  /// The name this machine gives itself (EHLO).
  package var clientName: String
  /// A file of certificates to trust in place of the system's.
  package var certificateFile: String?
  /// How many connections, each with a thread of its own.
  package var connections: Int
  /// How many mails run and wait at most.
  package var capacity: Int
  package var limits: Limits

  package enum Security: String, CaseIterable, Sendable {
    /// No encryption: for a server on this machine.
    case none
    /// STARTTLS if the server offers it.
    case opportunistic
    /// STARTTLS, or nothing is sent.
    case required
    /// TLS from the first byte (`smtps`).
    case implicit
  }

  /// What a slow or silent server is allowed.
  package struct Limits: Sendable {
    /// To connect, TLS and greeting included.
    package var connect: Instant.Span
    /// For any one answer; rounded up to whole seconds.
    package var answer: Instant.Span
    /// For one mail in all: what a server that drips bytes is held to.
    package var total: Instant.Span
    /// A connection idle for longer is not used again; rounded up to whole seconds.
    package var idle: Instant.Span

    package init(
      connect: Instant.Span = .seconds(10), answer: Instant.Span = .seconds(60), total: Instant.Span = .minutes(3),
      idle: Instant.Span = .seconds(60)
    ) {
      self.connect = connect
      self.answer = answer
      self.total = total
      self.idle = idle
    }
  }

  package init(
    host: String, port: Int, security: Security = .required, user: String? = nil, password: String? = nil,
    clientName: String = "localhost", certificateFile: String? = nil, connections: Int = 2, capacity: Int = 64,
    limits: Limits = Limits()
  ) {
    self.host = host
    self.port = port
    self.security = security
    self.user = user
    self.password = password
    self.clientName = clientName
    self.certificateFile = certificateFile
    self.connections = connections
    self.capacity = capacity
    self.limits = limits
  }

  /// The address for libcurl. `::1` is written in brackets.
  var url: String {
    let scheme = security == .implicit ? "smtps" : "smtp"
    let host = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
    return "\(scheme)://\(host):\(port)/\(clientName)"
  }
}
