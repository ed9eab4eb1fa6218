import CooperationModel
import Foundation
import Testing

@testable import ServiceKit

@Suite("Interface description")
struct InterfaceDescriptionTests {
  let edge = EdgeFixture()

  @Test("the document describes every route, its roles, its body and its problems")
  func describes() async throws {
    let document = try await edge.server().document
    let create = document["paths"]?["/items"]?["post"]
    #expect(create?["operationId"] == .string("createItem"))
    #expect(
      create?["requestBody"]?["content"]?["application/json"]?["schema"]?["$ref"]
        == .string("#/components/schemas/Item"))
    #expect(create?["description"]?.string?.contains("`embassy`") == true)
    for status in ["201", "400", "401", "403", "413", "422", "429", "503"] {
      #expect(create?["responses"]?[status] != nil, "\(status)")
    }
    #expect(document["components"]?["schemas"]?["Item"] != nil)
    #expect(document["paths"]?["/health/ready"] != nil)
  }

  @Test("declarations that contradict themselves are named")
  func faults() {
    let answer = Route.Answer(200, fr: "", en: "")
    let route = Route(
      .get, "/a/{id}", "a", fr: "", en: "", parameters: [.path("key", .string(), fr: "", en: "")], answers: [answer]
    ) { _ in .noContent }
    let other = Route(.get, "b", "a", fr: "", en: "", answers: []) { _ in .noContent }
    #expect(
      OpenAPI.faults([route, other]) == [
        "a: there is no {key} in /a/{id}", "two operations are called a", "a has no answer",
        "b does not begin with a slash",
      ])
    #expect(OpenAPI.faults(EdgeFixture.routes) == [])
  }

  @Test("the served document is the same at every reading")
  func deterministic() async throws {
    let first = try await edge.send(.get, "/openapi.json")
    let second = try await edge.send(.get, "/openapi.json")
    #expect(first.status == 200)
    #expect(first.text == second.text)
  }

  @Test("an OpenAPI validator accepts it", .enabled(if: InterfaceDescriptionTests.hasValidator))
  func validates() async throws {
    let text = try await edge.send(.get, "/openapi.json").text
    let findings = try Self.validate(text)
    #expect(findings == "", "\(findings)")
  }

  @Test("the validator finds what is wrong", .enabled(if: InterfaceDescriptionTests.hasValidator))
  func validatorWorks() throws {
    #expect(try Self.validate("{\"openapi\":\"3.1.0\",\"paths\":{\"/a\":{\"get\":{}}}}") != "")
  }

  static let hasValidator = (try? python("import openapi_spec_validator", input: "")) == ""

  /// What openapi-spec-validator says: nothing when all is well.
  static func validate(_ document: String) throws -> String {
    try python(
      "import json, sys; from openapi_spec_validator import validate; validate(json.load(sys.stdin))", input: document)
  }

  /// Runs a line of Python and gives what it writes.
  private static func python(_ code: String, input: String) throws -> String {
    let file = FileManager.default.temporaryDirectory.appending(path: "openapi-\(UUID()).json")
    try Data(input.utf8).write(to: file)
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
    let text = String(decoding: data, as: UTF8.self)
    return process.terminationStatus == 0 ? "" : text.isEmpty ? "failed" : text
  }
}
