import CooperationModel
import Foundation

/// Which part of a list sorted by key is asked for.
package struct PageRequest: Equatable, Sendable {
  package var limit: Int
  /// The last key of the page before; nil for the first page.
  package var after: String?

  package init(limit: Int, after: String?) {
    self.limit = limit
    self.after = after
  }

  /// Cuts the page out of elements that are sorted by the UTF-8 bytes of their keys.
  ///
  /// - Complexity: O(log *n*) keys, and those of the page.
  package func page<Elements: RandomAccessCollection>(
    of elements: Elements, key: (Elements.Element) -> String
  ) -> Page<Elements.Element> {
    var low = elements.startIndex
    if let after {
      var high = elements.endIndex
      while low < high {
        let middle = elements.index(low, offsetBy: elements.distance(from: low, to: high) / 2)
        if after.utf8.lexicographicallyPrecedes(key(elements[middle]).utf8) {
          high = middle
        } else {
          low = elements.index(after: middle)
        }
      }
    }
    let items = Array(elements[low...].prefix(limit))
    let isLast = elements.distance(from: low, to: elements.endIndex) <= limit
    return Page(items: items, next: isLast ? nil : items.last.map { Cursor.text(key($0)) })
  }
}

/// A part of a list, and the cursor of the next one, if there is one.
package struct Page<Item> {
  package var items: [Item]
  /// To be sent as `after`.
  package var next: String?

  package init(items: [Item], next: String?) {
    self.items = items
    self.next = next
  }

  package func map<Other>(_ transform: (Item) throws -> Other) rethrows -> Page<Other> {
    Page<Other>(items: try items.map(transform), next: next)
  }
}

extension Page: Encodable where Item: Encodable {}
extension Page: Sendable where Item: Sendable {}

/// An opaque place in a list.
package enum Cursor {
  private static let version: [UInt8] = Array("1:".utf8)

  package static func text(_ key: String) -> String { Base64URL.encode(version + Array(key.utf8)) }

  package static func key(_ text: String) -> String? {
    guard text.utf8.count <= 1_000, let bytes = Base64URL.decode(text), bytes.starts(with: version) else { return nil }
    return String(validating: bytes.dropFirst(version.count), as: UTF8.self)
  }
}

/// The fields of a query, or of a form, in the order sent.
package struct QueryFields: Sendable {
  private var fields: [(name: String, value: String)] = []

  /// At most 100 fields are looked at.
  package init(_ text: String?) {
    for part in (text ?? "").split(separator: "&").prefix(100) {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = Self.decode(pair[0]), let value = Self.decode(pair.count == 2 ? pair[1] : "") else { continue }
      fields.append((name, value))
    }
  }

  /// The first of that name.
  package subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

  /// Each of that name.
  package func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

  private static func decode(_ text: Substring) -> String? { text.replacing("+", with: " ").removingPercentEncoding }
}
