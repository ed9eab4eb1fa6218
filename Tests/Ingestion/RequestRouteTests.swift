import CooperationModel
import Foundation
import NIOCore
import Testing
import TopicBus

@testable import Ingestion
@testable import ServiceKit

@Suite("Requests over HTTP", .timeLimit(.minutes(1)))
struct RequestRouteTests {
  static let embassy = RunningService.Caller.embassy("MG")

  @Test("a request is submitted, published, changed by its version, and concluded into a sheet of the Atlas")
  func life() async throws {
    let service = try await RunningService()
    try await service.run { client in
      let made = try await client.post("/requests", Sample.request, as: Self.embassy)
      #expect(made.status == 201 && made.tag == "\"1\"", "\(made.text)")
      let path = try #require(made.headers[.location])
      #expect(try await client.get(path).status == 404)
      #expect(try await client.get(path, as: Self.embassy).json?["status"]?.string == "submitted")

      let published = try await client.post("\(path)/publish", as: Self.embassy)
      #expect(published.status == 200 && published.tag == "\"2\"" && published.json?["confirmBy"] != nil)
      #expect(try await client.get(path).status == 200)

      let other = Sample.request.replacing("Un jumelage durable.", with: "Un jumelage.")
      #expect(try await client.send(.put, path, other, as: Self.embassy).status == 428)
      #expect(try await client.send(.put, path, other, as: Self.embassy, ifMatch: "\"1\"").status == 412)
      let changed = try await client.send(.put, path, other, as: Self.embassy, ifMatch: "\"2\"")
      #expect(changed.status == 200 && changed.tag == "\"3\"")

      #expect(try await client.post("\(path)/contact", as: Self.embassy).status == 200)
      let concluded = try await client.post(
        "\(path)/conclude", #"{"partners":["commune:35238"]}"#, as: Self.embassy)
      #expect(concluded.status == 200 && concluded.json?["status"]?.string == "concluded")
      #expect(try await client.post("\(path)/publish", as: Self.embassy).status == 409)
      #expect(await service.front.wait(2_000) { $0.cooperations.count == 1 })
      let sheets = try await client.get("/cooperations?collectivite=commune:35238")
      #expect(sheets.text.contains("Lire et écrire dans le Melaky"))
      #expect(try await client.get("/requests?country=MG&status=concluded").text.contains("commune:35238"))
    }
  }

  @Test("what is wrong is named, member by member; nothing is kept")
  func refusals() async throws {
    let service = try await RunningService()
    try await service.run { client in
      let wrong = Sample.request.replacing("\"MG\"", with: "\"ZZ\"").replacing("twinning", with: "marriage")
      let invalid = try await client.post("/requests", wrong, as: Self.embassy)
      #expect(
        invalid.status == 422 && Set(invalid.codes) == ["/country unknown-country", "/forms/0 unknown-value"],
        "\(invalid.codes)")
      let malformed = try await client.post("/requests", "{\"country\":", as: Self.embassy)
      #expect(malformed.status == 400 && malformed.text.contains("Line 1"), "\(malformed.text)")
      #expect(try await client.post("/requests", Sample.request, as: .embassy("NE")).status == 403)
      #expect(try await client.post("/requests", Sample.request, as: .collectivite("commune:35238")).status == 403)
      #expect(try await client.post("/requests", Sample.request, as: .nobody).status == 401)
      let large = "{\"title\":\"\(String(repeating: "a", count: 10 << 20))\"}"
      #expect(try await client.post("/requests", large, as: Self.embassy).status == 413)
      let nothing = "/requests/00000000-0000-4000-8000-000000000000"
      #expect(try await client.send(.put, nothing, Sample.request, as: Self.embassy, ifMatch: "\"1\"").status == 404)
      #expect(await service.front.read { $0.requests.count } == 0)

      let bare = try await client.post("/requests?draft=true", #"{"country":"MG"}"#, as: Self.embassy)
      let path = try #require(bare.headers[.location])
      let early = try await client.post("\(path)/publish", as: Self.embassy)
      #expect(early.status == 422 && early.codes.contains("/title missing"), "\(early.codes)")
      #expect(try await client.post("\(path)/publish", as: .embassy("NE")).status == 403)
    }
  }

  @Test("the themes that a text speaks of are proposed, with how sure that is, until the embassy takes them over")
  func proposals() async throws {
    let service = try await RunningService()
    let water = "environnement/eau-dechets/eau-assainissement"
    @Sendable func body(_ themes: String, title: String = "Forages et réseau d’eau potable") -> String {
      #"{"country":"MG","title":"\#(title)","themes":[\#(themes)]}"#
    }
    @Sendable func proposed(_ answer: RunningService.Answer) -> [JSONValue] {
      if case .array(let themes)? = answer.json?["proposedThemes"] { themes } else { [.null] }
    }
    try await service.run { client in
      let made = try await client.post("/requests", body(""), as: Self.embassy)
      let path = try #require(made.headers[.location])
      #expect(proposed(made).first?["theme"]?.string == water, "\(made.text)")
      #expect((30...100).contains(proposed(made).first?["certainty"]?.integer ?? 0))
      #expect(made.json?["themes"] == .array([]))
      // Nothing of it is kept: it is for the embassy to say.
      #expect(try await client.get(path, as: Self.embassy).json?["proposedThemes"] == nil)
      let taken = try await client.send(.put, path, body("\"\(water)\""), as: Self.embassy, ifMatch: "\"1\"")
      #expect(taken.status == 200 && proposed(taken).isEmpty, "\(taken.text)")

      // A declared field is made more precise where the text is sure; what was declared otherwise is left alone.
      let field = try await client.post("/requests", body("\"environnement/eau-dechets\""), as: Self.embassy)
      #expect(proposed(field).first?["theme"]?.string == water, "\(field.text)")
      #expect(proposed(field).allSatisfy { $0["completes"]?.string == "environnement/eau-dechets" })
      for (themes, title) in [
        ("\"jeunesse-sport/sport\"", "Forages et réseau d’eau potable"),
        ("\"environnement/eau-dechets\",\"\(water)\"", "Forages et réseau d’eau potable"),
        ("", "Une demande"), ("", ""), ("", "مياه الشرب"),
      ] {
        let answer = try await client.post("/requests", body(themes, title: title), as: Self.embassy)
        #expect(answer.status == 201 && proposed(answer).isEmpty, "\(answer.text)")
      }
    }
  }

  @Test("bad input gets a stated result: too long, unknown languages, half a place, a place in the sea")
  func badInput() async throws {
    let service = try await RunningService()
    try await service.run { client in
      func post(_ members: String) async throws -> RunningService.Answer {
        try await client.post("/requests", "{\"country\":\"MG\",\(members)}", as: Self.embassy)
      }
      let long = try await post("\"summary\":\"\(String(repeating: "eau ", count: 25_000))\"")
      #expect(long.status == 422 && long.codes == ["/summary too-long"], "\(long.codes)")
      let unknown = try await post("\"languages\":[\"fr\",\"zz\",\"français\"]")
      #expect(unknown.codes == ["/languages/1 unknown-language", "/languages/2 unknown-language"], "\(unknown.codes)")
      let half = try await post("\"authorities\":[{\"name\":\"Melaky\",\"kind\":\"region\",\"longitude\":44}]")
      #expect(half.status == 422 && half.codes.count == 1, "\(half.codes)")
      let nowhere = try await post(
        "\"authorities\":[{\"name\":\"Melaky\",\"kind\":\"region\",\"longitude\":44,\"latitude\":-91}]")
      #expect(nowhere.status == 422, "\(nowhere.codes)")
      // Taken: outlines of countries are no matter of this service, and the matcher believes no place far from its country.
      let sea = try await post(
        "\"authorities\":[{\"name\":\"Melaky\",\"kind\":\"region\",\"longitude\":-20,\"latitude\":-40}]")
      #expect(sea.status == 201, "\(sea.text)")
      // Neither themes nor text: a submission, that cannot be published so.
      let empty = try await client.post("/requests", #"{"country":"MG"}"#, as: Self.embassy)
      #expect(empty.status == 201 && empty.json?["proposedThemes"] == .array([]))
      let themes = try ReferenceData.shared().themes.leaves.map { "\"\($0.id)\"" }.joined(separator: ",")
      let greedy = try await client.send(
        .put, "/profiles/commune:35238", "{\"themes\":[\(themes)]}", as: .collectivite("commune:35238"))
      #expect(greedy.status == 422 && greedy.codes == ["/themes too-many"], "\(greedy.codes)")
    }
  }

  @Test("the same key: the same body gets the same answer, another one 422, two at once make one request")
  func keys() async throws {
    let service = try await RunningService()
    try await service.run { client in
      let first = try await client.post("/requests", Sample.request, as: Self.embassy, key: "k1")
      let again = try await client.post("/requests", Sample.request, as: Self.embassy, key: "k1")
      #expect(first.status == 201 && again.status == 201)
      #expect(first.headers[.location] == again.headers[.location])
      let other = try await client.post("/requests", #"{"country":"MG"}"#, as: Self.embassy, key: "k1")
      #expect(other.status == 422 && other.json?["type"]?.string?.hasSuffix("idempotency-key-reused") == true)
      let path = try #require(first.headers[.location])
      #expect(try await client.get(path, as: Self.embassy).json?["title"]?.string == "Lire et écrire dans le Melaky")

      async let one = client.post("/requests", Sample.request, as: Self.embassy, key: "k2")
      async let two = client.post("/requests", Sample.request, as: Self.embassy, key: "k2")
      let both = try await [one, two]
      #expect(both.map(\.status) == [201, 201])
      #expect(await service.front.read { $0.requests.count } == 2)

      // Two days later the create is done, not doubled.
      service.clock.advance(by: .hours(50))
      let late = try await client.post("/requests", Sample.request, as: Self.embassy, key: "k1")
      #expect((200...201).contains(late.status) && late.headers[.location] == path)
      #expect(await service.front.read { $0.requests.count } == 2)
    }
  }

  @Test("a revoked token is refused")
  func revoked() async throws {
    let service = try await RunningService()
    try await service.run { client in
      #expect(try await client.get("/contacts", as: .ministry).status == 200)
      let id = try #require(SettingID("revoked:t"))
      _ = try await service.bus.append([
        Topics.settings.record(
          id, Setting(id: id, version: 1, value: .object([:])), partition: 0, time: service.clock.now(), source: "test",
          cause: "test")
      ])
      #expect(await service.front.wait(2_000) { $0.settings[id] != nil })
      #expect(try await client.get("/contacts", as: .ministry).status == 401)
      #expect(try await client.send(.get, "/contacts", as: .ministry, tokenID: "other").status == 200)
    }
  }
}
