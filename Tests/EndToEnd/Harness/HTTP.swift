import CooperationModel
import Foundation
import OutsideWorld

/// What a service answered.
struct Answer: Sendable {
  var status: Int
  /// By lower-case name.
  var headers: [String: String]
  var body: Data

  var text: String { String(decoding: body, as: UTF8.self) }
  var json: JSONValue { (try? JSON.decode(JSONValue.self, from: body)) ?? .null }

  /// The version in its `ETag`.
  var version: Int? { headers["etag"].flatMap { Int($0.trimmingCharacters(in: ["\""])) } }
}

typealias NoAnswer = PlainHTTP.NoAnswer

/// One request over one connection of its own.
struct HTTPRequest: Sendable {
  var method: String
  var path: String
  var token: String?
  var headers: [String: String] = [:]
  var body: Data?

  /// Sends it to a port of this machine and waits for the whole answer.
  ///
  /// - Throws: ``NoAnswer`` when the connection is refused, breaks, or stays silent for so many seconds.
  func send(port: Int, timeout: Int = 15) async throws -> Answer {
    let answer = try await PlainHTTP.exchange(
      method, path,
      headers: (token.map { [("Authorization", "Bearer \($0)")] } ?? []) + headers.map { ($0.key, $0.value) },
      body: body, port: port, timeout: timeout)
    return Answer(
      status: answer.status,
      headers: Dictionary(answer.headers.map { ($0.name.lowercased(), $0.value) }) { $1 }, body: answer.body)
  }
}
