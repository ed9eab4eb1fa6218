/// Identifiers that are made from what they stand for, so that making one twice gives the same.
extension MessageID {
  /// The UUIDv8 (RFC 9562, 5.8) of the first 16 bytes of a digest; missing bytes count as zero.
  public init(digest: some Sequence<UInt8>) { rawValue = uuidVersion8(digest) }
}

extension CommandID {
  /// The same of a command's digest.
  public init(digest: some Sequence<UInt8>) { rawValue = uuidVersion8(digest) }
}

/// A UUID of version 8 in lower-case digits: the first 16 bytes, of which 6 bits give way to version and variant.
package func uuidVersion8(_ digest: some Sequence<UInt8>) -> String {
  var bytes = Array(digest.prefix(16))
  bytes += repeatElement(0, count: 16 - bytes.count)
  bytes[6] = bytes[6] & 0x0F | 0x80
  bytes[8] = bytes[8] & 0x3F | 0x80
  return String(unsafeUninitializedCapacity: 36) { text in
    var place = 0
    func write(_ character: UInt8) {
      text.initializeElement(at: place, to: character)
      place += 1
    }
    func write(digit: UInt8) { write(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10) }
    for (index, byte) in bytes.enumerated() {
      if index == 4 || index == 6 || index == 8 || index == 10 { write(UInt8(ascii: "-")) }
      write(digit: byte >> 4)
      write(digit: byte & 0x0F)
    }
    return place
  }
}
