import CooperationModel
import Foundation
import HTTPTypes
import Hummingbird

/// One request, as a route sees it: who calls, what the path, the query and the headers say, and the body.
package struct Call: Sendable {
  /// The request's id: in logs, in problem details and in the answer's `X-Request-ID`.
  package let id: String
  package let method: Route.Method
  /// The route's path, with its parameters in braces.
  package let route: String
  /// The path as it was sent, without the query.
  package let target: String
  /// Who calls, by a verified token; nil without one.
  package let actor: Actor?
  package let language: Language
  /// To be carried by what this request causes (W3C Trace Context).
  package let trace: TraceContext
  package let receivedAt: Instant
  package let headers: HTTPFields
  /// The body's bytes; empty where the route has none or streams it.
  package let bytes: [UInt8]
  let parameters: [String: String]
  let fields: QueryFields
  let streamed: BodyChunks?
  /// The caller's `Idempotency-Key`, or one drawn for it; the answer returns it.
  package let idempotencyKey: String

  /// The caller; 401 when there is none.
  package func signedIn() throws(Problem) -> Actor {
    guard let actor else { throw .unauthorized(nil) }
    return actor
  }

  // MARK: Parameters

  /// A path parameter, read as an identifier: 404 for a text that cannot be one.
  package func path<T: LosslessStringConvertible>(_ name: String, as type: T.Type = T.self) throws(Problem) -> T {
    guard let text = parameters[name], let value = T(text) else { throw .notFound }
    return value
  }

  /// A query parameter; nil when it is not there. The first of several counts.
  package func query(_ name: String) -> String? { fields[name] }

  /// A query parameter read as a value: 400 for a text that is none.
  package func query<T: LosslessStringConvertible>(_ name: String, as type: T.Type) throws(Problem) -> T? {
    guard let text = fields[name] else { return nil }
    guard let value = T(text) else {
      let form = (type as? any Identifier.Type).map { $0.form }
      throw .parameter(
        "/query/\(name)",
        "«\u{202F}\(text.prefix(100))\u{202F}» n’est pas accepté\(form.map { " : il faut \($0)" } ?? "").",
        "“\(text.prefix(100))” is not accepted\(form.map { ": use \($0)" } ?? "").")
    }
    return value
  }

  /// The part of a sorted list that is asked for by `limit` and `after`.
  package func page(most: Int = 500, normally: Int = 50) throws(Problem) -> PageRequest {
    let limit = try query("limit", as: Int.self) ?? normally
    guard (1...most).contains(limit) else {
      throw .parameter("/query/limit", "Entre 1 et \(most).", "Between 1 and \(most).")
    }
    guard let cursor = query("after") else { return PageRequest(limit: limit, after: nil) }
    guard let key = Cursor.key(cursor) else {
      throw .parameter(
        "/query/after", "Ce curseur n’est pas de nous\u{202F}: prenez celui de la page précédente.",
        "This cursor is not ours: take the previous page's.")
    }
    return PageRequest(limit: limit, after: key)
  }

  // MARK: Body

  /// The body as any JSON value; 400 with line and column when it is none.
  package func json() throws(Problem) -> JSONValue {
    do {
      return try StrictJSON.parse(bytes, limits: StrictJSON.Limits(bytes: bytes.count))
    } catch {
      throw .malformed(error.message.fr, error.message.en)
    }
  }

  /// The body read as a value of its own: 400 when it is no JSON, 422 naming the member when it does not fit.
  package func decode<T: Decodable>(_ type: T.Type = T.self) throws -> T {
    do {
      return try json().decoded(as: type)
    } catch let error as DecodingError {
      throw Problem(error)
    }
  }

  /// The body as a draft of an entity or an order: 400 when it is no JSON, 422 naming every member that is wrong. An empty
  /// body counts as `{}`.
  package func draft<T: Draft>(_ type: T.Type = T.self, with reference: ReferenceData) throws -> T {
    try T.read(bytes.isEmpty ? .object([:]) : json(), with: reference)
  }

  /// The fields of a form.
  package func form() -> QueryFields { QueryFields(String(decoding: bytes, as: UTF8.self)) }

  /// The body piece by piece as it comes, on a route that streams it. Once.
  package var stream: BodyChunks { streamed ?? BodyChunks(RequestBody(buffer: ByteBuffer()), limit: 0) }

  // MARK: Versions

  /// The version that `If-Match` names; nil without the header.
  package func ifMatch() throws(Problem) -> Int? {
    guard let text = headers[.ifMatch] else { return nil }
    guard let version = EntityTag.version(text) else {
      throw .parameter(
        "/header/If-Match", "Une seule étiquette forte faite d’une version, comme \"3\".",
        "One strong tag made of a version, as in \"3\".")
    }
    return version
  }

  /// The version that `If-Match` names; 428 without the header.
  package func requiredVersion() throws(Problem) -> Int {
    guard let version = try ifMatch() else {
      throw Problem(
        Rejection(
          .versionRequired, at: "", code: "version-required",
          fr: "Envoyez If-Match avec l’ETag de la version que vous avez lue.",
          en: "Send If-Match with the ETag of the version that you read."))
    }
    return version
  }

  // MARK: Commands

  /// The id of the command that this call is: the same for the same caller, method, target and idempotency key.
  package func commandID(for actor: Actor) -> CommandID {
    StableID.command(
      issuer: actor.issuer, subject: actor.subject, method: method.rawValue, route: route, target: target,
      key: idempotencyKey)
  }

  /// The command that this call is.
  ///
  /// - Parameters:
  ///   - kind: what is to be done, as in `request.publish`.
  ///   - entity: the entity's id; a create makes it of the command's id.
  ///   - partitionKey: the entity's id where nil.
  ///   - actor: the caller where nil; a link's reader otherwise.
  package func command(
    _ kind: String, entity: (CommandID) -> String, partitionKey: String? = nil, by actor: Actor? = nil, body: JSONValue
  ) throws(Problem) -> Command {
    let actor = if let actor { actor } else { try signedIn() }
    let id = commandID(for: actor)
    let entity = entity(id)
    let version = try ifMatch()
    return Command(
      id: id, kind: kind, entity: entity, partitionKey: partitionKey ?? entity, receivedAt: receivedAt,
      payload: Command.Payload(
        actor: actor, ifMatch: version, digest: StableID.digest(body: bytes, ifMatch: version), body: body))
  }
}
