/// The facts of a factor, by name: ids and numbers, never sentences. In JSON an object of texts.
///
/// A few names and texts in the order of the names: smaller and sooner made than a dictionary (a service holds a million
/// of them), and always in the same order.
public struct FactorFacts: Equatable, Sendable, Codable, ExpressibleByDictionaryLiteral {
  /// In the order of the names.
  public private(set) var entries: [Entry] = []

  public struct Entry: Equatable, Sendable {
    public var name: String
    public var value: String
  }

  public init() {}

  /// None yet, with room for so many.
  public init(minimumCapacity: Int) { entries.reserveCapacity(minimumCapacity) }

  public init(dictionaryLiteral elements: (String, String)...) {
    entries.reserveCapacity(elements.count)
    for (name, value) in elements { self[name] = value }
  }

  public var isEmpty: Bool { entries.isEmpty }

  public subscript(name: String) -> String? {
    get { entries.first { $0.name == name }?.value }
    set {
      // Names that come in their order need no search.
      if let newValue, entries.last.map({ $0.name < name }) ?? true {
        entries.append(Entry(name: name, value: newValue))
        return
      }
      let place = entries.firstIndex { !($0.name < name) } ?? entries.endIndex
      let isHeld = place < entries.endIndex && entries[place].name == name
      switch (newValue, isHeld) {
      case (let value?, true): entries[place].value = value
      case (let value?, false): entries.insert(Entry(name: name, value: value), at: place)
      case (nil, true): entries.remove(at: place)
      case (nil, false): break
      }
    }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: TextKey.self)
    for key in container.allKeys { self[key.stringValue] = try container.decode(String.self, forKey: key) }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: TextKey.self)
    for entry in entries { try container.encode(entry.value, forKey: TextKey(stringValue: entry.name)) }
  }
}
