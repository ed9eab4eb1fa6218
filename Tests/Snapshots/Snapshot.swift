import Foundation
import Testing

/// Compares a whole output with the one kept beside the tests, byte for byte.
///
/// Run with `RECORD_SNAPSHOTS=1` to write it anew after a change that is meant; then read the difference.
package func expectSnapshot(
  _ text: String, _ name: String, file: String = #filePath, location: SourceLocation = #_sourceLocation
) throws {
  let kept = URL(filePath: file).deletingLastPathComponent().appending(path: "Snapshots/\(name)")
  if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
    try Data(text.utf8).write(to: kept)
    return
  }
  let expected = String(decoding: try Data(contentsOf: kept), as: UTF8.self)
  guard text != expected else { return }
  let pairs = zip(
    text.split(separator: "\n", omittingEmptySubsequences: false),
    expected.split(separator: "\n", omittingEmptySubsequences: false))
  let first = pairs.enumerated().first { $0.element.0 != $0.element.1 }
  Issue.record(
    "\(name) differs at line \(first.map { "\($0.offset + 1): \($0.element.0) instead of \($0.element.1)" } ?? "end")",
    sourceLocation: location)
}
