import CooperationModel
import Testing

@testable import Matcher

@Suite("The page behind an offer")
struct AnswerPageTests {
  static func lead(_ status: Lead.Status = .offered, title: String = "Gestion des déchets de Ziniaré") throws -> Lead {
    let request = PartnershipRequest(
      id: try #require(RequestID("0f8fad5b-d9cb-469f-a165-70867728950e")), version: 3, status: .published,
      country: try #require(CountryCode("BF")),
      authorities: [ForeignAuthority(name: "Ziniaré", kind: .municipality, population: 93_000)], title: title,
      summary: "La commune veut organiser la pré-collecte et le tri des déchets.\nElle dispose d’un site de transfert.",
      sought: "Une mission courte de deux agents pour un diagnostic.")
    let theme = "environnement/eau-dechets/dechets"
    return Lead(
      id: LeadID(request.id, try #require(CollectiviteID("commune:35051"))), version: 1, status: status, score: 700,
      factors: [Factor(code: .theme, points: 360, facts: ["affinity": "own", "shared": "1", "theme": theme])],
      facts: Lead.RequestFacts(request), offeredAt: Instant(milliseconds: 0), answerBy: nil)
  }

  static func wording(_ language: Language) throws -> AnswerWording {
    AnswerWording(language: language, reference: try ReferenceData.load())
  }

  @Test("shows the request, why it came, and the answer that the link proposes", arguments: Language.allCases)
  func offer(language: Language) throws {
    let page = try Self.wording(language).ask(Self.lead(), token: "a.b\"c", chosen: .declined, note: nil).text
    #expect(page.contains("<h1>Gestion des déchets de Ziniaré</h1>") && page.contains("Ziniaré · Burkina Faso"))
    #expect(page.contains("<p>Elle dispose d’un site de transfert.</p>"))
    #expect(page.contains(language == .french ? "<h2>Pourquoi vous</h2>" : "<h2>Why you</h2>"))
    #expect(page.contains("value=\"a.b&quot;c\""))
    #expect(page.contains("value=\"declined\" required checked") && page.contains("value=\"interested\" required>"))
  }

  @Test("has no form once there is nothing to answer", arguments: [Lead.Status.introduced, .concluded, .withdrawn])
  func over(status: Lead.Status) throws {
    let page = try Self.wording(.english).ask(Self.lead(status), token: "t", chosen: nil, note: nil).text
    #expect(!page.contains("<form") && page.contains("has ended"))
  }

  @Test("what an embassy wrote stays text")
  func escaping() throws {
    let lead = try Self.lead(title: "<img src=x onerror=alert(1)>")
    let wording = try Self.wording(.french)
    for page in [wording.ask(lead, token: "t", chosen: nil, note: "<i>"), wording.thanks(lead, .interested)] {
      #expect(!page.text.contains("<img") && !page.text.contains("<i>"))
    }
  }
}
