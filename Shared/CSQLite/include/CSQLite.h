#pragma once

// SQLite, with what Swift cannot call by itself: its variadic configuration.

#include <sqlite3.h>

/// Keeps SQLite from checkpointing by itself when the last connection closes.
static inline int sqlite_no_checkpoint_on_close(sqlite3 *db) {
  return sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}
