/// Finds the rows of a range of populations as a bitmap, without looking at every row.
///
/// Rows stand in the order of population in chunks of 512; for each chunk there is the bitmap of all rows before it, so
/// only one chunk's rows need a look of their own.
struct SizeIndex: Sendable {
  private static let chunk = 512
  private let order: [Int32]
  private let populations: [Int32]
  private let before: BitMatrix

  init(populations: [Int32]) {
    self.populations = populations
    order = populations.indices.map(Int32.init).sorted {
      (populations[Int($0)], $0) < (populations[Int($1)], $1)
    }
    let chunks = order.count / Self.chunk + 1
    var before = BitMatrix(rows: populations.count, bitmaps: chunks)
    for (place, row) in order.enumerated() where place / Self.chunk + 1 < chunks {
      before.insert(Int(row), into: place / Self.chunk + 1)
    }
    // Each bitmap holds one chunk so far; make it hold all before it.
    self.before = before.accumulated()
  }

  /// Writes the rows with a population in the range.
  func write(_ range: ClosedRange<Int32>, to target: UnsafeMutablePointer<UInt64>) {
    let words = before.stride
    before.words.withUnsafeBufferPointer { all in
      let (low, lowStart) = chunk(of: range.lowerBound, orBelow: false)
      let (high, highStart) = chunk(of: range.upperBound, orBelow: true)
      for word in 0..<words { target[word] = all[high * words + word] & ~all[low * words + word] }
      // The rows of the two chunks that the range cuts.
      for place in highStart..<min(highStart + Self.chunk, order.count) {
        let row = Int(order[place])
        guard populations[row] <= range.upperBound else { break }
        target[row >> 6] |= 1 << UInt64(row & 63)
      }
      for place in lowStart..<min(lowStart + Self.chunk, order.count) {
        let row = Int(order[place])
        guard populations[row] < range.lowerBound else { break }
        target[row >> 6] &= ~(1 << UInt64(row & 63))
      }
    }
  }

  /// The chunk in which the first row stands that is not below the value (or, with `orBelow`, above it), and where the
  /// chunk starts.
  private func chunk(of value: Int32, orBelow: Bool) -> (number: Int, start: Int) {
    var low = 0
    var high = order.count
    while low < high {
      let middle = (low + high) / 2
      let population = populations[Int(order[middle])]
      if population < value || orBelow && population == value { low = middle + 1 } else { high = middle }
    }
    let number = low / Self.chunk
    return (number, number * Self.chunk)
  }
}

extension BitMatrix {
  /// Every bitmap with all before it.
  fileprivate func accumulated() -> BitMatrix {
    var result = self
    for bitmap in 1..<max(1, count) { result.formUnion(bitmap, with: bitmap - 1) }
    return result
  }
}
