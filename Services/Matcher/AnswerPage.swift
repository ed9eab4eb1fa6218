import CooperationModel
import ServiceKit

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
    let (lead, grant) = try await lead(call.query("token") ?? "", call)
    return .page(
      html(lead, token: call.query("token") ?? "", chosen: call.query("answer"), note: nil, grant, call.language))
  }

  private func answer(_ call: Call) async throws -> Reply {
    let form = call.form()
    let token = form["token"] ?? ""
    let (lead, grant) = try await lead(token, call)
    let language = call.language
    guard let chosen = form["answer"].flatMap(LeadAnswer.Answer.init), chosen == .interested || chosen == .declined
    else {
      let note = language == .french ? "Choisissez une réponse." : "Choose an answer."
      return .page(html(lead, token: token, chosen: nil, note: note, grant, language), status: 422)
    }
    let reason = chosen == .declined ? form["reason"].flatMap(Lead.Reason.init) ?? .other : nil
    let body = try JSONValue(encoding: LeadAnswer(chosen, reason: reason))
    // The same link with the same answer is the same command, however often the form is sent.
    let command = Command(
      id: StableID.command(
        issuer: grant.actor.issuer, subject: grant.actor.subject, method: "POST", route: "/answer",
        target: lead.id.rawValue, key: "\(grant.tokenID) \(chosen.rawValue) \(reason?.rawValue ?? "")"),
      kind: "lead.answer", entity: lead.id.rawValue, partitionKey: lead.id.rawValue, receivedAt: call.receivedAt,
      payload: Command.Payload(
        actor: grant.actor, ifMatch: nil, digest: StableID.digest(body: try JSON.encode(body), ifMatch: nil), body: body
      ))
    let id = lead.id
    switch try await gateway.submit(command, isVisible: { $0.leads[id]?.version ?? 0 >= $1 }) {
    case .rejected(let rejection):
      let note = rejection.violations.first?.message[language] ?? ""
      return .page(
        html(lead, token: token, chosen: nil, note: note, grant, language), status: Problem(rejection).status)
    case .done, .late, .undecided, .conflict:
      return .page(thanks(lead, chosen, language))
    }
  }

  /// The lead that a link is about, and what the link allows.
  private func lead(_ token: String, _ call: Call) async throws -> (Lead, ActionGrant) {
    var grant = try await verifier.action(.answer, of: token)
    guard let id = LeadID(grant.target), let lead = await gateway.read({ $0.leads[id] }) else { throw Problem.notFound }
    grant.actor.collectivite = id.collectivite
    return (lead, grant)
  }

  // MARK: Words

  private func html(
    _ lead: Lead, token: String, chosen: String?, note: String?, _ grant: ActionGrant, _ language: Language
  ) -> String {
    let isFrench = language == .french
    let country = reference.countries[lead.facts.country]?.name[language] ?? lead.facts.country.rawValue
    let reasons = Explanation(reference).reasons(lead.factors, to: .addressed, in: language, limit: 6)
    var body = "<p class=\"where\">\(escape(lead.facts.authority)) · \(escape(country))</p>"
    body += "<h1>\(escape(lead.facts.title))</h1>"
    if let note { body += "<p class=\"note\" role=\"alert\">\(escape(note))</p>" }
    body += "<p>\(escape(lead.facts.summary))</p>"
    if !lead.facts.sought.isEmpty { body += "<p>\(escape(lead.facts.sought))</p>" }
    if !reasons.isEmpty {
      body += "<h2>\(isFrench ? "Pourquoi vous" : "Why you")</h2><ul>"
      for reason in reasons { body += "<li>\(escape(reason))</li>" }
      body += "</ul>"
    }
    guard lead.status == .offered || lead.status == .interested || lead.status == .lapsed else {
      let text =
        isFrench
        ? "Cette proposition a déjà reçu une réponse, ou a pris fin." : "This offer was answered, or has ended."
      return page(body + "<p class=\"note\">\(text)</p>", language)
    }
    func option(_ answer: LeadAnswer.Answer, _ label: String) -> String {
      let isChosen = chosen == answer.rawValue ? " checked" : ""
      return
        "<label><input type=\"radio\" name=\"answer\" value=\"\(answer.rawValue)\"\(isChosen) required> \(label)</label>"
    }
    body += "<form method=\"post\" action=\"/answer\"><input type=\"hidden\" name=\"token\" value=\"\(escape(token))\">"
    body += "<fieldset><legend>\(isFrench ? "Votre réponse" : "Your answer")</legend>"
    body += option(.interested, isFrench ? "Nous sommes intéressés" : "We are interested")
    body += option(.declined, isFrench ? "Ce n’est pas pour nous" : "This is not for us")
    body +=
      "<label>\(isFrench ? "Si ce n’est pas pour vous, pourquoi&nbsp;?" : "If it is not for you, why?") <select name=\"reason\">"
    for (reason, text) in reasonLabels(language) { body += "<option value=\"\(reason.rawValue)\">\(text)</option>" }
    body += "</select></label></fieldset><button>\(isFrench ? "Envoyer" : "Send")</button></form>"
    return page(body, language)
  }

  private func thanks(_ lead: Lead, _ answer: LeadAnswer.Answer, _ language: Language) -> String {
    let isFrench = language == .french
    let title = isFrench ? "Merci, c’est noté" : "Thank you, noted"
    let text =
      switch (answer, isFrench) {
      case (.interested, true):
        "L’ambassade est prévenue de votre intérêt pour « \(lead.facts.title) » ; elle vous mettra en relation."
      case (.interested, false): "The embassy is told of your interest in “\(lead.facts.title)”; it will introduce you."
      case (_, true): "Vous ne recevrez plus rien au sujet de « \(lead.facts.title) »."
      case (_, false): "You will hear no more of “\(lead.facts.title)”."
      }
    return page("<h1>\(title)</h1><p>\(escape(text))</p>", language)
  }

  private func reasonLabels(_ language: Language) -> [(Lead.Reason, String)] {
    let isFrench = language == .french
    return [
      (.theme, isFrench ? "Le thème n’est pas le nôtre" : "Not our theme"),
      (.country, isFrench ? "Nous ne travaillons pas avec ce pays" : "We do not work with that country"),
      (.capacity, isFrench ? "Nous n’avons pas les moyens en ce moment" : "We have no capacity at present"),
      (.timing, isFrench ? "Le calendrier ne convient pas" : "The timing does not suit"),
      (.funding, isFrench ? "Le financement manque" : "Funding is missing"),
      (.other, isFrench ? "Une autre raison" : "Another reason"),
    ]
  }

  private func page(_ body: String, _ language: Language) -> String {
    """
    <!doctype html><html lang="\(language.rawValue)"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1"><title>Bourse-projets</title><style>
    :root{color-scheme:light dark}body{font:1.05rem/1.55 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}
    h1{font-size:1.5rem;line-height:1.25;margin:.2rem 0 1rem}h2{font-size:1.1rem;margin:1.4rem 0 .4rem}
    .where{color:GrayText;margin:0}fieldset{border:1px solid GrayText;border-radius:.5rem;padding:1rem;margin:1.5rem 0 1rem}
    label{display:block;margin:.5rem 0}select,button{font:inherit;padding:.4rem .7rem}
    button{background:#000091;color:#fff;border:0;border-radius:.3rem;padding:.6rem 1.4rem}
    .note{border-left:4px solid #000091;padding:.3rem .8rem}</style></head><body><main>\(body)</main></body></html>
    """
  }
}

/// Text as it may stand in a page.
private func escape(_ text: String) -> String {
  var result = ""
  for character in text {
    switch character {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    default: result.append(character)
    }
  }
  return result
}
