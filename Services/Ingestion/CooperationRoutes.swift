import CooperationModel
import ServiceKit

/// `/cooperations`: the sheets of the Atlas. Public to read.
struct CooperationRoutes: Sendable {
  let gateway: CommandGateway<IngestionFrontState>
  let reference: ReferenceData

  var endpoints: [Route] {
    [
      Route(
        .get, "/cooperations", "listCooperations", fr: "Lister les fiches de l’Atlas", en: "List the Atlas's sheets",
        access: .everyone,
        parameters: [
          .query("country", .string(), fr: "D’un pays", en: "Of a country"),
          .query("collectivite", .string(), fr: "D’une collectivité", en: "Of an authority"),
        ] + pageParameters,
        answers: [Route.Answer(200, fr: "Une page", en: "A page", pageSchema(cooperationSchema))], handle: list),
      Route(
        .get, "/cooperations/{id}", "readCooperation", fr: "Lire une fiche", en: "Read a sheet", access: .everyone,
        answers: [Route.Answer(200, fr: "La fiche", en: "The sheet", cooperationSchema, headers: ["ETag"])]
      ) { call in
        let id = try call.path("id", as: CooperationID.self)
        guard let sheet = await gateway.read({ $0.cooperations[id] }) else { throw Problem.notFound }
        return try .json(sheet, version: sheet.version)
      },
      Route(
        .post, "/cooperations", "createCooperation", fr: "Créer une fiche", en: "Create a sheet",
        access: .roles(.embassy, .collectivite, .ministry, .operator), body: .json(cooperationDraftSchema),
        answers: [Route.Answer(201, fr: "Créée", en: "Created", cooperationSchema, headers: ["ETag", "Location"])]
      ) { call in
        let draft = try call.draft(CooperationDraft.self, with: reference)
        let command = try call.command(
          "cooperation.create", entity: { StableID.uuid(of: ["cooperation", $0.rawValue]) },
          body: try JSONValue(encoding: draft))
        return try await reply(to: command)
      },
      Route(
        .put, "/cooperations/{id}", "changeCooperation", fr: "Modifier une fiche", en: "Change a sheet",
        access: .roles(.embassy, .collectivite, .ministry, .operator), body: .json(cooperationDraftSchema),
        answers: [Route.Answer(200, fr: "Modifiée", en: "Changed", cooperationSchema, headers: ["ETag"])]
      ) { call in
        let id = try call.path("id", as: CooperationID.self)
        _ = try call.requiredVersion()
        guard await gateway.read({ $0.cooperations[id] }) != nil else { throw Problem.notFound }
        let draft = try call.draft(CooperationDraft.self, with: reference)
        return try await reply(
          to: try call.command(
            "cooperation.change", entity: { _ in id.rawValue }, body: try JSONValue(encoding: draft)))
      },
    ]
  }

  private func reply(to command: Command) async throws -> Reply {
    guard let id = CooperationID(command.entity) else { throw Problem.notFound }
    return try await gateway.reply(
      to: command, location: "/cooperations/\(id)", version: { $0.cooperations[id]?.version },
      entity: { $0.cooperations[id] })
  }

  private func list(_ call: Call) async throws -> Reply {
    let country = try call.query("country", as: CountryCode.self)
    let collectivite = try call.query("collectivite", as: CollectiviteID.self).flatMap(reference.registry.current)
    let page = try call.page()
    return try .json(
      await gateway.read { state in
        page.page(
          of: state.cooperations.sortedKeys().compactMap { state.cooperations[$0] }.filter { sheet in
            (country == nil || sheet.country == country)
              && (collectivite == nil
                || sheet.collectivites.contains { reference.registry.current(of: $0) == collectivite })
          }, key: \.id.rawValue)
      })
  }
}
