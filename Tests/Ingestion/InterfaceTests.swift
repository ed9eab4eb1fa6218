import CooperationModel
import Foundation
import Testing

@testable import ServiceKit

@Suite("Interface description of ingestion", .timeLimit(.minutes(1)))
struct InterfaceTests {
  @Test("the document names every route")
  func routes() async throws {
    let document = try await RunningService().server.document
    guard case .object(let paths)? = document["paths"] else {
      Issue.record("no paths")
      return
    }
    let expected = [
      "/requests", "/requests/{id}/publish", "/profiles/{collectivite}", "/contacts/{id}", "/cooperations", "/imports",
      "/imports/{id}", "/confirm", "/unsubscribe", "/commands/{id}",
    ]
    #expect(expected.filter { paths[$0] == nil } == [])
  }

  @Test("an OpenAPI validator accepts it", .enabled(if: InterfaceTests.hasValidator))
  func validates() async throws {
    let document = try await RunningService().server.document
    let findings = try Self.python(
      "import json, sys; from openapi_spec_validator import validate; validate(json.load(sys.stdin))",
      input: JSON.encode(document))
    #expect(findings == "", "\(findings)")
  }

  static let hasValidator = (try? python("import openapi_spec_validator", input: Data())) == ""

  /// Runs a line of Python: what it writes when it fails, nothing otherwise.
  private static func python(_ code: String, input: Data) throws -> String {
    let file = FileManager.default.temporaryDirectory.appending(path: "openapi-\(UUID()).json")
    try input.write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", code]
    process.standardInput = try FileHandle(forReadingFrom: file)
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? "" : String(decoding: data, as: UTF8.self)
  }
}
