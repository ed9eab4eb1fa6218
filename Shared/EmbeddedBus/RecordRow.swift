import CSQLite
import SQLiteFile
import TopicBus

extension Statement {
  /// Writes one record's row; its bytes are read where they are.
  func insert(
    id: Int64, timestamp: Int64, key: [UInt8], value: [UInt8]?, headers: Headers
  ) throws(SQLiteFailure) {
    let code = key.withUnsafeBytes { key in
      headers.packed.withUnsafeBytes { headers in
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
      let failure = failure(code)
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
}
