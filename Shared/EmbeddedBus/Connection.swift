import CEmbeddedBus
import Foundation

/// What SQLite answered when it could not do something.
struct SQLiteFailure: Error {
  /// The extended result code.
  var code: Int32
  /// The system's error number behind it, 0 when there is none.
  var systemError: Int32
  var message: String
  /// Whether it came from COMMIT, so that what happened may not be known.
  var isOfCommit = false

  var primaryCode: Int32 { code & 0xFF }
}

/// One connection to the log's file, used by one thread.
///
/// Plain calls of SQLite's C interface: the bus needs extended codes, bindings without copies, a choice of VFS and a
/// close without a checkpoint.
final class Connection {
  let handle: OpaquePointer
  private var statements: [String: Statement] = [:]

  /// - Parameter vfs: the name of a registered SQLite VFS; nil is the system's.
  init(path: String, vfs: String? = nil, creates: Bool = false) throws(SQLiteFailure) {
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
    guard bus_no_checkpoint_on_close(handle) == SQLITE_OK else {
      throw failure(SQLITE_ERROR)
    }
    sqlite3_busy_timeout(handle, 5_000)
  }

  deinit {
    statements.removeAll()
    sqlite3_close_v2(handle)
  }

  func failure(_ code: Int32) -> SQLiteFailure {
    SQLiteFailure(
      code: code, systemError: sqlite3_system_errno(handle), message: String(cString: sqlite3_errmsg(handle)))
  }

  func execute(_ sql: String) throws(SQLiteFailure) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw failure(code) }
  }

  /// The statement for that text, compiled once per connection.
  func statement(_ sql: String) throws(SQLiteFailure) -> Statement {
    if let known = statements[sql] { return known }
    let statement = try Statement(sql, on: self)
    statements[sql] = statement
    return statement
  }

  /// Runs a statement that gives no rows.
  func run(_ sql: String, _ values: Value...) throws(SQLiteFailure) {
    let statement = try statement(sql)
    try statement.bind(values)
    defer { statement.reset() }
    while try statement.step() {}
  }

  /// Every row that a statement gives, each made into a value.
  func rows<T>(_ sql: String, _ values: Value..., make: (Statement) -> T) throws(SQLiteFailure) -> [T] {
    let statement = try statement(sql)
    try statement.bind(values)
    defer { statement.reset() }
    var rows: [T] = []
    while try statement.step() { rows.append(make(statement)) }
    return rows
  }

  /// The first column of the first row; nil when there is no row or it holds NULL.
  func integer(_ sql: String, _ values: Value...) throws(SQLiteFailure) -> Int64? {
    let statement = try statement(sql)
    try statement.bind(values)
    defer { statement.reset() }
    guard try statement.step() else { return nil }
    return statement.optionalInteger(0)
  }

  /// The first column of the first row, as text.
  func text(_ sql: String) throws(SQLiteFailure) -> String? {
    let statement = try statement(sql)
    defer { statement.reset() }
    return try statement.step() ? statement.text(0) : nil
  }

  /// Runs the body in a read transaction, so that all its queries see one state.
  func snapshot<T>(_ body: () throws -> T) throws -> T {
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
  var changes: Int64 { sqlite3_total_changes64(handle) }

  var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }
}

/// What a statement takes in a parameter.
enum Value: ExpressibleByIntegerLiteral, ExpressibleByNilLiteral {
  case integer(Int64)
  case text(String)
  case null

  init(integerLiteral value: Int64) { self = .integer(value) }
  init(nilLiteral: ()) { self = .null }
  init(_ value: Int64?) { self = value.map(Value.integer) ?? .null }
  init(_ value: Int) { self = .integer(Int64(value)) }
  init(_ value: String) { self = .text(value) }
}

/// A compiled statement. It keeps no parameter's memory: blobs are bound for one step.
final class Statement {
  private let handle: OpaquePointer
  private unowned let connection: Connection

  init(_ sql: String, on connection: Connection) throws(SQLiteFailure) {
    var compiled: OpaquePointer?
    let code = sqlite3_prepare_v3(connection.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &compiled, nil)
    guard code == SQLITE_OK, let compiled else { throw connection.failure(code) }
    handle = compiled
    self.connection = connection
  }

  deinit { sqlite3_finalize(handle) }

  func bind(_ values: [Value]) throws(SQLiteFailure) {
    for (index, value) in values.enumerated() {
      let place = Int32(index + 1)
      switch value {
      case .integer(let number): try check(sqlite3_bind_int64(handle, place, number))
      case .null: try check(sqlite3_bind_null(handle, place))
      case .text(let text):
        let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        try check(sqlite3_bind_text(handle, place, text, Int32(text.utf8.count), copied))
      }
    }
  }

  /// Moves to the next row.
  ///
  /// - Returns: false when there is none.
  func step() throws(SQLiteFailure) -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code:
      let failure = connection.failure(code)
      sqlite3_reset(handle)
      throw failure
    }
  }

  func reset() { sqlite3_reset(handle) }

  /// Writes one record's row; its bytes are read where they are.
  func insert(
    id: Int64, timestamp: Int64, key: [UInt8], value: [UInt8]?, headers: [UInt8]
  ) throws(SQLiteFailure) {
    let code = key.withUnsafeBytes { key in
      headers.withUnsafeBytes { headers in
        sqlite3_bind_int64(handle, 1, id)
        sqlite3_bind_int64(handle, 2, timestamp)
        bind(3, key)
        bind(5, headers)
        guard let value else {
          sqlite3_bind_null(handle, 4)
          return sqlite3_step(handle)
        }
        return value.withUnsafeBytes { value in
          bind(4, value)
          return sqlite3_step(handle)
        }
      }
    }
    guard code == SQLITE_DONE else {
      let failure = connection.failure(code)
      sqlite3_reset(handle)
      throw failure
    }
    sqlite3_reset(handle)
  }

  /// Binds bytes that live until the next step; no bytes are an empty blob, not NULL.
  private func bind(_ place: Int32, _ bytes: UnsafeRawBufferPointer) {
    if bytes.isEmpty {
      sqlite3_bind_zeroblob(handle, place, 0)
    } else {
      sqlite3_bind_blob64(handle, place, bytes.baseAddress, UInt64(bytes.count), nil)
    }
  }

  func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

  func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

  func text(_ column: Int32) -> String { sqlite3_column_text(handle, column).map { String(cString: $0) } ?? "" }

  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

  /// The column's bytes, valid until the next step.
  func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
    let start = sqlite3_column_blob(handle, column)
    return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
  }

  private func check(_ code: Int32) throws(SQLiteFailure) {
    guard code == SQLITE_OK else { throw connection.failure(code) }
  }
}
