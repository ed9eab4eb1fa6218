import Foundation

/// What a classifier must beat: the commonest sectors with the text unread, and what the nearest labelled texts are.
///
/// They answer in the same groups as the classifier.
package struct Baselines {
  private let scheme: SectorScheme
  /// Places of groups, the commonest first.
  package let commonest: [Int]
  private let labels: [[Int]]
  private let postings: [String: [(text: Int32, count: Float)]]
  private let lengths: [Float]
  private let meanLength: Float

  package init(_ texts: [LabelledText], scheme: SectorScheme) {
    self.scheme = scheme
    var counts = [Float](repeating: 0, count: scheme.groups.count)
    var labels: [[Int]] = []
    var postings: [String: [(text: Int32, count: Float)]] = [:]
    var lengths: [Float] = []
    for text in texts where text.source != LabelledText.codeLists {
      let groups = Set(text.codes.compactMap { scheme.group(of: $0) }).sorted()
      for group in groups { counts[group] += 1 }
      let number = Int32(labels.count)
      let words = Self.words(text.text)
      for (word, count) in words.counts { postings[word, default: []].append((number, count)) }
      labels.append(groups)
      lengths.append(Float(words.length))
    }
    commonest = top(counts, 5)
    self.labels = labels
    self.postings = postings
    self.lengths = lengths
    meanLength = lengths.reduce(0, +) / Float(max(1, lengths.count))
  }

  /// The 30 nearest by BM25 (k1 1.5, b 0.75) vote with their scores.
  ///
  /// - Parameter without: a text that has no vote, by its place.
  package func neighbours(_ text: String, without: Int? = nil) -> [Int] {
    var scores = [Float](repeating: 0, count: labels.count)
    let words = Self.words(text).counts
    for word in words.keys.sorted() {
      guard let list = postings[word] else { continue }
      let found = Float(list.count)
      let weight = log(1 + (Float(labels.count) - found + 0.5) / (found + 0.5))
      for entry in list {
        let norm = 1.5 * (0.25 + 0.75 * lengths[Int(entry.text)] / meanLength)
        scores[Int(entry.text)] += weight * entry.count * 2.5 / (entry.count + norm)
      }
    }
    if let without { scores[without] = 0 }
    var votes = [Float](repeating: 0, count: scheme.groups.count)
    for place in top(scores, 30) where scores[place] > 0 {
      for group in labels[place] { votes[group] += scores[place] }
    }
    // Where neighbours name fewer than five, the commonest follow.
    for (rank, group) in commonest.enumerated() { votes[group] += 1e-6 / Float(rank + 1) }
    return top(votes, 5)
  }

  private static func words(_ text: String) -> (counts: [String: Float], length: Int) {
    var folded = FoldedText()
    folded.read(text)
    var counts: [String: Float] = [:]
    for range in folded.words { counts[String(decoding: folded.bytes[range], as: UTF8.self), default: 0] += 1 }
    return (counts, folded.words.count)
  }
}
