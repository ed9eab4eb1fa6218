import CooperationModel

/// Walks along what the log holds of a topic's keys, version by version, while a model says what should come.
struct EntityFold<Key: Identifier, Value: Codable & Equatable & Sendable> {
  private let versions: [Key: [History<Key, Value>.Version]]
  private var places: [Key: Int] = [:]
  private(set) var current: [Key: Value] = [:]

  init(_ history: History<Key, Value>) {
    // What an operator wrote in place of an unreadable record says what was there before.
    versions = history.versions.mapValues { all in
      var last: Value?
      return all.filter { version in
        defer { last = version.value }
        return !(version.isRepair && version.value == last)
      }
    }
    // What was there before anybody wished anything.
    for key in history.keys {
      guard let first = versions[key]?.first, first.isRepair else { continue }
      current[key] = first.value
      places[key] = 1
    }
  }

  /// The next version that the log holds of a key.
  func next(_ key: Key) -> History<Key, Value>.Version? {
    let place = places[key] ?? 0
    guard let all = versions[key], all.indices.contains(place) else { return nil }
    return all[place]
  }

  mutating func advance(_ key: Key) {
    current[key] = next(key)?.value
    places[key, default: 0] += 1
  }

  /// Keys of which the log holds more than the model walked along.
  var unfinished: [Key] { versions.keys.filter { next($0) != nil }.sorted() }
}
