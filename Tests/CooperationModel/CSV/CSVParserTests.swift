import Seeds
import CooperationModel
import Foundation
import Testing

@Suite("CSV")
struct CSVParserTests {
  /// All rows, fed in chunks of the given size.
  private func rows(_ bytes: [UInt8], chunk: Int = 1_000, limits: CSVParser.Limits = CSVParser.Limits()) -> [CSVRow] {
    var parser = CSVParser(limits: limits)
    var rows: [CSVRow] = []
    for start in stride(from: 0, to: bytes.count, by: chunk) {
      rows += parser.feed(bytes[start..<min(start + chunk, bytes.count)])
    }
    return rows + parser.finish()
  }

  private func rows(_ text: String) -> [CSVRow] { rows(Array(text.utf8)) }

  /// What each row is: its line, and its fields or its fault.
  private func told(_ rows: [CSVRow]) -> [String] {
    rows.map { row in
      "\(row.line): " + (row.fault.map { "\($0.code.rawValue) \($0.field)" } ?? row.fields.joined(separator: "¦"))
    }
  }

  @Test(
    "rows are read",
    arguments: [
      ("a,b\nc,d\n", ["1: a¦b", "2: c¦d"]), ("a,b\r\nc,d", ["1: a¦b", "2: c¦d"]),
      ("\u{FEFF}a;b\nc;d,e", ["1: a¦b", "2: c¦d,e"]),
      ("a,b\n\"x, y\",\"say \"\"hi\"\"\"\n", ["1: a¦b", "2: x, y¦say \"hi\""]),
      ("a\n\"two\nlines\"\nb", ["1: a", "2: two\nlines", "4: b"]), ("a,b\n,\n", ["1: a¦b", "2: ¦"]),
      ("a\n\n\nb\n", ["1: a", "4: b"]),
      ("a,b\n\"\",\"\"", ["1: a¦b", "2: ¦"]), ("\"a;b\",c\nd,e", ["1: a;b¦c", "2: d¦e"]), ("", []), ("\u{FEFF}", []),
      ("a\rb\nc", ["1: a\rb", "2: c"]), ("é\ne\u{301}", ["1: é", "2: é"]),
    ] as [(String, [String])])
  func reads(text: String, expected: [String]) {
    #expect(told(rows(text)) == expected)
    #expect(told(rows(Array(text.utf8), chunk: 1)) == expected)
  }

  @Test(
    "broken quoting costs one row and is named by its line",
    arguments: [
      ("a,b\n\"x\"y,z\nc,d", ["1: a¦b", "2: broken-quoting 0", "3: c¦d"]),
      ("a,b\nx,5\" pipe\nc,d", ["1: a¦b", "2: broken-quoting 1", "3: c¦d"]),
      ("a,b\nx,\"open\nc,d\ne,f", ["1: a¦b", "2: unclosed-quote 1", "3: c¦d", "4: e¦f"]),
      ("a,b\nx,\"open\nc,\"d\"\ne,f", ["1: a¦b", "2: broken-quoting 1", "3: c¦d", "4: e¦f"]),
    ] as [(String, [String])])
  func brokenQuoting(text: String, expected: [String]) {
    #expect(told(rows(text)) == expected)
    #expect(told(rows(Array(text.utf8), chunk: 1)) == expected)
  }

  @Test("bytes of Latin-1 are named by line and column, with the letter that they were")
  func latin1() throws {
    let found = rows(Array("nom,pays\nNiam,NE\nBr".utf8) + [0xE9] + Array("sil,BR\nBrasov,RO\n".utf8))
    #expect(told(found) == ["1: nom¦pays", "2: Niam¦NE", "3: not-utf-8 0", "4: Brasov¦RO"])
    let fault = try #require(found[2].fault)
    #expect(
      fault.message.fr
        == "Colonne 3 du texte, octet E9\u{202F}: ce n’est pas de l’UTF-8 («\u{202F}é\u{202F}» en Latin-1)\u{202F}; enregistrez le fichier au format «\u{202F}CSV UTF-8\u{202F}»."
    )
  }

  @Test("memory is bounded: an unclosed quote and an endless line are given up at the limit")
  func bounded() {
    let limits = CSVParser.Limits(rowBytes: 100)
    let filler = String(repeating: "x", count: 300)
    #expect(
      told(rows(Array("a\n\"\(filler)\nb\n".utf8), chunk: 7, limits: limits)) == [
        "1: a", "2: unclosed-quote 0", "3: b",
      ])
    #expect(
      told(rows(Array("a\n\(filler)\nb\n".utf8), chunk: 7, limits: limits)) == ["1: a", "2: row-too-long 0", "3: b"])
  }

  @Test("mutated bytes never crash, and the rows do not depend on how the bytes were cut")
  func fuzz() {
    let seed = UInt64.random(in: .min ... .max)
    var generator = SplitMix(seed: seed)
    let alphabet = Array("ab,;\"\"\n\r\né".utf8) + [0xE9]
    for round in 0..<3_000 {
      let bytes = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
        alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
      }
      let whole = rows(bytes)
      #expect(rows(bytes, chunk: Int.random(in: 1...5, using: &generator)) == whole, "seed \(seed), round \(round)")
    }
  }

  @Test("what is written reads back, and no text is a formula")
  func writes() {
    let seed = UInt64.random(in: .min ... .max)
    var generator = SplitMix(seed: seed)
    let alphabet = Array("ab =+-@'\t\r\n\",;|é")
    for separator in [",", ";"] as [Character] {
      let writer = CSVWriter(separator: separator)
      for _ in 0..<2_000 {
        let texts = (0..<3).map { _ in
          String(
            (0..<Int.random(in: 0...6, using: &generator)).map { _ in
              alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            })
        }
        let text =
          writer.row([.text("x"), .text("y"), .text("z")])
          + writer.row([.text(texts[0]), .text(texts[1]), .text(texts[2])])
        let read = rows(text)
        guard read.count == 2 else {
          Issue.record("seed \(seed): \(texts)")
          continue
        }
        for field in read[1].fields {
          #expect(field.unicodeScalars.first.map { !"=+-@\t\r".unicodeScalars.contains($0) } ?? true)
        }
        #expect(read[1].fields.map(CSVWriter.unguarded) == texts, "seed \(seed)")
      }
    }
    #expect(CSVWriter().row([.number("-5"), .text("-5")]) == "-5,'-5\r\n")
  }
}
