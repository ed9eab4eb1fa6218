import CooperationModel
import ServiceKit

extension APDRoutes {
  /// `POST /declarations`: the next revision of an authority's declaration.
  var submitDeclaration: Route {
    Route(
      .post, "/declarations", "submitDeclaration", fr: "Déclare l’aide d’une année, ou corrige la déclaration",
      en: "Declares a year’s aid, or corrects the declaration", access: .roles(.collectivite, .ministry),
      parameters: [
        .header(
          "If-Match", .string(example: "\"1\""), required: false,
          fr: "La révision qui est corrigée\u{202F}; sans elle, la première",
          en: "The revision that is corrected; without it, the first")
      ],
      body: .json(APDSchemas.draft),
      answers: [
        Route.Answer(
          201, fr: "Déclarée", en: "Declared", APDSchemas.declaration, headers: ["Location", "ETag"]),
        Route.Answer(
          200, fr: "Corrigée, ou déclarée ainsi déjà", en: "Corrected, or declared so already", APDSchemas.declaration,
          headers: ["ETag"]),
        Route.Answer(202, fr: "Pas encore décidée", en: "Not decided yet", headers: ["Location"]),
      ]
    ) { call in
      let body = try call.json()
      let checked = try check(body)
      let account = DeclarationLedger.Account(checked.authority.id, checked.year)
      let command = try call.command(
        DeclarationProcessor.submit, entity: { _ in account.description },
        partitionKey: account.collectivite.rawValue, body: body)
      let language = call.language
      return try await gateway.reply(
        to: command, location: "/declarations/\(account)",
        version: { $0.ledger.history(account).first?.id.revision },
        entity: { front in front.ledger.counted(account).map { front.document($0, in: language) } })
    }
  }

  /// `POST /declarations/check`: what would be declared, with everything filled in and remarked on; nothing is kept.
  var checkDeclaration: Route {
    Route(
      .post, "/declarations/check", "checkDeclaration",
      fr: "Vérifie une déclaration sans la déposer, et montre ce qui est complété",
      en: "Checks a declaration without submitting it, and shows what is filled in",
      access: .roles(.collectivite, .ministry), body: .json(APDSchemas.draft),
      answers: [Route.Answer(200, fr: "Ce qui serait déclaré", en: "What would be declared", APDSchemas.declaration)]
    ) { call in
      let checked = try check(call.json())
      let account = DeclarationLedger.Account(checked.authority.id, checked.year)
      let by = try call.signedIn().name
      let (time, language) = (call.receivedAt, call.language)
      let document = try await read { front in
        let latest = front.ledger.history(account).first?.id.revision ?? 0
        let declaration = Declaration(
          id: DeclarationID(account.collectivite, year: account.year, revision: latest + 1), status: .submitted,
          lines: checked.lines, submittedAt: time, by: by)
        return front.document(declaration, in: language)
      }
      return try .json(document)
    }
  }

  private func check(_ body: JSONValue) throws(Rejection) -> DeclarationCheck.Checked {
    try DeclarationCheck(reference: reference).check(DeclarationDraft(reading: body, with: reference))
  }
}
