import CooperationModel
import Foundation

/// What a command prints: for people in their language, or JSON for programs.
struct Console: Sendable {
  let language: Language
  let isJSON: Bool

  /// Prints a report: the value as JSON, or the text that people read.
  func show(_ report: some Encodable, _ text: () -> String) throws {
    if isJSON {
      Self.standardOutput(try Self.json(report))
    } else {
      Self.standardOutput(text())
    }
  }

  /// A line beside the result, which programs that read it do not get.
  func note(_ text: String) { Self.standardError(text + "\n") }

  /// JSON in several lines, its keys sorted.
  static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
  }

  static func standardOutput(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }
  static func standardError(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

  static var isErrorATerminal: Bool { isatty(STDERR_FILENO) == 1 }
}
