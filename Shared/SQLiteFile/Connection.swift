import CSQLite

/// What SQLite answered when it could not do something.
package struct SQLiteFailure: Error {
  /// The extended result code.
  package var code: Int32
  /// The system's error number behind it, 0 when there is none.
  package var systemError: Int32
  package var message: String
  /// Whether it came from COMMIT, so that what happened may not be known.
  package var isOfCommit = false

  package var primaryCode: Int32 { code & 0xFF }
}

/// One connection to a SQLite file, used by one thread at a time.
///
/// Plain calls of SQLite's C interface: the bus needs extended codes, bindings without copies, a choice of VFS and a
/// close without a checkpoint.
package final class Connection {
  package let handle: OpaquePointer
  private var statements: [String: Statement] = [:]

  /// - Parameters:
  ///   - vfs: the name of a registered SQLite VFS; nil is the system's.
  ///   - checkpointsOnClose: whether the last connection that closes moves what the WAL holds into the file.
  package init(
    path: String, vfs: String? = nil, creates: Bool = false, checkpointsOnClose: Bool = true
  ) throws(SQLiteFailure) {
    var opened: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (creates ? SQLITE_OPEN_CREATE : 0)
    let code = sqlite3_open_v2(path, &opened, flags, vfs)
    guard let opened else {
      throw SQLiteFailure(code: code, systemError: 0, message: String(cString: sqlite3_errstr(code)))
    }
    handle = opened
    sqlite3_extended_result_codes(handle, 1)
    // After the assignment, so that deinit closes a handle that failed.
    guard code == SQLITE_OK else { throw failure(sqlite3_extended_errcode(handle)) }
    guard checkpointsOnClose || sqlite_no_checkpoint_on_close(handle) == SQLITE_OK else {
      throw failure(SQLITE_ERROR)
    }
    sqlite3_busy_timeout(handle, 5_000)
  }

  deinit {
    statements.removeAll()
    sqlite3_close_v2(handle)
  }

  package func failure(_ code: Int32) -> SQLiteFailure {
    SQLiteFailure(
      code: code, systemError: sqlite3_system_errno(handle), message: String(cString: sqlite3_errmsg(handle)))
  }

  package func execute(_ sql: String) throws(SQLiteFailure) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw failure(code) }
  }

  /// The statement for that text, compiled once per connection.
  package func statement(_ sql: String) throws(SQLiteFailure) -> Statement {
    if let known = statements[sql] { return known }
    let statement = try Statement(sql, on: self)
    statements[sql] = statement
    return statement
  }

  /// Runs a statement that gives no rows.
  package func run(_ sql: String, _ values: SQLiteValue...) throws(SQLiteFailure) {
    let statement = try statement(sql)
    try statement.bind(values)
    defer { statement.reset() }
    while try statement.step() {}
  }

  /// Every row that a statement gives, each made into a value.
  package func rows<T>(_ sql: String, _ values: SQLiteValue..., make: (Statement) -> T) throws(SQLiteFailure) -> [T] {
    let statement = try statement(sql)
    try statement.bind(values)
    defer { statement.reset() }
    var rows: [T] = []
    while try statement.step() { rows.append(make(statement)) }
    return rows
  }

  /// The first column of the first row; nil when there is no row or it holds NULL.
  package func integer(_ sql: String, _ values: SQLiteValue...) throws(SQLiteFailure) -> Int64? {
    let statement = try statement(sql)
    try statement.bind(values)
    defer { statement.reset() }
    guard try statement.step() else { return nil }
    return statement.optionalInteger(0)
  }

  /// The first column of the first row, as text.
  package func text(_ sql: String) throws(SQLiteFailure) -> String? {
    let statement = try statement(sql)
    defer { statement.reset() }
    return try statement.step() ? statement.text(0) : nil
  }

  /// Runs the body in a transaction: what it reads is one state, what it writes is all there or not at all.
  package func transaction<T>(_ body: () throws -> T) throws -> T {
    try run("BEGIN")
    do {
      let result = try body()
      try run("COMMIT")
      return result
    } catch {
      try? run("ROLLBACK")
      throw error
    }
  }

  /// Rows changed since the connection was opened.
  package var changes: Int64 { sqlite3_total_changes64(handle) }

  package var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }
}
