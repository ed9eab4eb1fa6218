import CSQLite
import SQLiteFile
import TopicBus

/// The tables of the log, and how a connection is set up for them.
enum Schema {
  /// What this build writes. A file with a higher number is refused, never rewritten.
  static let version: Int64 = 1
  /// "BoLo" in the file's header, so that a file of another program is told apart.
  static let applicationID: Int64 = 0x426F_4C6F

  /// A record's row id is its partition's id and its offset: rows of a partition lie together, in order, and an append
  /// needs no second index.
  static let offsetBits: Int64 = 40

  static func rowID(_ partition: Int64, _ offset: Int64) -> Int64 { partition << offsetBits | offset }

  static func offset(_ rowID: Int64) -> Int64 { rowID & (1 << offsetBits - 1) }

  private static let tables = """
    CREATE TABLE topics(
      id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, partitions INTEGER NOT NULL,
      cleanup TEXT NOT NULL, keep INTEGER NOT NULL
    ) STRICT;
    -- low: the first offset; high: the next one; cleaned: compacted below; tombstone: the oldest one's time.
    CREATE TABLE partitions(
      id INTEGER PRIMARY KEY, topic_id INTEGER NOT NULL REFERENCES topics, number INTEGER NOT NULL,
      low INTEGER NOT NULL DEFAULT 0, high INTEGER NOT NULL DEFAULT 0, cleaned INTEGER NOT NULL DEFAULT 0,
      tombstone INTEGER, UNIQUE (topic_id, number)
    ) STRICT;
    CREATE TABLE records(
      id INTEGER PRIMARY KEY, timestamp INTEGER NOT NULL, key BLOB NOT NULL, value BLOB, headers BLOB NOT NULL
    ) STRICT;
    CREATE TABLE groups(
      id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, generation INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE members(
      id INTEGER PRIMARY KEY AUTOINCREMENT, group_id INTEGER NOT NULL REFERENCES groups, instance TEXT NOT NULL,
      process INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE subscriptions(
      member_id INTEGER NOT NULL, topic_id INTEGER NOT NULL, PRIMARY KEY (member_id, topic_id)
    ) STRICT, WITHOUT ROWID;
    -- owner: who may commit; successor: who gets it once the owner releases; since: the generation it got it in.
    CREATE TABLE assignments(
      group_id INTEGER NOT NULL, partition_id INTEGER NOT NULL, owner INTEGER, successor INTEGER,
      since INTEGER NOT NULL, PRIMARY KEY (group_id, partition_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE offsets(
      group_id INTEGER NOT NULL, partition_id INTEGER NOT NULL, next INTEGER NOT NULL,
      PRIMARY KEY (group_id, partition_id)
    ) STRICT, WITHOUT ROWID;
    """

  /// Makes a new file into a log, or makes sure that an existing one is a log this build knows.
  ///
  /// - Precondition: the write lock is held. Killed anywhere, it leaves an empty file or a whole schema.
  static func prepare(_ connection: Connection, path: String) throws {
    let found = try check(connection, path: path)
    // Also for a file that a backup made.
    try connection.execute("PRAGMA journal_mode = WAL")
    guard found == 0 else { return }
    #if DEBUG
      FailurePoint.schemaBegun.reached()
    #endif
    try connection.execute("BEGIN IMMEDIATE")
    try connection.execute(tables)
    try connection.execute("PRAGMA application_id = \(applicationID)")
    try connection.execute("PRAGMA user_version = \(version)")
    #if DEBUG
      FailurePoint.schemaMade.reached()
    #endif
    try connection.execute("COMMIT")
    #if DEBUG
      FailurePoint.schemaCommitted.reached()
    #endif
  }

  /// - Returns: the file's schema version, 0 for a new file.
  private static func check(_ connection: Connection, path: String) throws -> Int64 {
    let application = try connection.integer("PRAGMA application_id") ?? 0
    let found = try connection.integer("PRAGMA user_version") ?? 0
    let isEmpty = try connection.integer("SELECT count(*) FROM sqlite_schema") == 0
    if isEmpty, application == 0, found == 0 { return 0 }
    guard application == applicationID else {
      throw BusError.corrupt("\(path) is another program's database: name another file")
    }
    guard found <= version else {
      throw BusError.refused(
        "\(path) was written by a newer release (schema \(found), this one knows \(version)): start that release")
    }
    return found
  }

  /// Settings of a connection that writes; what durability rests on is read back.
  static func setUpWriter(_ connection: Connection, path: String) throws {
    guard sqlite3_db_readonly(connection.handle, "main") == 0 else {
      throw BusError.refused("\(path) is read-only: let the service's user write the file and its folder")
    }
    try connection.execute("PRAGMA wal_autocheckpoint = 0")
    try connection.execute("PRAGMA mmap_size = 0")
    try connection.execute("PRAGMA secure_delete = ON")
    try connection.execute("PRAGMA cache_size = -32000")
    try connection.execute("PRAGMA journal_size_limit = \(64 << 20)")
    try connection.execute("PRAGMA synchronous = FULL")
    let mode = try connection.text("PRAGMA journal_mode")
    let synchronous = try connection.integer("PRAGMA synchronous")
    guard mode == "wal", synchronous == 2 else {
      throw BusError.refused(
        "\(path): SQLite stays at journal_mode=\(mode ?? "?"), synchronous=\(synchronous ?? -1) instead of wal, 2")
    }
  }

  static func setUpReader(_ connection: Connection) throws {
    try connection.execute("PRAGMA wal_autocheckpoint = 0")
    try connection.execute("PRAGMA mmap_size = 0")
    try connection.execute("PRAGMA cache_size = -16000")
    try connection.execute("PRAGMA query_only = ON")
  }
}
