import CooperationModel
import ServiceKit

/// `/profiles/{collectivite}`: what a collectivité says of itself. Public to read.
struct ProfileRoutes: Sendable {
  let gateway: CommandGateway<IngestionFrontState>
  let reference: ReferenceData

  var endpoints: [Route] {
    [
      Route(
        .get, "/profiles", "listProfiles", fr: "Lister les profils", en: "List profiles", access: .everyone,
        parameters: pageParameters,
        answers: [Route.Answer(200, fr: "Une page", en: "A page", pageSchema(profileSchema))]
      ) { call in
        let page = try call.page()
        return try .json(
          await gateway.read { state in
            page.page(of: state.profiles.sortedKeys().compactMap { state.profiles[$0] }, key: \.collectivite.rawValue)
          })
      },
      Route(
        .get, "/profiles/{collectivite}", "readProfile", fr: "Lire un profil", en: "Read a profile", access: .everyone,
        answers: [Route.Answer(200, fr: "Le profil", en: "The profile", profileSchema, headers: ["ETag"])]
      ) { call in
        let id = try collectivite(call)
        guard let profile = await gateway.read({ $0.profiles[id] }) else { throw Problem.notFound }
        return try .json(profile, version: profile.version)
      },
      Route(
        .put, "/profiles/{collectivite}", "putProfile", fr: "Créer ou modifier un profil",
        en: "Create or change a profile", access: .roles(.collectivite, .ministry, .operator),
        body: .json(profileDraftSchema),
        answers: [
          Route.Answer(200, fr: "Modifié", en: "Changed", profileSchema, headers: ["ETag"]),
          Route.Answer(201, fr: "Créé", en: "Created", profileSchema, headers: ["ETag", "Location"]),
        ]
      ) { call in
        let id = try collectivite(call)
        guard try call.signedIn().mayWrite(for: id) else { throw Rejection.forbidden(try call.signedIn()) }
        let draft = try call.draft(ProfileDraft.self, with: reference)
        let command = try call.command(
          "profile.put", entity: { _ in id.rawValue }, body: try JSONValue(encoding: draft))
        return try await gateway.reply(
          to: command, location: "/profiles/\(id)", version: { $0.profiles[id]?.version }, entity: { $0.profiles[id] })
      },
      Route(
        .post, "/profiles/{collectivite}/merge", "mergeProfile",
        fr: "Verser le profil d’une collectivité qui n’est plus dans celui de la collectivité qui lui a succédé",
        en: "Put the profile of an authority that is no more into its successor's",
        access: .roles(.ministry, .operator), body: .json(.object()),
        answers: [Route.Answer(204, fr: "Fait", en: "Done")]
      ) { call in
        let id = try call.path("collectivite", as: CollectiviteID.self)
        guard let successor = reference.registry.current(of: id) else { throw Problem.notFound }
        _ = try call.draft(EmptyOrder.self, with: reference)
        let command = try call.command("profile.merge", entity: { _ in id.rawValue }, body: .object([:]))
        return try await gateway.reply(
          to: command, location: "/profiles/\(successor)", version: { $0.profiles[id] == nil ? .max : nil },
          entity: { _ in nil })
      },
    ]
  }

  /// The authority that the path names, today's for an old code.
  private func collectivite(_ call: Call) throws -> CollectiviteID {
    guard let id = reference.registry.current(of: try call.path("collectivite", as: CollectiviteID.self)) else {
      throw Problem.notFound
    }
    return id
  }
}
