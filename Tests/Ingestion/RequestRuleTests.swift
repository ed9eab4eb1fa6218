import CooperationModel
import Testing

@testable import Ingestion
@testable import ServiceKit

@Suite("Rules of requests")
struct RequestRuleTests {
  static let id = "00000000-0000-4000-8000-000000000011"
  typealias Status = PartnershipRequest.Status

  /// A desk with one request that is complete and of that status, at version 5.
  private func desk(_ status: Status) throws -> Desk {
    var desk = try Desk()
    let id = try #require(RequestID(Self.id))
    var request = PartnershipRequest(id: id, draft: try Sample.draft(Sample.request))
    request.status = status
    request.version = 5
    if request.isOpen { request.confirmBy = desk.now + .days(10) }
    if status == .concluded { request.partners = [try #require(CollectiviteID("commune:35238"))] }
    desk.state.requests[id] = request
    return desk
  }

  private func body(of verb: String) throws -> JSONValue {
    switch verb {
    case "change": try Sample.body(Sample.request.replacing("Un jumelage durable.", with: "Un jumelage."))
    case "conclude": try Sample.body(#"{"partners":["commune:35238"]}"#)
    case "close": try Sample.body(#"{"reason":"Sans suite"}"#)
    default: .object([:])
    }
  }

  /// By status: where each order leads, `=` for nothing to do, `-` where the state forbids it.
  static let table: [(Status, [String: String])] = [
    (.draft, ["submit": "submitted", "publish": "published", "close": "closed", "change": "draft"]),
    (.submitted, ["submit": "=", "publish": "published", "close": "closed", "change": "submitted"]),
    (
      .published,
      [
        "publish": "=", "confirm": "published", "contact": "in-contact", "conclude": "concluded", "close": "closed",
        "change": "published",
      ]
    ),
    (
      .inContact,
      ["contact": "=", "confirm": "in-contact", "conclude": "concluded", "close": "closed", "change": "in-contact"]
    ),
    (.concluded, ["conclude": "="]),
    (.closed, ["close": "="]),
    (.expired, ["publish": "published", "close": "closed"]),
  ]

  @Test("each status allows its orders and forbids all others", arguments: table)
  func transitions(status: Status, allowed: [String: String]) throws {
    for verb in ["submit", "publish", "confirm", "contact", "conclude", "close", "change"] {
      var desk = try desk(status)
      let answer = try desk.give("request.\(verb)", Self.id, body(of: verb), ifMatch: verb == "change" ? 5 : nil)
      let request = try #require(RequestID(Self.id).flatMap { desk.state.requests[$0] })
      switch allowed[verb] {
      case nil:
        #expect(
          answer == "conflict" && request.version == 5 && request.status == status, "\(status) \(verb): \(answer)")
      case "=": #expect(answer == "5" && request.version == 5, "\(status) \(verb): \(answer)")
      case let next?:
        #expect(answer == "6" && request.status.rawValue == next, "\(status) \(verb): \(answer) \(request.status)")
        #expect(request.transitions.last?.by == "embassy:MG" && request.transitions.last?.what == verb)
        #expect((request.confirmBy != nil) == request.isOpen)
      }
    }
  }

  @Test("a change names the version that it saw, and it is the current one")
  func versions() throws {
    var desk = try desk(.published)
    let other = try body(of: "change")
    #expect(try desk.give("request.change", Self.id, other) == "version-required")
    #expect(try desk.give("request.change", Self.id, other, ifMatch: 4) == "stale")
    #expect(try desk.give("request.change", Self.id, other, ifMatch: 6) == "stale")
    #expect(try desk.give("request.publish", Self.id, ifMatch: 4) == "stale")
    #expect(try desk.give("request.change", Self.id, Sample.body(Sample.request)) == "5")
    #expect(try desk.give("request.change", Self.id, other, ifMatch: 5) == "6")
    #expect(
      try desk.give("request.change", Self.id, Sample.body(#"{"country":"NE"}"#), by: Desk.ministry, ifMatch: 6)
        == "invalid")
    #expect(try desk.give("request.change", Self.id, Sample.body(#"{"country":"MG"}"#), ifMatch: 6) == "invalid")
    #expect(try desk.give("request.change", "00000000-0000-4000-8000-0000000000ff", other, ifMatch: 1) == "not-found")
    #expect(try desk.give("request.dance", Self.id) == "invalid")
  }

  @Test(
    "an embassy writes for its own country alone, the ministry for all",
    arguments: ["embassy": true, "ministry": true, "other embassy": false, "rennes": false, "prefecture": false])
  func access(name: String, may: Bool) throws {
    let actor = try #require(Desk.actors[name])
    var desk = try desk(.published)
    #expect(try desk.give("request.close", Self.id, body(of: "close"), by: actor) == (may ? "6" : "forbidden"))
    let made = try desk.give(
      "request.submit", "00000000-0000-4000-8000-000000000012", Sample.body(Sample.request), by: actor)
    #expect(made == (may ? "created" : "forbidden"))
  }

  @Test("a repeated command changes nothing for two days; a create not even later")
  func repeats() throws {
    var desk = try Desk()
    let body = try Sample.body(Sample.request)
    #expect(try desk.give("request.submit", Self.id, body, key: "a") == "created")
    let other = try Sample.body(#"{"country":"MG"}"#)
    #expect(try desk.give("request.submit", Self.id, other, key: "a") == "created")
    let id = try #require(RequestID(Self.id))
    #expect(desk.state.requests[id]?.title == "Lire et écrire dans le Melaky" && desk.state.requests[id]?.version == 1)
    #expect(try desk.give("request.publish", Self.id, key: "b") == "2")
    desk.wait(.hours(49))
    #expect(try desk.give("request.publish", Self.id, key: "b") == "2")
    #expect(try desk.give("request.draft", Self.id, body, key: "c") == "2")
    #expect(desk.state.requests[id]?.version == 2 && desk.state.requests.count == 1)
  }

  @Test("an import's row meets its own entity: done when it says the same, a conflict otherwise")
  func imports() throws {
    var desk = try Desk()
    func row(_ status: String, _ draft: String = Sample.request) throws -> JSONValue {
      .object(["status": .string(status), "draft": try Sample.body(draft)])
    }
    #expect(try desk.give("request.import", Self.id, row("draft")) == "created")
    #expect(try desk.give("request.import", Self.id, row("draft")) == "1")
    #expect(try desk.give("request.import", Self.id, row("published")) == "conflict")
    #expect(try desk.give("request.import", Self.id, row("draft", #"{"country":"MG"}"#)) == "conflict")
    #expect(try desk.give("request.publish", Self.id) == "2")
    #expect(try desk.give("request.import", Self.id, row("published")) == "2")
    let other = "00000000-0000-4000-8000-000000000012"
    #expect(try desk.give("request.import", other, row("published", #"{"country":"MG"}"#)) == "invalid")
    #expect(try desk.give("request.import", other, row("published"), by: Desk.otherEmbassy) == "forbidden")
    #expect(try desk.give("request.import", other, .object([:])) == "invalid")
  }

  @Test("a concluded request becomes a sheet by a command of its own, once")
  func conclusion() throws {
    var desk = try desk(.inContact)
    #expect(try desk.give("request.conclude", Self.id, body(of: "conclude"), key: "a") == "6")
    #expect(try desk.give("request.conclude", Self.id, body(of: "conclude"), key: "a") == "6")
    #expect(desk.following.count == 1)
    let sheet = try #require(desk.following.first)
    #expect(sheet.kind == "cooperation.create" && sheet.payload.actor.onBehalf == "ingestion")
    #expect(try desk.give(sheet) == "created")
    #expect(try desk.give(sheet) == "created")
    let made = try #require(CooperationID(sheet.entity).flatMap { desk.state.cooperations[$0] })
    #expect(made.request?.rawValue == Self.id && made.collectivites.map(\.rawValue) == ["commune:35238"])
    #expect(made.status == .planned && made.version == 1)
  }

  @Test("an unconfirmed request expires once; a confirmation received before revives it, one received after does not")
  func expiry() throws {
    var desk = try Desk()
    let id = try #require(RequestID(Self.id))
    let body = try Sample.body(Sample.request.replacing("2027-09-30", with: "2029-09-30"))
    #expect(try desk.give("request.submit", Self.id, body) == "created")
    #expect(try desk.give("request.publish", Self.id) == "2")
    desk.wait(.days(179))
    #expect(desk.state.requests[id]?.status == .published)
    let inTime = desk.now
    desk.wait(.days(2))
    desk.wait(.days(2))
    let expired = try #require(desk.state.requests[id])
    #expect(expired.status == .expired && expired.version == 3 && expired.confirmBy == nil)

    let late = try desk.give("request.confirm", Self.id)
    #expect(late == "conflict")
    let now = desk.now
    desk.now = inTime
    #expect(try desk.give("request.confirm", Self.id) == "4")
    desk.now = now
    let revived = try #require(desk.state.requests[id])
    #expect(revived.status == .published && revived.confirmBy == inTime + requestConfirmation)
    #expect(revived.transitions.map(\.what) == ["submit", "publish", "expire", "confirm"])
  }

  @Test("a request expires when its deadline has passed everywhere on Earth")
  func deadline() throws {
    var desk = try Desk()
    let id = try #require(RequestID(Self.id))
    let day = try #require(Day("2026-12-01"))
    let body = try Sample.body(Sample.request.replacing("2027-09-30", with: "2026-12-01"))
    #expect(try desk.give("request.submit", Self.id, body) == "created")
    #expect(try desk.give("request.publish", Self.id) == "2")
    let end = (day + 1).start + .hours(12)
    desk.wait(.milliseconds((end - desk.now).milliseconds - 1))
    #expect(desk.state.requests[id]?.status == .published)
    desk.wait(.milliseconds(1))
    #expect(desk.state.requests[id]?.status == .expired)
    #expect(try desk.give("request.publish", Self.id) == "invalid")
  }
}
