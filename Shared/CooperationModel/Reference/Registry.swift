/// All French local authorities of today, and who took the place of those of yesterday.
///
/// Authorities stand in rows, ordered by kind (régions, départements, EPCI, communes) and then by code. A row is a dense
/// number, good for arrays beside the registry's own columns; it is not stable from one version of the data to the
/// next, so it is never stored.
///
/// Columns are plain arrays: a scan over all 36,246 of them costs microseconds. Texts are made when asked for.
public struct Registry: Sendable {
  /// The place of an authority in every column.
  public typealias Row = Int32

  public let kinds: [CollectiviteKind]
  /// -1 where unknown.
  public let populations: [Int32]
  /// In degrees; not a number where unknown.
  public let longitudes: [Float]
  /// In degrees; not a number where unknown.
  public let latitudes: [Float]
  /// The row of the région; of a région its own.
  public let regions: [Row]
  /// The row of the département, or of the authority that has its powers; of a région -1.
  public let departements: [Row]
  /// The row of the grouping that a commune is a member of, else -1.
  public let epcis: [Row]
  public let geographies: [Geography]

  let keys: [UInt64]
  let sirens: [UInt32]
  /// Names of the authorities, then of the former ones, one behind the other.
  let names: [UInt8]
  let nameStarts: [UInt32]
  let formerKeys: [UInt64]
  let successors: [Row]
  let formerDays: [Int32]
  let nameIndex: NameIndex
  /// The countries across the land border, by the row of the département.
  let bordersOfDepartement: [Row: [CountryCode]]

  public var count: Int { keys.count }

  // MARK: By id

  public subscript(id: CollectiviteID) -> Collectivite? { row(of: id).map { self[row: $0] } }

  /// The authority of a row.
  public subscript(row row: Row) -> Collectivite {
    let index = Int(row)
    let id = id(at: row)
    let population = populations[index]
    return Collectivite(
      id: id, kind: kinds[index], code: String(id.code), siren: siren(at: row), name: name(at: row),
      departement: authority(departements[index]), region: authority(regions[index]), epci: authority(epcis[index]),
      population: population < 0 ? nil : Int(population), longitude: Self.degrees(longitudes[index]),
      latitude: Self.degrees(latitudes[index]), geography: geographies[index])
  }

  /// Nil when there is no such authority today.
  public func index(of id: CollectiviteID) -> Row? { row(of: id) }

  public func id(at row: Row) -> CollectiviteID { Self.id(of: keys[Int(row)]) }

  public func name(at row: Row) -> String { name(Int(row)) }

  /// The name of an authority of today.
  public func name(of id: CollectiviteID) -> String? { row(of: id).map { name(at: $0) } }

  public func contains(_ id: CollectiviteID) -> Bool { row(of: id) != nil }

  /// The rows of one kind.
  public func rows(of kind: CollectiviteKind) -> Range<Row> {
    guard let number = Self.number(of: kind) else { return 0..<0 }
    return Row(keys.lowerBound(of: number << 56))..<Row(keys.lowerBound(of: (number + 1) << 56))
  }

  // MARK: Yesterday's authorities

  /// The authority of today for a code of any time: itself while it exists, else the one that took its place, through
  /// however many mergers. Nil for a code that never was.
  ///
  /// - Complexity: O(log *n*).
  public func current(of id: CollectiviteID) -> CollectiviteID? { currentIndex(of: id).map { self.id(at: $0) } }

  /// The row of ``current(of:)``.
  public func currentIndex(of id: CollectiviteID) -> Row? {
    if let row = row(of: id) { return row }
    guard let key = Self.key(of: id), let former = formerKeys.position(of: key) else { return nil }
    return successors[former]
  }

  /// How an authority ended; nil for one of today and for a code that never was.
  public func succession(of id: CollectiviteID) -> Succession? {
    guard row(of: id) == nil, let key = Self.key(of: id), let former = formerKeys.position(of: key) else { return nil }
    return succession(at: former)
  }

  /// Whose place the authority took, by code.
  public func predecessors(of id: CollectiviteID) -> [Succession] {
    guard let row = row(of: id) else { return [] }
    return successors.indices.filter { successors[$0] == row }.map(succession(at:))
  }

  /// All authorities that are no more, by code.
  public var successions: [Succession] { successors.indices.map(succession(at:)) }

  // MARK: Who lies in whom

  /// A région's départements, a département's communes, an EPCI's communes; none of a commune.
  public func children(of id: CollectiviteID) -> [CollectiviteID] {
    guard let row = row(of: id) else { return [] }
    return children(at: row).map { self.id(at: $0) }
  }

  /// The rows of ``children(of:)``, ascending.
  public func children(at row: Row) -> [Row] {
    switch kinds[Int(row)] {
    case .region: rows(of: .departement).filter { regions[Int($0)] == row }
    case .departement: rows(of: .commune).filter { departements[Int($0)] == row }
    case .epci: rows(of: .commune).filter { epcis[Int($0)] == row }
    case .commune, .collectivite: []
    }
  }

  /// True when the authority is the territory, lies in it, or is a member of it.
  public func lies(_ row: Row, in territory: Row) -> Bool {
    let index = Int(row)
    return row == territory || departements[index] == territory || regions[index] == territory
      || epcis[index] == territory
  }

  /// The countries across the land border of the département, or of any of a région's départements.
  public func borders(at row: Row) -> [CountryCode] {
    guard kinds[Int(row)] == .region else { return bordersOfDepartement[departements[Int(row)]] ?? [] }
    return Set(children(at: row).flatMap { bordersOfDepartement[$0] ?? [] }).sorted()
  }

  public func borders(of id: CollectiviteID) -> [CountryCode] { row(of: id).map { borders(at: $0) } ?? [] }

  // MARK: Inside

  func row(of id: CollectiviteID) -> Row? { Self.key(of: id).flatMap { keys.position(of: $0) }.map(Row.init) }

  private func authority(_ row: Row) -> CollectiviteID? { row < 0 ? nil : id(at: row) }

  private func siren(at row: Row) -> String? {
    let siren = sirens[Int(row)]
    return siren == 0 ? nil : padded(siren, 9)
  }

  private func name(_ index: Int) -> String {
    String(decoding: names[Int(nameStarts[index])..<Int(nameStarts[index + 1])], as: UTF8.self)
  }

  private func succession(at former: Int) -> Succession {
    let day = formerDays[former]
    return Succession(
      former: Self.id(of: formerKeys[former]), name: name(count + former),
      endedOn: day == Int32.min ? nil : Day(daysSince1970: Int(day)), successor: id(at: successors[former]))
  }

  /// The official four decimals, which a Float keeps.
  private static func degrees(_ value: Float) -> Double? {
    value.isNaN ? nil : (Double(value) * 10_000).rounded() / 10_000
  }
}

// MARK: - Keys

extension Registry {
  /// The kinds that the registry holds, in their order. The others of ``CollectiviteKind`` have no row.
  static func number(of kind: CollectiviteKind) -> UInt64? {
    switch kind {
    case .region: 0
    case .departement: 1
    case .epci: 2
    case .commune: 3
    case .collectivite: nil
    }
  }

  static func kind(of key: UInt64) -> CollectiviteKind {
    switch key >> 56 {
    case 0: .region
    case 1: .departement
    case 2: .epci
    default: .commune
    }
  }

  /// An id as a number whose order is that of kind, length and code: the kind in the top byte, then the code's length
  /// in four bits and the code in base 36.
  static func key(of id: CollectiviteID) -> UInt64? {
    var kindLength = 0
    var codeLength: UInt64 = 0
    var code: UInt64 = 0
    var isCode = false
    for byte in id.rawValue.utf8 {
      if isCode {
        code = code * 36 + UInt64(byte < 0x41 ? byte &- 0x30 : byte &- 0x41 &+ 10)
        codeLength += 1
      } else if byte == UInt8(ascii: ":") {
        isCode = true
      } else {
        kindLength += 1
      }
    }
    let kind: UInt64
    switch kindLength {
    case 6: kind = 0  // region
    case 11: kind = 1  // departement
    case 4: kind = 2  // epci
    case 7: kind = 3  // commune
    default: return nil
    }
    return kind << 56 | codeLength << 52 | code
  }

  static func id(of key: UInt64) -> CollectiviteID {
    let length = Int(key >> 52 & 0xF)
    let code = String(key & 0xF_FFFF_FFFF_FFFF, radix: 36, uppercase: true)
    return CollectiviteID(
      known: "\(kind(of: key).rawValue):\(String(repeating: "0", count: length - code.count))\(code)")
  }
}

extension CollectiviteID {
  /// An id that is known to be of the right form.
  fileprivate init(known rawValue: String) { self.rawValue = rawValue }
}

extension [UInt64] {
  /// The first place whose value is not below the given one, in an ascending array.
  func lowerBound(of value: UInt64) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }

  func position(of value: UInt64) -> Int? {
    let found = lowerBound(of: value)
    return found < count && self[found] == value ? found : nil
  }
}
