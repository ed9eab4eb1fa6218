#pragma once

// What Swift cannot call by itself: futexes in shared memory.

#include <linux/futex.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

static inline uint32_t bus_word_load(const uint32_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }

static inline void bus_word_increment(uint32_t *word) { __atomic_fetch_add(word, 1, __ATOMIC_RELEASE); }

/// Sleeps while the word, in memory shared between processes, has that value; at most that many nanoseconds.
static inline void bus_word_wait(uint32_t *word, uint32_t value, int64_t nanoseconds) {
  struct timespec limit = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
  syscall(SYS_futex, word, FUTEX_WAIT, value, &limit, (uint32_t *)0, 0);
}

/// Wakes everyone who sleeps on the word, in every process.
static inline void bus_word_wake(uint32_t *word) {
  syscall(SYS_futex, word, FUTEX_WAKE, 0x7fffffff, (void *)0, (uint32_t *)0, 0);
}
