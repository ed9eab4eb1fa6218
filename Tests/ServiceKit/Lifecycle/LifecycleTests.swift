import CooperationModel
import Foundation
import ServiceLifecycle
import Synchronization
import Testing

@testable import ServiceKit

@Suite("Lifecycle", .serialized)
struct LifecycleTests {
  /// A service whose one part does as the test says.
  struct Sample: Microservice {
    static let name = "sample"
    static let summary = Localized(fr: "Exemple", en: "A sample.")
    static let options: [any AnyConfigurationOption] = [behaviour]
    static let behaviour = ConfigurationOption<String>("behaviour", "HOW", "How to behave.", default: "waits")
    static let events = Mutex<[String]>([])

    static func assemble(_ setup: ServiceSetup) async throws -> [any Service] {
      let behaviour = try setup.configuration.required(behaviour)
      if behaviour == "does not assemble" { throw StartupError.unavailable("there is no bus") }
      return [Part(name: "first", behaviour: "waits"), Part(name: "second", behaviour: behaviour)]
    }
  }

  struct Part: Service {
    let name: String
    let behaviour: String

    func run() async throws {
      note("\(name) runs")
      defer { note("\(name) ended") }
      switch behaviour {
      case "fails": throw StartupError.unavailable("no room on the disk")
      case "breaks": throw Unforeseen()
      case "asks to stop", "interrupts":
        try await Task.sleep(for: .milliseconds(200))
        kill(getpid(), behaviour == "interrupts" ? SIGINT : SIGTERM)
        try await gracefulShutdown()
        try await Task.sleep(for: .milliseconds(100))
        note("\(name) finished its batch")
      case "interrupts, and never ends":
        kill(getpid(), SIGINT)
        try await gracefulShutdown()
        kill(getpid(), SIGINT)
        while true { try? await Task.sleep(for: .seconds(1)) }
      default: try await gracefulShutdown()
      }
    }

    private func note(_ event: String) { Sample.events.withLock { $0.append(event) } }
  }

  struct Unforeseen: Error {}

  func start(_ arguments: String...) async -> (status: Int32, events: [String]) {
    Sample.events.withLock { $0 = [] }
    let status = await Sample.start(arguments: arguments + ["--log-level", "critical"], environment: [:])
    return (status, Sample.events.withLock { $0 })
  }

  @Test(
    "SIGTERM, or one SIGINT, lets each part finish, the last one first, and the status is 0",
    arguments: ["asks to stop", "interrupts"])
  func stopped(behaviour: String) async {
    let (status, events) = await start("--behaviour", behaviour)
    #expect(status == 0)
    #expect(Set(events.prefix(2)) == ["first runs", "second runs"])
    #expect(events.dropFirst(2) == ["second finished its batch", "second ended", "first ended"])
  }

  @Test("a second SIGINT ends the process at once, whatever its parts do")
  func interruptedTwice() async {
    await #expect(processExitsWith: .exitCode(130)) {
      _ = await Sample.start(
        arguments: ["--behaviour", "interrupts, and never ends", "--log-level", "critical"], environment: [:])
    }
  }

  @Test(
    "a part that fails ends the others, and its status is the process's", arguments: [("fails", 69), ("breaks", 1)])
  func failed(behaviour: String, expected: Int) async {
    let (status, events) = await start("--behaviour", behaviour)
    #expect(Int(status) == expected)
    #expect(events.last == "first ended")
  }

  @Test(
    "a start that cannot be says so by its status",
    arguments: [
      (["--behaviour", "does not assemble"], 69), (["--nonsense"], 64), (["--help"], 0),
    ])
  func notStarted(arguments: [String], expected: Int) async {
    let status = await Sample.start(arguments: arguments, environment: [:])
    #expect(Int(status) == expected)
  }
}
