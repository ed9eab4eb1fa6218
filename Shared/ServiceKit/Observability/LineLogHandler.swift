import CooperationModel
import Foundation
import Logging

/// Writes log lines to standard error, as text for people or as one JSON object each.
///
/// A line is bounded, holds no control character that was not escaped, and shows no value under a name that sounds like a
/// secret's. A warning or an error that keeps coming is held back (``RepeatGuard``).
package struct LineLogHandler: LogHandler {
  package enum Format: String, Sendable, CaseIterable {
    case text, json
  }

  static let longestValue = 2_000
  static let mostValues = 40

  package var logLevel: Logger.Level
  package var metadata: Logger.Metadata = [:]
  package var metadataProvider: Logger.MetadataProvider?
  private let label: String
  private let format: Format
  private let clock: any WallClock
  private let output: @Sendable (String) -> Void
  private let repeats = RepeatGuard()

  /// - Parameter output: takes whole lines, from any thread; standard error by default.
  package init(
    label: String, format: Format, level: Logger.Level, clock: any WallClock = SystemClock(),
    output: @escaping @Sendable (String) -> Void = { standardError.write($0) }
  ) {
    self.label = label
    self.format = format
    logLevel = level
    self.clock = clock
    self.output = output
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    var values = metadata
    if let provided = metadataProvider?.get() { values.merge(provided) { _, new in new } }
    if let given = event.metadata { values.merge(given) { _, new in new } }
    if let error = event.error { values["error"] = "\(error)" }
    if event.level >= .warning {
      let error = values["error"].map { "\($0)" } ?? ""
      guard let held = repeats.admit("\(event.message) \(error.prefix(200))", at: clock.now()) else { return }
      if held > 0 { values["held-back"] = "\(held)" }
    }
    let pairs = values.sorted { $0.key < $1.key }.prefix(Self.mostValues).map { key, value in
      (key, Self.isSecret(key) ? "<redacted>" : String("\(value)".prefix(Self.longestValue)))
    }
    let message = String(event.message.description.prefix(Self.longestValue))
    switch format {
    case .text: output(textLine(event.level, message, pairs))
    case .json: output(jsonLine(event.level, message, pairs))
    }
  }

  private func textLine(_ level: Logger.Level, _ message: String, _ pairs: [(String, String)]) -> String {
    let time = clock.now().description.dropFirst(11)
    let tail = pairs.map { " \($0)=\(Self.quoted($1))" }.joined()
    return "\(time) \(level.rawValue.uppercased()) \(label): \(Self.escaped(message))\(tail)\n"
  }

  private func jsonLine(_ level: Logger.Level, _ message: String, _ pairs: [(String, String)]) -> String {
    var members: [String: String] = [:]
    for (key, value) in pairs { members[key] = value }
    members["time"] = clock.now().description
    members["level"] = level.rawValue
    members["service"] = label
    members["message"] = message
    guard let data = try? JSON.encode(members) else { return "" }
    return String(decoding: data, as: UTF8.self) + "\n"
  }

  private static func isSecret(_ key: String) -> Bool {
    let name = key.lowercased()
    return ["authorization", "token", "password", "secret", "cookie", "private"].contains { name.contains($0) }
  }

  private static func quoted(_ value: String) -> String {
    let escaped = escaped(value)
    return escaped.contains(" ") || escaped.isEmpty ? "\"\(escaped.replacing("\"", with: "\\\""))\"" : escaped
  }

  /// One line, whatever it holds.
  private static func escaped(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else { return text }
    return text.unicodeScalars.map { scalar in
      switch scalar {
      case "\n": "\\n"
      case "\r": "\\r"
      case "\t": "\\t"
      default: scalar.value < 0x20 || scalar.value == 0x7F ? "\\x\(String(scalar.value, radix: 16))" : String(scalar)
      }
    }.joined()
  }
}

/// Standard error, written a line at a time.
package struct StandardError: Sendable {
  /// One `write` a line, so that lines of several processes do not mix.
  package func write(_ line: String) {
    var bytes = Array(line.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count) }
      if count > 0 {
        bytes = bytes.dropFirst(count)
      } else if errno != EINTR {
        return
      }
    }
  }
}

package let standardError = StandardError()
