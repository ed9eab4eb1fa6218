import CooperationModel

/// What was learnt: two linear models over the features of a text, in bytes with a scale for each feature.
struct ClassifierModel: Equatable {
  /// By feature, how much it counts for being rare, in sixteenths.
  var rarity: [UInt8]
  /// Decides between the groups.
  var groups: LinearModel
  /// Decides between the purposes of a group.
  var purposes: LinearModel
  /// What scores are divided by before they become shares, so that the shares are as often right as they say.
  var temperature: Float

  init(rarity: [UInt8], groups: LinearModel, purposes: LinearModel, temperature: Float) {
    self.rarity = rarity
    self.groups = groups
    self.purposes = purposes
    self.temperature = temperature
  }

  var rarityValues: [Float] { rarity.map { Float($0) / 16 } }

  // MARK: The file

  /// The file: a line of text with what the model belongs to, then the bytes.
  func encoded(for identity: String) -> [UInt8] {
    var bytes = Array("\(Self.magic) \(identity)\n".utf8)
    append(temperature.bitPattern, to: &bytes)
    bytes += rarity
    for model in [groups, purposes] {
      for bias in model.biases { append(bias.bitPattern, to: &bytes) }
      for scale in model.scales { append(scale.bitPattern, to: &bytes) }
      bytes += model.weights.map { UInt8(bitPattern: $0) }
    }
    return bytes
  }

  /// Reads the file.
  ///
  /// - Parameter identity: what the model must have been made for (``ThemeClassifier``'s terms and codes).
  init(_ file: [UInt8], identity: String, space: FeatureSpace, scheme: SectorScheme) throws(ThemeClassifierError) {
    guard let end = file.firstIndex(of: UInt8(ascii: "\n")) else { throw .malformed("it has no first line") }
    let line = String(decoding: file[..<end], as: UTF8.self)
    guard line.hasPrefix(Self.magic + " ") else { throw .malformed("it is no model of this version") }
    guard line == "\(Self.magic) \(identity)" else { throw .foreign }
    var rest = file[(end + 1)...]
    let sizes = [
      (space.count, scheme.groups.count), (space.coarseCount, scheme.purposes.count),
    ]
    let expected = sizes.reduce(4 + space.count) { $0 + 4 * ($1.0 + $1.1) + $1.0 * $1.1 }
    guard rest.count == expected else { throw .malformed("it has \(rest.count) bytes instead of \(expected)") }
    func take(_ count: Int) -> ArraySlice<UInt8> {
      defer { rest = rest.dropFirst(count) }
      return rest.prefix(count)
    }
    func floats(_ count: Int) -> [Float] {
      let bytes = Array(take(4 * count))
      return (0..<count).map { place in
        let at = 4 * place
        return Float(
          bitPattern: UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16
            | UInt32(bytes[at + 3]) << 24)
      }
    }
    temperature = floats(1).first ?? 1
    rarity = Array(take(space.count))
    let models = sizes.map { features, outputs in
      LinearModel(
        biases: floats(outputs), scales: floats(features),
        weights: take(features * outputs).map { Int8(bitPattern: $0) })
    }
    groups = models[0]
    purposes = models[1]
    guard temperature.isFinite, temperature > 0,
      models.allSatisfy({ ($0.biases + $0.scales).allSatisfy(\.isFinite) })
    else { throw .malformed("it holds what is no number") }
  }

  private static let magic = "bourse-projets-theme-classifier-1"
}

private func append(_ word: UInt32, to bytes: inout [UInt8]) {
  for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
}

/// A linear model whose weights are bytes, each feature's times a scale of its own.
struct LinearModel: Equatable, Sendable {
  var biases: [Float]
  /// By feature.
  var scales: [Float]
  /// Feature by feature, one weight for each output.
  var weights: [Int8]

  init(biases: [Float], scales: [Float], weights: [Int8]) {
    self.biases = biases
    self.scales = scales
    self.weights = weights
  }

  /// Rounds weights to bytes.
  init(biases: [Float], weights: [Float]) {
    self.biases = biases
    let outputs = biases.count
    let features = weights.count / max(1, outputs)
    scales = []
    scales.reserveCapacity(features)
    self.weights = []
    self.weights.reserveCapacity(weights.count)
    for feature in 0..<features {
      let row = weights[(feature * outputs)..<((feature + 1) * outputs)]
      let most = row.reduce(0) { max($0, abs($1)) }
      let scale = most / 127
      scales.append(scale)
      for weight in row { self.weights.append(scale > 0 ? Int8((weight / scale).rounded()) : 0) }
    }
  }

  /// Adds what a feature says to the scores.
  @inline(__always)
  func add(_ feature: Int, _ value: Float, to scores: UnsafeMutableBufferPointer<Float>) {
    let factor = value * scales[feature]
    guard factor != 0 else { return }
    let outputs = scores.count
    weights.withUnsafeBufferPointer { weights in
      guard let row = weights.baseAddress.map({ $0 + feature * outputs }), let sums = scores.baseAddress else { return }
      for output in 0..<outputs { sums[output] += factor * Float(row[output]) }
    }
  }
}
