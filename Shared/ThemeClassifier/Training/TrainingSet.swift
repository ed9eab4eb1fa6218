/// Labelled texts read into features, ready to be learnt from.
struct TrainingSet {
  /// One text, or one concept by itself.
  struct Example {
    /// Its features' places in ``features`` and ``values``.
    let range: Range<Int>
    let source: String
    let codes: [String]
  }

  let scheme: SectorScheme
  let space: FeatureSpace
  /// By feature, in sixteenths.
  let rarity: [UInt8]
  private(set) var examples: [Example] = []
  private(set) var features: [Int32] = []
  private(set) var values: [Float] = []

  /// What is learnt from: other texts' words would not help.
  package static let languages: Set<String> = ["fr", "en", "es", "pt"]

  init(_ texts: [LabelledText], terms: TermList, scheme: SectorScheme) {
    self.scheme = scheme
    var reader = FeatureReader(terms)
    space = reader.space
    var occurrences = [Int](repeating: 0, count: space.count)
    var read = 0
    let texts = texts.filter { Self.languages.contains($0.language) }
    for text in texts {
      reader.read(text.text, rarity: nil)
      for feature in reader.features { occurrences[Int(feature)] += 1 }
      read += 1
    }
    rarity = occurrences.map { UInt8(((naturalLogarithm(Double(1 + read) / Double(1 + $0)) + 1) * 16).rounded()) }
    let rarityValues = rarity.map { Float($0) / 16 }
    for text in texts {
      reader.read(text.text, rarity: rarityValues)
      append(reader, text.source, text.codes)
    }
    for (place, concept) in terms.concepts.enumerated() {
      reader.read(concept: place, rarity: rarityValues)
      for code in concept.codes { append(reader, LabelledText.codeLists, [code]) }
    }
  }

  private mutating func append(_ reader: FeatureReader, _ source: String, _ codes: [String]) {
    let start = features.count
    features += reader.features
    values += reader.values
    examples.append(Example(range: start..<features.count, source: source, codes: codes))
  }

  /// The groups that codes are in, each once.
  func groups(of codes: [String]) -> [Int] { Set(codes.compactMap { scheme.group(of: $0) }).sorted() }
}
