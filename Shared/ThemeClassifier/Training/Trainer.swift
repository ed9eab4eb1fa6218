import Foundation

/// Fits the two linear models: softmax regression by stochastic descent with a rate for each weight (AdaGrad).
///
/// The same examples in the same order give the same bytes.
struct Trainer {
  let set: TrainingSet

  private static let rounds = 3
  private static let rate: Float = 0.1
  private static let decay: Float = 3e-4
  /// What a concept or a code's name counts for beside a text.
  private static let knowledgeWeight: Float = 2

  /// One step's matter: an example, and which of some outputs are meant.
  private struct Task {
    let example: Int
    /// The outputs that are told apart.
    let outputs: Range<Int>
    /// Those that the label means.
    let meant: [Int]
    /// The share of a task's weight is dealt out evenly (or as the model itself would, where a label leaves it open).
    let isOpen: Bool
    let weight: Float
  }

  /// Learns from all examples but those of a source.
  func model(without held: String? = nil) -> ClassifierModel {
    let kept = set.examples.indices.filter { set.examples[$0].source != held }
    let weights = weights(of: kept)
    var groupTasks: [Task] = []
    var purposeTasks: [Task] = []
    for (place, weight) in zip(kept, weights) {
      let codes = set.examples[place].codes
      let groups = set.groups(of: codes)
      guard !groups.isEmpty else { continue }
      groupTasks.append(
        Task(
          example: place, outputs: 0..<set.scheme.groups.count, meant: groups, isOpen: false, weight: weight))
      for group in groups {
        let members = set.scheme.members[group]
        let allowed = Set(
          codes.filter { set.scheme.group(of: $0) == group }.flatMap { set.scheme.allowed(by: $0, in: group) }
        ).sorted()
        guard !allowed.isEmpty, allowed.count < members.count else { continue }
        purposeTasks.append(Task(example: place, outputs: members, meant: allowed, isOpen: true, weight: weight))
      }
    }
    return ClassifierModel(
      rarity: set.rarity,
      groups: fit(groupTasks, features: set.space.count, outputs: set.scheme.groups.count) { $0 },
      purposes: fit(purposeTasks, features: set.space.coarseCount, outputs: set.scheme.purposes.count) {
        set.space.coarse($0)
      }, temperature: 1)
  }

  /// A large source's texts count less each, so that it does not drown the others; all weigh one on average.
  private func weights(of examples: [Int]) -> [Float] {
    var counts: [String: Int] = [:]
    for place in examples { counts[set.examples[place].source, default: 0] += 1 }
    let raw = examples.map { place -> Float in
      let source = set.examples[place].source
      return source == LabelledText.codeLists ? 0 : pow(Float(counts[source] ?? 1), -0.3)
    }
    let texts = raw.count { $0 > 0 }
    let mean = raw.reduce(0, +) / Float(max(1, texts))
    return raw.map { $0 > 0 ? $0 / mean : Self.knowledgeWeight }
  }

  private func fit(_ tasks: [Task], features: Int, outputs: Int, number: (Int) -> Int?) -> LinearModel {
    var weights = [Float](repeating: 0, count: features * outputs)
    var squares = [Float](repeating: 1e-6, count: features * outputs)
    var biases = [Float](repeating: 0, count: outputs)
    var biasSquares = [Float](repeating: 1e-6, count: outputs)
    var numbers: [Int32] = []
    numbers.reserveCapacity(set.features.count)
    for feature in set.features { numbers.append(Int32(number(Int(feature)) ?? -1)) }
    var order = Array(tasks.indices)
    var shuffle = Shuffle(seed: 1)
    var slopes = [Float](repeating: 0, count: outputs)
    weights.withUnsafeMutableBufferPointer { weights in
      squares.withUnsafeMutableBufferPointer { squares in
        slopes.withUnsafeMutableBufferPointer { slopes in
          set.values.withUnsafeBufferPointer { values in
            for _ in 0..<Self.rounds {
              order.shuffle(using: &shuffle)
              for place in order {
                let task = tasks[place]
                let range = set.examples[task.example].range
                let (start, count) = (task.outputs.lowerBound, task.outputs.count)
                for output in 0..<count { slopes[output] = biases[start + output] }
                for at in range where numbers[at] >= 0 {
                  let row = Int(numbers[at]) * outputs + start
                  let value = values[at]
                  for output in 0..<count { slopes[output] += value * weights[row + output] }
                }
                Self.toSlopes(slopes, count, task)
                for at in range where numbers[at] >= 0 {
                  let row = Int(numbers[at]) * outputs + start
                  let value = values[at]
                  for output in 0..<count {
                    let slope = value * slopes[output] + Self.decay * weights[row + output]
                    squares[row + output] += slope * slope
                    weights[row + output] -= Self.rate * slope / squares[row + output].squareRoot()
                  }
                }
                for output in 0..<count {
                  biasSquares[start + output] += slopes[output] * slopes[output]
                  biases[start + output] -= Self.rate / 2 * slopes[output] / biasSquares[start + output].squareRoot()
                }
              }
            }
          }
        }
      }
    }
    return LinearModel(biases: biases, weights: weights)
  }

  /// Turns scores into how much each is too high.
  private static func toSlopes(_ scores: UnsafeMutableBufferPointer<Float>, _ count: Int, _ task: Task) {
    var most = scores[0]
    for output in 0..<count { most = max(most, scores[output]) }
    var sum: Float = 0
    for output in 0..<count {
      scores[output] = exp(scores[output] - most)
      sum += scores[output]
    }
    let start = task.outputs.lowerBound
    var meant: Float = 0
    for output in task.meant { meant += scores[output - start] }
    let even = 1 / Float(task.meant.count)
    // What is too high by all of its share, less what the label wants of it.
    let wanted = task.meant.map { output -> Float in
      task.isOpen && meant > 0 ? scores[output - start] / meant : even
    }
    for output in 0..<count { scores[output] = scores[output] / sum * task.weight }
    for (output, share) in zip(task.meant, wanted) { scores[output - start] -= share * task.weight }
  }
}

/// Draws an order from a seed: the same on every machine.
struct Shuffle: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

func naturalLogarithm(_ value: Double) -> Double { log(value) }
