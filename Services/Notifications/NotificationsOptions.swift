import CooperationModel
import Foundation
import ServiceKit

/// What Notifications can be told, beside what every service can.
enum NotificationsOptions {
  static let maildir = ConfigurationOption<String>(
    "maildir", "FOLDER", "Where e-mails are put when no mail server is set; `maildir` in the data folder otherwise.")
  static let smtp = ConfigurationOption<HostPort>(
    "smtp.server", "HOST:PORT", "The mail server that e-mails are handed to, behind the sending gate.")
  static let security = ConfigurationOption<SMTPConfiguration.Security>(
    "smtp.security", "HOW",
    "none, opportunistic (STARTTLS if offered), required (STARTTLS or nothing), implicit (TLS).",
    default: .required)
  static let user = ConfigurationOption<String>("smtp.user", "NAME", "The mail server's user.")
  static let password = ConfigurationOption<Secret>("smtp.password", "FILE", "The mail server's password.")
  static let certificates = ConfigurationOption<String>(
    "smtp.certificates", "FILE", "Certificates to trust in place of the system's (PEM).")
  static let clientName = ConfigurationOption<String>(
    "smtp.client-name", "NAME", "The name that this machine gives itself to the mail server.", default: "localhost")
  static let sender = ConfigurationOption<String>(
    "mail.sender", "ADDRESS", "The address that e-mails come from.", default: "bourse-projets@example.org")
  static let senderName = ConfigurationOption<String>(
    "mail.sender-name", "NAME", "The name that e-mails come from.", default: "Bourse-projets")
  static let domain = ConfigurationOption<String>(
    "mail.domain", "DOMAIN", "The right side of every Message-ID.", default: "bourse-projets.example.org")
  static let keys = ConfigurationOption<String>(
    "keys", "FOLDER", "The key pair that signs links; `keys` in the data folder otherwise.")
  static let ingestion = ConfigurationOption<String>(
    "ingestion-url", "URL", "Where links to confirm and to unsubscribe lead.", default: "http://127.0.0.1:8081")
  static let matcher = ConfigurationOption<String>(
    "matcher-url", "URL", "Where links to answer lead.", default: "http://127.0.0.1:8082")

  static let all: [any AnyConfigurationOption] = [
    maildir, smtp, security, user, password, certificates, clientName, sender, senderName, domain, keys, ingestion,
    matcher,
  ]
}

extension SMTPConfiguration.Security: ConfigurationChoice {}

extension ServiceSetup {
  /// The channel that is configured: a mail server, or a Maildir on this machine.
  func channel() throws -> any Channel {
    guard let server = configuration[NotificationsOptions.smtp] else {
      let folder = try configuration[NotificationsOptions.maildir] ?? dataFolder() + "/maildir"
      return try MaildirChannel(root: folder)
    }
    return SMTPChannel(
      SMTPConfiguration(
        host: server.host, port: server.port, security: configuration[NotificationsOptions.security] ?? .required,
        user: configuration[NotificationsOptions.user], password: configuration[NotificationsOptions.password]?.value,
        clientName: configuration[NotificationsOptions.clientName] ?? "localhost",
        certificateFile: configuration[NotificationsOptions.certificates]))
  }

  /// Signs the links in messages, as the issuer that the key folder names.
  func linkMint() throws -> TokenMint {
    let folder = KeyFolder(try configuration[NotificationsOptions.keys] ?? dataFolder() + "/keys")
    guard let data = FileManager.default.contents(atPath: folder.issuers),
      let entry = (try? JSON.decode([TrustedIssuers.Entry].self, from: data))?.first
    else {
      throw StartupError.configuration(
        "cannot read \(folder.issuers): make the keys with `bourse token keys init`, or name their folder with --keys")
    }
    return try TokenMint(issuer: entry.iss, audience: entry.audience, keyFile: folder.privateKey, clock: clock)
  }
}
