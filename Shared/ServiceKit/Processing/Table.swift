import Collections
import CooperationModel

/// A fold over compacted topics, of the partitions a processor owns: the newest record of a key is the entity.
///
/// While a step runs, writes are journaled: they become the table's when the step's commit is acknowledged, and are
/// undone when it aborts. A write to a table that is *kept* is its topic's next record as well, so the table and the
/// topic cannot say different things.
///
/// A table is never iterated but by ``sortedKeys(in:)``, so nothing that it feeds depends on hashing.
package struct Table<Key: Identifier, Value: Codable & Equatable & Sendable>: Sendable {
  struct Entry: Sendable, Equatable {
    var value: Value
    var partition: Int
  }

  struct Write: Sendable {
    var key: Key
    var before: Entry?
    var after: Value?
    var partition: Int
  }

  private(set) var entries: [Key: Entry] = [:]
  private(set) var journal: [Write] = []
  /// How many journaled writes were turned into outputs already.
  private(set) var emitted = 0
  /// Where a new key's record goes: the partition that is being worked for, or one made from key and value.
  var placement: Placement = .current(0)
  /// Keys whose value may be another one since ``takeTouched()``; only where something is derived from the table.
  private var touched: [Key] = []
  private let notesTouched: Bool
  private let due: (@Sendable (Value) -> Instant?)?
  private var timers = Heap<Timer>()
  /// How many entries there must be before old ones are looked for.
  private var nextForgetting = Self.leastForgetting
  private static var leastForgetting: Int { 4_096 }

  enum Placement: Sendable {
    case current(Int)
    case computed(@Sendable (Key, Value) -> Int)
  }

  private struct Timer: Comparable, Sendable {
    var at: Instant
    var key: Key
    static func < (left: Self, right: Self) -> Bool { left.at == right.at ? left.key < right.key : left.at < right.at }
  }

  /// - Parameters:
  ///   - due: when a value asks to be looked at again; read off the value, never stored.
  ///   - notesTouched: whether something is derived from the table, which asks for ``takeTouched()``.
  package init(due: (@Sendable (Value) -> Instant?)? = nil, notesTouched: Bool = false) {
    self.due = due
    self.notesTouched = notesTouched
  }

  /// The keys that were written, undone, restored or dropped since this was last asked, in that order.
  package mutating func takeTouched() -> [Key] {
    guard !touched.isEmpty else { return [] }
    defer { touched = [] }
    return touched
  }

  package var count: Int { entries.count }
  package var isEmpty: Bool { entries.isEmpty }

  /// Reads the newest value; writes the next one, or erases the key with nil.
  package subscript(key: Key) -> Value? {
    get { entries[key]?.value }
    set { write(key, newValue) }
  }

  /// The partition in which the key lives.
  package func partition(of key: Key) -> Int? { entries[key]?.partition }

  /// Every key, or those of one partition, in order.
  ///
  /// - Complexity: O(*n* log *n*).
  package func sortedKeys(in partition: Int? = nil) -> [Key] {
    entries.lazy.filter { partition == nil || $0.value.partition == partition }.map(\.key).sorted()
  }

  /// The earliest of the values' due times.
  ///
  /// - Complexity: O(1) amortised.
  package mutating func nextDue() -> (at: Instant, key: Key)? {
    guard let due else { return nil }
    while let top = timers.min {
      if let entry = entries[top.key], due(entry.value) == top.at { return (top.at, top.key) }
      timers.removeMin()
    }
    return nil
  }

  // MARK: What the step does with it

  private mutating func write(_ key: Key, _ value: Value?) {
    let before = entries[key]
    let partition: Int
    if let before {
      partition = before.partition
    } else {
      guard let value else { return }
      switch placement {
      case .current(let number): partition = number
      case .computed(let place): partition = place(key, value)
      }
    }
    journal.append(Write(key: key, before: before, after: value, partition: partition))
    set(key, value.map { Entry(value: $0, partition: partition) })
  }

  private mutating func set(_ key: Key, _ entry: Entry?) {
    entries[key] = entry
    if notesTouched { touched.append(key) }
    if let due, let entry, let at = due(entry.value) { timers.insert(Timer(at: at, key: key)) }
  }

  /// Puts a value that the log already holds.
  mutating func restore(_ key: Key, _ value: Value?, partition: Int) {
    set(key, value.map { Entry(value: $0, partition: partition) })
  }

  /// Forgets all of one partition: it is another's now.
  mutating func drop(_ partition: Int) {
    if notesTouched { touched += sortedKeys(in: partition) }
    entries = entries.filter { $0.value.partition != partition }
  }

  /// Forgets values that a rule says are too old to matter. No record is written for it.
  ///
  /// - Complexity: O(1) amortised: looks only once the table has doubled since it looked last.
  mutating func forget(where isOld: (Value) -> Bool) {
    guard entries.count >= nextForgetting else { return }
    entries = entries.filter { !isOld($0.value.value) }
    nextForgetting = max(Self.leastForgetting, entries.count * 2)
  }

  /// The journal's length: where ``rollback(to:)`` can come back to.
  var mark: Int { journal.count }

  /// The writes that were not handed out yet, in order.
  mutating func emitWrites() -> ArraySlice<Write> {
    defer { emitted = journal.count }
    return journal[emitted...]
  }

  mutating func commit() {
    journal.removeAll(keepingCapacity: true)
    emitted = 0
  }

  mutating func rollback(to mark: Int = 0) {
    while journal.count > mark, let last = journal.popLast() { set(last.key, last.before) }
    emitted = min(emitted, mark)
  }
}

/// A global table: every partition of a topic, known whole by every instance. Frozen during a step; nobody who reads it
/// writes it.
package struct View<Key: Identifier, Value: Codable & Sendable>: Sendable {
  private(set) var entries: [Key: Value] = [:]
  /// When keys were written, oldest first, where old ones are to be forgotten.
  private var ages: Deque<(time: Int64, key: Key)> = []

  package init() {}

  package var count: Int { entries.count }

  package subscript(key: Key) -> Value? { entries[key] }

  /// Every key in order.
  ///
  /// - Complexity: O(*n* log *n*).
  package func sortedKeys() -> [Key] { entries.keys.sorted() }

  mutating func apply(_ key: Key, _ value: Value?) { entries[key] = value }

  /// The same for a topic whose records age and whose keys are written once: forgets what is older, by the window, than
  /// what comes. No change is told of it.
  mutating func apply(_ key: Key, _ value: Value?, at time: Int64, window: Int64) {
    if entries[key] == nil, value != nil { ages.append((time, key)) }
    entries[key] = value
    while let first = ages.first, first.time < time - window {
      ages.removeFirst()
      entries[first.key] = nil
    }
  }
}
