import CooperationModel
import ServiceKit
import TopicBus

/// `/confirm-request`: what the link in a reminder opens. An embassy's contact says that a request still stands.
struct RequestLinkRoutes: Sendable {
  let gateway: CommandGateway<IngestionFrontState>
  let reference: ReferenceData
  let verifier: TokenVerifier

  var endpoints: [Route] {
    let page = Route.Answer(200, fr: "Une page", en: "A page", .string(), type: "text/html")
    let token = Route.Parameter.query("token", .string(), fr: "Le jeton du lien", en: "The link's token")
    return [
      Route(
        .get, "/confirm-request", "askToConfirmRequest", fr: "La page d’un rappel de confirmation",
        en: "A reminder's page", access: .everyone, parameters: [token], answers: [page]
      ) { call in
        let token = call.query("token") ?? ""
        return await open(token, call) { request, _, wording in wording.ask(request, token: token).reply() }
      },
      Route(
        .post, "/confirm-request", "confirmRequestByLink", fr: "Confirmer une demande par son lien",
        en: "Confirm a request by its link", access: .everyone, parameters: [token],
        body: .form(.object(optional: ["token": .string()])), answers: [page]
      ) { call in
        await open(call.query("token") ?? call.form()["token"] ?? "", call) { request, grant, wording in
          await confirm(request, grant, wording, call)
        }
      },
    ]
  }

  private func confirm(
    _ request: PartnershipRequest, _ grant: ActionGrant, _ wording: RequestLinkWording, _ call: Call
  ) async -> Reply {
    let id = request.id
    // The same link confirms once per version: a second click finds what the first one did.
    let command = Command(
      id: StableID.command(
        issuer: grant.actor.issuer, subject: grant.actor.subject, method: "POST", route: call.route, target: id.rawValue,
        key: "\(grant.tokenID) \(request.version)"), kind: "request.confirm", entity: id.rawValue,
      partitionKey: id.rawValue, receivedAt: call.receivedAt,
      payload: Command.Payload(
        actor: grant.actor, ifMatch: nil, digest: StableID.digest(body: [], ifMatch: nil), body: .object([:])))
    do throws(BusError) {
      let answer = try await gateway.submit(command) { state, version in state.requests[id]?.version ?? 0 >= version }
      switch answer {
      case .done, .late: return wording.confirmed(request).reply()
      case .undecided: return wording.words.noted().reply(status: 202)
      case .rejected(let rejection):
        return wording.refused(rejection.violations.first?.message[wording.language] ?? "").reply(status: 409)
      case .conflict: return wording.words.wrong().reply(status: 409)
      }
    } catch {
      return wording.words.away().reply(status: 503).with(.retryAfter, "60")
    }
  }

  /// Verifies the token and finds its request, for a contact of the request's embassy.
  private func open(
    _ token: String, _ call: Call, then page: (PartnershipRequest, ActionGrant, RequestLinkWording) async -> Reply
  ) async -> Reply {
    let anyone = LinkWording(language: call.language, reference: reference)
    var grant: ActionGrant
    do throws(TokenError) {
      grant = try await verifier.action(.confirmRequest, of: token)
    } catch {
      return error == .expired || error == .revoked
        ? anyone.expired().reply(status: 410) : anyone.wrong().reply(status: 400)
    }
    guard let id = RequestID(grant.target), let contactID = ContactID(grant.actor.subject) else {
      return anyone.wrong().reply(status: 400)
    }
    let found = await gateway.read { state in (state.requests[id], state.contacts[contactID]) }
    guard let request = found.0, let contact = found.1, contact.canBeWrittenTo,
      contact.owner == .embassy(request.country)
    else { return anyone.expired().reply(status: 410) }
    // The contact acts for its embassy, in this one thing.
    grant.actor.role = .embassy
    grant.actor.country = request.country
    grant.actor.onBehalf = "link"
    return await page(
      request, grant,
      RequestLinkWording(language: contact.language, words: LinkWording(language: contact.language, reference: reference)))
  }
}

/// What the page says.
struct RequestLinkWording: Sendable {
  let language: Language
  let words: LinkWording

  private func say(fr: String, en: String) -> String { Localized(fr: fr, en: en)[language] }

  func ask(_ request: PartnershipRequest, token: String) -> LinkPage {
    guard request.isOpen else {
      return refused(
        say(
          fr: "Elle n’est plus ouverte : il n’y a rien à confirmer.", en: "It is no longer open: there is nothing to confirm."))
    }
    return LinkPage(
      language: language, title: say(fr: "Cette demande tient-elle toujours\u{202F}?", en: "Does this request still stand?"),
      paragraphs: [
        say(
          fr: "Sans confirmation, elle expire et n’est plus proposée aux collectivités françaises.",
          en: "Without a confirmation it expires and is no longer offered to French authorities.")
      ], facts: facts(request),
      button: LinkPage.Button(
        label: say(fr: "Oui, elle tient toujours", en: "Yes, it still stands"), action: "/confirm-request", token: token))
  }

  func confirmed(_ request: PartnershipRequest) -> LinkPage {
    LinkPage(
      language: language, title: say(fr: "Merci, la demande est confirmée", en: "Thank you, the request is confirmed"),
      paragraphs: [
        say(fr: "Elle reste ouverte six mois de plus.", en: "It stays open for six more months.")
      ], facts: facts(request))
  }

  func refused(_ reason: String) -> LinkPage {
    LinkPage(
      language: language, title: say(fr: "Cette demande ne peut pas être confirmée", en: "This request cannot be confirmed"),
      paragraphs: [reason])
  }

  private func facts(_ request: PartnershipRequest) -> [(label: String, value: String)] {
    [
      (say(fr: "Demande", en: "Request"), request.title),
      (say(fr: "De", en: "From"), request.authorities.map(\.name).joined(separator: ", ")),
    ]
  }
}
