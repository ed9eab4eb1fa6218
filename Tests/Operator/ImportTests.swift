import CooperationModel
import Foundation
import Hummingbird
import Snapshots
import Testing

/// An ingestion service that answers as it is told.
private struct FakeIngestion {
  /// Runs the body with the address of a server, and tells what was posted to it.
  static func run(
    post: String, status: Int, then: String = "", _ body: @escaping @Sendable (String) async throws -> Void
  ) async throws -> String {
    let router = Router()
    let (ports, portSink) = AsyncStream<Int>.makeStream()
    let (posted, postSink) = AsyncStream<String>.makeStream()
    router.post("imports") { request, _ in
      let bytes = try await request.body.collect(upTo: 1 << 20)
      postSink.yield("\(request.uri.query ?? "") \(request.headers[.authorization] ?? "") \(String(buffer: bytes))")
      return Response(status: .init(code: status), body: ResponseBody(byteBuffer: ByteBuffer(string: post)))
    }
    router.get("imports/:id") { _, _ in
      Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: then)))
    }
    let application = Application(
      router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { portSink.yield($0.localAddress?.port ?? 0) })
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await application.run() }
      for await port in ports {
        try await body("http://127.0.0.1:\(port)")
        break
      }
      group.cancelAll()
      try? await group.waitForAll()
    }
    postSink.finish()
    var said = ""
    for await text in posted { said += text }
    return said
  }
}

@Suite("bourse import")
struct ImportTests {
  private func answer(created: Int, undecided: Int, problems: String = "") -> String {
    """
    {"import":"0a8f5a0e-0d6c-8b1e-9a3b-5b1b0e0f0a01","kind":"profiles","state":"complete","rows":3,"created":\(created),\
    "changed":0,"unchanged":0,"conflicts":0,"rejected":\(problems.isEmpty ? 0 : 1),"undecided":\(undecided),\
    "problems":[\(problems)],"unlisted":0}
    """
  }

  @Test("the file is streamed with the token, followed to its end, and rejected rows are listed")
  func rows() async throws {
    let place = try Workplace()
    let csv = try place.write("collectivite,themes\ncommune:35051,a\n", to: "profiles.csv")
    let token = try place.write("abc.def.ghi\n", to: "token")
    let row = #"{"line":2,"result":"rejected","column":"themes","code":"unknown-theme","message":"no theme \"a\""}"#
    let posted = try await FakeIngestion.run(
      post: answer(created: 1, undecided: 1, problems: row), status: 202,
      then: answer(created: 2, undecided: 0, problems: row)
    ) { url in
      let run = try await place.bourse("import", "profiles", csv, "--url", url, "--token", token)
      #expect(run.status == 1)
      try expectSnapshot(run.output, "import.txt")
    }
    #expect(posted == "kind=profiles Bearer abc.def.ghi collectivite,themes\ncommune:35051,a\n")
  }

  @Test("a refusal is one line with what is wrong")
  func refused() async throws {
    let place = try Workplace()
    let csv = try place.write("x\n", to: "x.csv")
    let token = try place.write("abc.def.ghi\n", to: "token")
    let problem =
      #"{"title":"Unknown column","detail":"There is no column x.","violations":[{"pointer":"/0","code":"c","message":"use collectivite"}]}"#
    _ = try await FakeIngestion.run(post: problem, status: 422) { url in
      let run = try await place.bourse("import", "profiles", csv, "--url", url, "--token", token)
      #expect(run.status == 65)
      #expect(run.error == "bourse: the import was refused (422): There is no column x.; /0: use collectivite\n")
    }
    let away = try await place.bourse("import", "profiles", csv, "--url", "http://127.0.0.1:1", "--token", token)
    #expect(away.status == 69)
  }
}
