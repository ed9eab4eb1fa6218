/// The quoted-printable encoding of UTF-8 text (RFC 2045, 6.7): seven bits, lines of at most 76 characters.
package enum QuotedPrintable {
  /// Line feeds become CR LF; every other control is encoded.
  package static func encode(_ text: String) -> [UInt8] {
    var encoded: [UInt8] = []
    encoded.reserveCapacity(text.utf8.count * 5 / 4)
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if index > 0 { encoded += [0x0D, 0x0A] }
      encode(line, into: &encoded)
    }
    return encoded
  }

  private static func encode(_ line: Substring, into encoded: inout [UInt8]) {
    var column = 0
    let bytes = Array(line.utf8)
    for (index, byte) in bytes.enumerated() {
      let isLast = index == bytes.count - 1
      let limit = isLast ? 76 : 75
      let startsLine = column == 0 || column == limit
      let isPlain: Bool
      switch byte {
      case 0x20, 0x09: isPlain = !isLast  // a space at the end of a line would be lost
      case 0x3D: isPlain = false
      // A lone dot is SMTP's end of data, and `From ` begins a message in an mbox: neither is left to others to escape.
      case 0x2E, 0x46: isPlain = !startsLine
      default: isPlain = byte > 0x20 && byte < 0x7F
      }
      let width = isPlain ? 1 : 3
      if column + width > limit {
        encoded += [0x3D, 0x0D, 0x0A]
        column = 0
      }
      if isPlain {
        encoded.append(byte)
      } else {
        encoded.append(0x3D)
        encoded += hexadecimal(byte).utf8
      }
      column += width
    }
  }

  static func hexadecimal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return digits.utf8.count == 2 ? digits : "0" + digits
  }
}
