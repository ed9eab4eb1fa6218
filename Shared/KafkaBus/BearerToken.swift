import CLibrdkafka
import Foundation

/// A token for SASL/OAUTHBEARER, as some agent beside the service keeps it in a file.
struct BearerToken {
  let text: String
  let subject: String
  /// Milliseconds since 1970.
  let expires: Int64

  /// Reads what a client needs to know about a JWT: its subject and when it expires. Whether it is genuine is for the
  /// broker to say.
  init?(_ file: String) {
    guard let content = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
    self.init(text: content.trimmingCharacters(in: .whitespacesAndNewlines))
  }

  init?(text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let payload = Self.decode(parts[1]),
      let claims = try? JSONDecoder().decode(Claims.self, from: payload)
    else { return nil }
    self.text = text
    subject = claims.sub
    expires = Int64(claims.exp * 1_000)
  }

  private struct Claims: Decodable {
    let sub: String
    let exp: Double
  }

  private static func decode(_ text: Substring) -> Data? {
    var base64 = String(text).replacing("-", with: "+").replacing("_", with: "/")
    base64 += String(repeating: "=", count: (4 - base64.count % 4) % 4)
    return Data(base64Encoded: base64)
  }

  /// Gives a client the token that is in the file now.
  static func renew(from file: String, for client: OpaquePointer) {
    guard let token = BearerToken(file) else {
      rd_kafka_oauthbearer_set_token_failure(client, "\(file) holds no JWT with sub and exp")
      return
    }
    var text = [CChar](repeating: 0, count: 512)
    let code = rd_kafka_oauthbearer_set_token(
      client, token.text, token.expires, token.subject, nil, 0, &text, text.count)
    if code != RD_KAFKA_RESP_ERR_NO_ERROR { rd_kafka_oauthbearer_set_token_failure(client, text) }
  }
}
