import CooperationModel

/// One thing that wants attention: what is so, and what to do about it.
struct Finding: Encodable, Equatable {
  var severity: Severity
  /// A stable name for programs: `unreadable-record`.
  var code: String
  var text: String
  var remedy: String

  enum Severity: String, Encodable, Comparable {
    case error, warning

    static func < (left: Self, right: Self) -> Bool { left == .error && right == .warning }
  }

  static func error(_ code: String, _ text: String, _ remedy: String) -> Finding {
    Finding(severity: .error, code: code, text: text, remedy: remedy)
  }

  static func warning(_ code: String, _ text: String, _ remedy: String) -> Finding {
    Finding(severity: .warning, code: code, text: text, remedy: remedy)
  }
}
