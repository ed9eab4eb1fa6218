import Foundation

/// A condition that did not come true in time.
struct NeverCameTrue: Error, CustomStringConvertible {
  var what: String
  var seconds: Double
  var last: String
  var description: String { "\(what): not within \(seconds) s\(last.isEmpty ? "" : "; last: \(last)")" }
}

/// Waits until the body gives something, and gives it.
///
/// - Throws: ``NeverCameTrue``, with the body's last error, when it gives nothing for so long.
@discardableResult
func eventually<Value>(
  _ what: String, within seconds: Double = 20, every pause: Duration = .milliseconds(20),
  _ body: () async throws -> Value?
) async throws -> Value {
  let deadline = ContinuousClock.now + .seconds(seconds)
  var last = ""
  while true {
    do {
      if let value = try await body() { return value }
      last = ""
    } catch let error as NeverCameTrue {
      throw error
    } catch {
      last = "\(error)"
    }
    guard ContinuousClock.now < deadline else { throw NeverCameTrue(what: what, seconds: seconds, last: last) }
    try await Task.sleep(for: pause)
  }
}

/// Waits until the condition is true.
func until(
  _ what: String, within seconds: Double = 20, every pause: Duration = .milliseconds(20),
  _ condition: () async throws -> Bool
) async throws {
  try await eventually(what, within: seconds, every: pause) { try await condition() ? true : nil }
}
