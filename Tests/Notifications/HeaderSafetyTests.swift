import Seeds
import CooperationModel
import Foundation
import Testing

@testable import Notifications

@Suite("Text that people typed")
struct HeaderSafetyTests {
  /// Pieces that have broken mail programs, and ordinary ones between them.
  private static let pieces = [
    "\r\n", "\n", "\r", "\u{0}", "Bcc: all@example.org", "\r\n\r\n", "=?utf-8?Q?=0D=0A?=", "é", "Ouagadougou", " ",
    "\"", "\\",
    "<script>alert(1)</script>", "\u{2028}", "\u{202E}", "\u{85}", "👩🏽‍🌾", "ﷺ", "e\u{301}", ",", ";", "()", "'",
    "&", String(repeating: "x", count: 300), "\t", ".", "From ", "--=_", "\u{FEFF}", "मद", "\u{1B}[31m",
  ]

  @Test("no text can begin another header, end the headers or become markup")
  func injection() throws {
    var random = SplitMix(seed: 20_261_124)
    let orders = try (0..<80).map { _ in try hostileOrder(&random) }
    let composer = try Sample.composer()
    let mails = try orders.map { try composer.compose($0, at: Sample.now).bytes }
    for (order, (bytes, mail)) in zip(orders, zip(mails, try ReadMail.all(mails))) {
      #expect(bytes.allSatisfy { ($0 >= 0x20 && $0 < 0x7F) || $0 == 0x0D || $0 == 0x0A })
      let whole = String(decoding: bytes, as: UTF8.self)
      #expect(whole.split(separator: "\r\n", omittingEmptySubsequences: false).allSatisfy { $0.utf8.count <= 998 })
      #expect(!whole.replacing("\r\n", with: "").contains { $0 == "\r" || $0 == "\n" })
      #expect(
        mail.headerNames == [
          "MIME-Version", "Date", "From", "To", "Reply-To", "Subject", "Message-ID", "Content-Language",
          "Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post", "Content-Type",
        ])
      #expect(mail.addresses["To"]?.map(\.last) == [order.contact.email])
      #expect(mail.addresses["Reply-To"]?.map(\.last) == order.embassyContacts.values.map(\.email))
      #expect(!mail.html.contains("<script"))
      #expect(mail.html.hasSuffix("</html>\n"))
    }
  }

  private func hostileOrder(_ random: inout SplitMix) throws -> MailOrder {
    func text() -> String {
      (0..<Int.random(in: 0...12, using: &random)).map { _ in Self.pieces.randomElement(using: &random) ?? "" }.joined()
    }
    return try Sample.offer { request, contact, embassy in
      request.title = text()
      request.summary = text()
      request.sought = text()
      request.authorities[0].name = text()
      request.themes = Bool.random(using: &random) ? [] : request.themes
      contact.name = text()
      embassy.name = text()
    }
  }

  @Test("a header's text comes back as it was, on one line")
  func roundTrip() throws {
    var random = SplitMix(seed: 2_047)
    let letters = Array("abcdefghij éàçœ’«»–ABC 0123 ?=_,.:;()<>@[]\"\\\u{A0}\u{202F}Жд日本👩🏽‍🌾")
    let texts = (0..<200).map { _ in random.text(of: letters, upTo: 200) }
    let mails = texts.map { text in
      var mail = MIMEWriter()
      mail.header("Subject", HeaderText.unstructured(text, after: "Subject"))
      mail.alternatives(text: "x", html: "x", boundary: "=_x")
      return mail.bytes
    }
    for (text, mail) in zip(texts, try ReadMail.all(mails)) {
      #expect(mail.header("Subject") == HeaderText.clean(text))
    }
  }

  @Test("quoted-printable text comes back as it was, in short lines of seven bits")
  func quotedPrintable() throws {
    var random = SplitMix(seed: 2_045)
    let letters = Array("abc =.F\n\t é’œ日👩🏽‍🌾") + Array("From \n.\n\n")
    let texts = (0..<200).map { _ in random.text(of: letters, upTo: 600) }
    let mails = texts.map { text in
      var mail = MIMEWriter()
      mail.alternatives(text: text, html: "x", boundary: "=_x")
      return mail.bytes
    }
    for (text, mail) in zip(texts, try ReadMail.all(mails)) {
      #expect(mail.text == text)
      let lines = String(decoding: QuotedPrintable.encode(text), as: UTF8.self)
        .split(separator: "\r\n", omittingEmptySubsequences: false)
      for line in lines {
        #expect(line.utf8.count <= 76)
        #expect(!line.hasPrefix(".") && !line.hasPrefix("F") && !line.hasSuffix(" ") && !line.hasSuffix("\t"))
      }
    }
  }
}

extension SplitMix {
  fileprivate mutating func text(of letters: [Character], upTo count: Int) -> String {
    var text = ""
    for _ in 0..<Int.random(in: 0...count, using: &self) {
      text.append(letters[Int.random(in: 0..<letters.count, using: &self)])
    }
    return text
  }
}
