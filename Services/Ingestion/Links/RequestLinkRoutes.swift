import CooperationModel
import ServiceKit
import TopicBus

/// `/confirm-request`: what the link in a reminder opens. A GET shows the request and changes nothing; its button confirms
/// that the request still stands.
struct RequestLinkRoutes: Sendable {
  let gateway: CommandGateway<IngestionFrontState>
  let reference: ReferenceData
  let verifier: TokenVerifier

  /// An opened link: the request, and who may confirm it.
  private struct Opened {
    var request: PartnershipRequest
    var actor: Actor
    var grant: ActionGrant
    var wording: LinkWording
  }

  var endpoints: [Route] {
    let token = Route.Parameter.query("token", .string(), fr: "Le jeton du lien", en: "The link's token")
    let page = Route.Answer(200, fr: "Une page", en: "A page", .string(), type: "text/html")
    return [
      Route(
        .get, "/confirm-request", "askToConfirmRequest", fr: "La page d’un lien de rappel",
        en: "A reminder link's page",
        access: .everyone, parameters: [token], answers: [page]
      ) { call in
        let token = call.query("token") ?? ""
        return await open(token, call) { opened in
          opened.request.isOpen
            ? opened.wording.askToConfirm(opened.request, token: token).reply()
            : opened.wording.ended(opened.request).reply()
        }
      },
      Route(
        .post, "/confirm-request", "confirmRequestByLink",
        fr: "Confirmer par un lien qu’une demande tient toujours", en: "Confirm by a link that a request still stands",
        access: .everyone, parameters: [token], body: .form(.object(optional: ["token": .string()])), answers: [page]
      ) { call in
        await open(call.query("token") ?? call.form()["token"] ?? "", call) { await confirm($0, call) }
      },
    ]
  }

  private func confirm(_ opened: Opened, _ call: Call) async -> Reply {
    let id = opened.request.id
    // A second click finds what the first one did.
    let command = Command(
      id: StableID.command(
        issuer: opened.actor.issuer, subject: opened.actor.subject, method: call.method.rawValue, route: call.route,
        target: id.rawValue, key: opened.grant.tokenID), kind: "request.confirm", entity: id.rawValue,
      partitionKey: id.rawValue, receivedAt: call.receivedAt,
      payload: Command.Payload(
        actor: opened.actor, ifMatch: nil, digest: StableID.digest(body: [], ifMatch: nil), body: .object([:])))
    do throws(BusError) {
      let answer = try await gateway.submit(command) { state, version in
        state.requests[id].map { $0.version >= version } ?? false
      }
      switch answer {
      case .done, .late:
        let confirmed = await gateway.read { $0.requests[id] } ?? opened.request
        return opened.wording.confirmed(confirmed).reply()
      case .undecided: return opened.wording.noted().reply(status: 202)
      case .rejected, .conflict: return opened.wording.ended(opened.request).reply(status: 409)
      }
    } catch {
      return HTMLPage.serviceAway(opened.wording.language).reply(status: 503).with(.retryAfter, "60")
    }
  }

  /// Verifies the token, and that its contact is one of the embassy whose request it is.
  private func open(_ token: String, _ call: Call, then page: (Opened) async -> Reply) async -> Reply {
    let anyone = LinkWording(language: call.language, reference: reference)
    let grant: ActionGrant
    do throws(TokenError) {
      grant = try await verifier.action(.confirmRequest, of: token)
    } catch {
      return error == .expired || error == .revoked
        ? anyone.expired().reply(status: 410) : HTMLPage.linkIncomplete(call.language).reply(status: 400)
    }
    guard let id = RequestID(grant.target), let contactID = ContactID(grant.actor.subject) else {
      return HTMLPage.linkIncomplete(call.language).reply(status: 400)
    }
    let (found, reader) = await gateway.read { ($0.requests[id], $0.contacts[contactID]) }
    guard let request = found, let contact = reader, contact.owner == .embassy(request.country) else {
      return anyone.expired().reply(status: 410)
    }
    var actor = grant.actor
    actor.country = request.country
    let wording = LinkWording(language: contact.language, reference: reference)
    return await page(Opened(request: request, actor: actor, grant: grant, wording: wording))
  }
}
