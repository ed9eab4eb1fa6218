#pragma once

#include <sqlite3.h>
#include <stdint.h>

// An SQLite VFS that passes everything on to the system's and keeps a log of what reached the files and when they were
// synced, so that a test can work out what a power cut would have left.

enum power_cut_kind { power_cut_write, power_cut_truncate, power_cut_sync, power_cut_delete };

typedef struct power_cut_entry {
  int32_t kind;
  const char *path;
  /// Of a write; the size that a truncation leaves; of a deletion, whether it was synced.
  int64_t offset;
  int64_t length;
  const uint8_t *data;
} power_cut_entry;

/// Registers the VFS under that name. With `ignores_log_syncs` it says that it synced write-ahead logs and does not, as a
/// log with `synchronous=NORMAL` would have it.
int power_cut_register(const char *name, int ignores_log_syncs);

/// How many entries there are.
int64_t power_cut_count(void);

/// One entry, valid until `power_cut_forget`.
power_cut_entry power_cut_at(int64_t index);

/// Empties the log. No file may be open through the VFS.
void power_cut_forget(void);
