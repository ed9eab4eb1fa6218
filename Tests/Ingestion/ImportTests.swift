import CooperationModel
import Foundation
import NIOCore
import Testing
import TopicBus

@testable import Ingestion
@testable import ServiceKit

@Suite("Imports", .timeLimit(.minutes(2)))
struct ImportTests {
  @Test("the sample files import without a rejected row, and again without doing anything twice")
  func samples() async throws {
    let service = try await RunningService()
    try await service.run { client in
      var created: [String: Int] = [:]
      for kind in [ImportKind.contacts, .profiles, .cooperations, .requests] {
        let answer = try await client.upload(kind, Sample.file(kind), as: .ministry)
        #expect(answer.status == 200, "\(kind): \(answer.text.prefix(500))")
        #expect(answer.count("created") == answer.count("rows"), "\(answer.text.prefix(500))")
        #expect(answer.problems == [])
        created[kind.rawValue] = answer.count("created")
      }
      #expect(created == ["contacts": 266, "profiles": 191, "cooperations": 431, "requests": 63])
      for kind in [ImportKind.contacts, .profiles, .cooperations, .requests] {
        let answer = try await client.upload(kind, Sample.file(kind), as: .ministry)
        #expect(answer.count("unchanged") == created[kind.rawValue] && answer.count("created") == 0)
      }
      let state = await service.front.read { ($0.requests.count, $0.contacts.count, $0.cooperations.count) }
      #expect(state == (63, 266, 431))
      // Requests name their embassy's contact.
      let unreferred = await service.front.read { state in
        state.requests.sortedKeys().filter { id in
          state.requests[id]?.contact.flatMap { state.contacts[$0] } == nil
        }
      }
      #expect(unreferred == [])
    }
  }

  @Test(
    "three bad rows of many are named by line and column, and the good ones are kept; corrected, only they are added")
  func badRows() async throws {
    let service = try await RunningService()
    try await service.run { client in
      let bad = [
        100: Sample.row(100, country: "ZZ"), 1_000: Sample.row(1_000).replacing("municipality", with: "village"),
        1_999: "r1999,draft,MG,\"Commune\" 1999,municipality,Titre,Résumé,Recherche,x",
      ]
      let first = try await client.upload(
        .requests, Sample.requests(2_000, replacing: bad), as: .embassy("MG"), key: "k")
      #expect(first.status == 200)
      #expect(first.count("rows") == 2_000 && first.count("created") == 1_997 && first.count("rejected") == 3)
      #expect(
        first.problems == [
          "100 country unknown-country", "1000 authorities.kind unknown-value", "1999 authorities.name broken-quoting",
        ], "\(first.text.prefix(800))")

      let path = try #require(first.headers[.location])
      let looked = try await client.get(path, as: .embassy("MG"))
      #expect(
        looked.json?["state"]?.string == "complete" && looked.problems == first.problems, "\(looked.text.prefix(300))")
      #expect(try await client.get(path, as: .embassy("NE")).status == 404)

      let second = try await client.upload(.requests, Sample.requests(2_000), as: .embassy("MG"))
      #expect(second.count("created") == 3 && second.count("unchanged") == 1_997 && second.problems == [])
      #expect(await service.front.read { $0.requests.count } == 2_000)
    }
  }

  @Test("what the decider refuses is named as well, and taken once it is corrected")
  func refusedRows() async throws {
    let service = try await RunningService()
    try await service.run { client in
      let other = Sample.requests(20, replacing: [5: Sample.row(5, country: "NE")])
      let first = try await client.upload(.requests, other, as: .embassy("MG"))
      #expect(first.count("created") == 19 && first.problems == ["5  forbidden"], "\(first.text)")
      let second = try await client.upload(.requests, Sample.requests(20), as: .embassy("MG"))
      #expect(second.count("created") == 1 && second.count("unchanged") == 19)
      // The row's entity is there: another text for it is a conflict, and what is there stays.
      let changed = Sample.requests(20, replacing: [9: Sample.row(9).replacing("Titre 9", with: "Autre titre")])
      let third = try await client.upload(.requests, changed, as: .embassy("MG"))
      #expect(third.count("conflicts") == 1 && third.count("unchanged") == 19 && third.problems == ["9  exists"])
      #expect(third.json?["problems"].map { "\($0)" }?.contains("conflict") == true)
    }
  }

  @Test("rows that name id and version change; another version is a conflict")
  func changes() async throws {
    let service = try await RunningService()
    try await service.run { client in
      let made = try await client.post("/contacts", Sample.contact, as: .collectivite("commune:35238"))
      let id = try #require(made.json?["id"]?.string)
      func csv(_ version: Int, _ name: String) -> [UInt8] {
        Array("id,version,owner,name,email\n\(id),\(version),commune:35238,\(name),ri.rennes@example.fr\n".utf8)
      }
      let caller = RunningService.Caller.collectivite("commune:35238")
      #expect(try await client.upload(.contacts, csv(1, "Cabinet"), as: caller).count("changed") == 1)
      #expect(try await client.upload(.contacts, csv(1, "Cabinet"), as: caller).count("unchanged") == 1)
      let late = try await client.upload(.contacts, csv(1, "Mairie"), as: caller)
      #expect(late.count("conflicts") == 1 && late.problems == ["2  stale-version"])
      let wrong = try await client.upload(
        .contacts, Array("id,version,owner,name,email\nabc,1,commune:35238,A,a@example.fr\n".utf8), as: caller)
      #expect(wrong.problems == ["2 id invalid-id"])
    }
  }

  @Test("an import that was cut off goes on where it stopped, also two days later")
  func interrupted() async throws {
    let service = try await RunningService()
    try await service.run { client in
      let whole = Sample.requests(1_000)
      let first = try await client.upload(.requests, Sample.requests(480), as: .embassy("MG"))
      #expect(first.count("created") == 480)
      service.clock.advance(by: .hours(49))
      let second = try await client.upload(.requests, whole, as: .embassy("MG"))
      #expect(second.count("rows") == 1_000)
      #expect(await service.front.read { $0.requests.count } == 1_000)
      #expect(second.count("created") == 520 && second.count("unchanged") == 480)
    }
  }

  @Test("a stream that breaks off keeps the rows appended so far")
  func brokenStream() async throws {
    struct Broken: Error {}
    let service = try await RunningService()
    try await service.run { _ in
      let actor = Actor(issuer: "i", subject: "s", role: .ministry)
      let id = try #require(CommandID("00000000-0000-4000-8000-000000000001"))
      let ledger = ImportLedger()
      var session = ImportSession(
        ImportCommands(kind: .requests, actor: actor, import: id),
        gateway: CommandGateway(bus: service.bus, front: service.front, topic: Topics.ingestionCommands, source: "t"),
        reference: try .shared(), clock: service.clock, pace: ImportPace(), ledger: ledger)
      let stream = AsyncThrowingStream<[UInt8], any Error> { continuation in
        continuation.yield(Sample.requests(600))
        continuation.finish(throwing: Broken())
      }
      await #expect(throws: Broken.self) { try await session.read(stream) }
      #expect(ledger[id]?.report.state == .interrupted)
      let kept = try #require(ledger[id]?.report.tally.created)
      #expect(kept >= 100 && kept < 600)
      #expect(await service.front.wait(2_000) { $0.requests.count == kept })
    }
  }

  @Test("an import goes so fast that its rows are decided in the time that people may wait behind it")
  func pace() {
    let pace = ImportPace()
    #expect(pace.next(after: 100, took: 10) == 126)
    #expect(pace.next(after: 1_000, took: 10) == 1_000)
    #expect(pace.next(after: 100, took: 31) == 80)
    #expect(pace.next(after: 100, took: 10_000) == 50)
    #expect(pace.next(after: 20, took: 10_000) == 20)
  }

  @Test("a wrong header is answered by what is wrong with it, and nothing is done")
  func wrongHeader() async throws {
    let service = try await RunningService()
    try await service.run { client in
      let answer = try await client.upload(
        .profiles, Array("collectivité,thèmes\n".utf8), as: .ministry, language: "fr")
      #expect(answer.status == 422 && answer.codes == [" wrong-header"], "\(answer.text)")
      #expect(answer.text.contains("collectivité") && answer.text.contains("colonne manquante"))
      #expect(try await client.upload(.profiles, [], as: .ministry).codes == [" no-header"])
    }
  }

  @Test("Latin-1 is named by line and column; rows without accents are kept")
  func latin1() async throws {
    let service = try await RunningService()
    try await service.run { client in
      var bytes = Array("owner,name,email\nministry,Cabinet,a@example.fr\nministry,".utf8)
      bytes += [0x50, 0xE9] + Array("guy,b@example.fr\n".utf8)
      let answer = try await client.upload(.contacts, bytes, as: .ministry)
      #expect(answer.count("created") == 1 && answer.problems == ["3 name not-utf-8"])
      #expect(answer.text.contains("Latin-1") && answer.text.contains("CSV UTF-8"))
    }
  }

  @Test("a request refers to a contact that the same caller imported; to another it is refused")
  func contactReferences() async throws {
    let service = try await RunningService()
    try await service.run { client in
      let contacts = Array("reference,owner,name,email\nscac,embassy:MG,SCAC,scac@example.org\n".utf8)
      #expect(try await client.upload(.contacts, contacts, as: .embassy("MG")).count("created") == 1)
      let header = "country,authorities.name,authorities.kind,title,contactReference\n"
      let rows = header + "MG,A,municipality,Un,scac\nMG,B,municipality,Deux,scak\n"
      let answer = try await client.upload(.requests, Array(rows.utf8), as: .embassy("MG"))
      #expect(answer.count("created") == 1 && answer.problems == ["3 contactReference unknown-contact"])
    }
  }

  @Test("a contact's owner is fixed: another owner under the same reference is a conflict, and no second contact")
  func otherOwner() async throws {
    let service = try await RunningService()
    try await service.run { client in
      func csv(_ rows: String...) -> [UInt8] {
        Array(("reference,owner,name,email\n" + rows.joined(separator: "\n") + "\n").utf8)
      }
      let first = csv(
        "a,commune:35238,A,a@example.fr", "b,commune:35238,B,b@example.fr", "b,commune:02408,B,b@example.fr")
      let made = try await client.upload(.contacts, first, as: .ministry)
      #expect(made.count("created") == 2 && made.problems == ["4 owner other-owner"], "\(made.text)")
      let second = try await client.upload(.contacts, csv("a,commune:02408,A,a@example.fr"), as: .ministry)
      #expect(second.count("conflicts") == 1 && second.problems == ["2 owner other-owner"], "\(second.text)")
      #expect(await service.front.read { $0.contacts.count } == 2)
    }
  }

  @Test("who may not import a kind is told so; an unknown kind too")
  func access() async throws {
    let service = try await RunningService()
    try await service.run { client in
      #expect(try await client.upload(.requests, [], as: .collectivite("commune:35238")).status == 403)
      #expect(try await client.upload(.profiles, [], as: .embassy("MG")).status == 403)
      #expect(try await client.upload(.contacts, [], as: .nobody).status == 401)
      let unknown = try await client.send(.post, "/imports?kind=leads", "a", as: .ministry, type: "text/csv")
      #expect(unknown.status == 400 && unknown.codes == ["/query/kind parameter"])
      #expect(try await client.send(.post, "/imports?kind=profiles", "{}", as: .ministry).status == 415)
    }
  }

  @Test("rows not decided in time are told as such, and later by the outcomes, by any front")
  func undecided() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "ingestion-\(UUID().uuidString)")
    let first = try await RunningService(folder: folder)
    let bad = Sample.requests(20, replacing: [5: Sample.row(5, country: "NE")])
    let id = try #require(CommandID("00000000-0000-4000-8000-000000000002"))
    let actor = Actor(issuer: "i", subject: "e-MG", role: .embassy, country: CountryCode("MG"))
    try await first.run(isDeciding: false, keepsFile: true) { _ in
      var pace = ImportPace()
      pace.lastWait = 100
      var session = ImportSession(
        ImportCommands(kind: .requests, actor: actor, import: id),
        gateway: CommandGateway(bus: first.bus, front: first.front, topic: Topics.ingestionCommands, source: "t"),
        reference: try .shared(), clock: first.clock, pace: pace, ledger: ImportLedger())
      let stream = AsyncThrowingStream<[UInt8], any Error> { continuation in
        continuation.yield(bad)
        continuation.finish()
      }
      let report = try await session.read(stream)
      #expect(report.undecided == 20 && report.tally.decided == 0)
    }
    let second = try await RunningService(folder: folder)
    try await second.run { client in
      _ = await second.front.wait(5_000) { $0.imports[id]?.tally.decided == 20 }
      let answer = try await client.get("/imports/\(id)", as: .embassy("MG"))
      #expect(answer.json?["state"]?.string == "remembered", "\(answer.text)")
      #expect(answer.count("created") == 19 && answer.problems == ["5  forbidden"])
    }
  }
}
