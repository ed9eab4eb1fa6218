import CooperationModel

// What HTTP clients are told of their commands.

extension CommandGateway {
  /// Submits a command and answers as HTTP does: 201 created, 200 changed, 202 undecided, or the problem.
  ///
  /// - Parameters:
  ///   - location: the entity's address.
  ///   - entity: the entity as the front's table has it; nil for one that is not to be shown.
  ///   - version: the version that the front's table has; nil for none.
  package func reply(
    to command: Command, location: String, version: @escaping @Sendable (State) -> Int?,
    entity: @escaping @Sendable (State) -> (any Encodable & Sendable)?
  ) async throws -> Reply {
    let answer = try await submit(command) { state, decided in version(state).map { $0 >= decided } ?? false }
    switch answer {
    case .rejected(let rejection): throw rejection
    case .conflict: throw Problem.keyReused
    case .undecided: return .accepted(at: "/commands/\(command.id)").with(.contentLocation, location)
    case .late(let version, let isCreated):
      if isCreated { return .created(at: location, version: version) }
      return Reply(status: 200, headers: [.location: location]).version(version)
    case .done(let version, let isCreated):
      let shown = await shown(entity)
      if isCreated { return try .created(at: location, version: version, shown) }
      return try shown.map { try .json($0, version: version) } ?? Reply(status: 204).version(version)
    }
  }

  private func shown(_ entity: @escaping @Sendable (State) -> (any Encodable & Sendable)?) async -> AnyEncodable? {
    await read { entity($0).map(AnyEncodable.init) }
  }

  /// `GET /commands/{id}`: what became of a command, for a day.
  package var route: Route {
    Route(
      .get, "/commands/{id}", "readCommand", fr: "Ce qu’une commande est devenue (24 heures)",
      en: "What became of a command (24 hours)", access: .everyone,
      answers: [
        Route.Answer(
          200, fr: "Décidée", en: "Decided",
          .object(
            required: ["command": .uuid, "entity": .string(), "result": .oneOf(["accepted", "rejected"])],
            optional: ["version": .integer(minimum: 0), "violations": .array(.any)]
          ).named("CommandOutcome")),
        Route.Answer(404, fr: "Inconnue, ou pas encore décidée", en: "Unknown, or not decided yet"),
      ]
    ) { call in
      let id = try call.path("id", as: CommandID.self)
      guard let outcome = await outcome(of: id) else { throw Problem.notFound }
      return try .json(OutcomeView(outcome, call.language))
    }
  }
}

/// An outcome as clients see it.
private struct OutcomeView: Encodable {
  var command: CommandID
  var entity: String
  var result: String
  var version: Int?
  var reason: String?
  var violations: [Shown]?

  struct Shown: Encodable {
    var pointer: String
    var code: String
    var message: String
  }

  init(_ outcome: CommandOutcome, _ language: Language) {
    command = outcome.command
    entity = outcome.entity
    switch outcome.result {
    case .accepted(let version, _):
      result = "accepted"
      self.version = version
    case .rejected(let rejection):
      result = "rejected"
      reason = rejection.reason.rawValue
      violations = rejection.violations.map {
        Shown(pointer: $0.pointer, code: $0.code, message: $0.message[language])
      }
    }
  }
}

/// A value of a type that is not known here.
struct AnyEncodable: Encodable, Sendable {
  let value: any Encodable & Sendable
  init(_ value: any Encodable & Sendable) { self.value = value }
  func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
}
