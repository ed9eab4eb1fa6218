import CLibcurl
import CooperationModel
import Foundation

/// One libcurl handle with its connection. Belongs to one thread.
final class SMTPConnection {
  private let configuration: SMTPConfiguration
  private let closing: ClosingFlag
  private let handle: OpaquePointer?

  init(_ configuration: SMTPConfiguration, closing: ClosingFlag) {
    self.configuration = configuration
    self.closing = closing
    handle = curl_easy_init().map { OpaquePointer($0) }
  }

  deinit { if let handle { curl_easy_cleanup(UnsafeMutableRawPointer(handle)) } }

  /// libcurl's own start, once in a process and before any thread uses it.
  static func prepareLibrary() { _ = library }
  private static let library = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

  func deliver(_ mail: ComposedMail) -> DeliveryResult {
    let first = attempt(mail, fresh: false)
    // The server may have closed a connection that was kept: that is no failure of this mail.
    // What took its time already (no host, no connection, no answer) is not tried twice over.
    switch first.code {
    case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_WEIRD_SERVER_REPLY:
      guard first.wasReused, first.conversation.isStale else { return first.result }
      return attempt(mail, fresh: true).result
    default: return first.result
    }
  }

  private struct Attempt {
    var code: CURLcode
    var conversation: SMTPConversation
    var wasReused: Bool
    var result: DeliveryResult
  }

  private func attempt(_ mail: ComposedMail, fresh: Bool) -> Attempt {
    let transfer = SMTPTransfer(mail.bytes, closing: closing)
    guard let handle else {
      return Attempt(
        code: CURLE_OUT_OF_MEMORY, conversation: transfer.conversation, wasReused: false,
        result: .temporary(detail: "no memory for a connection"))
    }
    let curl = UnsafeMutableRawPointer(handle)
    let recipients = curl_slist_append(nil, "<\(mail.recipient.text)>")
    defer { curl_slist_free_all(recipients) }
    let context = Unmanaged.passUnretained(transfer).toOpaque()
    // Handle options go first to their defaults; the connection stays.
    curl_easy_reset(curl)
    var code = configure(curl)
    for set in [
      { clibcurl_set_text(curl, CURLOPT_MAIL_FROM, "<\(mail.sender.text)>") },
      { clibcurl_set_list(curl, CURLOPT_MAIL_RCPT, recipients) },
      { clibcurl_set_long(curl, CURLOPT_UPLOAD, 1) },
      { clibcurl_set_size(curl, CURLOPT_INFILESIZE_LARGE, curl_off_t(mail.bytes.count)) },
      { clibcurl_set_long(curl, CURLOPT_FRESH_CONNECT, fresh ? 1 : 0) },
      { clibcurl_set_reader(curl, SMTPTransfer.read, context) },
      { clibcurl_set_writer(curl, SMTPTransfer.ignore, context) },
      { clibcurl_set_observer(curl, SMTPTransfer.observe, context) },
      { clibcurl_set_progress(curl, SMTPTransfer.progress, context) },
    ] where code == CURLE_OK { code = set() }
    if code == CURLE_OK { code = withExtendedLifetime(transfer) { curl_easy_perform(curl) } }
    var connects = 0
    _ = clibcurl_get_long(curl, CURLINFO_NUM_CONNECTS, &connects)
    let explanation = explain(code)
    return Attempt(
      code: code, conversation: transfer.conversation, wasReused: connects == 0,
      result: transfer.conversation.result(code, explanation: explanation))
  }

  private func configure(_ curl: UnsafeMutableRawPointer) -> CURLcode {
    let limits = configuration.limits
    let security = configuration.security
    let steps: [() -> CURLcode] = [
      { clibcurl_set_text(curl, CURLOPT_URL, self.configuration.url) },
      { clibcurl_set_text(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps") },
      // An environment made for browsers does not send our mail elsewhere.
      { clibcurl_set_text(curl, CURLOPT_PROXY, "") },
      { clibcurl_set_long(curl, CURLOPT_NOSIGNAL, 1) },
      { clibcurl_set_long(curl, CURLOPT_TCP_KEEPALIVE, 1) },
      { clibcurl_set_long(curl, CURLOPT_CONNECTTIMEOUT_MS, Int(limits.connect.milliseconds)) },
      { clibcurl_set_long(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, limits.answer.wholeSeconds) },
      { clibcurl_set_long(curl, CURLOPT_TIMEOUT_MS, Int(limits.total.milliseconds)) },
      { clibcurl_set_long(curl, CURLOPT_MAXAGE_CONN, limits.idle.wholeSeconds) },
      { clibcurl_set_long(curl, CURLOPT_USE_SSL, security.useSSL) },
      { clibcurl_set_long(curl, CURLOPT_SSL_VERIFYPEER, 1) },
      { clibcurl_set_long(curl, CURLOPT_SSL_VERIFYHOST, 2) },
      { clibcurl_set_long(curl, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)) },
      { self.configuration.certificateFile.map { clibcurl_set_text(curl, CURLOPT_CAINFO, $0) } ?? CURLE_OK },
      { self.configuration.user.map { clibcurl_set_text(curl, CURLOPT_USERNAME, $0) } ?? CURLE_OK },
      { self.configuration.password.map { clibcurl_set_text(curl, CURLOPT_PASSWORD, $0) } ?? CURLE_OK },
    ]
    for step in steps {
      let code = step()
      if code != CURLE_OK { return code }
    }
    return CURLE_OK
  }

  /// The failure in words: what happened and, where it is a matter of configuration, what to look at.
  private func explain(_ code: CURLcode) -> String {
    let server = "mail server \(configuration.host):\(configuration.port)"
    return switch code {
    case CURLE_OK: ""
    case CURLE_COULDNT_RESOLVE_HOST: "\(server): no such host; check the server's name"
    case CURLE_COULDNT_CONNECT: "\(server) refuses the connection"
    case CURLE_OPERATION_TIMEDOUT: "\(server) did not answer in time"
    case CURLE_PEER_FAILED_VERIFICATION:
      "\(server): its certificate cannot be trusted; check its name and the file of trusted certificates"
    case CURLE_SSL_CACERT_BADFILE: "the file of trusted certificates cannot be read; check its path"
    case CURLE_USE_SSL_FAILED: "\(server) offers no STARTTLS, which is required"
    case CURLE_LOGIN_DENIED: "\(server) refuses the user or the password"
    case CURLE_ABORTED_BY_CALLBACK: "broken off because the service stops"
    case CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_GOT_NOTHING, CURLE_WEIRD_SERVER_REPLY:
      "\(server) closed the connection"
    default: "\(server): \(String(cString: curl_easy_strerror(code)))"
    }
  }
}

extension SMTPConfiguration.Security {
  fileprivate var useSSL: Int {
    switch self {
    case .none: Int(CURLUSESSL_NONE.rawValue)
    case .opportunistic: Int(CURLUSESSL_TRY.rawValue)
    case .required, .implicit: Int(CURLUSESSL_ALL.rawValue)
    }
  }
}

extension Instant.Span {
  fileprivate var wholeSeconds: Int { max(1, Int((milliseconds + 999) / 1_000)) }
}
