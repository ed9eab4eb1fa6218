#include "CPowerCut.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static power_cut_entry *entries;
static int64_t count, capacity;

static void add(int kind, const char *path, int64_t offset, int64_t length, const void *data) {
  uint8_t *copy = NULL;
  if (length > 0) {
    copy = malloc((size_t)length);
    memcpy(copy, data, (size_t)length);
  }
  pthread_mutex_lock(&lock);
  if (count == capacity) {
    capacity = capacity ? capacity * 2 : 1024;
    entries = realloc(entries, (size_t)capacity * sizeof *entries);
  }
  entries[count++] = (power_cut_entry){kind, strdup(path), offset, length, copy};
  pthread_mutex_unlock(&lock);
}

int64_t power_cut_count(void) {
  pthread_mutex_lock(&lock);
  int64_t found = count;
  pthread_mutex_unlock(&lock);
  return found;
}

power_cut_entry power_cut_at(int64_t index) {
  pthread_mutex_lock(&lock);
  power_cut_entry found = entries[index];
  pthread_mutex_unlock(&lock);
  return found;
}

void power_cut_forget(void) {
  pthread_mutex_lock(&lock);
  for (int64_t i = 0; i < count; i++) {
    free((void *)entries[i].path);
    free((void *)entries[i].data);
  }
  count = 0;
  pthread_mutex_unlock(&lock);
}

typedef struct shim_vfs {
  sqlite3_vfs base;
  sqlite3_vfs *system;
  int ignores_log_syncs;
} shim_vfs;

typedef struct shim_file {
  sqlite3_file base;
  char *path;
  int ignores_syncs;
  /// The system's file follows.
} shim_file;

static sqlite3_file *system_file(sqlite3_file *file) { return (sqlite3_file *)((shim_file *)file + 1); }

#define PASS(name, ...) return system_file(file)->pMethods->name(system_file(file), ##__VA_ARGS__)

static int shim_close(sqlite3_file *file) {
  sqlite3_file *real = system_file(file);
  int code = real->pMethods ? real->pMethods->xClose(real) : SQLITE_OK;
  free(((shim_file *)file)->path);
  return code;
}

static int shim_read(sqlite3_file *file, void *to, int length, sqlite3_int64 at) { PASS(xRead, to, length, at); }

static int shim_write(sqlite3_file *file, const void *from, int length, sqlite3_int64 at) {
  sqlite3_file *real = system_file(file);
  int code = real->pMethods->xWrite(real, from, length, at);
  if (code == SQLITE_OK) add(power_cut_write, ((shim_file *)file)->path, at, length, from);
  return code;
}

static int shim_truncate(sqlite3_file *file, sqlite3_int64 size) {
  sqlite3_file *real = system_file(file);
  int code = real->pMethods->xTruncate(real, size);
  if (code == SQLITE_OK) add(power_cut_truncate, ((shim_file *)file)->path, size, 0, NULL);
  return code;
}

static int shim_sync(sqlite3_file *file, int flags) {
  if (((shim_file *)file)->ignores_syncs) return SQLITE_OK;
  sqlite3_file *real = system_file(file);
  // The machine stays up: what matters is the order, not that the disk is waited for.
  (void)flags;
  (void)real;
  add(power_cut_sync, ((shim_file *)file)->path, 0, 0, NULL);
  return SQLITE_OK;
}

static int shim_size(sqlite3_file *file, sqlite3_int64 *size) { PASS(xFileSize, size); }
static int shim_lock(sqlite3_file *file, int level) { PASS(xLock, level); }
static int shim_unlock(sqlite3_file *file, int level) { PASS(xUnlock, level); }
static int shim_check_lock(sqlite3_file *file, int *held) { PASS(xCheckReservedLock, held); }
static int shim_control(sqlite3_file *file, int what, void *with) { PASS(xFileControl, what, with); }
static int shim_sector_size(sqlite3_file *file) { PASS(xSectorSize); }
static int shim_characteristics(sqlite3_file *file) { PASS(xDeviceCharacteristics); }
static int shim_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **to) {
  PASS(xShmMap, page, size, extend, to);
}
static int shim_shm_lock(sqlite3_file *file, int offset, int n, int flags) { PASS(xShmLock, offset, n, flags); }
static void shim_shm_barrier(sqlite3_file *file) { system_file(file)->pMethods->xShmBarrier(system_file(file)); }
static int shim_shm_unmap(sqlite3_file *file, int deletes) { PASS(xShmUnmap, deletes); }

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = shim_close,
    .xRead = shim_read,
    .xWrite = shim_write,
    .xTruncate = shim_truncate,
    .xSync = shim_sync,
    .xFileSize = shim_size,
    .xLock = shim_lock,
    .xUnlock = shim_unlock,
    .xCheckReservedLock = shim_check_lock,
    .xFileControl = shim_control,
    .xSectorSize = shim_sector_size,
    .xDeviceCharacteristics = shim_characteristics,
    .xShmMap = shim_shm_map,
    .xShmLock = shim_shm_lock,
    .xShmBarrier = shim_shm_barrier,
    .xShmUnmap = shim_shm_unmap,
};

static int shim_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out) {
  shim_vfs *shim = (shim_vfs *)vfs;
  shim_file *opened = (shim_file *)file;
  opened->path = strdup(path ? path : "");
  opened->ignores_syncs = shim->ignores_log_syncs && (flags & SQLITE_OPEN_WAL);
  int code = shim->system->xOpen(shim->system, path, system_file(file), flags, out);
  if (system_file(file)->pMethods) {
    opened->base.pMethods = &methods;
  } else {
    free(opened->path);
    opened->base.pMethods = NULL;
  }
  return code;
}

static int shim_delete(sqlite3_vfs *vfs, const char *path, int syncs) {
  shim_vfs *shim = (shim_vfs *)vfs;
  int code = shim->system->xDelete(shim->system, path, syncs);
  if (code == SQLITE_OK) add(power_cut_delete, path, syncs, 0, NULL);
  return code;
}

int power_cut_register(const char *name, int ignores_log_syncs) {
  sqlite3_vfs *system = sqlite3_vfs_find("unix");
  if (!system) return SQLITE_ERROR;
  // Never freed: SQLite keeps it.
  shim_vfs *shim = malloc(sizeof *shim);
  shim->base = *system;
  shim->base.iVersion = 2;
  shim->base.pNext = NULL;
  shim->base.zName = strdup(name);
  shim->base.szOsFile = (int)sizeof(shim_file) + system->szOsFile;
  shim->base.xOpen = shim_open;
  shim->base.xDelete = shim_delete;
  shim->system = system;
  shim->ignores_log_syncs = ignores_log_syncs;
  return sqlite3_vfs_register(&shim->base, 0);
}
