import CooperationModel
import ServiceKit

/// An import as its caller is told of it.
struct ImportReport: Sendable {
  var id: CommandID
  var kind: ImportKind
  var state: State
  /// Rows read, the header and empty ones not counted; nil where only the outcomes are known.
  var rows: Int?
  /// In the log and not decided yet; nil where only the outcomes are known.
  var undecided: Int?
  var tally: ImportTally

  enum State: String, Sendable, CaseIterable {
    case running
    /// Read to its end.
    case complete
    /// The file ended before its end, or what it was to be appended to went away: to be sent again.
    case interrupted
    /// Another front read it, or this one before it was started again: what the outcomes of the last day tell.
    case remembered
  }

  func document(_ language: Language) -> ImportDocument {
    ImportDocument(
      import: id, kind: kind, state: state.rawValue, rows: rows, created: tally.created, changed: tally.changed,
      unchanged: tally.unchanged, conflicts: tally.conflicts, rejected: tally.rejected, undecided: undecided,
      problems: tally.problems.sorted { $0.line < $1.line }.flatMap { problem in
        problem.errors.map { error in
          ImportDocument.Row(
            line: error.line, reference: problem.reference, result: problem.isConflict ? "conflict" : "rejected",
            column: error.column.isEmpty ? nil : error.column, item: error.item, code: error.code,
            message: error.message[language])
        }
      }, unlisted: tally.unlisted)
  }

  static let schema = Schema.object(
    required: [
      "import": .uuid, "kind": .oneOf(ImportKind.self), "state": .oneOf(State.self),
      "created": .integer(minimum: 0), "changed": .integer(minimum: 0), "unchanged": .integer(minimum: 0),
      "conflicts": .integer(minimum: 0), "rejected": .integer(minimum: 0), "unlisted": .integer(minimum: 0),
      "problems": .array(
        .object(
          required: [
            "line": .integer(minimum: 1), "result": .oneOf(["conflict", "rejected"]), "code": .string(),
            "message": .string(),
          ],
          optional: ["reference": .string(), "column": .string(), "item": .integer(minimum: 1)]),
        maxItems: nil),
    ],
    optional: ["rows": .integer(minimum: 0), "undecided": .integer(minimum: 0)]
  ).named("Import")
}
