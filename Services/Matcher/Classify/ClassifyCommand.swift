import CooperationModel
import Foundation
import ServiceKit
import ThemeClassifier

/// `matcher classify`: what texts are about, without a log or a network.
enum ClassifyCommand {
  static let help = """
    matcher classify: tells what texts are about, in DAC codes and themes.

    Usage: matcher classify [--format tsv] FILE          a file, or - for standard input
           matcher classify --train MODEL FILE…          makes the model again
           matcher classify --held-out FILE…             says how good models of the others' texts are for each file

    A FILE has the columns lang, codes, text with tabs between, below a line that names them. Codes are DAC codes of
    three digits or five, joined by |; what is to be classified needs none, and its lang is not read.

    For each line below the first, one line is written: sectors, purposes, themes, sure. The first three hold the best
    five codes of three digits, of five digits, and themes of the taxonomy, as code:score joined by |, best first; a
    score is 0…1. sure is the first sector's score, and 0 when nothing in the text was known (the scores are those of any
    text then). Of a sector that is published as a whole and in parts (110 and 111…114) the part is named when it is sure,
    the whole otherwise. A line with fewer than three fields is classified as an empty text.

    --train reads every FILE: labelled texts (*.tsv), and the official list of purpose codes with descriptions
    (sectors.csv). It prints the figures of --held-out, then writes MODEL. The same files give the same bytes. What the
    model belongs to stands in the reference data's README.

    """

  static func run(_ arguments: [String]) throws {
    var arguments = arguments
    if arguments.contains("--help") {
      write(help)
      return
    }
    var format = "tsv"
    if let place = arguments.firstIndex(of: "--format") {
      guard place + 1 < arguments.count else { throw StartupError.usage("--format needs a value: tsv") }
      format = arguments[place + 1]
      arguments.removeSubrange(place...(place + 1))
    }
    guard format == "tsv" else { throw StartupError.usage("unknown format \"\(format)\": use tsv") }
    switch arguments.first {
    case "--train":
      guard arguments.count > 2 else { throw StartupError.usage("--train needs the model's file, then labelled texts") }
      try train(Array(arguments.dropFirst(2)), into: URL(filePath: arguments[1]))
    case "--held-out":
      _ = try heldOut(training(Array(arguments.dropFirst())))
    case let file? where !file.hasPrefix("--"):
      guard arguments.count == 1 else { throw StartupError.usage("name one file to classify, or - for standard input") }
      try classify(file)
    case let flag?: throw StartupError.usage("unknown flag \(flag): matcher classify --help names those there are")
    case nil: throw StartupError.usage("name a file to classify, or - for standard input")
    }
  }

  private static func classify(_ file: String) throws {
    let classifier = try ThemeClassifier.load(try ReferenceData.load())
    let bytes: Data
    do {
      bytes = file == "-" ? FileHandle.standardInput.readDataToEndOfFile() : try Data(contentsOf: URL(filePath: file))
    } catch {
      throw StartupError("cannot read \(file): \(error.localizedDescription)", exit: 66)
    }
    var reader = classifier.reader()
    var output = "sectors\tpurposes\tthemes\tsure\n"
    var lines = LabelledText.lines(bytes)
    if lines.last?.isEmpty == true { lines.removeLast() }
    for line in lines.dropFirst() {
      let fields = line.split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false)
      output += row(reader.classify(fields.count > 2 ? String(fields[2]) : "")) + "\n"
      if output.utf8.count > 1 << 16 {
        write(output)
        output = ""
      }
    }
    write(output)
  }

  /// One line of the answer.
  static func row(_ prediction: ThemeClassifier.Prediction) -> String {
    func joined(_ scored: [(String, Float)]) -> String {
      scored.map { "\($0.0):\(decimal($0.1))" }.joined(separator: "|")
    }
    return [
      joined(prediction.sectors.map { ($0.code, $0.score) }), joined(prediction.purposes.map { ($0.code, $0.score) }),
      joined(prediction.themes.map { ($0.theme.rawValue, $0.score) }), decimal(prediction.confidence),
    ].joined(separator: "\t")
  }

  /// Four decimals.
  private static func decimal(_ share: Float) -> String {
    let ten = Int((share * 10_000).rounded())
    let digits = String(ten % 10_000)
    return "\(ten / 10_000)." + String(repeating: "0", count: 4 - digits.count) + digits
  }

  private static func training(_ files: [String]) throws -> ClassifierTraining {
    guard !files.isEmpty else { throw StartupError.usage("name files of labelled texts") }
    do {
      return try ClassifierTraining(
        ReferenceData.load(), files: files.map { URL(filePath: $0) }, from: ReferenceData.locate())
    } catch let error as ThemeClassifierError {
      throw StartupError("\(error)", exit: 65)
    }
  }

  private static func heldOut(_ training: ClassifierTraining) -> HeldOut {
    let result = training.heldOut { source in FileHandle.standardError.write(Data("without \(source)\n".utf8)) }
    write(HeldOutReport.text(result))
    return result
  }

  private static func train(_ files: [String], into model: URL) throws {
    let training = try training(files)
    let result = heldOut(training)
    let bytes = training.file(temperature: result.temperature)
    do {
      try Data(bytes).write(to: model, options: .atomic)
    } catch {
      throw StartupError("cannot write \(model.path()): \(error.localizedDescription)", exit: 73)
    }
    write("\(model.lastPathComponent): \(bytes.count) bytes; run the reference data's `refresh` to take it in\n")
  }

  private static func write(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }
}
