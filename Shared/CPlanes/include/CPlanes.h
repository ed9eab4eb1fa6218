#pragma once

// Numbers of many rows in vertical form: plane b holds bit b of every row's number, sixty-four rows a word. Adding a
// constant to some rows is then a few logical operations for hundreds of rows at once. In C, since only here a function
// can be compiled for the processor's widest registers and be chosen when it runs.

#include <stdint.h>

/// Planes of a score.
#define PLANES_SCORE 10
/// So many layers at most are added up.
#define PLANES_LAYERS 32
/// Bitmaps are whole blocks of so many words.
#define PLANES_BLOCK 64

/// Rows in up to three bitmaps, and what is added for the first that holds the row.
typedef struct {
  const uint64_t *inner, *middle, *outer;
  int32_t inner_points, middle_points, outer_points;
} planes_layer;

/// What is added up, and which rows are admitted.
typedef struct {
  /// Words of a bitmap: a multiple of PLANES_BLOCK.
  int64_t stride;
  /// Summed and bent: in full up to the base, one eighth of what lies beyond, at most the limit.
  const planes_layer *evidence;
  int32_t evidence_count, evidence_base, evidence_limit;
  /// Summed with the bent evidence and with planes of their own, if any: no sum is above 1023.
  const planes_layer *layers;
  int32_t layer_count;
  int32_t threshold;
  const uint64_t *own;
  /// Admitted is a candidate of a sum at or above the threshold, in one of the bitmaps of substance, and no partner.
  const uint64_t *const *substance;
  int32_t substance_count;
  const uint64_t *candidate, *partners, *writable;
  /// What is written: PLANES_SCORE planes of sums; the admitted rows that are writable, and the others.
  uint64_t *sums, *admitted_writable, *admitted_others;
} planes_program;

void planes_run(const planes_program *program);

/// The same without what only some processors have.
void planes_run_plain(const planes_program *program);

/// Tells the processor that some bytes are needed soon.
static inline void planes_expect(const void *start, int64_t size) {
  for (int64_t byte = 0; byte < size; byte += 64) __builtin_prefetch((const char *)start + byte);
}

/// Adds the rows of bitmaps to another.
void planes_join(uint64_t *target, const uint64_t *const *bitmaps, int32_t count, int64_t stride);

/// The rows with the highest sums, in no order; of equal ones the first. Uses up the admitted rows.
///
/// Returns how many there are: at most the limit, for which `rows` has room.
int32_t planes_best(const uint64_t *sums, int64_t stride, uint64_t *admitted, int32_t limit, int32_t *rows);
