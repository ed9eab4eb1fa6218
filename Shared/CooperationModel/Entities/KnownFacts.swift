import Foundation
import Synchronization

/// Facts that were read before, by how they stand in JSON: what says the same is made once, and shared.
///
/// A list of matches has some 240 facts, and a service holds tens of thousands of lists, of which many say the same of the
/// same candidates. It holds what was read lately, and no more than ``places``.
///
/// Used by whoever has taken it alone; see ``lend(_:)``.
final class KnownFacts: @unchecked Sendable {
  private struct Known {
    /// The members and the closing brace.
    var json: [UInt8]
    var facts: FactorFacts
  }

  /// How many facts are known at most; a power of two. One takes the place of another with the same end of its hash.
  private static var places: Int { 1 << 15 }
  private var known = [Known?](repeating: nil, count: KnownFacts.places)

  private static let idle = Mutex<[KnownFacts]>([])

  /// Lends known facts that nobody else has meanwhile; there are as many as threads ever read at once.
  static func lend<Result>(_ body: (KnownFacts) -> Result) -> Result {
    let facts = idle.withLock { $0.popLast() } ?? KnownFacts()
    defer { idle.withLock { $0.append(facts) } }
    return body(facts)
  }

  /// The facts whose members, up to a closing brace, are next; goes past it.
  ///
  /// - Returns: nil where they are not in the usual form.
  func read(_ reader: inout DirectReader) -> FactorFacts? {
    guard let json = reader.upTo(UInt8(ascii: "}")) else { return nil }
    var hasher = Hasher()
    hasher.combine(bytes: json)
    let place = hasher.finalize() & (Self.places - 1)
    if let known = known[place], known.json.withUnsafeBytes({ $0.elementsEqual(json) }) {
      reader.skip(json.count)
      return known.facts
    }
    let before = reader
    guard let facts = FactorFacts(&reader) else { return nil }
    // A brace within a text ends nothing.
    if reader.isPast(json, of: before) { known[place] = Known(json: Array(json), facts: facts) }
    return facts
  }
}
