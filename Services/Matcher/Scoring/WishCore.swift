import CooperationModel

/// The part of a wish that every pair needs, without a reference in it: thousands are gone through per change.
struct WishCore: Sendable, BitwiseCopyable {
  static let languageLimit = 8

  /// -1 when it is unknown.
  var country: Int16
  var themeCount: Int
  var themes: InlineArray<8, ThemeWish>
  /// Bits in the order of the kinds' declaration.
  var kinds: UInt8
  var kindPoints: Int
  /// False where kind and size follow from the asking authority's own.
  var namesKinds: Bool
  var namesSize: Bool
  var full: ClosedSpan
  var wide: ClosedSpan
  var fullPoints: Int
  var widePoints: Int
  var regions: Bits256
  var departements: Bits256
  /// Of the kinds of place that are wanted.
  var geography: Geography
  var namesTerritories: Bool { !regions.isEmpty || !departements.isEmpty }

  /// Whether it names the candidate's région or département.
  @inline(__always)
  func names(_ probe: RowProbe) -> Bool {
    regions.contains(probe.region) || departements.contains(probe.departement)
  }

  /// Wants régions, départements or kinds of place.
  var hasTerritories: Bool
  /// Places within the shorter and the longer of the distances that count; where they are measured from.
  var nearPlaces: Bits256
  var widePlaces: Bits256
  var isFromPlace: Bool
  var speaksFrench: Bool
  var languageCount: Int
  var languages: InlineArray<8, UInt16>
  var forms: UInt8

  /// A range of populations; empty when its low end is above its high end.
  struct ClosedSpan: Sendable, BitwiseCopyable {
    var low: Int32 = 0
    var high: Int32 = -1

    @inline(__always)
    func contains(_ value: Int32) -> Bool { low <= value && value <= high }
    var range: ClosedRange<Int32>? { low <= high ? low...high : nil }
  }

  init(
    _ request: PartnershipRequest, themes list: [ThemeWish], languages codes: [LanguageCode],
    in landscape: Landscape, model: ScoringModel
  ) {
    country = landscape.number(of: request.country).map(Int16.init) ?? -1
    themes = InlineArray(repeating: ThemeWish())
    themeCount = list.count
    for (place, theme) in list.enumerated() { themes[place] = theme }
    if !request.wanted.kinds.isEmpty {
      kinds = kindBits(request.wanted.kinds)
      kindPoints = model.kind
    } else {
      kinds = request.authorities.first.map { kindBits(Self.counterparts(of: $0.kind)) } ?? 0
      kindPoints = kinds == 0 ? 0 : model.kind / 2
    }
    namesKinds = !request.wanted.kinds.isEmpty
    namesSize = request.wanted.populationMin != nil || request.wanted.populationMax != nil
    let size = Self.size(of: request, model: model)
    full = size?.full ?? ClosedSpan()
    wide = size?.wide ?? ClosedSpan()
    fullPoints = size?.points.full ?? 0
    widePoints = size?.points.wide ?? 0
    regions = Bits256()
    departements = Bits256()
    for territory in request.wanted.territories {
      guard let today = landscape.today(territory) else { continue }
      switch landscape.territories[today] {
      case .region(let number): regions.insert(number)
      case .departement(let number): departements.insert(number)
      case nil: break
      }
    }
    geography = request.wanted.places.reduce(into: []) { $0.formUnion($1.geography) }
    hasTerritories = !regions.isEmpty || !departements.isEmpty || !geography.isEmpty
    nearPlaces = Bits256()
    widePlaces = Bits256()
    isFromPlace = false
    if model.distance > 0, let origin = landscape.origin(of: request) {
      nearPlaces = landscape.placesWithin(ScoringModel.near, of: origin.point)
      widePlaces = landscape.placesWithin(ScoringModel.wide, of: origin.point)
      isFromPlace = origin.isPlace
    }
    languages = InlineArray(repeating: 0)
    languageCount = codes.count
    for (place, code) in codes.enumerated() { languages[place] = languageNumber(code) }
    speaksFrench = codes.contains { languageNumber($0) == frenchNumber }
    forms = formBits(request.forms)
  }

  /// The French authorities of the asking one's level.
  private static func counterparts(of kind: ForeignAuthority.Kind) -> [CollectiviteKind] {
    switch kind {
    case .region: [.region]
    case .province, .district: [.departement]
    case .municipality: [.epci, .commune]
    case .grouping: [.epci]
    case .other: []
    }
  }

  private static func size(of request: PartnershipRequest, model: ScoringModel) -> (
    full: ClosedSpan, wide: ClosedSpan, points: (full: Int, wide: Int)
  )? {
    func span(_ low: Int, _ high: Int) -> ClosedSpan {
      ClosedSpan(low: Int32(clamping: max(0, low)), high: Int32(clamping: high))
    }
    let limit = Int(Int32.max)
    if request.wanted.populationMin != nil || request.wanted.populationMax != nil {
      let low = min(max(0, request.wanted.populationMin ?? 0), limit)
      let high = min(request.wanted.populationMax ?? limit, limit)
      guard low <= high else { return nil }
      return (span(low, high), span(low / 2, high * 2), (model.size, model.size / 2))
    }
    guard let population = request.authorities.first?.population, population > 0, population <= limit else {
      return nil
    }
    return (
      span((population + 1) / 2, population * 2), span((population + 3) / 4, population * 4),
      (model.size / 2, model.size / 4)
    )
  }
}

/// A set of numbers below 256.
struct Bits256: Sendable, BitwiseCopyable {
  private var words = InlineArray<4, UInt64>(repeating: 0)

  init() {}

  init(_ numbers: some Sequence<some BinaryInteger>) {
    for number in numbers { insert(Int(number)) }
  }

  @inline(__always)
  func contains(_ number: Int) -> Bool {
    number >= 0 && number < 256 && words[number >> 6] >> UInt64(number & 63) & 1 == 1
  }

  mutating func insert(_ number: Int) {
    if number >= 0, number < 256 { words[number >> 6] |= 1 << UInt64(number & 63) }
  }

  @inline(__always)
  func intersects(_ other: Bits256) -> Bool {
    (words[0] & other.words[0]) | (words[1] & other.words[1]) | (words[2] & other.words[2])
      | (words[3] & other.words[3])
      != 0
  }

  /// The smallest number that is in both.
  func first(in other: Bits256) -> Int? {
    for word in 0..<4 {
      let common = words[word] & other.words[word]
      if common != 0 { return word << 6 + common.trailingZeroBitCount }
    }
    return nil
  }

  mutating func remove(_ number: Int) {
    if number >= 0, number < 256 { words[number >> 6] &= ~(1 << UInt64(number & 63)) }
  }

  var isEmpty: Bool { words[0] | words[1] | words[2] | words[3] == 0 }

  /// Ascending.
  var numbers: [Int] {
    var result: [Int] = []
    for word in 0..<4 {
      var rest = words[word]
      while rest != 0 {
        result.append(word << 6 + rest.trailingZeroBitCount)
        rest &= rest - 1
      }
    }
    return result
  }
}

/// A language as a number below 676: its two letters.
func languageNumber(_ language: LanguageCode) -> UInt16 {
  language.rawValue.utf8.reduce(0) { $0 * 26 + UInt16($1 &- UInt8(ascii: "a")) }
}

/// French, which every French authority speaks, whatever its profile says.
let frenchNumber: UInt16 = 5 * 26 + 17

func kindBits(_ kinds: [CollectiviteKind]) -> UInt8 { kinds.reduce(0) { $0 | 1 << kindNumber($1) } }

func kindNumber(_ kind: CollectiviteKind) -> UInt8 {
  UInt8(CollectiviteKind.allCases.firstIndex(of: kind) ?? 0)
}
