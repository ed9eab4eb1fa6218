import CooperationModel

/// One request against every candidate at once: exact scores of all rows in vertical form, then the best of them.
///
/// Gives the same scores as ``ScoringModel/tally(_:_:_:)`` row by row (a test holds them together), without a loop over
/// rows: a factor is a bitmap or three, and adding its points is logic on whole words (``Planes``).
struct Scan {
  let wish: Wish
  let model: ScoringModel
  let candidates: Candidates

  struct Hit: Equatable {
    var row: Int
    var score: Int
  }

  struct Result {
    /// With a confirmed contact, best first.
    var ranked: [Hit]
    var prospects: [Hit]
    /// How many rows have a better place than the one asked about.
    var better: (writable: Int, prospects: Int) = (0, 0)
  }

  static let scoreWidth = 10
  static let evidenceWidth = 12

  /// The best rows at or above the threshold, ties by row.
  ///
  /// - Parameter place: a row whose place is wanted as well, with its score.
  func run(ranked rankedLimit: Int, prospects prospectLimit: Int, place: Hit? = nil) -> Result {
    let stride = candidates.bits.stride
    let maps = Space.count
    return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: stride * maps) { memory in
      guard let base = memory.baseAddress else { return Result(ranked: [], prospects: []) }
      return candidates.bits.words.withUnsafeBufferPointer { bits in
        guard let matrix = bits.baseAddress else { return Result(ranked: [], prospects: []) }
        let space = Space(base: base, stride: stride)
        let program = prepare(space, matrix)
        score(program, space)
        let scores = UnsafePointer(space[.scores])
        let selection = Selection(scores: scores, stride: stride)
        var result = Result(ranked: [], prospects: [])
        if let place {
          result.better = (
            selection.count(of: UnsafePointer(space[.writable]), before: place),
            selection.count(of: UnsafePointer(space[.prospects]), before: place)
          )
        }
        result.ranked = selection.best(rankedLimit, of: space[.writable])
        result.prospects = selection.best(prospectLimit, of: space[.prospects])
        return result
      }
    }
  }

  /// The scan's own memory: named bitmaps.
  struct Space {
    let base: UnsafeMutablePointer<UInt64>
    let stride: Int

    enum Part: Int {
      case none, all, kinds, sizeFull, sizeWide, territory, proximityFull, proximityPart, labelFull, labelField, near,
        region, ownWork, language, distanceNear, distanceWide, area
      case forms, worksThere, partners, writable, prospects
      /// Ten planes each.
      case scores
      case sparse = 32
    }

    static let count = 42

    subscript(part: Part) -> UnsafeMutablePointer<UInt64> { base + part.rawValue * stride }

    func clear(_ part: Part, bitmaps: Int = 1) { self[part].update(repeating: 0, count: stride * bitmaps) }

    /// Adds a territory's rows, but for those of a bitmap.
    func add(_ rows: [Landscape.RowWord], to part: Part, without bitmap: UnsafePointer<UInt64>? = nil) {
      let target = self[part]
      if let bitmap {
        for word in rows { target[Int(word.word)] |= word.rows & ~bitmap[Int(word.word)] }
      } else {
        for word in rows { target[Int(word.word)] |= word.rows }
      }
    }

    /// Adds a bitmap's rows.
    func add(_ bitmap: UnsafePointer<UInt64>, to part: Part) {
      let target = self[part]
      for word in 0..<stride { target[word] |= bitmap[word] }
    }
  }

  /// What is added.
  struct Program {
    /// To the evidence for the theme.
    var themes: [Planes.Layer] = []
    /// To the score.
    var layers: [Planes.Layer] = []
    /// Bitmaps of which one must hold the row.
    var substance: [UnsafePointer<UInt64>] = []
    var hasSparse = false
    var candidate: UnsafePointer<UInt64>
    var writable: UnsafePointer<UInt64>
  }

  /// Runs the program block by block.
  private func score(_ program: Program, _ space: Space) {
    let stride = space.stride
    // Small addends first: the sum needs few planes for long.
    let layers = program.layers.sorted { $0.points.inner < $1.points.inner }
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 2 * Self.evidenceWidth * Planes.block) { scratch in
      guard let scratch = scratch.baseAddress else { return }
      let bent = scratch + Self.evidenceWidth * Planes.block
      for start in Swift.stride(from: 0, to: stride, by: Planes.block) {
        var score = Planes.Sum(space[.scores] + start, stride: stride)
        for layer in layers { score.add(layer, at: start) }
        if program.hasSparse {
          score.add(planes: space[.sparse] + start, stride: stride, atMost: model.country + model.experience)
        }
        var evidence = Planes.Sum(scratch, stride: Planes.block)
        for theme in program.themes { evidence.add(theme, at: start) }
        if evidence.largest > model.themeBase {
          evidence.fill(to: Self.evidenceWidth)
          Planes.bend(
            scratch, sourceStride: Planes.block, width: Self.evidenceWidth, base: model.themeBase, limit: model.theme,
            to: bent, stride: Planes.block)
          score.add(planes: bent, stride: Planes.block, atMost: model.theme)
        } else {
          score.add(planes: scratch, stride: Planes.block, atMost: evidence.largest)
        }
        score.fill(to: Self.scoreWidth)
        admit(program, space, start)
      }
    }
  }

  /// Notes which rows of a block may be matched.
  private func admit(_ program: Program, _ space: Space, _ start: Int) {
    let stride = space.stride
    let scores = UnsafePointer(space[.scores] + start)
    let partners = UnsafePointer(space[.partners])
    for word in Swift.stride(from: 0, to: Planes.block, by: Planes.Lane.scalarCount) {
      var substance = Planes.Lane.zero
      for bitmap in program.substance { substance |= Planes.load(bitmap, start + word) }
      let admitted =
        Planes.atLeast(model.threshold, scores, word, stride: stride, width: Self.scoreWidth) & substance
        & Planes.load(program.candidate, start + word) & ~Planes.load(partners, start + word)
      let writable = Planes.load(program.writable, start + word)
      Planes.store(admitted & writable, space[.writable], start + word)
      Planes.store(admitted & ~writable, space[.prospects], start + word)
    }
  }
}
