import Foundation

/// An e-mail as a reader sees it.
struct Mail: Sendable {
  /// By lower-case name, unfolded and with encoded words decoded.
  var headers: [String: String]
  /// The plain text, decoded.
  var text: String
  /// The HTML, decoded.
  var html: String

  var messageID: String { headers["message-id"] ?? "" }
  var subject: String { headers["subject"] ?? "" }
  /// The recipient's address.
  var to: String { Self.address(headers["to"] ?? "") }
  var replyTo: String { Self.address(headers["reply-to"] ?? "") }

  /// The links in the plain text that begin so, without the angle brackets around them.
  func links(_ beginning: String) -> [String] {
    text.split { $0.isWhitespace || $0 == "<" || $0 == ">" }.map(String.init).filter { $0.hasPrefix(beginning) }
  }

  /// Reads a message as this suite writes it: `multipart/alternative` with quoted-printable parts.
  init(_ data: Data) {
    let text = String(decoding: data, as: UTF8.self).replacingOccurrences(of: "\r\n", with: "\n")
    let (head, body) = Self.split(text)
    headers = Self.headers(head)
    var (plain, html) = ("", "")
    let boundary = headers["content-type"]?.components(separatedBy: "boundary=").last?.trimmingCharacters(in: [
      "\"", " ",
    ])
    for part in body.components(separatedBy: "--\(boundary ?? "\n")") {
      let (head, body) = Self.split(part.trimmingCharacters(in: .newlines))
      let type = Self.headers(head)["content-type"] ?? ""
      if type.hasPrefix("text/plain") { plain = Self.decoded(body) }
      if type.hasPrefix("text/html") { html = Self.decoded(body) }
    }
    self.text = plain
    self.html = html
  }

  private static func address(_ text: String) -> String {
    guard let start = text.lastIndex(of: "<"), let end = text.lastIndex(of: ">"), start < end else { return text }
    return String(text[text.index(after: start)..<end])
  }

  private static func split(_ text: String) -> (String, String) {
    guard let gap = text.range(of: "\n\n") else { return (text, "") }
    return (String(text[..<gap.lowerBound]), String(text[gap.upperBound...]))
  }

  private static func headers(_ head: String) -> [String: String] {
    var headers: [String: String] = [:]
    let unfolded = head.replacingOccurrences(of: "\n ", with: " ").replacingOccurrences(of: "\n\t", with: " ")
    for line in unfolded.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      headers[parts[0].lowercased()] = words(parts[1].trimmingCharacters(in: .whitespaces))
    }
    return headers
  }

  /// Decodes RFC 2047 words; space between two of them is not theirs.
  private static func words(_ text: String) -> String {
    var result = ""
    var isAfterWord = false
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      let parts = word.split(separator: "?", omittingEmptySubsequences: false)
      if parts.count == 5, parts[0] == "=", parts[4] == "=" {
        if !isAfterWord, !result.isEmpty { result += " " }
        result +=
          parts[2].uppercased() == "B" ? base64(parts[3]) : decoded(parts[3].replacingOccurrences(of: "_", with: " "))
        isAfterWord = true
      } else {
        if !result.isEmpty { result += " " }
        result += word
        isAfterWord = false
      }
    }
    return result
  }

  private static func base64(_ text: Substring) -> String {
    String(decoding: Data(base64Encoded: String(text)) ?? Data(), as: UTF8.self)
  }

  /// Undoes quoted-printable.
  private static func decoded(_ text: String) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.replacingOccurrences(of: "=\n", with: "").utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "="), rest.count > 1,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// The Maildir that Notifications writes into.
struct Maildir: Sendable {
  var path: String

  /// Every delivered message.
  var mails: [Mail] {
    get throws {
      guard FileManager.default.fileExists(atPath: path + "/new") else { return [] }
      return try FileManager.default.contentsOfDirectory(atPath: path + "/new").sorted().compactMap { name in
        FileManager.default.contents(atPath: "\(path)/new/\(name)").map(Mail.init)
      }
    }
  }

  /// How many messages were delivered.
  var count: Int { (try? FileManager.default.contentsOfDirectory(atPath: path + "/new").count) ?? 0 }

  /// Waits for a message to that address that is as described.
  func mail(to address: String, within seconds: Double = 20, _ what: String, _ isIt: (Mail) -> Bool = { _ in true })
    async throws -> Mail
  {
    try await eventually("an e-mail to \(address): \(what)", within: seconds) {
      try mails.first { $0.to == address && isIt($0) }
    }
  }
}
