import CooperationModel
import Foundation
import HTTPTypes
import Hummingbird

/// What a route answers.
package struct Reply: Sendable {
  package var status: Int
  package var headers: HTTPFields
  var body: ResponseBody

  package init(status: Int, headers: HTTPFields = [:]) {
    self.init(status: status, headers: headers, body: ResponseBody())
  }

  private init(status: Int, headers: HTTPFields, body: ResponseBody) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// Bytes of a media type.
  package static func bytes(_ bytes: some Sequence<UInt8>, type: String, status: Int = 200) -> Reply {
    Reply(status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }

  /// A value as JSON, with sorted keys.
  ///
  /// - Parameter version: the entity's version: its `ETag`.
  package static func json(_ value: some Encodable, status: Int = 200, version: Int? = nil) throws -> Reply {
    let reply = Reply.bytes(try JSON.encode(value) + [0x0A], type: "application/json", status: status)
    return version.map { reply.version($0) } ?? reply
  }

  /// 201: made, at that address. Without a value when the front does not have it yet.
  package static func created(at location: String, version: Int, _ value: (some Encodable)?) throws -> Reply {
    var reply = try value.map { try json($0, status: 201) } ?? Reply(status: 201)
    reply.headers[.location] = location
    return reply.version(version)
  }

  /// 201 without a body: the front does not have it yet.
  package static func created(at location: String, version: Int) -> Reply {
    Reply(status: 201, headers: [.location: location]).version(version)
  }

  /// 202: accepted, and to be looked up at that address.
  package static func accepted(at location: String) -> Reply {
    Reply(status: 202, headers: [.location: location, .retryAfter: "1"])
  }

  /// 204: done, and nothing to say.
  package static let noContent = Reply(status: 204)

  /// A body that is written piece by piece, as the client takes it.
  ///
  /// - Parameter write: gives pieces to its argument; when it throws, the connection is cut, so that the client cannot
  ///   take a part for the whole.
  package static func stream(
    type: String, _ write: @escaping @Sendable (_ send: (sending [UInt8]) async throws -> Void) async throws -> Void
  ) -> Reply {
    let body = ResponseBody { writer in
      let target = WriterBox(writer)
      try await write { try await target.write($0) }
      try await target.writer.finish(nil)
    }
    return Reply(status: 200, headers: [.contentType: type], body: body)
  }

  /// With the entity's version as its `ETag`.
  package func version(_ version: Int) -> Reply { with(.eTag, EntityTag.text(version)) }

  /// Says in which language it is, where the client chose it.
  package func language(_ language: Language) -> Reply {
    with(.contentLanguage, language.rawValue).with(.vary, "Accept-Language")
  }

  package func with(_ name: HTTPField.Name, _ value: String) -> Reply {
    var reply = self
    reply.headers[name] = value
    return reply
  }

  var response: Response {
    Response(status: HTTPResponse.Status(code: status), headers: headers, body: body)
  }
}

/// Keeps a response's writer where a closure can reach it.
private final class WriterBox {
  var writer: any ResponseBodyWriter
  init(_ writer: any ResponseBodyWriter) { self.writer = writer }
  func write(_ bytes: [UInt8]) async throws { try await writer.write(ByteBuffer(bytes: bytes)) }
}

/// Versions as strong entity tags (RFC 9110, 8.8.3): version 3 is `"3"`.
package enum EntityTag {
  package static func text(_ version: Int) -> String { "\"\(version)\"" }

  /// Nil for what is not one strong tag made of a version.
  package static func version(_ text: String) -> Int? {
    let trimmed = text.trimmingCharacters(in: .whitespaces)
    guard trimmed.count > 2, trimmed.hasPrefix("\""), trimmed.hasSuffix("\""),
      let version = Int(trimmed.dropFirst().dropLast()), version >= 0, EntityTag.text(version) == trimmed
    else { return nil }
    return version
  }

  /// Whether an `If-None-Match` names the tag; compared weakly, as it is to be.
  static func matches(_ header: String, _ tag: String) -> Bool {
    header.split(separator: ",").contains { part in
      let candidate = part.trimmingCharacters(in: .whitespaces)
      return candidate == "*" || candidate == tag || candidate == "W/" + tag
    }
  }
}
