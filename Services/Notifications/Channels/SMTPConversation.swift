import CLibcurl
import CooperationModel

/// How far one attempt to hand a mail over came, and what the server said last.
struct SMTPConversation {
  /// What the last command was about.
  enum Stage: Equatable {
    /// Greeting, EHLO, STARTTLS, AUTH: about the two machines, not about this mail.
    case session
    case sender
    case recipient
    /// From DATA on, until the body was sent.
    case body
    /// The body is sent; the server's answer decides whether it has taken the mail over.
    case answer
  }

  private(set) var stage = Stage.session
  /// Of the last answer that came; 0 while there was none.
  private(set) var code = 0
  private(set) var text = ""
  /// True when the last command has no answer yet.
  private(set) var isWaiting = true

  /// libcurl says goodbye after a failure; what the server answers to that is no matter.
  private var isOver = false

  /// A command went out.
  mutating func sent(_ command: some StringProtocol) {
    let verb = command.prefix(9).uppercased()
    if verb.hasPrefix("MAIL FROM") {
      stage = .sender
    } else if verb.hasPrefix("RCPT TO") {
      stage = .recipient
    } else if verb.hasPrefix("DATA") {
      stage = .body
    } else if verb.hasPrefix("QUIT") {
      isOver = true
      return
    } else if verb.hasPrefix("EHLO") || verb.hasPrefix("HELO") || verb.hasPrefix("STARTTLS") || verb.hasPrefix("AUTH") {
      stage = .session
    }
    isWaiting = true
  }

  /// The last byte of the body was handed to libcurl, which ends it with the dot.
  mutating func bodyEnded() {
    guard stage == .body else { return }
    stage = .answer
    isWaiting = true
  }

  /// A line came in; all but the last of an answer have a hyphen behind the code.
  mutating func received(_ line: some StringProtocol) {
    let digits = line.prefix(3)
    guard !isOver, let code = Int(digits), (200...599).contains(code) else { return }
    self.code = code
    isWaiting = false
    text = String(line.filter { !$0.isNewline })
  }

  /// What the attempt's end means for the message.
  ///
  /// An answer about the mail itself is final when it begins with 5. One about the two machines (no STARTTLS, a wrong
  /// password, a sender that is not allowed) says nothing of the recipient: the operator mends it, and the mail waits.
  func result(_ curl: CURLcode, explanation: String) -> DeliveryResult {
    if curl == CURLE_OK { return .delivered(detail: answer) }
    if !isWaiting, code >= 400 {
      switch (stage, code) {
      case (.recipient, 530...539), (.body, 530...539), (.session, _):
        return .temporary(detail: "the mail server does not let us in: \(answer)")
      case (_, 400..<500): return .temporary(detail: answer)
      case (.sender, 552), (.recipient, _), (.body, _), (.answer, _): return .permanent(detail: answer)
      case (.sender, _): return .temporary(detail: "the mail server does not take mail from our address: \(answer)")
      }
    }
    if stage == .answer {
      return .temporary(detail: "no answer after the whole mail was sent, it may have arrived: \(explanation)")
    }
    return .temporary(detail: explanation)
  }

  /// True when an old connection proved dead before the server had anything of the mail: worth a fresh one at once.
  var isStale: Bool {
    switch stage {
    case .session, .sender: isWaiting || code == 421
    case .recipient, .body, .answer: false
    }
  }

  /// The server's last line, without any address in it.
  private var answer: String { Self.withoutAddresses(text) }

  static func withoutAddresses(_ text: String) -> String {
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    let safe = words.map { $0.contains("@") ? "<address>" : String($0) }.joined(separator: " ")
    return HeaderText.clean(String(safe.prefix(300)))
  }
}
