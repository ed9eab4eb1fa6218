import CooperationModel
import Foundation
import Hummingbird
import Testing

@Suite("bourse scoring diff", .timeLimit(.minutes(1)))
struct ScoringTests {
  private static func difference() -> ModelDifference {
    var difference = ModelDifference()
    difference.openRequests = 63
    difference.changedRequests = 12
    difference.ranked.before = 840
    difference.ranked.after = 833
    difference.ranked.entered = 21
    difference.ranked.left = 28
    return difference
  }

  /// Runs the body with the address of a matcher that answers as it is told; tells what it was sent.
  private func run(
    status: Int, answer: Data, _ body: @escaping @Sendable (String) async throws -> Void
  ) async throws -> String {
    let router = Router()
    let (ports, portSink) = AsyncStream<Int>.makeStream()
    let (posted, postSink) = AsyncStream<String>.makeStream()
    router.post("scoring/diff") { request, _ in
      let bytes = try await request.body.collect(upTo: 1 << 20)
      postSink.yield("\(request.headers[.authorization] ?? "") \(String(buffer: bytes))")
      return Response(status: .init(code: status), body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer)))
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

  private func model(at place: Workplace) async throws -> String {
    _ = try await place.bourse("topics", "apply")
    return try place.write(
      Self.changed(try await place.bourse("scoring", "show", "--json").output), to: "model.json")
  }

  /// The standard model as a file, made its own next version with another weight of themes.
  static func changed(_ shown: String) -> String {
    let standard = ScoringSettings.standard
    return shown.replacing("\"version\" : \(standard.version)", with: "\"version\" : \(standard.version + 1)")
      .replacing("\"theme\" : \(standard.weights["theme"] ?? 0)", with: "\"theme\" : 199")
  }

  @Test("asks the matcher with the model and the token, and says how many matches would change")
  func matches() async throws {
    let place = try Workplace()
    let file = try await model(at: place)
    let token = try place.write("abc.def.ghi\n", to: "token")
    let posted = try await run(status: 200, answer: try JSON.encode(Self.difference())) { url in
      let run = try await place.bourse("scoring", "diff", file, "--url", url, "--token", token)
      #expect(run.status == 0 && run.error.isEmpty)
      #expect(run.output.contains("Open requests: 63, of which 12 would change"))
      #expect(run.output.contains(/with a contact +840 +833 +21 +28 +0 +0\n/))
      let json = try await place.bourse("scoring", "diff", file, "--url", url, "--token", token, "--json").json()
      #expect(json["matches"]?["ranked"]?["left"] == .integer(28))
    }
    #expect(posted.hasPrefix("Bearer abc.def.ghi {") && posted.contains("\"theme\":199"))
  }

  @Test("a matcher that refuses is quoted; without a token the figures alone are compared")
  func refusals() async throws {
    let place = try Workplace()
    let file = try await model(at: place)
    let token = try place.write("abc.def.ghi\n", to: "token")
    let problem = Data(#"{"title":"You may not do that","status":403}"#.utf8)
    _ = try await run(status: 403, answer: problem) { url in
      let run = try await place.bourse("scoring", "diff", file, "--url", url, "--token", token)
      #expect(run.status == 65 && run.error == "bourse: the matcher refused (403): You may not do that\n")
    }
    let run = try await place.bourse("scoring", "diff", file)
    #expect(run.status == 0 && run.error.contains("--token") && run.output.contains(/weights\/theme +\d+ +199\n/))
  }
}
