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
    chosen.reserveCapacity(limit)
    return withUnsafeTemporaryAllocation(of: Int32.self, capacity: stride) { words in
      var used = 0
      for word in 0..<stride where admitted[word] != 0 {
        words[used] = Int32(truncatingIfNeeded: word)
        used &+= 1
      }
      var isOpen = count(admitted, nil, of: words[..<used], upTo: limit) > limit
      var plane = Scan.scoreWidth - 1
      while isOpen, plane >= 0 {
        let bits = scores + plane * stride
        let room = limit - chosen.count
        let high = count(admitted, bits, of: words[..<used], upTo: room)
        if high > 0 {
          var kept = 0
          for place in 0..<used {
            let word = Int(words[place])
            // All of the best have this bit, or all that have it are among the best.
            if high > room {
              admitted[word] &= bits[word]
            } else {
              append(admitted[word] & bits[word], of: word, to: &chosen)
              admitted[word] &= ~bits[word]
            }
            words[kept] = words[place]
            kept &+= admitted[word] == 0 ? 0 : 1
          }
          used = kept
          isOpen = count(admitted, nil, of: words[..<used], upTo: limit - chosen.count) > limit - chosen.count
        }
        plane -= 1
      }
      // What is left is equal in score, or fits: the first rows.
      for place in 0..<used where chosen.count < limit {
        append(admitted[Int(words[place])], of: Int(words[place]), to: &chosen)
      }
      // Rows that were chosen before the last word was cut are fewer than the limit; cut by score, then row.
      return Array(sorted(chosen).prefix(limit))
    }
  }

  /// How many rows of some words are admitted and have a bit; the count ends at the first word beyond the limit.
  private func count(
    _ admitted: UnsafeMutablePointer<UInt64>, _ bits: UnsafePointer<UInt64>?,
    of words: Slice<UnsafeMutableBufferPointer<Int32>>,
    upTo limit: Int
  ) -> Int {
    var result = 0
    for word in words {
      let rows = bits.map { admitted[Int(word)] & $0[Int(word)] } ?? admitted[Int(word)]
      guard rows != 0 else { continue }
      result &+= rows.nonzeroBitCount
      if result > limit { break }
    }
    return result
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
