/// Numbers of many rows in vertical form: plane *b* holds bit *b* of every row's number, sixty-four rows a word.
///
/// Adding a constant to some rows is then a few logical operations for 256 rows at once, whatever the rows. The
/// functions work on a block of words, so that a block's planes stay in the nearest cache.
enum Planes {
  typealias Lane = SIMD4<UInt64>
  typealias Words = UnsafeMutablePointer<UInt64>
  typealias Bitmap = UnsafePointer<UInt64>
  /// Words of a block.
  static let block = 64

  /// Rows in up to three bitmaps, each within the next, and what is added for the innermost that holds the row.
  struct Layer {
    var inner: Bitmap
    var middle: Bitmap
    var outer: Bitmap
    var points: (inner: Int, middle: Int, outer: Int)
  }

  @inline(__always)
  static func load(_ words: Bitmap, _ word: Int) -> Lane {
    UnsafeRawPointer(words + word).loadUnaligned(as: Lane.self)
  }

  @inline(__always)
  static func store(_ lane: Lane, _ words: Words, _ word: Int) {
    UnsafeMutableRawPointer(words + word).storeBytes(of: lane, as: Lane.self)
  }

  /// All ones when the bit is set.
  @inline(__always)
  static func splat(_ number: Int, _ bit: Int) -> Lane { Lane(repeating: 0 &- UInt64(number >> bit & 1)) }

  /// Adds one bitmap's constant to the planes of a block.
  static func add(
    _ points: Int, where bitmap: Bitmap, at start: Int, to planes: Words, stride: Int, width: Int
  ) {
    withUnsafeTemporaryAllocation(of: Lane.self, capacity: width) { constants in
      for bit in 0..<width { constants.initializeElement(at: bit, to: splat(points, bit)) }
      for word in Swift.stride(from: 0, to: block, by: Lane.scalarCount) {
        let rows = load(bitmap, start + word)
        var carry = Lane.zero
        for bit in 0..<width {
          let plane = planes + bit * stride
          let addend = rows & constants[bit]
          let old = load(plane, word)
          let half = old ^ addend
          store(half ^ carry, plane, word)
          carry = (old & addend) | (half & carry)
        }
      }
    }
  }

  /// Adds a layer to the planes of a block.
  static func add(_ layer: Layer, at start: Int, to planes: Words, stride: Int, width: Int) {
    withUnsafeTemporaryAllocation(of: Lane.self, capacity: 3 * width) { constants in
      for bit in 0..<width {
        constants.initializeElement(at: 3 * bit, to: splat(layer.points.inner, bit))
        constants.initializeElement(at: 3 * bit + 1, to: splat(layer.points.middle, bit))
        constants.initializeElement(at: 3 * bit + 2, to: splat(layer.points.outer, bit))
      }
      for word in Swift.stride(from: 0, to: block, by: Lane.scalarCount) {
        let inner = load(layer.inner, start + word)
        let middle = load(layer.middle, start + word)
        let onlyMiddle = middle & ~inner
        let onlyOuter = load(layer.outer, start + word) & ~middle
        var carry = Lane.zero
        for bit in 0..<width {
          let plane = planes + bit * stride
          let addend =
            (inner & constants[3 * bit]) | (onlyMiddle & constants[3 * bit + 1])
            | (onlyOuter & constants[3 * bit + 2])
          let old = load(plane, word)
          let half = old ^ addend
          store(half ^ carry, plane, word)
          carry = (old & addend) | (half & carry)
        }
      }
    }
  }

  /// Adds the numbers of other planes to those of a block.
  static func add(
    planes other: Bitmap, at start: Int, stride otherStride: Int, to planes: Words, stride: Int, width: Int
  ) {
    for word in Swift.stride(from: 0, to: block, by: Lane.scalarCount) {
      var carry = Lane.zero
      for bit in 0..<width {
        let plane = planes + bit * stride
        let addend = load(other + bit * otherStride, start + word)
        let old = load(plane, word)
        let half = old ^ addend
        store(half ^ carry, plane, word)
        carry = (old & addend) | (half & carry)
      }
    }
  }

  /// The rows of a lane whose number is at least the limit.
  @inline(__always)
  static func atLeast(_ limit: Int, _ planes: Bitmap, _ word: Int, stride: Int, width: Int) -> Lane {
    // Subtract and look for the borrow.
    var borrow = Lane.zero
    for bit in 0..<width {
      let number = load(planes + bit * stride, word)
      let constant = splat(limit, bit)
      borrow = (~number & (constant | borrow)) | (constant & borrow)
    }
    return ~borrow
  }

  /// Bends numbers: in full up to the base, one eighth of what lies beyond, at most the limit.
  ///
  /// - Parameters:
  ///   - source: planes of a block, `width` of them.
  ///   - target: planes of a block, ten of them.
  static func bend(
    _ source: Bitmap, sourceStride: Int, width: Int, base: Int, limit: Int, to target: Words, stride: Int
  ) {
    let rest = limit - base
    withUnsafeTemporaryAllocation(of: Lane.self, capacity: 32) { scratch in
      scratch.initialize(repeating: .zero)
      for word in Swift.stride(from: 0, to: block, by: Lane.scalarCount) {
        // What lies beyond the base.
        var borrow = Lane.zero
        for bit in 0..<width {
          let number = load(source + bit * sourceStride, word)
          let constant = splat(base, bit)
          scratch[bit] = number ^ constant ^ borrow
          borrow = (~number & (constant | borrow)) | (constant & borrow)
        }
        let beyond = ~borrow
        // An eighth of it, at most the rest.
        var short = Lane.zero
        for bit in 3..<width {
          let number = scratch[bit]
          let constant = splat(rest, bit - 3)
          short = (~number & (constant | short)) | (constant & short)
        }
        let isCut = ~short
        var carry = Lane.zero
        for bit in 0..<10 {
          let eighth = bit + 3 < width ? scratch[bit + 3] : .zero
          let addend = (eighth & ~isCut) | (splat(rest, bit) & isCut)
          let constant = splat(base, bit)
          let half = constant ^ addend
          let bent = half ^ carry
          carry = (constant & addend) | (half & carry)
          let number = load(source + bit * sourceStride, word)
          store((bent & beyond) | (number & ~beyond), target + bit * stride, word)
        }
      }
    }
  }
}
