import CooperationModel

/// What became of an import's rows, counted, with everything that went wrong up to a limit.
struct ImportTally: Sendable, Equatable {
  /// The most rows whose problems are kept.
  static let listed = 1_000

  var created = 0
  var changed = 0
  /// Sent before, or saying what is there already.
  var unchanged = 0
  /// The entity is in another version, or in a state that does not allow it.
  var conflicts = 0
  var rejected = 0
  /// Rows that were not taken, in the order in which that was known.
  private(set) var problems: [RowProblem] = []
  /// Rows not taken that are only counted.
  private(set) var unlisted = 0

  var decided: Int { created + changed + unchanged + conflicts + rejected }

  /// Counts a row that was not even sent.
  mutating func reject(_ errors: [RowError], line: Int, reference: String?, isConflict: Bool = false) {
    if isConflict { conflicts += 1 } else { rejected += 1 }
    note(RowProblem(line: line, reference: reference, isConflict: isConflict, errors: errors))
  }

  /// Counts a row by its command's outcome.
  ///
  /// - Parameter isKnown: the outcome was there before the row was sent this time.
  mutating func note(
    _ outcome: CommandOutcome, _ kind: ImportKind, line: Int, version: Int?, reference: String?, isKnown: Bool
  ) {
    switch outcome.result {
    case .accepted(_, created: true) where !isKnown: created += 1
    case .accepted(let reached, created: false) where !isKnown && version.map { $0 < reached } ?? false: changed += 1
    case .accepted: unchanged += 1
    case .rejected(let rejection):
      let isConflict = rejection.isConflict
      if isConflict { conflicts += 1 } else { rejected += 1 }
      note(
        RowProblem(
          line: line, reference: reference, isConflict: isConflict,
          errors: rejection.violations.map { RowError($0, line: line, in: kind) }))
    }
  }

  private mutating func note(_ problem: RowProblem) {
    if problems.count < Self.listed { problems.append(problem) } else { unlisted += 1 }
  }
}

/// A row that was not taken.
struct RowProblem: Sendable, Equatable {
  var line: Int
  var reference: String?
  var isConflict: Bool
  /// At least one.
  var errors: [RowError]
}

extension Rejection {
  /// The row itself is good: what is there has gone on without it.
  fileprivate var isConflict: Bool {
    switch reason {
    case .stale, .versionRequired, .conflict: true
    case .invalid, .forbidden, .notFound: false
    }
  }
}
