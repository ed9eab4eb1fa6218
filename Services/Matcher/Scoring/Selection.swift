import CPlanes

/// The best of many rows whose scores stand in vertical form: a search from the highest plane down, no sorting of rows.
struct Selection {
  let scores: UnsafePointer<UInt64>
  let stride: Int

  /// The rows with the highest scores, best first, ties by row.
  ///
  /// - Parameter admitted: the rows to choose from; used up.
  func best(_ limit: Int, of admitted: UnsafeMutablePointer<UInt64>) -> [Scan.Hit] {
    guard limit > 0 else { return [] }
    return withUnsafeTemporaryAllocation(of: Int32.self, capacity: limit) { rows in
      let count = planes_best(scores, Int64(stride), admitted, Int32(limit), rows.baseAddress)
      return rows[..<Int(count)].map { Scan.Hit(row: Int($0), score: score(of: Int($0))) }.sorted {
        $0.score != $1.score ? $0.score > $1.score : $0.row < $1.row
      }
    }
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
}
