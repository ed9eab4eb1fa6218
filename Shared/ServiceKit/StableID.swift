import CooperationModel
import Crypto
import Foundation

/// Ids and digests that derive from what they name: made again from the same parts, they are the same.
package enum StableID {
  /// A UUIDv8 (RFC 9562, 5.8) of the parts' SHA-256, in lower case.
  ///
  /// Each part goes in behind its length, so `["ab", "c"]` and `["a", "bc"]` differ.
  package static func uuid(of parts: [String]) -> String { uuidVersion8(digest(of: parts)) }

  /// The id of a command that follows from the parts.
  package static func command(of parts: [String]) -> CommandID { CommandID(digest: digest(of: parts)) }

  private static func digest(of parts: [String]) -> SHA256.Digest {
    var hash = SHA256()
    for part in parts {
      let bytes = Array(part.utf8)
      withUnsafeBytes(of: UInt64(bytes.count).bigEndian) { hash.update(bufferPointer: $0) }
      hash.update(data: bytes)
    }
    return hash.finalize()
  }

  /// The command's id: the same caller, route, target and idempotency key name the same command.
  package static func command(
    issuer: String, subject: String, method: String, route: String, target: String, key: String
  ) -> CommandID {
    command(of: ["command", issuer, subject, method, route, target, key])
  }

  /// SHA-256, in hexadecimal, of a command's body and the version that it names: what a repeated command is compared by.
  package static func digest(body: some Sequence<UInt8>, ifMatch: Int?) -> String {
    var hash = SHA256()
    hash.update(data: Array(body))
    hash.update(data: Array("\u{0}If-Match: \(ifMatch.map(String.init) ?? "")".utf8))
    return hexadecimal(hash.finalize())
  }

  package static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef")
    return bytes.reduce(into: "") { text, byte in
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 0x0F)])
    }
  }
}

/// Base64 for URLs, without padding (RFC 4648, 5).
package enum Base64URL {
  package static func encode(_ bytes: some Sequence<UInt8>) -> String {
    Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }

  /// Nil for what is no such text.
  package static func decode(_ text: some StringProtocol) -> [UInt8]? {
    let isAlphabet = text.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
        || byte == 0x5F
    }
    guard isAlphabet, text.utf8.count % 4 != 1 else { return nil }
    let standard = String(text).replacing("-", with: "+").replacing("_", with: "/")
    let padding = String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
    return Data(base64Encoded: standard + padding).map(Array.init)
  }
}
