import CooperationModel
import Foundation

/// How well lists put first what suits, as means over requests.
struct RankingMeasures: CustomStringConvertible {
  private var requests = 0
  private var recall: [Int: Double] = [1: 0, 3: 0, 5: 0, 10: 0, 20: 0]
  private var reciprocal = 0.0
  private var gain = 0.0

  /// - Parameter grades: whom the request suits, 1…3; at least one.
  mutating func add(_ list: [CollectiviteID], grades: [CollectiviteID: Int]) {
    requests += 1
    for limit in [1, 3, 5, 10, 20] {
      recall[limit, default: 0] += Double(list.prefix(limit).count { grades[$0] != nil }) / Double(grades.count)
    }
    if let first = list.firstIndex(where: { grades[$0] != nil }) { reciprocal += 1 / Double(first + 1) }
    func discounted(_ grades: some Sequence<Int>) -> Double {
      grades.enumerated().reduce(0) { $0 + (pow(2, Double($1.element)) - 1) / log2(Double($1.offset + 2)) }
    }
    let best = discounted(grades.values.sorted(by: >).prefix(10))
    gain += discounted(list.prefix(10).map { grades[$0] ?? 0 }) / best
  }

  var description: String {
    func percent(_ sum: Double) -> String { String(format: "%5.1f", 100 * sum / Double(max(1, requests))) }
    let recalls = [1, 3, 5, 10, 20].map { percent(recall[$0] ?? 0) }.joined(separator: " ")
    return "\(recalls)  MRR \(percent(reciprocal))  nDCG@10 \(percent(gain))"
  }
}
