import CooperationModel
import ServiceKit

extension APDRoutes {
  /// `GET /declarations`: a page of those that match, without their lines.
  var listDeclarations: Route {
    Route(
      .get, "/declarations", "listDeclarations", fr: "Liste les déclarations", en: "Lists the declarations",
      access: .everyone, parameters: APDSchemas.filterParameters + APDSchemas.pageParameters,
      answers: [
        Route.Answer(
          200, fr: "Une page", en: "A page",
          .object(required: ["items": .array(APDSchemas.declaration)], optional: ["next": .string()]))
      ]
    ) { call in
      let filter = try filter(call)
      let page = try call.page()
      let language = call.language
      let found = try await read { front in
        page.page(of: filter.matching(front.ledger, reference)) { $0.id.rawValue }
      }
      return try .json(found.map { DeclarationDocument($0, remarks: nil, in: language, with: reference) })
    }
  }

  /// `GET /declarations/{collectivite}/{year}`: the revision that counts.
  var readDeclaration: Route {
    Route(
      .get, "/declarations/{collectivite}/{year}", "readDeclaration",
      fr: "La déclaration d’une collectivité pour une année", en: "An authority’s declaration for a year",
      access: .everyone,
      answers: [
        Route.Answer(
          200, fr: "La révision qui compte", en: "The revision that counts", APDSchemas.declaration, headers: ["ETag"])
      ]
    ) { call in
      let account = try account(call)
      let language = call.language
      let document = try await read { front in
        front.ledger.counted(account).map { front.document($0, in: language) }
      }
      guard let document else { throw Problem.notFound }
      return try .json(document, version: document.revision)
    }
  }

  /// `GET /declarations/{collectivite}/{year}/{revision}`: one revision, superseded or not.
  var readRevision: Route {
    Route(
      .get, "/declarations/{collectivite}/{year}/{revision}", "readRevision", fr: "Une révision", en: "One revision",
      access: .everyone,
      answers: [Route.Answer(200, fr: "La révision", en: "The revision", APDSchemas.declaration, headers: ["ETag"])]
    ) { call in
      let declaration = try await declaration(revision(call))
      let language = call.language
      let document = try await read { $0.document(declaration, in: language) }
      return try .json(document, version: document.revision)
    }
  }

  /// `GET /declarations/{collectivite}/{year}/{revision}/receipt`: for people, as a page or as text.
  var readReceipt: Route {
    Route(
      .get, "/declarations/{collectivite}/{year}/{revision}/receipt", "readReceipt", fr: "Le récépissé d’une révision",
      en: "A revision’s receipt", access: .everyone,
      parameters: [.query("format", .oneOf(["html", "text"]), fr: "Page ou texte", en: "Page or text")],
      answers: [Route.Answer(200, fr: "Le récépissé", en: "The receipt", .string(), type: "text/html")]
    ) { call in
      let declaration = try await declaration(revision(call))
      let remarks = try await read { $0.remarks(on: declaration) }
      let receipt = Receipt(of: declaration, in: call.language, with: reference, remarks: remarks)
      switch call.query("format") ?? "html" {
      case "html": return receipt.page.reply()
      case "text": return .bytes(receipt.text.utf8, type: "text/plain; charset=utf-8")
      default: throw Problem.parameter("/query/format", "html ou text.", "html or text.")
      }
    }
  }

  /// `GET /totals`: a year's totals by the dimensions asked for.
  var readTotals: Route {
    Route(
      .get, "/totals", "readTotals", fr: "Les totaux d’une année, avec et sans les réfugiés",
      en: "A year’s totals, with and without refugees", access: .everyone, parameters: APDSchemas.totalsParameters,
      answers: [Route.Answer(200, fr: "Les totaux", en: "The totals", APDSchemas.totals)]
    ) { call in
      let request: TotalsRequest
      do throws(QueryFault) { request = try TotalsRequest { call.query($0) } } catch { throw Problem(error) }
      let onlyActive = try onlyActive(call)
      let language = call.language
      let lastYear = ParisTime.day(of: call.receivedAt).year - 1
      let document = try await read { front in
        TotalsDocument(
          request, front.ledger, lastYear: lastYear, expected: front.expected(onlyActive: onlyActive), in: language,
          with: reference)
      }
      return try .json(document)
    }
  }

  func filter(_ call: Call) throws(Problem) -> DeclarationFilter {
    do throws(QueryFault) { return try DeclarationFilter({ call.query($0) }, with: reference) } catch {
      throw Problem(error)
    }
  }

  private func onlyActive(_ call: Call) throws(Problem) -> Bool {
    switch call.query("among") ?? "active" {
    case "active": true
    case "all": false
    default: throw .parameter("/query/among", "active ou all.", "active or all.")
    }
  }

  private func revision(_ call: Call) throws(Problem) -> DeclarationID {
    let account = try account(call)
    let revision: Int = try call.path("revision")
    guard let id = DeclarationID("\(account)/\(revision)") else { throw .notFound }
    return id
  }
}
