import Foundation

/// What was answered for texts of sources that were not learnt from, and how often it was right.
package struct HeldOut {
  /// Counts of one kind of text.
  package struct Count: Sendable {
    package var texts = 0
    /// Right at the first place, among the first three, among the first five; 3 digits.
    package var first = 0
    package var three = 0
    package var five = 0
    package var commonestFirst = 0
    package var commonestFive = 0
    package var neighboursFirst = 0
    package var neighboursFive = 0
    /// Those with a label of five digits, and where it was the first, among the first five.
    package var purposeTexts = 0
    package var purposeFirst = 0
    package var purposeFive = 0
  }

  private let scheme: SectorScheme
  /// By source, by language (`lang fr`), by pair of languages (`fr+en`, `es+pt`) and `all`.
  package private(set) var counts: [String: Count] = [:]
  /// By label of three digits: texts, right among five.
  private var recall: [String: (texts: Int, five: Int)] = [:]
  /// Scores of the groups before they were made shares, with the groups that are right.
  private var scores: [(scores: [Float], right: [Int])] = []

  init(scheme: SectorScheme) { self.scheme = scheme }

  mutating func add(_ texts: [LabelledText], by classifier: ThemeClassifier, baselines: Baselines) {
    var reader = classifier.reader()
    for text in texts {
      let prediction = reader.classify(text.text)
      let answers = prediction.sectors.map(\.code)
      func right(_ answers: some Collection<String>) -> Bool {
        answers.contains { answer in text.codes.contains { SectorScheme.isRight(answer, for: $0) } }
      }
      let commonest = baselines.commonest.map { scheme.groups[$0] }
      let neighbours = baselines.neighbours(text.text).map { scheme.groups[$0] }
      let purposes = prediction.purposes.map(\.code)
      let labels = Set(text.codes.compactMap { code in scheme.purpose(code).map { scheme.purposes[$0] } })
      let pair = ["fr", "en"].contains(text.language) ? "fr+en" : "es+pt"
      for key in [text.source, "lang \(text.language)", pair, "all"] {
        var count = counts[key] ?? Count()
        count.texts += 1
        count.first += right(answers.prefix(1)) ? 1 : 0
        count.three += right(answers.prefix(3)) ? 1 : 0
        count.five += right(answers) ? 1 : 0
        count.commonestFirst += right(commonest.prefix(1)) ? 1 : 0
        count.commonestFive += right(commonest) ? 1 : 0
        count.neighboursFirst += right(neighbours.prefix(1)) ? 1 : 0
        count.neighboursFive += right(neighbours) ? 1 : 0
        if !labels.isEmpty {
          count.purposeTexts += 1
          count.purposeFirst += purposes.first.map(labels.contains) == true ? 1 : 0
          count.purposeFive += purposes.contains(where: labels.contains) ? 1 : 0
        }
        counts[key] = count
      }
      for label in Set(text.codes.map { String($0.prefix(3)) }) {
        let isRight = answers.contains { SectorScheme.isRight($0, for: label) }
        recall[label, default: (0, 0)].texts += 1
        if isRight { recall[label, default: (0, 0)].five += 1 }
      }
      let groups = Set(text.codes.compactMap { scheme.group(of: $0) }).sorted()
      if !groups.isEmpty { scores.append((reader.groupScores(text.text), groups)) }
    }
  }

  /// The mean over the labels that at least ten texts have of how often they are right among five.
  package var macroRecall: Double {
    let shares = recall.sorted { $0.key < $1.key }.map(\.value).filter { $0.texts >= 10 }
    return shares.reduce(0) { $0 + Double($1.five) / Double($1.texts) } / Double(max(1, shares.count))
  }

  /// What makes the shares of sources that were not seen most likely.
  package var temperature: Float {
    var best: (loss: Double, value: Float) = (.infinity, 1)
    for step in 10...60 {
      let value = Float(step) / 20
      var loss = 0.0
      for (scores, right) in scores {
        var shares = scores
        softmax(&shares, 0..<shares.count, temperature: value, total: 1)
        loss -= Double(log(max(1e-9, right.reduce(0) { $0 + shares[$1] })))
      }
      if loss < best.loss { best = (loss, value) }
    }
    return best.value
  }
}
