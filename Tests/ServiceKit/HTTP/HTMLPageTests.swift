import CooperationModel
import Crypto
import Foundation
import Testing

@testable import ServiceKit

@Suite("Pages")
struct HTMLPageTests {
  @Test("a text stays text, wherever it stands")
  func escaping() {
    let text = "<b>&\"'\u{0}\u{8}\n\u{85}</b>"
    let escaped = "&lt;b&gt;&amp;&quot;&#39;\n&lt;/b&gt;"
    #expect(("<p title=\"\(text)\">\(text)</p>" as HTML).text == "<p title=\"\(escaped)\">\(escaped)</p>")
    #expect(HTML.facts([(label: text, value: text)]).text.components(separatedBy: escaped).count == 3)
    let page = HTMLPage(.french, title: text, paragraphs: [text]).text
    #expect(page.components(separatedBy: escaped).count == 4 && !page.contains("<b>"))
  }

  @Test("parts are put in as they are, once; what is missing leaves nothing")
  func parts() {
    let items: [HTML] = ["<li>\("a & b")</li>", "<li>\(2)</li>"]
    let none: HTML? = nil
    #expect(("<ul>\(items)</ul>\(none)" as HTML).text == "<ul><li>a &amp; b</li>\n<li>2</li></ul>")
  }

  @Test("names its language, for readers and programs, and has one heading in one main part")
  func frame() throws {
    for language in Language.allCases {
      let page = HTMLPage(language, title: "Titre", paragraphs: ["Un", "Deux"])
      #expect(page.text.contains("<html lang=\"\(language.rawValue)\" dir=\"ltr\">"))
      #expect(page.text.components(separatedBy: "<main>").count == 2)
      #expect(page.text.components(separatedBy: "<h1>").count == 2)
      let reply = page.reply(status: 410)
      #expect(reply.status == 410 && reply.headers[.contentLanguage] == language.rawValue)
    }
  }

  @Test("runs nothing and loads nothing: its policy allows its own style alone, by its hash")
  func policy() throws {
    for style in ["", ".lines { margin: 0; }"] {
      let page = HTMLPage(.english, title: "Title", style: style, content: "<h1>Title</h1>")
      let policy = try #require(page.reply().headers[.contentSecurityPolicy])
      let parts = page.text.components(separatedBy: "<style>")
      let sheet = try #require(parts.last?.components(separatedBy: "</style>").first)
      let hash = Data(SHA256.hash(data: Data(sheet.utf8))).base64EncodedString()
      #expect(policy.contains("default-src 'none'; style-src 'sha256-\(hash)'"))
      #expect(!page.text.contains("<script") && !page.text.contains(" style=") && !sheet.contains("url("))
    }
  }
}
