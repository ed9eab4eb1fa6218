import TopicBus

/// Headers in one blob: per header its name and value, each a length and bytes; length 0 of a value is no value, so
/// lengths of values count one more. Lengths are LEB128.
enum HeaderCoding {
  /// Replaces what the buffer holds, so that one buffer serves a whole batch.
  static func encode(_ headers: [Header], into buffer: inout [UInt8]) {
    buffer.removeAll(keepingCapacity: true)
    for header in headers {
      append(length: header.name.utf8.count, to: &buffer)
      buffer.append(contentsOf: header.name.utf8)
      guard let value = header.value else {
        append(length: 0, to: &buffer)
        continue
      }
      append(length: value.count + 1, to: &buffer)
      buffer.append(contentsOf: value)
    }
  }

  /// - Returns: nil when the bytes are not what ``encode(_:into:)`` writes.
  static func decode(_ bytes: UnsafeRawBufferPointer) -> [Header]? {
    var headers: [Header] = []
    var place = 0
    while place < bytes.count {
      guard let nameLength = length(in: bytes, at: &place), bytes.count - place >= nameLength else { return nil }
      let name = String(decoding: bytes[place..<place + nameLength], as: UTF8.self)
      place += nameLength
      guard let marked = length(in: bytes, at: &place), bytes.count - place >= marked - 1 else { return nil }
      guard marked > 0 else {
        headers.append(Header(name, nil as [UInt8]?))
        continue
      }
      headers.append(Header(name, Array(bytes[place..<place + marked - 1])))
      place += marked - 1
    }
    return headers
  }

  private static func append(length: Int, to buffer: inout [UInt8]) {
    var rest = UInt(length)
    while rest > 0x7F {
      buffer.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    buffer.append(UInt8(rest))
  }

  private static func length(in bytes: UnsafeRawBufferPointer, at place: inout Int) -> Int? {
    var length: UInt = 0
    for shift in stride(from: UInt(0), through: 28, by: 7) {
      guard place < bytes.count else { return nil }
      let byte = bytes[place]
      place += 1
      length |= UInt(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return Int(length) }
    }
    return nil
  }
}
