import CooperationModel

extension Call {
  /// What a command's caller is told: 201 or 200 with what it made, 202 while it is not decided.
  ///
  /// - Parameters:
  ///   - location: the entity's address.
  ///   - value: the entity as the front's table has it; asked only once the table has the version.
  /// - Throws: the rejection, or 422 for a key that was used for another body.
  package func reply<State>(
    to answer: CommandGateway<State>.Answer, command: CommandID, at location: String,
    value: () async throws -> (some Encodable)?
  ) async throws -> Reply {
    switch answer {
    case .done(let version, let isCreated):
      let status = isCreated ? 201 : 200
      let reply = try await value().map { try Reply.json($0, status: status) } ?? Reply(status: status)
      return reply.version(version).with(isCreated ? .location : .contentLocation, location)
    case .late(let version, let isCreated):
      return Reply(status: isCreated ? 201 : 200).version(version).with(.location, location)
    case .rejected(let rejection): throw rejection
    case .conflict: throw Problem.keyReused
    case .undecided: return .accepted(at: "/commands/\(command)")
    }
  }
}

/// `GET /commands/{id}`: what became of a command.
package enum CommandRoutes {
  package static func routes<State>(_ gateway: CommandGateway<State>) -> [Route] {
    let schema = Schema.object(
      required: ["command": .uuid, "status": .oneOf(CommandReport.Status.allCases.map(\.rawValue))],
      optional: [
        "kind": .string(), "entity": .string(), "receivedAt": .instant, "version": .integer(minimum: 1),
        "created": .boolean, "problem": Schema(["$ref": .string("#/components/schemas/Problem")]),
      ]
    ).named("CommandReport")
    return [
      Route(
        .get, "/commands/{id}", "readCommand", fr: "Ce qu'une commande est devenue", en: "What became of a command",
        parameters: [.path("id", .uuid, fr: "La commande", en: "The command")],
        answers: [Route.Answer(200, fr: "Ce que l'on en sait", en: "What is known of it", schema)]
      ) { call in
        let id: CommandID = try call.path("id")
        let outcome = await gateway.outcome(of: id)
        let reply = try Reply.json(CommandReport(id, outcome, request: call.id, language: call.language))
        return outcome == nil ? reply.with(.retryAfter, "1") : reply
      }
    ]
  }
}

/// What is known of a command.
struct CommandReport: Encodable {
  enum Status: String, Encodable, CaseIterable {
    case accepted, rejected
    /// Not decided yet; or never sent, or decided more than a day ago.
    case unknown
  }

  var command: CommandID
  var status: Status
  var kind: String?
  var entity: String?
  var receivedAt: Instant?
  var version: Int?
  var created: Bool?
  var problem: ProblemDocument?

  init(_ id: CommandID, _ outcome: CommandOutcome?, request: String, language: Language) {
    command = id
    status = .unknown
    guard let outcome else { return }
    kind = outcome.kind
    entity = outcome.entity
    receivedAt = outcome.receivedAt
    switch outcome.result {
    case .accepted(let version, let created):
      status = .accepted
      self.version = version
      self.created = created
    case .rejected(let rejection):
      status = .rejected
      problem = ProblemDocument(Problem(rejection), request: request, language: language)
    }
  }
}
