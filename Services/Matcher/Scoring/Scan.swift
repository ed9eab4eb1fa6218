import CPlanes
import CooperationModel

/// One request against every candidate at once: exact scores of all rows in vertical form, then the best of them.
///
/// Gives the same scores as ``ScoringModel/tally(_:_:_:)`` row by row (a test holds them together), without a loop over
/// rows: a factor is a bitmap or three, and adding its points is logic on whole words (CPlanes).
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

  static let scoreWidth = Int(PLANES_SCORE)

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
        region, ownWork, language, distanceNear, distanceWide, area, named, namedOwn, namedField, namedDomain
      case forms, worksThere, partners, writable, prospects
      /// Ten planes each.
      case scores
      case sparse = 36
    }

    static let count = 46

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

    /// Leaves the rows that are in another part too.
    func keep(_ other: Part, in part: Part) {
      let (target, kept) = (self[part], self[other])
      for word in 0..<stride { target[word] &= kept[word] }
    }

    /// Adds a bitmap's rows.
    func add(_ bitmap: UnsafePointer<UInt64>, to part: Part) { add([bitmap], to: part) }

    /// Adds the rows of bitmaps.
    func add(_ bitmaps: [UnsafePointer<UInt64>?], to part: Part) {
      planes_join(self[part], bitmaps, Int32(bitmaps.count), Int64(stride))
    }
  }

  /// What is added.
  struct Program {
    /// To the evidence for the theme.
    var themes: [planes_layer] = []
    /// To the score.
    var layers: [planes_layer] = []
    /// Bitmaps of which one must hold the row.
    var substance: [UnsafePointer<UInt64>?] = []
    var hasSparse = false
    var candidate: UnsafePointer<UInt64>
    var writable: UnsafePointer<UInt64>
  }

  /// Adds everything up, and notes which rows may be matched.
  private func score(_ program: Program, _ space: Space) {
    precondition(
      max(program.themes.count, program.layers.count) <= Int(PLANES_LAYERS),
      "a request has eight themes at most, and each factor is one layer")
    // Small addends first: the sum needs few planes for long.
    let layers = program.layers.sorted { $0.inner_points < $1.inner_points }
    program.themes.withUnsafeBufferPointer { themes in
      layers.withUnsafeBufferPointer { layers in
        program.substance.withUnsafeBufferPointer { substance in
          var run = planes_program()
          run.stride = Int64(space.stride)
          run.evidence = themes.baseAddress
          run.evidence_count = Int32(themes.count)
          run.evidence_base = Int32(model.themeBase)
          run.evidence_limit = Int32(model.theme)
          run.layers = layers.baseAddress
          run.layer_count = Int32(layers.count)
          run.threshold = Int32(model.threshold)
          run.own = program.hasSparse ? UnsafePointer(space[.sparse]) : nil
          run.substance = substance.baseAddress
          run.substance_count = Int32(substance.count)
          run.candidate = program.candidate
          run.partners = UnsafePointer(space[.partners])
          run.writable = program.writable
          run.sums = space[.scores]
          run.admitted_writable = space[.writable]
          run.admitted_others = space[.prospects]
          planes_run(&run)
        }
      }
    }
  }
}

extension planes_layer {
  init(
    inner: UnsafePointer<UInt64>, middle: UnsafePointer<UInt64>, outer: UnsafePointer<UInt64>,
    points: (inner: Int, middle: Int, outer: Int)
  ) {
    self.init(
      inner: inner, middle: middle, outer: outer, inner_points: Int32(points.inner),
      middle_points: Int32(points.middle),
      outer_points: Int32(points.outer))
  }
}
