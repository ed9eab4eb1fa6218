import CooperationModel
import ServiceKit
import TopicBus

/// `/confirm` and `/unsubscribe`: what the links in messages open. A GET shows a page and changes nothing; its button, or
/// a mail program's own (RFC 8058), does it by a POST.
struct LinkRoutes: Sendable {
  let gateway: CommandGateway<IngestionFrontState>
  let reference: ReferenceData
  let verifier: TokenVerifier

  /// What a link does.
  private enum Purpose {
    case confirm, unsubscribe

    var action: Action { self == .confirm ? .confirmContact : .unsubscribe }
    var command: String { self == .confirm ? "contact.confirm" : "contact.unsubscribe" }
    var path: String { self == .confirm ? "/confirm" : "/unsubscribe" }
  }

  var endpoints: [Route] {
    let token = Route.Parameter.query("token", .string(), fr: "Le jeton du lien", en: "The link's token")
    let form = Schema.object(optional: ["token": .string()])
    return [
      Route(
        .get, "/confirm", "askToConfirmAddress", fr: "La page d’un lien de confirmation",
        en: "A confirmation link's page",
        access: .everyone, parameters: [token], answers: [Self.page]
      ) { call in await ask(.confirm, call) },
      Route(
        .post, "/confirm", "confirmAddress", fr: "Confirmer une adresse par son lien",
        en: "Confirm an address by its link",
        access: .everyone, parameters: [token], body: .form(form), answers: [Self.page]
      ) { call in await act(.confirm, call, token: call.query("token") ?? call.form()["token"]) },
      Route(
        .get, "/unsubscribe", "askToUnsubscribe", fr: "La page d’un lien de désinscription",
        en: "An unsubscribe link's page", access: .everyone, parameters: [token], answers: [Self.page]
      ) { call in await ask(.unsubscribe, call) },
      Route(
        .post, "/unsubscribe", "unsubscribeAddress", fr: "Se désinscrire par son lien, aussi d’un seul clic (RFC 8058)",
        en: "Unsubscribe by a link, with one click as well (RFC 8058)", access: .everyone, parameters: [token],
        body: .stream(["application/x-www-form-urlencoded", "multipart/form-data"], limit: 64 << 10),
        answers: [Self.page]
      ) { call in
        // The one-click form's content says nothing: the token stands in the address. The page's own form carries it.
        let body = try await text(of: call.stream)
        return await act(.unsubscribe, call, token: call.query("token") ?? QueryFields(body)["token"])
      },
    ]
  }

  private static let page = Route.Answer(200, fr: "Une page", en: "A page", .string(), type: "text/html")

  // MARK: Asking

  private func ask(_ purpose: Purpose, _ call: Call) async -> Reply {
    let token = call.query("token")
    return await open(purpose, token, call) { contact, _, wording in
      switch (purpose, contact.status) {
      case (.confirm, .confirmed): wording.confirmed(contact).reply()
      case (.confirm, _): wording.askToConfirm(contact, token: token ?? "").reply()
      case (.unsubscribe, .unsubscribed): wording.unsubscribed(contact).reply()
      case (.unsubscribe, _): wording.askToUnsubscribe(contact, token: token ?? "").reply()
      }
    }
  }

  // MARK: Acting

  private func act(_ purpose: Purpose, _ call: Call, token: String?) async -> Reply {
    await open(purpose, token, call) { contact, grant, wording in
      let id = contact.id
      // The same link does the same once per version of the contact: a second click finds what the first one did.
      let command = Command(
        id: StableID.command(
          issuer: grant.actor.issuer, subject: grant.actor.subject, method: call.method.rawValue, route: call.route,
          target: id.rawValue, key: "\(grant.tokenID) \(contact.version)"), kind: purpose.command,
        entity: id.rawValue, partitionKey: contact.owner.rawValue, receivedAt: call.receivedAt,
        payload: Command.Payload(
          actor: grant.actor, ifMatch: nil, digest: StableID.digest(body: [], ifMatch: nil), body: .object([:])))
      do throws(BusError) {
        let answer = try await gateway.submit(command) { state, version in
          state.contacts[id].map { $0.version >= version } ?? false
        }
        switch answer {
        case .done, .late:
          return purpose == .confirm ? wording.confirmed(contact).reply() : wording.unsubscribed(contact).reply()
        case .undecided: return wording.noted().reply(status: 202)
        case .rejected, .conflict: return wording.erased().reply(status: 410)
        }
      } catch {
        return HTMLPage.serviceAway(wording.language).reply(status: 503).with(.retryAfter, "60")
      }
    }
  }

  // MARK: The link

  /// Verifies the token and finds its contact; answers with a page of its own when there is none.
  private func open(
    _ purpose: Purpose, _ token: String?, _ call: Call,
    then page: (Contact, ActionGrant, LinkWording) async -> Reply
  ) async -> Reply {
    let anyone = LinkWording(language: call.language, reference: reference)
    let grant: ActionGrant
    do throws(TokenError) {
      grant = try await verifier.action(purpose.action, of: token ?? "")
    } catch {
      return error == .expired || error == .revoked
        ? anyone.expired().reply(status: 410) : HTMLPage.linkIncomplete(call.language).reply(status: 400)
    }
    guard grant.target == grant.actor.subject, let id = ContactID(grant.target) else {
      return HTMLPage.linkIncomplete(call.language).reply(status: 400)
    }
    guard let contact = await gateway.read({ $0.contacts[id] }) else {
      return purpose == .unsubscribe ? anyone.unsubscribed(nil).reply() : anyone.erased().reply(status: 410)
    }
    let wording = LinkWording(language: contact.language, reference: reference)
    guard purpose == .unsubscribe || isForThisAddress(grant, contact) else {
      return wording.expired().reply(status: 410)
    }
    return await page(contact, grant, wording)
  }

  /// A link confirms the address that it was sent to: one made before the address was changed is another's.
  private func isForThisAddress(_ grant: ActionGrant, _ contact: Contact) -> Bool {
    guard contact.status == .pending, let issuedAt = grant.issuedAt else { return true }
    return issuedAt >= contact.since - TokenVerifier.leeway
  }

  private func text(of chunks: BodyChunks) async throws -> String {
    var bytes: [UInt8] = []
    for try await chunk in chunks { bytes += chunk }
    return String(decoding: bytes, as: UTF8.self)
  }
}
