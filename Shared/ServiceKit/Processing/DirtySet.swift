import Collections

/// The entities that are to be derived again, by priority and then by age. Never stored: on getting a partition, all of
/// it is dirty.
struct DirtySet<ID: Hashable & Comparable & Sendable, Priority: Comparable & Sendable>: Sendable {
  private struct Item: Comparable, Sendable {
    var priority: Priority
    var age: UInt64
    var id: ID
    static func < (left: Self, right: Self) -> Bool {
      left.priority == right.priority ? left.age < right.age : left.priority < right.priority
    }
    static func == (left: Self, right: Self) -> Bool { left.age == right.age }
  }

  private var current: [ID: (priority: Priority, age: UInt64)] = [:]
  /// May hold items whose entity was marked again with another priority, or taken: those are passed over.
  private var queue = Heap<Item>()
  private var nextAge: UInt64 = 0

  var isEmpty: Bool { current.isEmpty }
  var count: Int { current.count }

  func contains(_ id: ID) -> Bool { current[id] != nil }

  /// Marks an entity. One that is marked already keeps its age, and takes the new priority.
  ///
  /// - Complexity: O(log *n*).
  mutating func insert(_ id: ID, priority: Priority) {
    if let known = current[id] {
      guard known.priority != priority else { return }
      current[id] = (priority, known.age)
      queue.insert(Item(priority: priority, age: known.age, id: id))
    } else {
      current[id] = (priority, nextAge)
      queue.insert(Item(priority: priority, age: nextAge, id: id))
      nextAge += 1
    }
  }

  /// Takes the first by the priorities of now.
  ///
  /// An entity that has fallen back since it was marked is put where it belongs and its turn passes to the next. One that
  /// has come forward must have been marked again for it.
  ///
  /// - Complexity: O(log *n*) and one priority for each entity that has fallen back, and for the one that is taken.
  mutating func popFirst(_ priority: (ID) -> Priority) -> ID? {
    while let item = queue.popMin() {
      guard let known = current[item.id], known.age == item.age, known.priority == item.priority else { continue }
      let now = priority(item.id)
      if now > item.priority {
        insert(item.id, priority: now)
        continue
      }
      current[item.id] = nil
      return item.id
    }
    return nil
  }

  /// - Complexity: O(*n*).
  mutating func removeAll(where isGone: (ID) -> Bool) {
    current = current.filter { !isGone($0.key) }
  }
}
