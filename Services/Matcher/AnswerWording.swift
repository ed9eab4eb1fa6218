import CooperationModel
import ServiceKit

/// What the page behind an offer's link says, in French and English.
struct AnswerWording: Sendable {
  let language: Language
  let reference: ReferenceData

  var choose: String { say(fr: "Choisissez une réponse.", en: "Choose an answer.") }

  /// The offer, why it came, and the form that answers it; where there is nothing left to answer, that.
  func ask(_ lead: Lead, token: String, chosen: LeadAnswer.Answer?, note: String?) -> HTMLPage {
    let country = reference.countries[lead.facts.country]?.name[language] ?? lead.facts.country.rawValue
    let reasons = Explanation(reference).reasons(lead.factors, to: .addressed, in: language, limit: 6)
    var parts: [HTML] = [
      "<p class=\"lead\">\(lead.facts.authority) · \(country)</p>", "<h1>\(lead.facts.title)</h1>",
    ]
    if let note { parts.append("<p class=\"note\" role=\"alert\">\(note)</p>") }
    parts += lead.facts.summary.split(separator: "\n").map { "<p>\($0)</p>" }
    parts += lead.facts.sought.split(separator: "\n").map { "<p>\($0)</p>" }
    if !reasons.isEmpty {
      parts.append("<h2>\(say(fr: "Pourquoi vous", en: "Why you"))</h2>")
      parts.append("<ul>\n\(reasons.map { "<li>\($0)</li>" as HTML })\n</ul>")
    }
    switch lead.status {
    case .offered, .interested, .lapsed: parts.append(form(token: token, chosen: chosen))
    default: parts.append("<p class=\"note\">\(over)</p>")
    }
    return HTMLPage(language, title: lead.facts.title, content: .lines(parts))
  }

  func thanks(_ lead: Lead, _ answer: LeadAnswer.Answer) -> HTMLPage {
    let title = lead.facts.title
    let text =
      answer == .interested
      ? say(
        fr:
          "L’ambassade est prévenue de votre intérêt pour «\u{202F}\(title)\u{202F}»\u{202F}; elle vous mettra en relation.",
        en: "The embassy is told of your interest in “\(title)”; it will introduce you.")
      : say(
        fr: "Vous ne recevrez plus rien au sujet de «\u{202F}\(title)\u{202F}».",
        en: "You will hear no more of “\(title)”.")
    return HTMLPage(language, title: say(fr: "Merci, c’est noté", en: "Thank you, noted"), paragraphs: [text])
  }

  func expired() -> HTMLPage {
    HTMLPage(
      language, title: say(fr: "Ce lien n’est plus valable", en: "This link is no longer valid"),
      paragraphs: [
        say(
          fr: "Il a expiré. Pour répondre encore, écrivez à l’ambassade\u{202F}: répondez simplement au message reçu.",
          en: "It has expired. To answer all the same, write to the embassy: just reply to the message.")
      ])
  }

  func gone() -> HTMLPage {
    HTMLPage(
      language, title: say(fr: "Cette proposition n’existe plus", en: "This offer is no more"),
      paragraphs: [say(fr: "Il n’y a plus à y répondre.", en: "Nothing is left to answer.")])
  }

  private var over: String {
    say(fr: "Cette proposition a déjà reçu une réponse, ou a pris fin.", en: "This offer was answered, or has ended.")
  }

  private func form(token: String, chosen: LeadAnswer.Answer?) -> HTML {
    let question = say(fr: "Si ce n’est pas pour vous, pourquoi\u{202F}?", en: "If it is not for you, why?")
    let reasons = Self.reasons.map { "<option value=\"\($0.rawValue)\">\($1[language])</option>" as HTML }
    return """
      <form method="post" action="/answer">
      <input type="hidden" name="token" value="\(token)">
      <fieldset>
      <legend>\(say(fr: "Votre réponse", en: "Your answer"))</legend>
      \(option(.interested, say(fr: "Nous sommes intéressés", en: "We are interested"), chosen))
      \(option(.declined, say(fr: "Ce n’est pas pour nous", en: "This is not for us"), chosen))
      <label class="field">\(question)
      <select name="reason">
      \(reasons)
      </select></label>
      </fieldset>
      <button type="submit">\(say(fr: "Envoyer", en: "Send"))</button>
      </form>
      """
  }

  private func option(_ answer: LeadAnswer.Answer, _ label: String, _ chosen: LeadAnswer.Answer?) -> HTML {
    let checked: HTML = chosen == answer ? " checked" : .none
    return """
      <label class="choice"><input type="radio" name="answer" value="\(answer.rawValue)" required\(checked)> \(label)</label>
      """
  }

  private static let reasons: [(Lead.Reason, Localized)] = [
    (.theme, Localized(fr: "Le thème n’est pas le nôtre", en: "Not our theme")),
    (.country, Localized(fr: "Nous ne travaillons pas avec ce pays", en: "We do not work with that country")),
    (.capacity, Localized(fr: "Nous n’avons pas les moyens en ce moment", en: "We have no capacity at present")),
    (.timing, Localized(fr: "Le calendrier ne convient pas", en: "The timing does not suit")),
    (.funding, Localized(fr: "Le financement manque", en: "Funding is missing")),
    (.other, Localized(fr: "Une autre raison", en: "Another reason")),
  ]

  private func say(fr: String, en: String) -> String { Localized(fr: fr, en: en)[language] }
}
