import CSQLite

/// What a statement takes in a parameter.
package enum SQLiteValue: ExpressibleByIntegerLiteral, ExpressibleByNilLiteral {
  case integer(Int64)
  case text(String)
  case null

  package init(integerLiteral value: Int64) { self = .integer(value) }
  package init(nilLiteral: ()) { self = .null }
  package init(_ value: Int64?) { self = value.map(SQLiteValue.integer) ?? .null }
  package init(_ value: Int) { self = .integer(Int64(value)) }
  package init(_ value: String) { self = .text(value) }
}

/// A compiled statement. It keeps no parameter's memory: blobs are bound for one step.
package final class Statement {
  package let handle: OpaquePointer
  private unowned let connection: Connection

  package init(_ sql: String, on connection: Connection) throws(SQLiteFailure) {
    var compiled: OpaquePointer?
    let code = sqlite3_prepare_v3(connection.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &compiled, nil)
    guard code == SQLITE_OK, let compiled else { throw connection.failure(code) }
    handle = compiled
    self.connection = connection
  }

  deinit { sqlite3_finalize(handle) }

  package func bind(_ values: [SQLiteValue]) throws(SQLiteFailure) {
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
  package func step() throws(SQLiteFailure) -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code:
      let failure = connection.failure(code)
      sqlite3_reset(handle)
      throw failure
    }
  }

  package func failure(_ code: Int32) -> SQLiteFailure { connection.failure(code) }

  package func reset() { sqlite3_reset(handle) }

  package func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

  package func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

  package func text(_ column: Int32) -> String { sqlite3_column_text(handle, column).map { String(cString: $0) } ?? "" }

  package func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

  /// The column's bytes, valid until the next step.
  package func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
    let start = sqlite3_column_blob(handle, column)
    return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
  }

  private func check(_ code: Int32) throws(SQLiteFailure) {
    guard code == SQLITE_OK else { throw connection.failure(code) }
  }
}
