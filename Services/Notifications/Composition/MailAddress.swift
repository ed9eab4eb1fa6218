/// An e-mail address that may stand in a header and in an SMTP command.
///
/// Stricter than RFC 5321: no quoted local parts, no comments, no address literals. Beyond ASCII is allowed (RFC 6531)
/// and needs a server that offers SMTPUTF8.
package struct MailAddress: Hashable, Sendable {
  package let text: String

  /// Nil unless it is one local part, one `@` and one domain, of 254 bytes at most, without spaces, controls or marks.
  package init?(_ text: String) {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, (1...64).contains(parts[0].utf8.count), (1...253).contains(parts[1].utf8.count),
      text.utf8.count <= 254, parts.allSatisfy({ part in !part.hasPrefix(".") && !part.hasSuffix(".") }),
      !text.contains(".."), text.unicodeScalars.allSatisfy(Self.isAllowed)
    else { return nil }
    let labels = parts[1].split(separator: ".")
    guard labels.allSatisfy({ $0.utf8.allSatisfy(Self.isDomainByte) && !$0.hasPrefix("-") && !$0.hasSuffix("-") })
    else { return nil }
    self.text = text
  }

  /// True when a server has to offer SMTPUTF8 for it.
  package var isInternational: Bool { !text.utf8.allSatisfy { $0 < 0x80 } }

  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    guard scalar.value > 0x20, scalar.value != 0x7F else { return false }
    if scalar.value >= 0x80 {
      return !HeaderText.isUnsafe(scalar) && !scalar.properties.isWhitespace
        && !scalar.properties.isDefaultIgnorableCodePoint
    }
    return !"\"(),:;<>[\\]".unicodeScalars.contains(scalar)
  }

  private static func isDomainByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), 0x80...:
      true
    default: false
    }
  }
}
