import CooperationModel
import EmbeddedBus
import Foundation
import ServiceKit
import Synchronization
import TopicBus

/// A folder of its own, with a log in it, that goes away with the test.
final class Workplace: Sendable {
  let folder: String

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "bourse-\(UUID().uuidString.lowercased())").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  var log: String { folder + "/bourse.sqlite" }

  func path(_ name: String) -> String { folder + "/" + name }

  func write(_ text: String, to name: String) throws -> String {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
    return path(name)
  }

  /// Works on the log from the test's own process.
  func withLog<T>(_ body: (EmbeddedBus) async throws -> T) async throws -> T {
    let bus = try await EmbeddedBus(path: log)
    do {
      let result = try await body(bus)
      await bus.close()
      return result
    } catch {
      await bus.close()
      throw error
    }
  }

  /// Runs the real executable on the folder.
  func bourse(_ arguments: String..., language: String = "en") async throws -> BourseRun {
    try await BourseRun(arguments + ["--data", folder, "--lang", language])
  }
}

/// What one run of the executable said, and how it ended.
struct BourseRun: Sendable {
  var output: String
  var error: String
  var status: Int32

  init(_ arguments: [String]) async throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appending(path: "bourse")
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("BOURSE_") }
    let folder = FileManager.default.temporaryDirectory
    let files = ["out", "err"].map { folder.appending(path: "run-\(UUID().uuidString).\($0)") }
    defer { for file in files { try? FileManager.default.removeItem(at: file) } }
    for file in files { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    let (ended, sink) = AsyncStream<Void>.makeStream()
    process.terminationHandler = { _ in sink.finish() }
    try process.run()
    for await _ in ended {}
    output = String(decoding: try Data(contentsOf: files[0]), as: UTF8.self)
    error = String(decoding: try Data(contentsOf: files[1]), as: UTF8.self)
    status = process.terminationStatus
  }

  /// What it printed for programs.
  func json() throws -> JSONValue { try JSON.decode(JSONValue.self, from: Data(output.utf8)) }
}

extension JSONValue {
  var array: [JSONValue] { if case .array(let values) = self { values } else { [] } }
}

extension TopicContract {
  /// A record of the contract, as a service writes it.
  func sample(_ key: Key, _ value: Value?, in partition: Int? = nil) throws -> Outgoing {
    try record(
      key, value, partition: partition ?? value.map { self.partition(of: key, $0) } ?? 0,
      time: Instant(milliseconds: 1_790_000_000_000), source: "test", cause: "test")
  }
}
