import CooperationModel

/// Describes routes as OpenAPI 3.1, from the declarations that the server runs.
enum OpenAPI {
  static func route(_ document: JSONValue) -> Route {
    Route(
      .get, "/openapi.json", "describeInterface", fr: "Cette description", en: "This description", access: .everyone,
      answers: [Route.Answer(200, fr: "La description", en: "The description", .any)]
    ) { _ in try .json(document) }
  }

  static func document(title: String, summary: Localized, routes: [Route]) -> JSONValue {
    var paths: [String: [String: JSONValue]] = [:]
    var schemas: [String: JSONValue] = ["Problem": problem]
    for route in routes {
      paths[route.path, default: [:]][route.method.rawValue.lowercased()] = operation(route, &schemas)
    }
    return .object([
      "openapi": .string("3.1.0"),
      "info": .object([
        "title": .string(title), "version": .string("1"), "summary": .string(summary.en),
        "description": .string("\(summary.fr)\n\n\(summary.en)"),
      ]),
      "servers": .array([.object(["url": .string("/")])]),
      "paths": .object(paths.mapValues { .object($0) }),
      "components": .object([
        "schemas": .object(schemas),
        "securitySchemes": .object([
          "bearer": .object([
            "type": .string("http"), "scheme": .string("bearer"), "bearerFormat": .string("JWT"),
            "description": .string("EdDSA or ES256, from a trusted issuer."),
          ])
        ]),
      ]),
    ])
  }

  /// What is wrong with the declarations themselves: found by every start of a debug build.
  static func faults(_ routes: [Route]) -> [String] {
    var faults: [String] = []
    var names: Set<String> = []
    for route in routes {
      if !names.insert(route.name).inserted { faults.append("two operations are called \(route.name)") }
      if !route.answers.contains(where: { $0.status < 400 }) { faults.append("\(route.name) has no answer") }
      if !route.path.hasPrefix("/") { faults.append("\(route.path) does not begin with a slash") }
      for parameter in route.parameters where parameter.place == .path {
        if !route.pathParameters.contains(parameter.name) {
          faults.append("\(route.name): there is no {\(parameter.name)} in \(route.path)")
        }
      }
    }
    return faults
  }

  private static func operation(_ route: Route, _ schemas: inout [String: JSONValue]) -> JSONValue {
    var operation: [String: JSONValue] = [
      "operationId": .string(route.name), "summary": .string(route.summary.en),
      "description": .string("\(route.summary.fr)\n\n\(route.summary.en)\(roles(route))"),
      "responses": responses(route, &schemas),
    ]
    switch route.access {
    case .everyone: operation["security"] = .array([.object([:]), .object(["bearer": .array([])])])
    case .signedIn, .roles: operation["security"] = .array([.object(["bearer": .array([])])])
    }
    let parameters = parameters(route, &schemas)
    if !parameters.isEmpty { operation["parameters"] = .array(parameters) }
    switch route.body {
    case .none: break
    case .json(let schema): operation["requestBody"] = body(["application/json": schema], &schemas)
    case .form(let schema): operation["requestBody"] = body(["application/x-www-form-urlencoded": schema], &schemas)
    case .stream(let types, _):
      operation["requestBody"] = body(
        Dictionary(types.map { ($0, Schema.string()) }) { first, _ in first }, &schemas)
    }
    return .object(operation)
  }

  private static func roles(_ route: Route) -> String {
    guard case .roles(let roles) = route.access else { return "" }
    let names = roles.map { "`\($0.rawValue)`" }.joined(separator: ", ")
    return "\n\nRoles: \(names)."
  }

  private static func parameters(_ route: Route, _ schemas: inout [String: JSONValue]) -> [JSONValue] {
    var parameters = route.parameters
    for name in route.pathParameters where !parameters.contains(where: { $0.place == .path && $0.name == name }) {
      parameters.append(.path(name, .string(), fr: "Identifiant", en: "Identifier"))
    }
    if route.method != .get, route.access != .everyone {
      parameters.append(
        .header(
          "Idempotency-Key", .string(minLength: 1, maxLength: 255), required: false,
          fr: "La même demande répétée avec la même clé a le même résultat.",
          en: "The same request repeated with the same key has the same outcome."))
    }
    return parameters.map { parameter in
      schemas.merge(parameter.schema.named) { first, _ in first }
      return .object([
        "name": .string(parameter.name), "in": .string(parameter.place.rawValue),
        "required": .bool(parameter.isRequired),
        "description": .string("\(parameter.summary.fr) — \(parameter.summary.en)"),
        "schema": .object(parameter.schema.json),
      ])
    }
  }

  private static func body(_ content: [String: Schema], _ schemas: inout [String: JSONValue]) -> JSONValue {
    .object(["required": .bool(true), "content": media(content, &schemas)])
  }

  private static func media(_ content: [String: Schema], _ schemas: inout [String: JSONValue]) -> JSONValue {
    for schema in content.values { schemas.merge(schema.named) { first, _ in first } }
    return .object(content.mapValues { .object(["schema": .object($0.json)]) })
  }

  private static func responses(_ route: Route, _ schemas: inout [String: JSONValue]) -> JSONValue {
    var responses: [String: JSONValue] = [:]
    for answer in route.answers {
      var response: [String: JSONValue] = ["description": .string("\(answer.summary.fr) — \(answer.summary.en)")]
      if !answer.content.isEmpty {
        response["content"] = media(answer.content, &schemas)
      } else if answer.status >= 400 {
        response["content"] = problemContent
      }
      if !answer.headers.isEmpty {
        response["headers"] = .object(
          Dictionary(answer.headers.map { ($0, .object(["schema": .object(["type": .string("string")])])) }) {
            first, _ in
            first
          })
      }
      responses[String(answer.status)] = .object(response)
    }
    for status in problems(route) where responses[String(status)] == nil {
      responses[String(status)] = .object([
        "description": .string(status == 500 ? "Problème — Problem" : "Problème \(status) — Problem \(status)"),
        "content": problemContent,
      ])
    }
    return .object(responses)
  }

  private static let problemContent: JSONValue = .object([
    "application/problem+json": .object(["schema": .object(["$ref": .string("#/components/schemas/Problem")])])
  ])

  /// The problems that a route can answer with by what it is; its own 409 and 412 it declares.
  private static func problems(_ route: Route) -> [Int] {
    var statuses = [400, 429, 500, 503]
    if route.access != .everyone { statuses += [401, 403] }
    if !route.pathParameters.isEmpty { statuses.append(404) }
    switch route.body {
    case .none: break
    case .json, .form, .stream: statuses += [408, 413, 415, 422]
    }
    if route.isVital { statuses = [500] }
    return statuses.sorted()
  }

  private static let problem: JSONValue = .object(
    Schema.object(
      required: [
        "type": .string(format: "uri"), "title": .string(), "status": .integer(minimum: 400, maximum: 599),
        "instance": .string(format: "uri"),
      ],
      optional: [
        "detail": .string(),
        "violations": .array(
          .object(required: [
            "pointer": .string().describing("JSON Pointer (RFC 6901)"), "code": .string(), "message": .string(),
          ])),
      ]
    ).json)
}
