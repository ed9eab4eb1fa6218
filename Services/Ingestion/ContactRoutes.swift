import CooperationModel
import ServiceKit

/// `/contacts`: whom one may write to. Seen and written by their owner and the ministry alone; confirmed and
/// unsubscribed by the address itself, through the links that it receives.
struct ContactRoutes: Sendable {
  let gateway: CommandGateway<IngestionFrontState>
  let reference: ReferenceData

  var endpoints: [Route] {
    [
      Route(
        .get, "/contacts", "listContacts", fr: "Lister ses contacts", en: "List one's contacts",
        parameters: [.query("owner", .string(), fr: "D’un propriétaire", en: "Of an owner")] + pageParameters,
        answers: [Route.Answer(200, fr: "Une page", en: "A page", pageSchema(contactSchema))]
      ) { call in
        let owner = try call.query("owner", as: OwnerID.self)
        let actor = try call.signedIn()
        let page = try call.page()
        return try .json(
          await gateway.read { state in
            page.page(
              of: state.contacts.sortedKeys().compactMap { state.contacts[$0] }.filter {
                actor.mayWrite(for: $0.owner) && (owner == nil || $0.owner == owner)
              }, key: \.id.rawValue)
          })
      },
      Route(
        .post, "/contacts", "createContact", fr: "Ajouter un contact", en: "Add a contact",
        body: .json(contactDraftSchema),
        answers: [Route.Answer(201, fr: "Ajouté", en: "Added", contactSchema, headers: ["ETag", "Location"])]
      ) { call in
        let draft = try call.draft(ContactDraft.self, with: reference)
        guard try call.signedIn().mayWrite(for: draft.owner) else { throw Rejection.forbidden(try call.signedIn()) }
        let command = try call.command(
          "contact.create", entity: { StableID.uuid(of: ["contact", $0.rawValue, draft.owner.rawValue]) },
          partitionKey: draft.owner.rawValue,
          body: try JSONValue(encoding: draft))
        return try await reply(to: command)
      },
      Route(
        .get, "/contacts/{id}", "readContact", fr: "Lire un contact", en: "Read a contact",
        answers: [Route.Answer(200, fr: "Le contact", en: "The contact", contactSchema, headers: ["ETag"])]
      ) { call in
        let contact = try await contact(call)
        return try .json(contact, version: contact.version)
      },
      Route(
        .put, "/contacts/{id}", "changeContact", fr: "Modifier un contact", en: "Change a contact",
        body: .json(contactDraftSchema),
        answers: [Route.Answer(200, fr: "Modifié", en: "Changed", contactSchema, headers: ["ETag"])]
      ) { call in
        let contact = try await contact(call)
        _ = try call.requiredVersion()
        let draft = try call.draft(ContactDraft.self, with: reference)
        return try await reply(to: try command("contact.change", call, contact, try JSONValue(encoding: draft)))
      },
      Route(
        .post, "/contacts/{id}/unsubscribe", "unsubscribeContact", fr: "Ne plus écrire à un contact",
        en: "Write to a contact no more", body: .json(.object()),
        answers: [Route.Answer(200, fr: "Fait", en: "Done", contactSchema, headers: ["ETag"])]
      ) { call in
        let contact = try await contact(call)
        return try await reply(to: try command("contact.unsubscribe", call, contact, .object([:])))
      },
      Route(
        .delete, "/contacts/{id}", "eraseContact", fr: "Effacer un contact", en: "Erase a contact",
        answers: [Route.Answer(204, fr: "Effacé", en: "Erased")]
      ) { call in
        let contact = try await contact(call)
        let id = contact.id
        return try await gateway.reply(
          to: try command("contact.erase", call, contact, .object([:])), location: "/contacts/\(id)",
          version: { $0.contacts[id] == nil ? .max : nil }, entity: { _ in nil })
      },
    ]
  }

  private func command(
    _ kind: String, _ call: Call, _ contact: Contact, _ body: JSONValue
  ) throws(Problem) -> Command {
    try call.command(kind, entity: { _ in contact.id.rawValue }, partitionKey: contact.owner.rawValue, body: body)
  }

  /// The contact that the path names, for those who may see it; 404 for all others.
  private func contact(_ call: Call) async throws -> Contact {
    let id = try call.path("id", as: ContactID.self)
    let actor = try call.signedIn()
    guard let contact = await gateway.read({ $0.contacts[id] }), actor.mayWrite(for: contact.owner) else {
      throw Problem.notFound
    }
    return contact
  }

  private func reply(to command: Command) async throws -> Reply {
    guard let id = ContactID(command.entity) else { throw Problem.notFound }
    return try await gateway.reply(
      to: command, location: "/contacts/\(id)", version: { $0.contacts[id]?.version }, entity: { $0.contacts[id] })
  }
}
