import CooperationModel
import Foundation

/// Tells from a text which DAC codes and themes it is about, and how sure that is.
///
/// A linear model over words, parts of words and concepts that stand above languages (``TermList``): French, English,
/// Spanish and Portuguese. It suggests and completes; what an embassy declared stands above it. A pure function of text
/// and data: the same on every machine, without network. How it is rebuilt: the reference data's README.
///
/// ```swift
/// let classifier = try ThemeClassifier.load(reference)
/// classifier.classify("Forages et bornes-fontaines pour dix villages").sectors.first   // 140, 0.98
/// ```
package struct ThemeClassifier: Sendable {
  /// Which model this is: one more with every change of what it answers, so that what was computed with one is not taken
  /// for what another says (`textThemes` of the setting `scoring`).
  package static let generation = 1
  /// The file of the model in the reference data's folder.
  package static let file = "theme-classifier.model"
  static let termsFile = "terms.tsv"
  /// How sure a part of a sector must be within it to be named in its place (112 for 110).
  static let sureOfPart: Float = 0.9

  let terms: TermList
  let model: ClassifierModel
  package let scheme: SectorScheme
  let rarity: [Float]
  let leaves: ThemeLeaves

  /// Reads the model from the folder that reference data is found in.
  package static func load(_ reference: ReferenceData) throws -> ThemeClassifier {
    try load(reference, from: ReferenceData.locate())
  }

  package static func load(_ reference: ReferenceData, from folder: URL) throws -> ThemeClassifier {
    let files = try ReferenceFiles(folder: folder)
    let terms = try TermList(rows: files.rows(of: termsFile, fields: 3))
    let scheme = SectorScheme(reference.dac)
    let model = try ClassifierModel(
      files.bytes(of: file), identity: identity(terms: files.bytes(of: termsFile), scheme),
      space: FeatureSpace(concepts: terms.concepts.count), scheme: scheme)
    return ThemeClassifier(terms: terms, model: model, scheme: scheme, themes: reference.themes)
  }

  init(terms: TermList, model: ClassifierModel, scheme: SectorScheme, themes: Themes) {
    self.terms = terms
    self.model = model
    self.scheme = scheme
    rarity = model.rarityValues
    leaves = ThemeLeaves(themes, terms: terms, scheme: scheme)
  }

  /// What a model is made for: with other terms or codes its numbers mean nothing.
  static func identity(terms: [UInt8], _ scheme: SectorScheme) -> String {
    let codes = Array((scheme.groups + scheme.purposes).joined(separator: " ").utf8)
    return "terms \(ReferenceFiles.checksum(terms)) codes \(ReferenceFiles.checksum(codes))"
  }

  /// What a text is about. For many texts one after another ``reader()`` is faster.
  package func classify(_ text: String) -> Prediction {
    var reader = reader()
    return reader.classify(text)
  }

  /// Classifies texts one after another, with the space for it made once.
  package func reader() -> Reader { Reader(self) }

  /// What a text is about, best first.
  package struct Prediction: Sendable, Equatable {
    /// Sectors of three digits, nothing part of another; a part of a sector (112 of 110) where that is sure.
    package var sectors: [Scored]
    /// Purpose codes of five digits.
    package var purposes: [Scored]
    /// Leaves of the taxonomy.
    package var themes: [ScoredTheme]
    /// True when nothing in the text was known: the scores are those of any text.
    package var isGuess: Bool

    /// How sure the first sector is, 0…1; 0 for a guess.
    package var confidence: Float { isGuess ? 0 : sectors.first?.score ?? 0 }
  }

  /// A code with its share of certainty, 0…1.
  package struct Scored: Sendable, Equatable {
    package var code: String
    package var score: Float
  }

  package struct ScoredTheme: Sendable, Equatable {
    package var theme: ThemeID
    package var score: Float
  }

  /// Holds what classifying needs beside the model, so that the next text needs no new memory.
  package struct Reader {
    private let classifier: ThemeClassifier
    private var features: FeatureReader
    private var groups: [Float]
    private var purposes: [Float]

    init(_ classifier: ThemeClassifier) {
      self.classifier = classifier
      features = FeatureReader(classifier.terms)
      groups = []
      purposes = []
    }

    /// - Parameter limit: how many of each kind are named.
    package mutating func classify(_ text: String, limit: Int = 5) -> Prediction {
      score(text)
      let scheme = classifier.scheme
      let best = top(groups, limit)
      let sectors = best.map { group in
        Scored(code: part(of: group) ?? scheme.groups[group], score: groups[group])
      }
      let purposeShares = top(purposes, limit).map { Scored(code: scheme.purposes[$0], score: purposes[$0]) }
      let themes = classifier.leaves.best(
        purposes: purposes, groups: groups, concepts: features.concepts, limit: limit)
      return Prediction(
        sectors: sectors, purposes: purposeShares, themes: themes, isGuess: features.features.isEmpty)
    }

    /// Makes the shares of the groups, and of the purposes: each group's share dealt out within it.
    private mutating func score(_ text: String) {
      sum(text)
      softmax(&groups, 0..<groups.count, temperature: classifier.model.temperature, total: 1)
      for (group, members) in classifier.scheme.members.enumerated() {
        softmax(&purposes, members, temperature: 1, total: groups[group])
      }
    }

    /// The scores of the groups, not yet made shares.
    mutating func groupScores(_ text: String) -> [Float] {
      sum(text)
      return groups
    }

    /// Sums up what the features of a text say.
    private mutating func sum(_ text: String) {
      features.read(text, rarity: classifier.rarity)
      let model = classifier.model
      groups = model.groups.biases
      purposes = model.purposes.biases
      groups.withUnsafeMutableBufferPointer { groups in
        purposes.withUnsafeMutableBufferPointer { purposes in
          for place in features.features.indices {
            let (feature, value) = (Int(features.features[place]), features.values[place])
            model.groups.add(feature, value, to: groups)
            if let coarse = features.space.coarse(feature) { model.purposes.add(coarse, value, to: purposes) }
          }
        }
      }
    }

    /// The one part of a group that nearly all of its share falls to; nil when there is none such.
    private func part(of group: Int) -> String? {
      let members = classifier.scheme.members[group]
      guard members.count > 1 else { return nil }
      let codes = classifier.scheme.purposes
      var sums: [(code: Substring, share: Float)] = []
      for place in members {
        let code = codes[place].prefix(3)
        if sums.last?.code != code { sums.append((code, 0)) }
        sums[sums.count - 1].share += purposes[place]
      }
      return sums.first { $0.share >= ThemeClassifier.sureOfPart * groups[group] }.map { String($0.code) }
    }
  }
}

/// The places of the highest values, highest first, the earlier of two that are equal.
func top(_ values: [Float], _ limit: Int) -> [Int] {
  var best: [Int] = []
  for place in values.indices {
    if best.count == limit, let last = best.last, values[place] <= values[last] { continue }
    let at = best.firstIndex { values[place] > values[$0] } ?? best.endIndex
    best.insert(place, at: at)
    if best.count > limit { best.removeLast() }
  }
  return best
}

/// Makes shares of scores: together the total.
func softmax(_ values: inout [Float], _ range: Range<Int>, temperature: Float, total: Float) {
  guard var most = range.first.map({ values[$0] }) else { return }
  for place in range { most = max(most, values[place]) }
  var sum: Float = 0
  for place in range {
    values[place] = exp((values[place] - most) / temperature)
    sum += values[place]
  }
  for place in range { values[place] *= total / sum }
}

/// Why there is no classifier, and what to do.
package enum ThemeClassifierError: Error, Equatable, CustomStringConvertible {
  case malformed(String)
  /// Made for other terms or code lists.
  case foreign
  /// A line of labelled texts that cannot be read.
  case line(file: String, number: Int, reason: String)
  /// Nothing to learn from.
  case noTexts

  package var description: String {
    switch self {
    case .malformed(let reason):
      "the classifier's model \(ThemeClassifier.file) is malformed: \(reason)"
    case .foreign:
      "the classifier's model \(ThemeClassifier.file) was made for other terms or code lists: rebuild it with `matcher classify --train`"
    case .line(let file, let number, let reason):
      "\(file), line \(number): \(reason)"
    case .noTexts:
      "no labelled texts: name files with the columns lang, codes, text"
    }
  }
}
