/// The named values beside a record's value, in the order they were written; a name may come again.
///
/// They are one run of bytes: a message has eight of them, of which few are ever looked at, and one allocation serves
/// where the names and values of all would take a dozen. To look at one takes time that grows with those before it.
public struct Headers: Hashable, Sendable {
  /// Per header the length of its name, the name, the length of its value and one, or 0 where it has none, and the value.
  /// Lengths are LEB128, as short as they can be, so that equal headers have equal bytes.
  package private(set) var packed: [UInt8] = []

  public init() {}

  public init(_ headers: some Sequence<Header>) {
    for header in headers { append(header) }
  }

  /// - Parameter bytes: as ``packed`` has them.
  /// - Returns: nil when they are not what it has.
  package init?(packed bytes: UnsafeRawBufferPointer) {
    var place = 0
    while place < bytes.count {
      guard let fields = Fields(at: place, of: bytes) else { return nil }
      place = fields.end
    }
    packed = [UInt8](bytes)
  }

  /// Where the name and the value of one lie.
  package struct Part {
    package var name: UnsafeRawBufferPointer
    package var value: UnsafeRawBufferPointer?

    package init(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer?) {
      self.name = name
      self.value = value
    }
  }

  /// Copies headers that lie elsewhere. One allocation.
  package init(copying parts: ContiguousArray<Part>) {
    var most = 0
    for part in parts { most += part.name.count + (part.value?.count ?? 0) + 2 * Self.longestLength }
    packed = [UInt8](unsafeUninitializedCapacity: most) { buffer, count in
      let bytes = UnsafeMutableRawBufferPointer(buffer)
      for part in parts {
        Self.write(part.name, length: part.name.count, to: bytes, at: &count)
        Self.write(part.value, length: part.value.map { $0.count + 1 } ?? 0, to: bytes, at: &count)
      }
    }
  }

  public mutating func append(_ header: Header) {
    append(length: header.name.utf8.count)
    packed.append(contentsOf: header.name.utf8)
    append(length: header.value.map { $0.count + 1 } ?? 0)
    if let value = header.value { packed.append(contentsOf: value) }
  }

  public static func + (left: Self, right: some Sequence<Header>) -> Self {
    var sum = left
    for header in right { sum.append(header) }
    return sum
  }

  /// The first value of that name, as text; nil when there is none, or it is not UTF-8.
  public func text(_ name: String) -> String? {
    packed.withUnsafeBytes { bytes in
      var place = 0
      while let fields = Fields(at: place, of: bytes) {
        if bytes[fields.name].elementsEqual(name.utf8) {
          return fields.value.flatMap { String(validating: bytes[$0], as: UTF8.self) }
        }
        place = fields.end
      }
      return nil
    }
  }

  /// Shows each where it lies; it lies there no longer than the call.
  package func withEach(_ body: (Part) -> Void) {
    packed.withUnsafeBytes { bytes in
      var place = 0
      while let fields = Fields(at: place, of: bytes) {
        body(
          Part(
            name: UnsafeRawBufferPointer(rebasing: bytes[fields.name]),
            value: fields.value.map { UnsafeRawBufferPointer(rebasing: bytes[$0]) }))
        place = fields.end
      }
    }
  }

  // MARK: - The bytes

  /// Bytes of a length below 2^35.
  private static let longestLength = 5

  private mutating func append(length: Int) {
    var rest = UInt(length)
    while rest > 0x7F {
      packed.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    packed.append(UInt8(rest))
  }

  private static func write(
    _ field: UnsafeRawBufferPointer?, length: Int, to bytes: UnsafeMutableRawBufferPointer, at place: inout Int
  ) {
    var rest = UInt(length)
    while rest > 0x7F {
      bytes[place] = UInt8(truncatingIfNeeded: rest) | 0x80
      place += 1
      rest >>= 7
    }
    bytes[place] = UInt8(rest)
    place += 1
    guard let field else { return }
    UnsafeMutableRawBufferPointer(rebasing: bytes[place...]).copyMemory(from: field)
    place += field.count
  }

  /// Where the fields of one header lie among the bytes of all.
  private struct Fields {
    var name: Range<Int>
    var value: Range<Int>?
    var end: Int

    /// - Returns: nil at the end, and where no header is.
    init?(at start: Int, of bytes: UnsafeRawBufferPointer) {
      var place = start
      guard place < bytes.count, let name = Self.length(in: bytes, at: &place), bytes.count - place >= name
      else { return nil }
      self.name = place..<place + name
      place += name
      guard let marked = Self.length(in: bytes, at: &place), bytes.count - place >= marked - 1 else { return nil }
      if marked > 0 { value = place..<place + marked - 1 }
      end = value?.upperBound ?? place
    }

    /// - Returns: nil where the bytes end before it does, and when it is longer than it need be.
    private static func length(in bytes: UnsafeRawBufferPointer, at place: inout Int) -> Int? {
      var length: UInt = 0
      for shift in stride(from: UInt(0), through: 28, by: 7) {
        guard place < bytes.count else { return nil }
        let byte = bytes[place]
        place += 1
        length |= UInt(byte & 0x7F) << shift
        if byte & 0x80 == 0 { return byte == 0 && shift > 0 ? nil : Int(length) }
      }
      return nil
    }
  }
}

extension Headers: Collection {
  /// Where one begins among the bytes of all.
  public struct Index: Comparable, Sendable {
    fileprivate var place: Int

    public static func < (left: Self, right: Self) -> Bool { left.place < right.place }
  }

  public var startIndex: Index { Index(place: 0) }
  public var endIndex: Index { Index(place: packed.count) }

  public func index(after index: Index) -> Index {
    packed.withUnsafeBytes { Index(place: Fields(at: index.place, of: $0)?.end ?? $0.count) }
  }

  public subscript(index: Index) -> Header {
    packed.withUnsafeBytes { bytes in
      guard let fields = Fields(at: index.place, of: bytes) else { preconditionFailure("beyond the last header") }
      return Header(String(decoding: bytes[fields.name], as: UTF8.self), fields.value.map { Array(bytes[$0]) })
    }
  }
}

extension Headers: ExpressibleByArrayLiteral {
  public init(arrayLiteral headers: Header...) { self.init(headers) }
}

extension Headers: CustomStringConvertible {
  public var description: String { Array(self).description }
}
