import CooperationModel
import Foundation
import ServiceKit
import Snapshots
import Testing

@Suite("The topics' AsyncAPI document", .timeLimit(.minutes(2)))
struct AsyncAPITests {
  @Test("is printed as kept, the same every time, and needs no log")
  func snapshot() async throws {
    let place = try Workplace()
    let run = try await place.bourse("topics", "asyncapi")
    #expect(run.status == 0 && run.error.isEmpty)
    try expectSnapshot(run.output, "asyncapi.json")
    #expect(!FileManager.default.fileExists(atPath: place.log))
  }

  @Test("names every topic that is made, with its partitions")
  func topics() async throws {
    let place = try Workplace()
    let plan = try await place.bourse("topics", "plan", "--json").json()
    let made = (plan["topics"]?.array ?? []).map { [$0["topic"], $0["partitions"]] }
    guard case .object(let channels)? = AsyncAPI.document["channels"] else {
      Issue.record("no channels")
      return
    }
    let named = channels.sorted { $0.key < $1.key }.map {
      [$0.value["address"], $0.value["bindings"]?["kafka"]?["partitions"]]
    }
    #expect(made.count == 15 && named == made)
  }

  @Test("has the form of AsyncAPI 3, and what is written fits its schemas", .enabled(if: AsyncAPITests.hasPython))
  func truth() throws {
    var samples: [String: [JSONValue]] = [:]
    for seed in 1...60 as ClosedRange<UInt64> {
      var entities = EntitySamples(seed: seed)
      for (channel, value) in try entities.all() { samples[channel, default: []].append(value) }
    }
    for topic in [Topics.leadCommands, Topics.notificationCommands, Topics.apdCommands] {
      samples[topic.name] = samples[Topics.ingestionCommands.name]
    }
    #expect(try Self.check(AsyncAPI.document, samples) == "")
  }

  @Test("the check finds what is wrong", .enabled(if: AsyncAPITests.hasPython))
  func falsehood() throws {
    var entities = EntitySamples(seed: 1)
    let profile = try #require(try entities.all().first { $0.channel == Topics.profiles.name }?.value)
    func changed(_ member: String, _ value: JSONValue?) throws -> String {
      guard case .object(var members) = profile else { return "" }
      members[member] = value
      return try Self.check(AsyncAPI.document, [Topics.profiles.name: [.object(members)]])
    }
    #expect(try changed("status", .string("asleep")).contains("'asleep' is not one of"))
    #expect(try changed("weeklyLimit", nil).contains("'weeklyLimit' is a required property"))
    #expect(try changed("weekly", .integer(3)).contains("'weekly' was unexpected"))
    guard case .object(var document) = AsyncAPI.document else { return }
    document["asyncapi"] = .string("2.6.0")
    #expect(try Self.check(.object(document), [:]).contains("'3.0.0' was expected"))
  }

  static let hasPython = (try? python(["-c", "import jsonschema"], input: Data())) == ""

  /// What is wrong, a fault a line.
  private static func check(_ document: JSONValue, _ samples: [String: [JSONValue]]) throws -> String {
    let input = JSONValue.object(["document": document, "samples": .object(samples.mapValues(JSONValue.array))])
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "check_asyncapi.py").path
    return try python([script], input: JSON.encode(input))
  }

  private static func python(_ arguments: [String], input: Data) throws -> String {
    let file = FileManager.default.temporaryDirectory.appending(path: "asyncapi-\(UUID()).json")
    try input.write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    process.standardInput = try FileHandle(forReadingFrom: file)
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }
}
