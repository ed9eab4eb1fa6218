import CSQLite
import Foundation

/// The floor for the embedded bus: the same rows in a file of SQLite's own, by plain C calls, with the same schema and
/// keys, cached statements, `synchronous=FULL` read back, and nothing around it: no queue, no groups, no other process.
final class SQLiteFloor {
  private let database: OpaquePointer
  private let begin: OpaquePointer
  private let insert: OpaquePointer
  private let commit: OpaquePointer
  private var next: Int64 = 0

  struct Failure: Error {
    var text: String
  }

  init(path: String) throws {
    var opened: OpaquePointer?
    guard sqlite3_open(path, &opened) == SQLITE_OK, let database = opened else { throw Failure(text: "open") }
    self.database = database
    func run(_ sql: String) throws {
      guard sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else {
        throw Failure(text: String(cString: sqlite3_errmsg(database)))
      }
    }
    func prepare(_ sql: String) throws -> OpaquePointer {
      var statement: OpaquePointer?
      sqlite3_prepare_v3(database, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
      guard let statement else { throw Failure(text: String(cString: sqlite3_errmsg(database))) }
      return statement
    }
    try run(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA cache_size = -32000")
    try run(
      """
      CREATE TABLE records(
        id INTEGER PRIMARY KEY, timestamp INTEGER NOT NULL, key BLOB NOT NULL, value BLOB, headers BLOB NOT NULL
      ) STRICT
      """)
    begin = try prepare("BEGIN IMMEDIATE")
    insert = try prepare("INSERT INTO records(id, timestamp, key, value, headers) VALUES(?,?,?,?,?)")
    commit = try prepare("COMMIT")
    let synchronous = try prepare("PRAGMA synchronous")
    guard sqlite3_step(synchronous) == SQLITE_ROW, sqlite3_column_int(synchronous, 0) == 2 else {
      throw Failure(text: "synchronous is not FULL")
    }
    sqlite3_finalize(synchronous)
  }

  deinit {
    for statement in [begin, insert, commit] { sqlite3_finalize(statement) }
    sqlite3_close(database)
  }

  /// Writes that many rows in one transaction.
  func append(_ count: Int, key: [UInt8], value: [UInt8], headers: [UInt8]) throws {
    try step(begin)
    for _ in 0..<count {
      sqlite3_bind_int64(insert, 1, 1 << 40 | next)
      sqlite3_bind_int64(insert, 2, 1)
      next += 1
      let code = key.withUnsafeBytes { key in
        value.withUnsafeBytes { value in
          headers.withUnsafeBytes { headers in
            sqlite3_bind_blob(insert, 3, key.baseAddress, Int32(key.count), nil)
            sqlite3_bind_blob(insert, 4, value.baseAddress, Int32(value.count), nil)
            sqlite3_bind_blob(insert, 5, headers.baseAddress, Int32(headers.count), nil)
            return sqlite3_step(insert)
          }
        }
      }
      sqlite3_reset(insert)
      guard code == SQLITE_DONE else { throw Failure(text: String(cString: sqlite3_errmsg(database))) }
    }
    try step(commit)
  }

  /// Writes that many rows, each in a transaction of its own, on a thread of their own, and gives the time that each
  /// took.
  func singles(_ count: Int, key: [UInt8], value: [UInt8], headers: [UInt8]) async throws -> [Duration] {
    nonisolated(unsafe) let floor = self
    return try await withCheckedThrowingContinuation { continuation in
      Thread {
        continuation.resume(
          with: Result {
            try (0..<count).map { _ in
              let start = ContinuousClock.now
              try floor.append(1, key: key, value: value, headers: headers)
              return start.duration(to: .now)
            }
          })
      }.start()
    }
  }

  private func step(_ statement: OpaquePointer) throws {
    let code = sqlite3_step(statement)
    sqlite3_reset(statement)
    guard code == SQLITE_DONE else { throw Failure(text: String(cString: sqlite3_errmsg(database))) }
  }
}
