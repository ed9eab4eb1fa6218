#include "CPlanes.h"

#include <string.h>

// All that takes or gives a lane is inlined: none crosses a call.
#pragma clang diagnostic ignored "-Wpsabi"

#define EVIDENCE 12
#define always_inline static inline __attribute__((always_inline))

/// Eight words: one register, two or four, as the processor has them.
typedef uint64_t lane __attribute__((vector_size(64)));
#define LANE (sizeof(lane) / sizeof(uint64_t))

always_inline lane load(const uint64_t *words) {
  lane result;
  memcpy(&result, words, sizeof result);
  return result;
}

always_inline void store(uint64_t *words, lane value) { memcpy(words, &value, sizeof value); }

/// All ones when the bit is set.
always_inline lane splat(int number, int bit) { return (lane){} - (uint64_t)(number >> bit & 1); }

/// A layer, and how far its sum reaches.
typedef struct {
  planes_layer layer;
  int low, high;
  /// By bit: which of the three add there.
  uint8_t adds[EVIDENCE];
} step;

static int width(int limit) { return limit == 0 ? 0 : 32 - __builtin_clz((unsigned)limit); }

/// Makes steps of layers; the planes of all that went before reach up to `most`, which grows.
static int prepare(const planes_layer *layers, int count, int planes, int *most, step *steps) {
  int made = 0;
  for (int i = 0; i < count && made < PLANES_LAYERS; i++) {
    const planes_layer *l = &layers[i];
    int bits = l->inner_points | l->middle_points | l->outer_points;
    if (bits == 0) continue;
    int largest = l->inner_points;
    if (l->middle_points > largest) largest = l->middle_points;
    if (l->outer_points > largest) largest = l->outer_points;
    *most += largest;
    step *s = &steps[made++];
    s->layer = *l;
    s->low = __builtin_ctz((unsigned)bits);
    s->high = width(*most) < planes ? width(*most) : planes;
    for (int bit = 0; bit < EVIDENCE; bit++) {
      s->adds[bit] = (uint8_t)((l->inner_points >> bit & 1) | (l->middle_points >> bit & 1) << 1 |
                               (l->outer_points >> bit & 1) << 2);
    }
  }
  return made;
}

/// Adds a bit to a plane, with what the plane below carries over.
always_inline lane add(lane *plane, lane addend, lane carry) {
  lane old = *plane, half = old ^ addend;
  *plane = half ^ carry;
  return (old & addend) | (half & carry);
}

always_inline void run_step(const step *s, lane *planes, int64_t word) {
  lane inner = load(s->layer.inner + word);
  lane middle = load(s->layer.middle + word) | inner;
  lane outer = load(s->layer.outer + word) | middle;
  lane carry = {};
  for (int bit = s->low; bit < s->high; bit++) {
    lane addend;
    switch (s->adds[bit]) {
      case 0: {
        lane old = planes[bit];
        planes[bit] = old ^ carry;
        carry = old & carry;
        continue;
      }
      case 1: addend = inner; break;
      case 2: addend = middle & ~inner; break;
      case 3: addend = middle; break;
      case 4: addend = outer & ~middle; break;
      case 5: addend = (outer & ~middle) | inner; break;
      case 6: addend = outer & ~inner; break;
      default: addend = outer; break;
    }
    carry = add(&planes[bit], addend, carry);
  }
}

/// Bends sums in place: subtracts the base, and where that leaves something puts the base and an eighth of it.
always_inline void bend(lane *planes, int base, int limit) {
  int rest = limit - base;
  lane difference[EVIDENCE], borrow = {};
  for (int bit = 0; bit < EVIDENCE; bit++) {
    lane number = planes[bit], constant = splat(base, bit);
    difference[bit] = number ^ constant ^ borrow;
    borrow = (~number & (constant | borrow)) | (constant & borrow);
  }
  lane beyond = ~borrow, less = {};
  for (int bit = 3; bit < EVIDENCE; bit++) {
    lane number = difference[bit], constant = splat(rest, bit - 3);
    less = (~number & (constant | less)) | (constant & less);
  }
  lane cut = ~less, carry = {};
  for (int bit = 0; bit < PLANES_SCORE; bit++) {
    lane eighth = bit + 3 < EVIDENCE ? difference[bit + 3] : (lane){};
    lane addend = (eighth & less) | (splat(rest, bit) & cut);
    lane constant = splat(base, bit), half = constant ^ addend;
    lane bent = half ^ carry;
    carry = (constant & addend) | (half & carry);
    planes[bit] = (bent & beyond) | (planes[bit] & ~beyond);
  }
}

always_inline void run(const planes_program *p) {
  step evidence_steps[PLANES_LAYERS], steps[PLANES_LAYERS];
  int evidence_most = 0, most = 0;
  int evidence_count = prepare(p->evidence, p->evidence_count, EVIDENCE, &evidence_most, evidence_steps);
  int count = prepare(p->layers, p->layer_count, PLANES_SCORE, &most, steps);
  for (int64_t word = 0; word < p->stride; word += LANE) {
    lane sums[PLANES_SCORE] = {};
    for (int i = 0; i < count; i++) run_step(&steps[i], sums, word);
    if (p->own) {
      lane carry = {};
      for (int bit = 0; bit < PLANES_SCORE; bit++) {
        carry = add(&sums[bit], load(p->own + bit * p->stride + word), carry);
      }
    }
    if (evidence_count > 0) {
      lane evidence[EVIDENCE] = {};
      for (int i = 0; i < evidence_count; i++) run_step(&evidence_steps[i], evidence, word);
      if (evidence_most > p->evidence_base) bend(evidence, p->evidence_base, p->evidence_limit);
      lane carry = {};
      for (int bit = 0; bit < PLANES_SCORE; bit++) carry = add(&sums[bit], evidence[bit], carry);
    }
    lane substance = {}, short_of = {};
    for (int i = 0; i < p->substance_count; i++) substance |= load(p->substance[i] + word);
    for (int bit = 0; bit < PLANES_SCORE; bit++) {
      store(p->sums + bit * p->stride + word, sums[bit]);
      lane constant = splat(p->threshold, bit);
      short_of = (~sums[bit] & (constant | short_of)) | (constant & short_of);
    }
    lane admitted = substance & ~short_of & load(p->candidate + word) & ~load(p->partners + word);
    lane writable = load(p->writable + word);
    store(p->admitted_writable + word, admitted & writable);
    store(p->admitted_others + word, admitted & ~writable);
  }
}

always_inline void join(uint64_t *target, const uint64_t *const *bitmaps, int32_t count, int64_t stride) {
  for (int64_t word = 0; word < stride; word += LANE) {
    lane rows = load(target + word);
    for (int i = 0; i < count; i++) rows |= load(bitmaps[i] + word);
    store(target + word, rows);
  }
}

/// A search from the highest plane down: no row is looked at by itself before it is chosen.
always_inline int32_t best(const uint64_t *sums, int64_t stride, uint64_t *admitted, int32_t limit, int32_t *rows) {
  int32_t chosen = 0;
  for (int plane = PLANES_SCORE - 1; plane >= 0 && chosen < limit; plane--) {
    const uint64_t *bits = sums + plane * stride;
    int64_t high = 0;
    for (int64_t word = 0; word < stride; word++) high += __builtin_popcountll(admitted[word] & bits[word]);
    if (high > limit - chosen) {
      // All of the best have this bit.
      for (int64_t word = 0; word < stride; word++) admitted[word] &= bits[word];
    } else if (high > 0) {
      // All that have it are among the best.
      for (int64_t word = 0; word < stride; word++) {
        for (uint64_t rest = admitted[word] & bits[word]; rest; rest &= rest - 1) {
          rows[chosen++] = (int32_t)(word * 64 + __builtin_ctzll(rest));
        }
        admitted[word] &= ~bits[word];
      }
    }
  }
  // What is left is equal: the first rows.
  for (int64_t word = 0; word < stride && chosen < limit; word++) {
    for (uint64_t rest = admitted[word]; rest && chosen < limit; rest &= rest - 1) {
      rows[chosen++] = (int32_t)(word * 64 + __builtin_ctzll(rest));
    }
  }
  return chosen;
}

// Each once for every kind of processor.
#define EACH(suffix)                                                                                              \
  static void run##suffix(const planes_program *p) { run(p); }                                                    \
  static void join##suffix(uint64_t *t, const uint64_t *const *b, int32_t c, int64_t s) { join(t, b, c, s); }     \
  static int32_t best##suffix(const uint64_t *sums, int64_t s, uint64_t *a, int32_t limit, int32_t *rows) {       \
    return best(sums, s, a, limit, rows);                                                                         \
  }

EACH(_any)
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,popcnt,bmi"))), apply_to = function)
EACH(_avx2)
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,popcnt,bmi"))), apply_to = function)
EACH(_avx512)
#pragma clang attribute pop
#define CHOSEN(call, ...)                                                      \
  __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("bmi") ? call##_avx512(__VA_ARGS__) \
  : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi")   ? call##_avx2(__VA_ARGS__)   \
                                                                      : call##_any(__VA_ARGS__)
#else
#define CHOSEN(call, ...) call##_any(__VA_ARGS__)
#endif

void planes_run(const planes_program *program) { CHOSEN(run, program); }

void planes_run_plain(const planes_program *program) { run_any(program); }

void planes_join(uint64_t *target, const uint64_t *const *bitmaps, int32_t count, int64_t stride) {
  CHOSEN(join, target, bitmaps, count, stride);
}

int32_t planes_best(const uint64_t *sums, int64_t stride, uint64_t *admitted, int32_t limit, int32_t *rows) {
  return CHOSEN(best, sums, stride, admitted, limit, rows);
}
