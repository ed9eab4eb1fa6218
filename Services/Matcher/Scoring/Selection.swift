/// The best of many rows whose scores stand in vertical form: a search from the highest plane down, no sorting of rows.
struct Selection {
  let scores: UnsafePointer<UInt64>
  let stride: Int

  /// The rows with the highest scores, best first, ties by row.
  ///
  /// - Parameter admitted: the rows to choose from; used up.
  func best(_ limit: Int, of admitted: UnsafeMutablePointer<UInt64>) -> [Scan.Hit] {
    guard limit > 0 else { return [] }
    // Rows that are among the best for sure, and words in which undecided ones stand.
    var chosen: [Int] = []
    var words: [Int32] = []
    words.reserveCapacity(stride)
    var count = 0
    for word in 0..<stride where admitted[word] != 0 {
      words.append(Int32(word))
      count += admitted[word].nonzeroBitCount
    }
    var plane = Scan.scoreWidth - 1
    while count > limit - chosen.count, plane >= 0 {
      let bits = scores + plane * stride
      var high = 0
      for word in words { high += (admitted[Int(word)] & bits[Int(word)]).nonzeroBitCount }
      if high > limit - chosen.count {
        // All of the best have this bit.
        words.removeAll { word in
          admitted[Int(word)] &= bits[Int(word)]
          return admitted[Int(word)] == 0
        }
        count = high
      } else if high > 0 {
        // All that have it are among the best.
        words.removeAll { word in
          append(admitted[Int(word)] & bits[Int(word)], of: Int(word), to: &chosen)
          admitted[Int(word)] &= ~bits[Int(word)]
          return admitted[Int(word)] == 0
        }
        count -= high
      }
      plane -= 1
    }
    // What is left is equal in score, or fits: the first rows.
    for word in words where chosen.count < limit {
      append(admitted[Int(word)], of: Int(word), to: &chosen)
    }
    if chosen.count > limit {
      // Rows that were chosen before the last word was cut are fewer than the limit; cut by score, then row.
      return Array(sorted(chosen).prefix(limit))
    }
    return sorted(chosen)
  }

  /// How many rows stand before one: a better score, or the same and a smaller row.
  func count(of admitted: UnsafePointer<UInt64>, before hit: Scan.Hit) -> Int {
    var result = 0
    for word in 0..<stride where admitted[word] != 0 {
      var rest = admitted[word]
      while rest != 0 {
        let row = word * 64 + rest.trailingZeroBitCount
        let score = score(of: row)
        if score > hit.score || score == hit.score && row < hit.row { result += 1 }
        rest &= rest - 1
      }
    }
    return result
  }

  func score(of row: Int) -> Int {
    var result = 0
    for plane in 0..<Scan.scoreWidth {
      result |= Int(scores[plane * stride + row >> 6] >> UInt64(row & 63) & 1) << plane
    }
    return result
  }

  private func append(_ bits: UInt64, of word: Int, to rows: inout [Int]) {
    var rest = bits
    while rest != 0 {
      rows.append(word * 64 + rest.trailingZeroBitCount)
      rest &= rest - 1
    }
  }

  private func sorted(_ rows: [Int]) -> [Scan.Hit] {
    rows.map { Scan.Hit(row: $0, score: score(of: $0)) }.sorted {
      $0.score != $1.score ? $0.score > $1.score : $0.row < $1.row
    }
  }
}
