import CooperationModel
import Foundation
import NIOCore
import Testing
import TopicBus

@testable import Ingestion
@testable import ServiceKit

@Suite("Links", .timeLimit(.minutes(1)))
struct LinkTests {
  static let owner = RunningService.Caller.collectivite("commune:35238")

  private func made(_ client: RunningService.Client) async throws -> String {
    let answer = try await client.post("/contacts", Sample.contact, as: Self.owner)
    return try #require(answer.json?["id"]?.string)
  }

  private func status(_ client: RunningService.Client, _ id: String) async throws -> String? {
    try await client.get("/contacts/\(id)", as: Self.owner).json?["status"]?.string
  }

  @Test("opening a confirmation link changes nothing; its button confirms, once")
  func confirm() async throws {
    let service = try await RunningService()
    try await service.run { client in
      let id = try await made(client)
      let token = try await service.mint.action(.confirmContact, target: id, contact: id)
      let page = try await client.get("/confirm?token=\(token)")
      #expect(page.status == 200 && page.text.contains("Confirmer") && page.text.contains("ri.rennes@example.fr"))
      #expect(page.headers[.contentLanguage] == "fr")
      #expect(try await status(client, id) == "pending")
      let form = "application/x-www-form-urlencoded"
      let done = try await client.send(.post, "/confirm", "token=\(token)", type: form)
      #expect(done.status == 200 && done.text.contains("confirmée"))
      #expect(try await client.send(.post, "/confirm", "token=\(token)", type: form).status == 200)
      #expect(try await client.get("/contacts/\(id)", as: Self.owner).tag == "\"2\"")
      #expect(try await status(client, id) == "confirmed")
    }
  }

  @Test("one click unsubscribes, as mail programs do it; a link for one thing does no other")
  func unsubscribe() async throws {
    let service = try await RunningService()
    try await service.run { client in
      let id = try await made(client)
      let token = try await service.mint.action(.unsubscribe, target: id, contact: id)
      #expect(try await client.get("/unsubscribe?token=\(token)").text.contains("Se désinscrire"))
      #expect(try await status(client, id) == "pending")
      #expect(try await client.get("/confirm?token=\(token)").status == 400)
      let boundary = "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n"
      let done = try await client.send(
        .post, "/unsubscribe?token=\(token)", boundary, type: "multipart/form-data; boundary=x")
      #expect(done.status == 200)
      #expect(try await status(client, id) == "unsubscribed")
      let again = try await client.send(
        .post, "/unsubscribe?token=\(token)", "List-Unsubscribe=One-Click", type: "application/x-www-form-urlencoded")
      #expect(again.status == 200)
      // Erased since: still nothing to complain about.
      #expect(try await client.send(.delete, "/contacts/\(id)", as: Self.owner).status == 204)
      let late = try await client.send(
        .post, "/unsubscribe?token=\(token)", "List-Unsubscribe=One-Click", type: "application/x-www-form-urlencoded")
      #expect(late.status == 200)
    }
  }

  @Test("a link that expired, was cut, or was sent to an address changed since does nothing")
  func refusals() async throws {
    let service = try await RunningService()
    try await service.run { client in
      let id = try await made(client)
      let token = try await service.mint.action(.confirmContact, target: id, contact: id)
      #expect(try await client.get("/confirm?token=\(token.dropLast(3))").status == 400)
      #expect(try await client.get("/confirm").status == 400)
      service.clock.advance(by: .minutes(5))
      let other = Sample.contact.replacing("ri.rennes@", with: "maire.rennes@")
      #expect(try await client.send(.put, "/contacts/\(id)", other, as: Self.owner, ifMatch: "\"1\"").status == 200)
      let form = "application/x-www-form-urlencoded"
      #expect(try await client.send(.post, "/confirm", "token=\(token)", type: form).status == 410)
      #expect(try await status(client, id) == "pending")
      let fresh = try await service.mint.action(.confirmContact, target: id, contact: id)
      service.clock.advance(by: .days(8))
      #expect(try await client.send(.post, "/confirm", "token=\(fresh)", type: form).status == 410)
    }
  }

  @Test("what a contact is called cannot become markup")
  func markup() async throws {
    let service = try await RunningService()
    try await service.run { client in
      let evil = Sample.contact.replacing("Relations internationales", with: "<script>alert('x')</script>")
      let id = try #require(try await client.post("/contacts", evil, as: Self.owner).json?["id"]?.string)
      let token = try await service.mint.action(.confirmContact, target: id, contact: id)
      let page = try await client.get("/confirm?token=\(token)")
      #expect(!page.text.contains("<script>") && page.text.contains("&lt;script&gt;"))
    }
  }
}
