import APDCollector
import CooperationModel
import Testing

@Suite("Deciding on a declaration")
struct DecisionTests {
  static let line = #"{"category":"one-percent","country":"NE","amount":"42500.00"}"#
  static let other = #"{"category":"awareness","amount":"1800.50"}"#

  /// What becomes of lines sent in the middle of the campaign by Rennes, unless said.
  func decide(
    _ lines: String..., by actor: Actor? = nil, of collectivite: String = "commune:35238", addressee: String? = nil,
    at received: String = "2026-05-02T10:00:00Z", ifMatch: Int? = nil, existing: [Declaration] = [],
    campaign: CampaignSettings? = nil
  ) throws -> DeclarationDecision {
    let reference = try ReferenceData.shared()
    let draft = DeclarationDraft(
      reading: try body(
        "{\"collectivite\":\"\(collectivite)\",\"year\":2025,\"lines\":[\(lines.joined(separator: ","))]}"),
      with: reference)
    return try DeclarationDecider(reference: reference).decide(
      DeclarationSubmission(
        actor: try actor ?? .collectivite("commune:35238"), receivedAt: try time(received), ifMatch: ifMatch,
        addressee: try .of(addressee ?? "commune:35238"), draft: draft), existing: existing, campaign: campaign)
  }

  func rejection(_ decide: () throws -> DeclarationDecision) -> Rejection.Reason? {
    do {
      _ = try decide()
      return nil
    } catch let rejection as Rejection {
      return rejection.reason
    } catch {
      return nil
    }
  }

  @Test("the first declaration is revision 1, as received")
  func first() throws {
    let decision = try decide(Self.line)
    #expect(decision.declaration.id.rawValue == "commune:35238/2025/1")
    #expect(decision.declaration.status == .submitted)
    #expect(decision.declaration.submittedAt.description == "2026-05-02T10:00:00.000Z")
    #expect(decision.declaration.by == "commune:35238")
    #expect(decision.superseded == nil && !decision.isRepeat)
  }

  @Test("revision n + 1 supersedes revision n, of that authority and year alone")
  func supersedes() throws {
    let first = try decide(Self.line).declaration
    let second = try decide(Self.line, Self.other, ifMatch: 1, existing: [first])
    #expect(second.declaration.id.revision == 2)
    #expect(second.superseded?.id == first.id && second.superseded?.status == .superseded)
    let old = try #require(second.superseded)
    let third = try decide(ifMatch: 2, existing: [second.declaration, old])
    #expect(third.declaration.id.revision == 3 && third.declaration.lines.isEmpty)
    #expect(third.superseded?.id.revision == 2)
    var lastYear = first
    lastYear.id = DeclarationID(first.id.collectivite, year: 2024, revision: 7)
    #expect(try decide(Self.line, existing: [lastYear]).declaration.id.revision == 1)
  }

  @Test("the same again changes nothing, whatever version it names")
  func repeated() throws {
    let first = try decide(Self.line).declaration
    let again = try decide(Self.line, existing: [first])
    #expect(again.isRepeat && again.declaration == first && again.superseded == nil)
  }

  @Test("a change names the revision that it saw")
  func versions() throws {
    let first = try decide(Self.line).declaration
    #expect(rejection { try decide(Self.other, existing: [first]) } == .versionRequired)
    #expect(rejection { try decide(Self.other, ifMatch: 2, existing: [first]) } == .stale)
    #expect(rejection { try decide(Self.other, ifMatch: 1) } == .stale)
    #expect(rejection { try decide(Self.other, ifMatch: 1, existing: [first]) } == nil)
  }

  @Test("the time of receipt decides, and the setting of that year")
  func window() throws {
    #expect(rejection { try decide(Self.line, at: "2026-05-31T21:59:59.999Z") } == nil)
    #expect(rejection { try decide(Self.line, at: "2026-05-31T22:00:00.000Z") } == .conflict)
    let later = CampaignSettings(
      year: 2025, opensOn: try #require(Day("2026-06-01")), closesOn: try #require(Day("2026-06-30")))
    #expect(rejection { try decide(Self.line, at: "2026-06-30T21:59:59.999Z", campaign: later) } == nil)
    #expect(rejection { try decide(Self.line, campaign: later) } == .conflict)
    var otherYear = later
    otherYear.year = 2024
    #expect(rejection { try decide(Self.line, campaign: otherYear) } == nil)
  }

  @Test("an authority declares for itself, the ministry for any, nobody else")
  func actors() throws {
    #expect(rejection { try decide(Self.line, by: .ministry) } == nil)
    #expect(rejection { try decide(Self.line, by: .collectivite("commune:35051")) } == .forbidden)
    for role in [Actor.Role.embassy, .prefecture, .operator, .contact] {
      #expect(rejection { try decide(Self.line, by: Actor(issuer: "i", subject: "s", role: role)) } == .forbidden)
    }
    #expect(try decide(Self.line, by: .ministry).declaration.by == "ministry")
  }

  @Test("who may not declare learns nothing of what is wrong with the lines")
  func forbiddenFirst() throws {
    #expect(rejection { try decide("{}", by: .collectivite("commune:35051")) } == .forbidden)
    #expect(rejection { try decide("{}", at: "2027-01-01T00:00:00Z") } == .invalid)
  }

  @Test("a merged authority's declaration is its successor's, with the old token too")
  func merged() throws {
    let reference = try ReferenceData.shared()
    let old = try #require(reference.registry.successions.first { $0.former.kind == .commune })
    let successor = old.successor.rawValue
    let decision = try decide(
      Self.line, by: .collectivite(old.former.rawValue), of: old.former.rawValue, addressee: successor)
    #expect(decision.declaration.id.collectivite == old.successor)
    #expect(
      rejection {
        try decide(
          Self.line, by: .collectivite(successor), of: old.former.rawValue, addressee: old.former.rawValue)
      } == .conflict)
  }
}
