/// Reading `collectivites.columns`: columns of little-endian numbers, so that loading copies memory and parses nothing.
///
/// The file is `BOURSE1\n`; four 32-bit numbers: authorities, former authorities, where the former ones' texts begin,
/// columns; then offset and length of each column; then the columns, each at a multiple of eight. Their order is that of
/// the initializer below; how they are made is in `Resources/refresh`. The manifest's checksum has vouched for the
/// content when it comes here.
extension Registry {
  init(columns bytes: [UInt8], departements table: ReferenceRows) throws(ReferenceDataError) {
    let file = try RegistryFile(bytes)
    let keys: [UInt64] = try file.column(0, file.count)
    self.keys = keys
    sirens = try file.column(1, file.count)
    populations = try file.column(2, file.count)
    longitudes = try file.column(3, file.count)
    latitudes = try file.column(4, file.count)
    regions = try file.column(5, file.count)
    departements = try file.column(6, file.count)
    epcis = try file.column(7, file.count)
    geographies = try file.column(8, file.count)
    nameStarts = try file.column(9, file.count + file.formerCount + 1)
    names = try file.column(10, nil)
    formerKeys = try file.column(11, file.formerCount)
    successors = try file.column(12, file.formerCount)
    formerDays = try file.column(13, file.formerCount)
    let entryStarts: [UInt32] = try file.column(15, nil)
    nameIndex = NameIndex(
      texts: try file.column(14, nil), formerStart: file.formerStart, starts: entryStarts,
      rows: try file.column(16, entryStarts.count))

    var kinds: [CollectiviteKind] = []
    kinds.reserveCapacity(file.count)
    for kind in CollectiviteKind.allCases {
      guard let number = Self.number(of: kind) else { continue }
      kinds.append(contentsOf: repeatElement(kind, count: keys.lowerBound(of: (number + 1) << 56) - kinds.count))
    }
    self.kinds = kinds

    var borders: [Row: [CountryCode]] = [:]
    for fields in table.fields where !fields[2].isEmpty {
      let id = try table.require(CollectiviteID("departement:\(fields[0])"), fields[0], "a département's code")
      let row = try table.require(
        Self.key(of: id).flatMap { keys.position(of: $0) }, fields[0], "a département of the registry")
      borders[Row(row)] = try table.identifiers(fields[2])
    }
    bordersOfDepartement = borders
  }
}

/// The parts of the file.
private struct RegistryFile {
  static let name = "collectivites.columns"
  let bytes: [UInt8]
  let count: Int
  let formerCount: Int
  let formerStart: Int

  init(_ bytes: [UInt8]) throws(ReferenceDataError) {
    guard bytes.count > 24, bytes.starts(with: "BOURSE1\n".utf8) else {
      throw .malformed(file: Self.name, reason: "it does not begin with BOURSE1: the data is of another version")
    }
    self.bytes = bytes
    count = Self.number(bytes, at: 8)
    formerCount = Self.number(bytes, at: 12)
    formerStart = Self.number(bytes, at: 16)
  }

  /// A column as an array; of the given length, unless that is nil.
  func column<T: BitwiseCopyable>(_ number: Int, _ count: Int?) throws(ReferenceDataError) -> [T] {
    let place = 24 + number * 8
    guard place + 8 <= bytes.count else { throw .malformed(file: Self.name, reason: "column \(number) is missing") }
    let start = Self.number(bytes, at: place)
    let length = Self.number(bytes, at: place + 4)
    let found = length / MemoryLayout<T>.stride
    guard start + length <= bytes.count, count == nil || count == found else {
      throw .malformed(file: Self.name, reason: "column \(number) has \(found) values instead of \(count ?? found)")
    }
    return bytes.withUnsafeBytes { source in
      [T](unsafeUninitializedCapacity: found) { target, initialized in
        UnsafeMutableRawBufferPointer(target).copyBytes(from: source[start..<start + length])
        initialized = found
      }
    }
  }

  private static func number(_ bytes: [UInt8], at offset: Int) -> Int {
    bytes.withUnsafeBytes { Int(UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self))) }
  }
}
