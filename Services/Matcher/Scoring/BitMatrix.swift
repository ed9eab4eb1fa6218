/// Many sets of rows, each a bitmap of the same length in one block of memory.
///
/// 36,246 rows are 576 words a bitmap, so that a set fits a cache and sixty-four rows are compared at once.
struct BitMatrix: Sendable {
  /// Words of a bitmap: a multiple of 64, so that scans need no tail.
  let stride: Int
  private(set) var words: [UInt64]

  init(rows: Int, bitmaps: Int) {
    stride = max(1, (rows + 4_095) / 4_096) * 64
    words = Array(repeating: 0, count: stride * bitmaps)
  }

  var count: Int { words.count / stride }

  /// Adds an empty bitmap and gives its number.
  mutating func append() -> Int {
    words.append(contentsOf: repeatElement(0, count: stride))
    return count - 1
  }

  func contains(_ row: Int, in bitmap: Int) -> Bool {
    words[bitmap * stride + row >> 6] >> UInt64(row & 63) & 1 == 1
  }

  mutating func insert(_ row: Int, into bitmap: Int) {
    words[bitmap * stride + row >> 6] |= 1 << UInt64(row & 63)
  }

  mutating func set(_ row: Int, in bitmap: Int, to isIn: Bool) {
    if isIn { insert(row, into: bitmap) } else { remove(row, from: bitmap) }
  }

  mutating func remove(_ row: Int, from bitmap: Int) {
    words[bitmap * stride + row >> 6] &= ~(1 << UInt64(row & 63))
  }
}

extension BitMatrix {
  /// Adds one bitmap's rows to another.
  mutating func formUnion(_ bitmap: Int, with other: Int) {
    for word in 0..<stride { words[bitmap * stride + word] |= words[other * stride + word] }
  }
}
