/// Numbers of many rows in vertical form: plane *b* holds bit *b* of every row's number, sixty-four rows a word.
///
/// Adding a constant to some rows is then a few logical operations for 256 rows at once, whatever the rows. The
/// functions work on a block of words, so that a block's planes stay in the nearest cache.
enum Planes {
  typealias Lane = SIMD4<UInt64>
  typealias Words = UnsafeMutablePointer<UInt64>
  typealias Bitmap = UnsafePointer<UInt64>
  /// Words of a block, and lanes.
  static let block = 64
  static let lanes = block / Lane.scalarCount

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

  /// Numbers that grow by what is added to them: planes of a block, as many as the largest sum so far needs.
  ///
  /// What lies beyond them was never written: small addends first, and most additions touch few planes.
  struct Sum {
    let planes: Words
    let stride: Int
    private(set) var largest = 0
    var width: Int { Planes.width(largest) }

    init(_ planes: Words, stride: Int) { (self.planes, self.stride) = (planes, stride) }

    /// Adds a layer.
    mutating func add(_ layer: Layer, at start: Int) {
      let (inner, middle, outer) = (layer.inner + start, layer.middle + start, layer.outer + start)
      let points = layer.points
      let bits = points.inner | points.middle | points.outer
      add(most: max(points.inner, points.middle, points.outer), lowest: bits.trailingZeroBitCount) { bit, plane in
        switch (points.inner >> bit & 1, points.middle >> bit & 1, points.outer >> bit & 1) {
        case (0, 0, 0): plane.carry()
        case (1, 0, 0): plane.add { Planes.load(inner, $0) }
        case (0, 1, 0): plane.add { Planes.load(middle, $0) & ~Planes.load(inner, $0) }
        case (1, 1, 0): plane.add { Planes.load(middle, $0) }
        case (0, 0, 1): plane.add { Planes.load(outer, $0) & ~Planes.load(middle, $0) }
        case (1, 0, 1):
          plane.add { (Planes.load(outer, $0) & ~Planes.load(middle, $0)) | Planes.load(inner, $0) }
        case (0, 1, 1): plane.add { Planes.load(outer, $0) & ~Planes.load(inner, $0) }
        default: plane.add { Planes.load(outer, $0) }
        }
      }
    }

    /// Adds the numbers of other planes, none of which is above the limit.
    mutating func add(planes other: Bitmap, stride otherStride: Int, atMost limit: Int) {
      let otherWidth = Planes.width(limit)
      add(most: limit, lowest: 0) { bit, plane in
        guard bit < otherWidth else { return plane.carry() }
        let addend = other + bit * otherStride
        plane.add { Planes.load(addend, $0) }
      }
    }

    /// Writes the planes up to a width that were never written.
    func fill(to limit: Int) {
      guard width < limit else { return }
      for bit in width..<limit { (planes + bit * stride).update(repeating: 0, count: block) }
    }

    @inline(__always)
    private mutating func add(most: Int, lowest: Int, _ addend: (_ bit: Int, _ plane: Plane) -> Void) {
      guard most > 0 else { return }
      let old = width
      largest += most
      let new = width
      withUnsafeTemporaryAllocation(of: Lane.self, capacity: lanes) { carries in
        carries.initialize(repeating: .zero)
        guard let carries = carries.baseAddress else { return }
        for bit in min(lowest, old)..<new {
          addend(bit, Plane(words: planes + bit * stride, isNew: bit >= old, carries: carries))
        }
      }
    }
  }

  /// One plane of a block to which something is added, with what the plane below carries over.
  struct Plane {
    let words: Words
    /// Nothing stands there yet.
    let isNew: Bool
    let carries: UnsafeMutablePointer<Lane>

    /// Adds a bitmap, given by its lanes' first words.
    @inline(__always)
    func add(_ addend: (Int) -> Lane) {
      if isNew {
        for lane in 0..<lanes {
          let (added, carry) = (addend(lane * Lane.scalarCount), carries[lane])
          store(added ^ carry, words, lane * Lane.scalarCount)
          carries[lane] = added & carry
        }
      } else {
        for lane in 0..<lanes {
          let (added, carry) = (addend(lane * Lane.scalarCount), carries[lane])
          let old = load(words, lane * Lane.scalarCount)
          let half = old ^ added
          store(half ^ carry, words, lane * Lane.scalarCount)
          carries[lane] = (old & added) | (half & carry)
        }
      }
    }

    /// Adds nothing but what is carried over.
    func carry() {
      for lane in 0..<lanes {
        let carry = carries[lane]
        let old = isNew ? Lane.zero : load(words, lane * Lane.scalarCount)
        store(old ^ carry, words, lane * Lane.scalarCount)
        carries[lane] = old & carry
      }
    }
  }

  /// How many planes numbers up to a limit need.
  @inline(__always)
  static func width(_ limit: Int) -> Int { Int.bitWidth - limit.leadingZeroBitCount }

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
