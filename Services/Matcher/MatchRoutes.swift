import CooperationModel
import ServiceKit

/// `/matches` and `/leads`: who fits a request and why, what was offered to whom, and answers.
struct MatchRoutes: Sendable {
  let gateway: CommandGateway<MatcherFrontState>
  let reference: ReferenceData

  var endpoints: [Route] {
    [
      Route(
        .get, "/matches/{request}", "readMatches", fr: "Qui convient à une demande, et pourquoi",
        en: "Who fits a request, and why", access: .everyone,
        answers: [Route.Answer(200, fr: "Les listes classées", en: "The ranked lists", matchSetSchema)], handle: matches
      ),
      Route(
        .get, "/matches/{request}/{collectivite}", "explainMatch",
        fr: "Pourquoi une collectivité convient à une demande, ou pourquoi non",
        en: "Why an authority fits a request, or why not", access: .everyone,
        answers: [Route.Answer(200, fr: "Le verdict", en: "The verdict", verdictSchema)], handle: explain),
      Route(
        .get, "/leads", "listLeads", fr: "Lister les mises en relation", en: "List leads",
        parameters: [
          .query("request", .uuid, fr: "D’une demande", en: "Of a request"),
          .query("collectivite", .string(), fr: "D’une collectivité", en: "Of an authority"),
          .query("limit", .integer(minimum: 1, maximum: 500), fr: "Combien au plus (50)", en: "How many at most (50)"),
          .query("after", .string(), fr: "Le curseur de la page précédente", en: "The previous page's cursor"),
        ],
        answers: [
          Route.Answer(
            200, fr: "Une page", en: "A page",
            .object(required: ["items": .array(leadSchema)], optional: ["next": .string()]))
        ], handle: list),
      Route(
        .get, "/leads/{id}", "readLead", fr: "Lire une mise en relation", en: "Read a lead",
        answers: [Route.Answer(200, fr: "La mise en relation", en: "The lead", leadSchema, headers: ["ETag"])]
      ) { call in
        let lead = try await lead(call)
        return try .json(LeadView(lead, reference, call.language), version: lead.version)
      },
      Route(
        .post, "/leads/{id}/answer", "answerLead", fr: "Répondre à une mise en relation", en: "Answer a lead",
        body: .json(
          .object(
            required: ["answer": .oneOf(LeadAnswer.Answer.self)],
            optional: ["reason": .oneOf(Lead.Reason.answers.map(\.rawValue))]
          ).named("LeadAnswer")),
        answers: [Route.Answer(200, fr: "Notée", en: "Noted", leadSchema, headers: ["ETag"])], handle: answer),
    ]
  }

  private func matches(_ call: Call) async throws -> Reply {
    let id = try call.path("request", as: RequestID.self)
    let found = await gateway.read { state in state.requests[id].map { ($0, state.matches[id], state.outlook(of: $0)) }
    }
    guard let (request, matches, outlook) = found, request.isOpen || request.isEnded else { throw Problem.notFound }
    let shown =
      matches
      ?? MatchSet(
        request: id, requestVersion: request.version, scoring: 0, ranked: [], prospects: [])
    return try .json(MatchSetView(shown, outlook, reference, call.language))
  }

  private func explain(_ call: Call) async throws -> Reply {
    let id = try call.path("request", as: RequestID.self)
    let collectivite = try call.path("collectivite", as: CollectiviteID.self)
    let verdict = await gateway.read { state -> Verdict? in
      guard let request = state.requests[id], request.isOpen || request.isEnded,
        let ranking = state.knowledge.ranking
      else { return nil }
      return ranking.explain(request, collectivite, among: state.knowledge.candidates)
    }
    guard let verdict else { throw Problem.notFound }
    return try .json(VerdictView(verdict, reference, call.language))
  }

  private func lead(_ call: Call) async throws -> Lead {
    let id = try call.path("id", as: LeadID.self)
    let actor = try call.signedIn()
    guard let lead = await gateway.read({ $0.leads[id] }), isVisible(lead, to: actor) else { throw Problem.notFound }
    return lead
  }

  /// A lead concerns the collectivité, the country's embassy, the préfecture's and the ministry's people.
  private func isVisible(_ lead: Lead, to actor: Actor) -> Bool {
    let today = reference.registry.current(of: lead.id.collectivite) ?? lead.id.collectivite
    return actor.mayWrite(for: today) || actor.mayWrite(for: lead.facts.country)
      || (actor.role == .contact && actor.collectivite == lead.id.collectivite)
      || (actor.role == .prefecture && reference.registry[today]?.departement?.code == actor.territory.map { $0[...] })
  }

  private func list(_ call: Call) async throws -> Reply {
    let request = try call.query("request", as: RequestID.self)
    let collectivite = try call.query("collectivite", as: CollectiviteID.self)
    let actor = try call.signedIn()
    let page = try call.page()
    let leads = await gateway.read { state in
      page.page(
        of: state.leads.sortedKeys().compactMap { state.leads[$0] }.filter { lead in
          (request == nil || lead.id.request == request)
            && (collectivite == nil || lead.id.collectivite == collectivite)
            && isVisible(lead, to: actor)
        }, key: \.id.rawValue)
    }
    return try .json(leads.map { LeadView($0, reference, call.language) })
  }

  private func answer(_ call: Call) async throws -> Reply {
    let lead = try await lead(call)
    let id = lead.id
    let answer = try call.draft(LeadAnswer.self, with: reference)
    let command = try call.command("lead.answer", entity: { _ in id.rawValue }, body: try JSONValue(encoding: answer))
    let language = call.language
    return try await gateway.reply(
      to: command, location: "/leads/\(id)", version: { $0.leads[id]?.version },
      entity: { [reference] in $0.leads[id].map { LeadView($0, reference, language) } })
  }
}
