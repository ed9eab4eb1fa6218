import CooperationModel
import ServiceKit
import TopicBus

/// `/answer`: where the link in an offer leads. Opening it changes nothing; its form answers.
///
/// The token in the link names one lead and one contact, and was signed when the message was sent.
struct AnswerPage: Sendable {
  let gateway: CommandGateway<MatcherFrontState>
  let reference: ReferenceData
  let verifier: TokenVerifier

  var endpoints: [Route] {
    let page = Route.Answer(200, fr: "Une page", en: "A page", .string(), type: "text/html")
    return [
      Route(
        .get, "/answer", "showAnswerPage", fr: "La page où l’on répond à une proposition",
        en: "The page where an offer is answered", access: .everyone,
        parameters: [
          .query("token", .string(), required: true, fr: "Le jeton du lien", en: "The link's token"),
          .query("answer", .oneOf(LeadAnswer.Answer.self), fr: "La réponse proposée", en: "The answer proposed"),
        ], answers: [page], handle: show),
      Route(
        .post, "/answer", "answerByLink", fr: "Répondre par le lien reçu", en: "Answer by the link received",
        access: .everyone,
        body: .form(
          .object(
            required: ["token": .string(), "answer": .oneOf(LeadAnswer.Answer.self)], optional: ["reason": .string()])),
        answers: [page], handle: answer),
    ]
  }

  private func show(_ call: Call) async throws -> Reply {
    let token = call.query("token") ?? ""
    return try await open(token, call) { lead, _, wording in
      wording.ask(lead, token: token, chosen: call.query("answer").flatMap(LeadAnswer.Answer.init), note: nil).reply()
    }
  }

  private func answer(_ call: Call) async throws -> Reply {
    let form = call.form()
    let token = form["token"] ?? ""
    return try await open(token, call) { lead, grant, wording in
      guard let chosen = form["answer"].flatMap(LeadAnswer.Answer.init), chosen == .interested || chosen == .declined
      else { return wording.ask(lead, token: token, chosen: nil, note: wording.choose).reply(status: 422) }
      let reason = chosen == .declined ? form["reason"].flatMap(Lead.Reason.init) ?? .other : nil
      do {
        switch try await gateway.submit(
          command(chosen, reason, lead, grant, call),
          isVisible: { [id = lead.id] in
            $0.leads[id]?.version ?? 0 >= $1
          })
        {
        case .rejected(let rejection):
          let note = rejection.violations.first?.message[wording.language]
          return wording.ask(lead, token: token, chosen: nil, note: note).reply(status: Problem(rejection).status)
        case .done, .late, .undecided, .conflict:
          return wording.thanks(lead, chosen).reply()
        }
      } catch let error as BusError {
        let problem = Problem(error)
        guard problem.status == 503 else { throw error }
        return HTMLPage.serviceAway(wording.language).reply(status: 503).with(.retryAfter, "60")
      }
    }
  }

  private func command(
    _ chosen: LeadAnswer.Answer, _ reason: Lead.Reason?, _ lead: Lead, _ grant: ActionGrant, _ call: Call
  ) throws -> Command {
    let body = try JSONValue(encoding: LeadAnswer(chosen, reason: reason))
    // The same link with the same answer is the same command, however often the form is sent.
    return Command(
      id: StableID.command(
        issuer: grant.actor.issuer, subject: grant.actor.subject, method: "POST", route: "/answer",
        target: lead.id.rawValue, key: "\(grant.tokenID) \(chosen.rawValue) \(reason?.rawValue ?? "")"),
      kind: "lead.answer", entity: lead.id.rawValue, partitionKey: lead.id.rawValue, receivedAt: call.receivedAt,
      payload: Command.Payload(
        actor: grant.actor, ifMatch: nil, digest: StableID.digest(body: try JSON.encode(body), ifMatch: nil), body: body
      ))
  }

  /// Verifies the token and finds its lead; answers with a page of its own when there is none.
  private func open(
    _ token: String, _ call: Call, then page: (Lead, ActionGrant, AnswerWording) async throws -> Reply
  ) async throws -> Reply {
    let wording = AnswerWording(language: call.language, reference: reference)
    var grant: ActionGrant
    do throws(TokenError) {
      grant = try await verifier.action(.answer, of: token)
    } catch {
      return error == .expired || error == .revoked
        ? wording.expired().reply(status: 410) : HTMLPage.linkIncomplete(call.language).reply(status: 400)
    }
    guard let id = LeadID(grant.target), let lead = await gateway.read({ $0.leads[id] }) else {
      return wording.gone().reply(status: 410)
    }
    grant.actor.collectivite = id.collectivite
    return try await page(lead, grant, wording)
  }
}
