import CooperationModel
import ServiceKit
import ThemeClassifier

/// `/requests`: embassies submit, change, publish, conclude and close partnership requests; everyone reads the published.
struct RequestRoutes: Sendable {
  let gateway: CommandGateway<IngestionFrontState>
  let reference: ReferenceData
  let classifier: ThemeClassifier

  var endpoints: [Route] {
    [
      Route(
        .get, "/requests", "listRequests", fr: "Lister les demandes", en: "List requests", access: .everyone,
        parameters: [
          .query("country", .string(), fr: "D’un pays", en: "Of a country"),
          .query("theme", .string(), fr: "D’un thème ou de ce qu’il contient", en: "Of a theme or what it contains"),
          .query("status", .oneOf(PartnershipRequest.Status.self), fr: "À un état", en: "Of a status"),
        ] + pageParameters, answers: [Route.Answer(200, fr: "Une page", en: "A page", pageSchema(requestSchema))],
        handle: list),
      Route(
        .post, "/requests", "submitRequest", fr: "Déposer une demande", en: "Submit a request",
        access: .roles(.embassy, .ministry, .operator),
        parameters: [
          .query("draft", .boolean, fr: "La garder à l’état de brouillon", en: "Keep it as a draft")
        ], body: .json(requestDraftSchema),
        answers: [
          Route.Answer(201, fr: "Déposée", en: "Submitted", proposedRequestSchema, headers: ["ETag", "Location"])
        ],
        handle: submit),
      Route(
        .get, "/requests/{id}", "readRequest", fr: "Lire une demande", en: "Read a request", access: .everyone,
        answers: [Route.Answer(200, fr: "La demande", en: "The request", requestSchema, headers: ["ETag"])],
        handle: read),
      Route(
        .put, "/requests/{id}", "changeRequest", fr: "Modifier une demande", en: "Change a request",
        access: .roles(.embassy, .ministry, .operator), body: .json(requestDraftSchema),
        answers: [Route.Answer(200, fr: "Modifiée", en: "Changed", proposedRequestSchema, headers: ["ETag"])],
        handle: { call in
          _ = try call.requiredVersion()
          return try await order("request.change", call, RequestDraft.self, proposing: true)
        }),
      transition("submit", "submitDraft", EmptyOrder.self, .object(), fr: "Déposer un brouillon", en: "Submit a draft"),
      transition(
        "publish", "publishRequest", EmptyOrder.self, .object(), fr: "Publier une demande", en: "Publish a request"),
      transition(
        "confirm", "confirmRequest", EmptyOrder.self, .object(), fr: "Confirmer qu’une demande tient toujours",
        en: "Confirm that a request still stands"),
      transition(
        "contact", "markInContact", EmptyOrder.self, .object(), fr: "Noter une prise de contact",
        en: "Note that partners are in contact"),
      transition(
        "conclude", "concludeRequest", ConclusionOrder.self,
        .object(required: ["partners": .array(.string(), minItems: 1)]),
        fr: "Conclure une demande avec ses partenaires", en: "Conclude a request with its partners"),
      transition(
        "close", "closeRequest", ClosingOrder.self, .object(required: ["reason": .string(maxLength: 500)]),
        fr: "Clore une demande sans résultat", en: "Close a request without result"),
    ]
  }

  private func transition<Order: Draft>(
    _ verb: String, _ name: String, _ order: Order.Type, _ schema: Schema, fr: String, en: String
  ) -> Route {
    Route(
      .post, "/requests/{id}/\(verb)", name, fr: fr, en: en, access: .roles(.embassy, .ministry, .operator),
      body: .json(schema),
      answers: [Route.Answer(200, fr: "Fait", en: "Done", requestSchema, headers: ["ETag"])],
      handle: { call in try await self.order("request.\(verb)", call, order) })
  }

  private func submit(_ call: Call) async throws -> Reply {
    let draft = try call.draft(RequestDraft.self, with: reference)
    guard try call.signedIn().mayWrite(for: draft.country) else { throw Rejection.forbidden(try call.signedIn()) }
    let kind = try call.query("draft", as: Bool.self) == true ? "request.draft" : "request.submit"
    let command = try call.command(
      kind, entity: { StableID.uuid(of: ["request", $0.rawValue]) }, body: try JSONValue(encoding: draft))
    return try await reply(to: command, proposing: true)
  }

  private func order<Order: Draft>(
    _ kind: String, _ call: Call, _ type: Order.Type, proposing: Bool = false
  ) async throws -> Reply {
    let id = try call.path("id", as: RequestID.self)
    guard let request = await gateway.read({ $0.requests[id] }) else { throw Problem.notFound }
    guard try call.signedIn().mayWrite(for: request.country) else { throw Rejection.forbidden(try call.signedIn()) }
    let order = try call.draft(type, with: reference)
    return try await reply(
      to: try call.command(kind, entity: { _ in id.rawValue }, body: try JSONValue(encoding: order)),
      proposing: proposing)
  }

  /// - Parameter proposing: whether the themes that the text speaks of are named too.
  private func reply(to command: Command, proposing: Bool) async throws -> Reply {
    guard let id = RequestID(command.entity) else { throw Problem.notFound }
    return try await gateway.reply(
      to: command, location: "/requests/\(id)", version: { $0.requests[id]?.version },
      entity: { state in
        guard proposing else { return state.requests[id] }
        return state.requests[id].map { ProposedRequest(request: $0, classifier: classifier) }
      })
  }

  private func read(_ call: Call) async throws -> Reply {
    let id = try call.path("id", as: RequestID.self)
    guard let request = await gateway.read({ $0.requests[id] }), isVisible(request, to: call.actor) else {
      throw Problem.notFound
    }
    return try .json(request, version: request.version)
  }

  private func list(_ call: Call) async throws -> Reply {
    let country = try call.query("country", as: CountryCode.self)
    let theme = try call.query("theme", as: ThemeID.self)
    let status = try call.query("status").map { text throws(Problem) in
      guard let status = PartnershipRequest.Status(rawValue: text) else {
        throw .parameter("/query/status", "Cet état n’existe pas.", "There is no such status.")
      }
      return status
    }
    let page = try call.page()
    let actor = call.actor
    let requests = await gateway.read { state in
      page.page(
        of: state.requests.sortedKeys().compactMap { state.requests[$0] }.filter { request in
          isVisible(request, to: actor) && (country == nil || request.country == country)
            && (status == nil || request.status == status)
            && (theme == nil
              || request.themes.contains { $0 == theme || $0.rawValue.hasPrefix("\(theme?.rawValue ?? "")/") })
        }, key: \.id.rawValue)
    }
    return try .json(requests)
  }

  /// Drafts and submitted requests are their embassy's and the ministry's to see.
  private func isVisible(_ request: PartnershipRequest, to actor: Actor?) -> Bool {
    switch request.status {
    case .draft, .submitted: actor?.mayWrite(for: request.country) ?? false
    case .published, .inContact, .concluded, .closed, .expired: true
    }
  }
}
