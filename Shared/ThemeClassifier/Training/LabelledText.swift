import CooperationModel
import Foundation

/// A text with the codes that somebody gave it.
package struct LabelledText: Sendable, Equatable {
  /// The file it stands in: what is tested is held out by whole files.
  package var source: String
  /// ISO 639-1.
  package var language: String
  /// DAC codes of three digits or five.
  package var codes: [String]
  package var text: String

  package init(source: String, language: String, codes: [String], text: String) {
    self.source = source
    self.language = language
    self.codes = codes
    self.text = text
  }

  /// The lines of a file: language, codes joined by `|`, text, with tabs between, below a line that says so.
  package static func read(_ file: URL) throws -> [LabelledText] {
    let name = file.lastPathComponent
    let bytes = try Data(contentsOf: file)
    var result: [LabelledText] = []
    for (number, line) in lines(bytes).enumerated() where number > 0 && !line.isEmpty {
      let fields = line.split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else {
        throw ThemeClassifierError.line(file: name, number: number + 1, reason: "not three fields between tabs")
      }
      result.append(
        LabelledText(
          source: name, language: String(fields[0]), codes: fields[1].split(separator: "|").map(String.init),
          text: String(fields[2])))
    }
    return result
  }

  /// Lines, whatever ends them; bytes that are no UTF-8 are replaced.
  package static func lines(_ bytes: Data) -> [String] {
    bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
      String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
    }
  }
}

extension LabelledText {
  /// What the product's own lists say: names of codes in French and English, labels of themes.
  package static func known(_ reference: ReferenceData) -> [LabelledText] {
    var result: [LabelledText] = []
    func add(_ codes: [String], _ name: Localized) {
      for (language, text) in [("fr", name.fr), ("en", name.en)] where !text.isEmpty {
        result.append(LabelledText(source: codeLists, language: language, codes: codes, text: text))
      }
    }
    for code in reference.dac.sectorCategories.all { add([code.code], code.name) }
    for code in reference.dac.purposes.all { add([code.code], code.name) }
    for leaf in reference.themes.leaves { add(Array(leaf.purposes.prefix(1)), leaf.label) }
    return result
  }

  /// Names with descriptions, of the official list of purpose codes (`sectors.csv` with the columns `code`, `name_en`,
  /// `description_en`, `name_fr`, `description_fr`).
  package static func descriptions(_ file: URL) throws -> [LabelledText] {
    var parser = CSVParser()
    let rows = parser.feed(try Data(contentsOf: file)) + parser.finish()
    guard let header = rows.first?.fields, let code = header.firstIndex(of: "code") else {
      throw ThemeClassifierError.line(file: file.lastPathComponent, number: 1, reason: "no column code")
    }
    var result: [LabelledText] = []
    for row in rows.dropFirst() where row.fault == nil && row.fields.count == header.count {
      for language in ["fr", "en"] {
        guard let name = header.firstIndex(of: "name_\(language)").map({ row.fields[$0] }),
          let description = header.firstIndex(of: "description_\(language)").map({ row.fields[$0] }),
          !description.isEmpty
        else { continue }
        result.append(
          LabelledText(
            source: codeLists, language: language, codes: [row.fields[code]], text: "\(name) — \(description)"))
      }
    }
    return result
  }

  /// The source of what is known without any text: never held out.
  package static let codeLists = "code lists"
}
