import CSQLite
import CooperationModel
import Foundation
import SQLiteFile
import TopicBus

/// A column beside a stored table's values, by which they are looked up.
package struct StoredColumn<Value: Sendable>: Sendable {
  package let name: String
  package let text: @Sendable (Value) -> String

  package init(_ name: String, _ text: @escaping @Sendable (Value) -> String) {
    self.name = name
    self.text = text
  }
}

/// What makes a stored table: the topic it folds, and its columns.
package struct StoredTableDeclaration<Key: Identifier, Value: Codable & Sendable>: Sendable {
  package let contract: TopicContract<Key, Value>
  package let columns: [StoredColumn<Value>]
  /// Raised whenever a column is to hold something else for the same value, so that older files are made anew.
  package let revision: Int

  package init(_ contract: TopicContract<Key, Value>, columns: [StoredColumn<Value>] = [], revision: Int = 1) {
    self.contract = contract
    self.columns = columns
    self.revision = revision
  }

  var partitions: [TopicPartition] { (0..<contract.partitions).map { TopicPartition(contract.topic, $0) } }

  /// Tells files of this declaration from those of another one.
  var signature: String {
    "1 \(contract.topic) \(contract.schemaLevel) \(revision) \(columns.map(\.name).joined(separator: ","))"
  }
}

/// A stored table's SQLite file: every entity's newest value, and the positions up to which it was read, written in one
/// transaction. Used by one thread at a time.
///
/// It can be deleted at any moment, and is made anew whenever it may not be the fold of the log it stands beside: another
/// log, a position beyond the log's end, asleep for longer than tombstones are kept, other columns, or damage.
final class StoredTableFile<Key: Identifier, Value: Codable & Sendable> {
  /// For how long a file that was not read on may be read on: less than a tombstone's seven days.
  static var longestSleep: Instant.Span { .days(6) }

  let declaration: StoredTableDeclaration<Key, Value>
  /// Nil: a file without a name, gone with its connection.
  let path: String?
  private let connection: Connection
  private(set) var positions: [TopicPartition: Int64] = [:]

  /// Opens the file, or makes it anew.
  ///
  /// - Parameters:
  ///   - log: the log's id.
  ///   - ends: where the topic's partitions begin and end now.
  /// - Throws: ``SQLiteFailure`` when the file can be neither used nor made.
  init(
    _ declaration: StoredTableDeclaration<Key, Value>, path: String?, log: String,
    ends: [TopicPartition: PartitionEnds], now: Instant
  ) throws {
    self.declaration = declaration
    self.path = path
    if let found = try Self.found(path), let positions = try? Self.positions(in: found, declaration, log, ends, now) {
      connection = found
      self.positions = positions
    } else {
      if let path {
        for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
      }
      connection = try Self.open(path)
      positions = ends.mapValues(\.low)
      try make(log: log)
    }
  }

  /// The file that is there, or an empty one; nil when it is damaged.
  private static func found(_ path: String?) throws -> Connection? {
    do {
      return try open(path)
    } catch let failure as SQLiteFailure where failure.isOfFile {
      return nil
    }
  }

  private static func open(_ path: String?) throws -> Connection {
    let connection = try Connection(path: path ?? "", creates: true)
    // Nobody else has this file: the service's instance is in its name.
    for setting in ["locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON"] {
      _ = try connection.text("PRAGMA \(setting)")
    }
    return connection
  }

  private func make(log: String) throws {
    let columns = declaration.columns.map { ", \"\($0.name)\" TEXT NOT NULL" }.joined()
    try connection.transaction {
      try connection.execute("CREATE TABLE facts(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
      try connection.execute("CREATE TABLE positions(partition INTEGER PRIMARY KEY, position INTEGER NOT NULL)")
      try connection.execute("CREATE TABLE unreadable(key TEXT PRIMARY KEY, problem TEXT NOT NULL) WITHOUT ROWID")
      try connection.execute(
        "CREATE TABLE entities(key TEXT PRIMARY KEY, value TEXT NOT NULL\(columns)) WITHOUT ROWID")
      for column in declaration.columns {
        try connection.execute("CREATE INDEX \"by \(column.name)\" ON entities(\"\(column.name)\", key)")
      }
      for (name, value) in [("log", log), ("signature", declaration.signature)] {
        try connection.run("INSERT INTO facts VALUES(?, ?)", SQLiteValue(name), SQLiteValue(value))
      }
    }
  }

  /// Where to read on from.
  ///
  /// - Throws: when the file is not, or may not be, the fold of this log up to there.
  private static func positions(
    in connection: Connection, _ declaration: StoredTableDeclaration<Key, Value>, _ log: String,
    _ ends: [TopicPartition: PartitionEnds], _ now: Instant
  ) throws -> [TopicPartition: Int64] {
    let rows = try connection.rows("SELECT name, value FROM facts") { ($0.text(0), $0.text(1)) }
    let facts = Dictionary(rows) { $1 }
    guard facts["log"] == log, facts["signature"] == declaration.signature,
      let readAt = facts["read at"].flatMap({ Int64($0) }), now - Instant(milliseconds: readAt) < longestSleep,
      try connection.text("PRAGMA quick_check(1)") == "ok"
    else { throw Unusable() }
    var positions = ends.mapValues(\.low)
    for (number, position) in try connection.rows(
      "SELECT partition, position FROM positions", make: { ($0.integer(0), $0.integer(1)) })
    {
      let partition = TopicPartition(declaration.contract.topic, Int(number))
      guard let end = ends[partition], position <= end.high, position >= end.low else { throw Unusable() }
      positions[partition] = position
    }
    return positions
  }

  private struct Unusable: Error {}

  // MARK: Writing

  /// Takes in what was read, and up to where.
  func apply(_ slice: Slice, now: Instant) throws {
    try connection.transaction {
      for record in slice.records { try apply(record) }
      for (partition, position) in slice.positions where position != positions[partition] {
        try connection.run(
          "INSERT OR REPLACE INTO positions VALUES(?, ?)", SQLiteValue(partition.partition), .integer(position))
      }
      try connection.run(
        "INSERT OR REPLACE INTO facts VALUES('read at', ?)", SQLiteValue(String(now.milliseconds)))
    }
    positions.merge(slice.positions) { $1 }
  }

  /// A record that cannot be read leaves its key's last readable value.
  private func apply(_ record: Record) throws {
    if declaration.contract.erasesNothing(record) { return }
    let key: Key
    let value: Value?
    do throws(BadRecord) {
      (key, value) = try declaration.contract.read(record)
    } catch {
      try connection.run(
        "INSERT OR REPLACE INTO unreadable VALUES(?, ?)", SQLiteValue(String(decoding: record.key, as: UTF8.self)),
        SQLiteValue(error.text))
      return
    }
    let name = SQLiteValue(key.rawValue)
    try connection.run("DELETE FROM unreadable WHERE key = ?", name)
    guard let value, let bytes = record.value else {
      return try connection.run("DELETE FROM entities WHERE key = ?", name)
    }
    let statement = try connection.statement(insertion)
    try statement.bind(
      [name, SQLiteValue(String(decoding: bytes, as: UTF8.self))]
        + declaration.columns.map { SQLiteValue($0.text(value)) })
    defer { statement.reset() }
    _ = try statement.step()
  }

  private var insertion: String {
    let places = Array(repeating: "?", count: 2 + declaration.columns.count).joined(separator: ", ")
    return "INSERT OR REPLACE INTO entities VALUES(\(places))"
  }

  // MARK: Reading

  var count: Int {
    get throws { Int(try connection.integer("SELECT count(*) FROM entities") ?? 0) }
  }

  /// The keys whose newest record cannot be read, with the reason.
  var unreadable: [(key: String, problem: String)] {
    get throws {
      try connection.rows("SELECT key, problem FROM unreadable ORDER BY key") { ($0.text(0), $0.text(1)) }
    }
  }

  func value(_ key: Key) throws -> Value? {
    try connection.rows("SELECT value FROM entities WHERE key = ?", SQLiteValue(key.rawValue), make: Self.value).first
      .flatMap { $0 }
  }

  /// A page of the values whose columns have the given texts, by key.
  ///
  /// - Complexity: O(log *n*) and the page for one column; with several, the values that share the first.
  func page(_ request: PageRequest, where conditions: [(column: String, text: String)]) throws -> Page<Value> {
    let clauses = conditions.map { " AND \"\($0.column)\" = ?" }.joined()
    let statement = try connection.statement(
      "SELECT value, key FROM entities WHERE key > ?\(clauses) ORDER BY key LIMIT ?")
    try statement.bind(
      [SQLiteValue(request.after ?? "")] + conditions.map { SQLiteValue($0.text) } + [SQLiteValue(request.limit + 1)])
    defer { statement.reset() }
    var found: [(value: Value?, key: String)] = []
    while try statement.step() { found.append((Self.value(statement), statement.text(1))) }
    let next = found.count > request.limit ? found[request.limit - 1].key : nil
    return Page(items: found.prefix(request.limit).compactMap(\.value), next: next.map { Cursor.text($0) })
  }

  private static func value(_ row: Statement) -> Value? {
    try? JSON.decode(Value.self, from: Data(row.bytes(0)))
  }
}

extension SQLiteFailure {
  /// Whether the file is to blame, and another one may be made in its place.
  var isOfFile: Bool { [SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_ERROR, SQLITE_SCHEMA].contains(primaryCode) }
}
