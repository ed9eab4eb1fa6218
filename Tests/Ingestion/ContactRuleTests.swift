import CooperationModel
import Testing

@testable import Ingestion
@testable import ServiceKit

@Suite("Rules of contacts, profiles and sheets")
struct ContactRuleTests {
  static let id = "00000000-0000-4000-8000-000000000021"
  static let owner = "commune:35238"
  static var itself: Actor { Actor(issuer: "i", subject: id, role: .contact) }

  private func desk(_ status: Contact.Status) throws -> Desk {
    var desk = try Desk()
    let id = try #require(ContactID(Self.id))
    var contact = Contact(id: id, draft: try Sample.draft(Sample.contact), at: desk.now)
    contact.status = status
    contact.version = 5
    desk.state.contacts[id] = contact
    return desk
  }

  /// By status and verb, what the address itself and its owner get.
  static let table: [(Contact.Status, String, itself: String, owner: String)] = [
    (.pending, "confirm", "6 confirmed", "forbidden pending"),
    (.pending, "unsubscribe", "6 unsubscribed", "6 unsubscribed"),
    (.pending, "erase", "forbidden pending", "6 gone"),
    (.confirmed, "confirm", "5 confirmed", "5 confirmed"),
    (.confirmed, "unsubscribe", "6 unsubscribed", "6 unsubscribed"),
    (.confirmed, "erase", "forbidden confirmed", "6 gone"),
    (.unsubscribed, "confirm", "6 confirmed", "forbidden unsubscribed"),
    (.unsubscribed, "unsubscribe", "5 unsubscribed", "5 unsubscribed"),
    (.unsubscribed, "erase", "forbidden unsubscribed", "6 gone"),
  ]

  @Test("consent is the address's own to give; whoever entered it may take it back", arguments: table)
  func consent(status: Contact.Status, verb: String, itself: String, owner: String) throws {
    for (actor, expected) in [(Self.itself, itself), (Desk.rennes, owner), (Desk.ministry, owner)] {
      var desk = try desk(status)
      let answer = try desk.give("contact.\(verb)", Self.id, by: actor, partitionKey: Self.owner)
      let after = ContactID(Self.id).flatMap { desk.state.contacts[$0] }?.status.rawValue ?? "gone"
      #expect("\(answer) \(after)" == expected, "\(status) \(verb) by \(actor.name)")
    }
  }

  @Test("others may do nothing", arguments: ["laon", "embassy", "prefecture"])
  func others(name: String) throws {
    let actor = try #require(Desk.actors[name])
    var desk = try desk(.pending)
    for verb in ["confirm", "unsubscribe", "erase", "change"] {
      let body = try verb == "change" ? Sample.body(Sample.contact) : .object([:])
      #expect(try desk.give("contact.\(verb)", Self.id, body, by: actor, partitionKey: Self.owner) == "forbidden")
    }
    let new = "00000000-0000-4000-8000-000000000022"
    #expect(
      try desk.give("contact.create", new, Sample.body(Sample.contact), by: actor, partitionKey: Self.owner)
        == "forbidden")
    let another = Actor(issuer: "i", subject: new, role: .contact)
    #expect(try desk.give("contact.confirm", Self.id, by: another, partitionKey: Self.owner) == "forbidden")
  }

  @Test("another address has to confirm anew; another name does not; the owner is fixed")
  func changes() throws {
    var desk = try desk(.confirmed)
    let id = try #require(ContactID(Self.id))
    let name = try Sample.body(Sample.contact.replacing("Relations internationales", with: "Cabinet"))
    #expect(
      try desk.give("contact.change", Self.id, name, by: Desk.rennes, partitionKey: Self.owner) == "version-required")
    #expect(
      try desk.give("contact.change", Self.id, name, by: Desk.rennes, ifMatch: 5, partitionKey: Self.owner) == "6")
    #expect(desk.state.contacts[id]?.status == .confirmed)
    let email = try Sample.body(Sample.contact.replacing("ri.rennes", with: "maire"))
    #expect(
      try desk.give("contact.change", Self.id, email, by: Desk.rennes, ifMatch: 6, partitionKey: Self.owner) == "7")
    #expect(desk.state.contacts[id]?.status == .pending)
    #expect(
      try desk.give("contact.change", Self.id, email, by: Self.itself, ifMatch: 7, partitionKey: Self.owner)
        == "forbidden")
    let owner = try Sample.body(Sample.contact.replacing("35238", with: "02408"))
    #expect(
      try desk.give("contact.change", Self.id, owner, by: Desk.ministry, ifMatch: 7, partitionKey: Self.owner)
        == "invalid")
  }

  @Test("consent on paper is the ministry's to vouch for, and never overrides what the address said since")
  func imports() throws {
    func row(_ status: String) throws -> JSONValue {
      .object(["status": .string(status), "draft": try Sample.body(Sample.contact)])
    }
    var desk = try Desk()
    #expect(
      try desk.give("contact.import", Self.id, row("confirmed"), by: Desk.rennes, partitionKey: Self.owner)
        == "forbidden")
    #expect(
      try desk.give("contact.import", Self.id, row("pending"), by: Desk.rennes, partitionKey: Self.owner) == "created")
    #expect(
      try desk.give("contact.import", Self.id, row("confirmed"), by: Desk.ministry, partitionKey: Self.owner)
        == "conflict")
    #expect(try desk.give("contact.unsubscribe", Self.id, by: Self.itself, partitionKey: Self.owner) == "2")
    #expect(
      try desk.give("contact.import", Self.id, row("confirmed"), by: Desk.ministry, partitionKey: Self.owner) == "2")
    #expect(ContactID(Self.id).flatMap { desk.state.contacts[$0] }?.status == .unsubscribed)
    let new = "00000000-0000-4000-8000-000000000022"
    #expect(
      try desk.give("contact.import", new, row("pending"), by: Desk.ministry, partitionKey: "commune:02408")
        == "invalid")
    #expect(try desk.give("contact.erase", new, by: Desk.ministry, partitionKey: Self.owner) == "0")
  }

  // MARK: Profiles

  @Test("a profile is its authority's and the ministry's; a change names the version")
  func profiles() throws {
    var desk = try Desk()
    let first = try Sample.body(#"{"countries":["MG"],"weeklyLimit":2}"#)
    for name in ["laon", "embassy", "prefecture"] {
      #expect(try desk.give("profile.put", Self.owner, first, by: Desk.actors[name] ?? Desk.laon) == "forbidden")
    }
    #expect(try desk.give("profile.put", Self.owner, first, by: Desk.rennes, ifMatch: 3) == "not-found")
    #expect(try desk.give("profile.put", Self.owner, first, by: Desk.rennes) == "created")
    #expect(try desk.give("profile.put", Self.owner, first, by: Desk.rennes) == "1")
    let other = try Sample.body(#"{"countries":["NE"]}"#)
    #expect(try desk.give("profile.put", Self.owner, other, by: Desk.ministry) == "version-required")
    #expect(try desk.give("profile.put", Self.owner, other, by: Desk.ministry, ifMatch: 2) == "stale")
    #expect(try desk.give("profile.put", Self.owner, other, by: Desk.ministry, ifMatch: 1) == "2")
    #expect(try desk.give("profile.put", "commune:99999", other, by: Desk.ministry) == "not-found")
  }

  @Test("a merged commune's profile goes into its successor's: united, the higher limit, once")
  func merge() throws {
    let reference = try ReferenceData.shared()
    let succession = try #require(
      reference.registry.successions.first { $0.former.kind == .commune && $0.successor.kind == .commune })
    let (old, new) = (succession.former, succession.successor)
    var desk = try Desk()
    desk.state.profiles[old] = Profile(
      collectivite: old,
      draft: try Sample.draft(#"{"countries":["NE","MG"],"languages":["en"],"weeklyLimit":5,"delivery":"daily"}"#))
    #expect(
      try desk.give(
        "profile.put", new.rawValue, Sample.body(#"{"countries":["MG"],"weeklyLimit":2}"#), by: Desk.ministry)
        == "created")
    #expect(try desk.give("profile.merge", old.rawValue, by: Desk.rennes) == "forbidden")
    #expect(try desk.give("profile.merge", new.rawValue, by: Desk.ministry) == "conflict")
    #expect(try desk.give("profile.merge", old.rawValue, by: Desk.ministry, key: "m") == "2")
    #expect(desk.state.profiles[old] == nil)
    let absorb = try #require(desk.following.first)
    #expect(desk.following.count == 1 && absorb.entity == new.rawValue && absorb.partitionKey == new.rawValue)
    #expect(try desk.give(absorb) == "2")
    #expect(try desk.give(absorb) == "2")
    let merged = try #require(desk.state.profiles[new])
    #expect(merged.countries.map(\.rawValue) == ["MG", "NE"] && merged.languages.map(\.rawValue) == ["en"])
    #expect(merged.weeklyLimit == 5 && merged.delivery == .immediate)
    desk.wait(.hours(49))
    #expect(try desk.give("profile.merge", old.rawValue, by: Desk.ministry, key: "m") == "0")
    #expect(desk.following.count == 1)
  }

  // MARK: Sheets

  @Test(
    "a sheet is written by its country's embassy, its authorities and the ministry",
    arguments: ["embassy": false, "rennes": true, "laon": false, "ministry": true, "prefecture": false])
  func sheets(name: String, may: Bool) throws {
    let actor = try #require(Desk.actors[name])
    var desk = try Desk()
    #expect(
      try desk.give("cooperation.create", Self.id, Sample.body(Sample.sheet), by: actor)
        == (may ? "created" : "forbidden"))
    guard may else { return }
    let other = try Sample.body(Sample.sheet.replacing("Rennes – ", with: ""))
    #expect(try desk.give("cooperation.create", Self.id, other, by: actor) == "1")
    #expect(try desk.give("cooperation.import", Self.id, other, by: actor) == "conflict")
    #expect(try desk.give("cooperation.change", Self.id, other, by: actor) == "version-required")
    #expect(try desk.give("cooperation.change", Self.id, other, by: actor, ifMatch: 1) == "2")
    #expect(try desk.give("cooperation.import", Self.id, other, by: actor) == "2")
    // Nobody takes over a sheet by writing themselves into it.
    let taken = try Sample.body(Sample.sheet.replacing("35238", with: "02408"))
    #expect(try desk.give("cooperation.change", Self.id, taken, by: Desk.laon, ifMatch: 2) == "forbidden")
  }
}
