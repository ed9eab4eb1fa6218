import CooperationModel

/// One method of one path: what it takes, who may, what it answers, and what it does. `/openapi.json` is made of the
/// same declaration that the server runs.
package struct Route: Sendable {
  package var method: Method
  /// With parameters in braces: `/requests/{id}`.
  package var path: String
  /// The operation's name for programs: `publishRequest`.
  package var name: String
  package var summary: Localized
  package var access: Access
  package var parameters: [Parameter]
  package var body: Body
  package var answers: [Answer]
  /// Nil takes the server's.
  package var timeLimit: Duration?
  /// Answers also when the service is full: health and metrics.
  package var isVital = false
  package var handle: @Sendable (Call) async throws -> Reply

  package enum Method: String, Sendable, CaseIterable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
  }

  package enum Access: Equatable, Sendable {
    /// Also without a token. One that is sent must be good nevertheless.
    case everyone
    /// Whoever has a good token.
    case signedIn
    case roles([Actor.Role])

    package static func roles(_ roles: Actor.Role...) -> Access { .roles(roles) }
  }

  package enum Body: Sendable {
    case none
    case json(Schema)
    /// `application/x-www-form-urlencoded`, as pages and mail programs send it.
    case form(Schema)
    /// Read while it comes; up to that many bytes, of one of these media types.
    case stream([String], limit: Int)
  }

  package struct Parameter: Sendable {
    package enum Place: String, Sendable {
      case path, query, header
    }
    package var name: String
    package var place: Place
    package var schema: Schema
    package var isRequired: Bool
    package var summary: Localized

    package static func query(
      _ name: String, _ schema: Schema, required: Bool = false, fr: String, en: String
    ) -> Parameter {
      Parameter(name: name, place: .query, schema: schema, isRequired: required, summary: Localized(fr: fr, en: en))
    }

    package static func path(_ name: String, _ schema: Schema, fr: String, en: String) -> Parameter {
      Parameter(name: name, place: .path, schema: schema, isRequired: true, summary: Localized(fr: fr, en: en))
    }

    package static func header(_ name: String, _ schema: Schema, required: Bool, fr: String, en: String) -> Parameter {
      Parameter(name: name, place: .header, schema: schema, isRequired: required, summary: Localized(fr: fr, en: en))
    }
  }

  package struct Answer: Sendable {
    package var status: Int
    package var summary: Localized
    package var content: [String: Schema]
    /// It names a version in `ETag`, an address in `Location`.
    package var headers: [String]

    package init(
      _ status: Int, fr: String, en: String, _ schema: Schema? = nil, type: String = "application/json",
      headers: [String] = []
    ) {
      self.status = status
      summary = Localized(fr: fr, en: en)
      content = schema.map { [type: $0] } ?? [:]
      self.headers = headers
    }
  }

  /// - Parameter parameters: those of the query and of headers, and path parameters that need more than “a string”.
  package init(
    _ method: Method, _ path: String, _ name: String, fr: String, en: String, access: Access = .signedIn,
    parameters: [Parameter] = [], body: Body = .none, answers: [Answer], timeLimit: Duration? = nil,
    handle: @escaping @Sendable (Call) async throws -> Reply
  ) {
    self.method = method
    self.path = path
    self.name = name
    summary = Localized(fr: fr, en: en)
    self.access = access
    self.parameters = parameters
    self.body = body
    self.answers = answers
    self.timeLimit = timeLimit
    self.handle = handle
  }

  /// The names in braces.
  var pathParameters: [String] {
    path.split(separator: "/").filter { $0.hasPrefix("{") && $0.hasSuffix("}") }.map {
      String($0.dropFirst().dropLast())
    }
  }
}

extension Route.Access {
  /// - Throws: 401 without a token, 403 with one of another role.
  func check(_ actor: Actor?) throws(Problem) {
    switch self {
    case .everyone: return
    case .signedIn: guard actor != nil else { throw .unauthorized(nil) }
    case .roles(let roles):
      guard let actor else { throw .unauthorized(nil) }
      guard roles.contains(actor.role) else {
        let names = roles.map(\.rawValue).joined(separator: ", ")
        throw .forbidden("Réservé aux rôles\u{202F}: \(names).", "For these roles alone: \(names).")
      }
    }
  }
}
