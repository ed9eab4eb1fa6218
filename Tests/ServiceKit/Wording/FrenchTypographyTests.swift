import Foundation
import Testing

/// What users read in French is set as French is: typographic apostrophes, and no space that a line could break
/// at before high punctuation or inside guillemets (Lexique des règles typographiques de l’Imprimerie nationale).
@Suite("French typography")
struct FrenchTypographyTests {
  /// What is wrong with a literal.
  static func faults(of literal: StringLiterals.Literal) -> [String] {
    let text = literal.text
    var faults: [String] = []
    let elision =
      /(?:^|[^A-Za-zÀ-ÿ])(?:[lLdDnNcCjJmMtTsS]|[Qq]u|[Jj]usqu|[Ll]orsqu|[Pp]uisqu|[Aa]ujourd)'[A-Za-zÀ-ÿ«\u{FFFC}]/
    if literal.isLabelledFrench ? text.contains("'") : text.contains(elision) { faults.append("a straight apostrophe") }
    let isFrench = literal.isLabelledFrench || text.contains(/[éèêàçùûôÀÉ«]/)
    guard isFrench else { return faults }
    if text.contains(/[^\s][ ][;:!?»%](?:[^A-Za-z=]|$)/) {
      faults.append("a plain space before high punctuation")
    }
    if text.contains(/«[ ]/) { faults.append("a plain space after a guillemet") }
    return faults
  }

  static var sources: [URL] {
    let top = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardizedFileURL
    return ["Services", "Shared"].flatMap { folder in
      let files = FileManager.default.enumerator(at: top.appending(path: folder), includingPropertiesForKeys: nil)
      return (files?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }
    }.sorted { $0.path < $1.path }
  }

  @Test("every French wording in the sources is set as it should be")
  func everyWording() throws {
    var count = 0
    for file in Self.sources {
      for literal in StringLiterals(of: try String(contentsOf: file, encoding: .utf8)).all {
        count += 1
        for fault in Self.faults(of: literal) {
          Issue.record("\(file.lastPathComponent):\(literal.line): \(fault) in “\(literal.text.prefix(80))”")
        }
      }
    }
    #expect(count > 3_000, "the sources were not found")
  }

  @Test(
    "a fault is found where it is, and nowhere else",
    arguments: [
      (#"say(fr: "l'eau")"#, 1), (#"("une valeur d'une autre forme", "a value")"#, 1), (#"x("the owner's")"#, 0),
      (#"say(fr: "Déjà là : rien")"#, 1), (#"say(fr: "Déjà là\u{202F}: rien")"#, 0), (#"say(fr: "« \(name) »")"#, 2),
      (#"say(fr: "«\u{202F}\(flag ? "l'un" : "l’autre")\u{202F}»")"#, 1), ("// l'eau : « ici »\nlet x = 1", 0),
      ("let a = \"\"\"\n  L’eau \\\n  d'ici\n  \"\"\"", 1),
    ])
  func found(source: String, count: Int) {
    #expect(StringLiterals(of: source).all.flatMap(Self.faults).count == count)
  }
}
