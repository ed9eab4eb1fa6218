import CooperationModel

/// Reads a query's parameters, records everything that is wrong with them, and goes on.
package struct QueryReader {
  /// By name, as JSON Pointers: `/query/year`.
  package private(set) var violations: [Violation] = []
  private let value: (String) -> String?

  /// - Parameter value: a parameter's text; nil when it was not sent.
  package init(_ value: @escaping (String) -> String?) { self.value = value }

  /// The parameter read by the closure; nil when it is absent or cannot be read.
  package mutating func optional<Value>(
    _ name: String, fr: String, en: String, _ read: (String) -> Value?
  ) -> Value? {
    guard let text = value(name), !text.isEmpty else { return nil }
    guard let value = read(text) else {
      violations.append(Violation("/query/\(name)", "parameter", fr: fr, en: en))
      return nil
    }
    return value
  }

  package mutating func year() -> Int? {
    optional("year", fr: "Une année, comme 2025.", en: "A year, as in 2025.") { text in
      Int(text).flatMap { DeclarationDraft.years.contains($0) ? $0 : nil }
    }
  }
}

/// What is wrong with a query's parameters, all at once: 400.
package struct QueryFault: Error, Equatable {
  package let violations: [Violation]
}
