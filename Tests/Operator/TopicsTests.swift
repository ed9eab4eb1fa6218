import CooperationModel
import Foundation
import Snapshots
import Testing
import TopicBus

@Suite("bourse topics, settings, sending and scoring")
struct TopicsTests {
  @Test("a plan is shown before there is a log, and makes none")
  func plan() async throws {
    let place = try Workplace()
    let run = try await place.bourse("topics", "plan")
    #expect(run.status == 0)
    try expectSnapshot(run.output, "topics-plan.txt")
    #expect(!FileManager.default.fileExists(atPath: place.log))
  }

  @Test("applied again, nothing is made and the log's id stays")
  func idempotent() async throws {
    let place = try Workplace()
    let first = try await place.bourse("topics", "apply", "--json")
    #expect(try first.json()["made"]?.array.count == 15)
    let id = try await place.bourse("settings", "show", "log").output
    let second = try await place.bourse("topics", "apply", "--json")
    #expect(try second.json() == .object(["differences": .array([]), "made": .array([]), "written": .array([])]))
    #expect(try await place.bourse("settings", "show", "log").output == id)
  }

  @Test("a topic with another count of partitions stops it before anything is made")
  func mismatch() async throws {
    let place = try Workplace()
    try await place.withLog { bus in
      try await bus.create([TopicDeclaration("bourse.profiles.v1", partitions: 3, cleanup: .trimmed)])
    }
    let run = try await place.bourse("topics", "apply")
    #expect(run.status == 65)
    #expect(run.error.hasPrefix("bourse: bourse.profiles.v1: 3 × trimmed instead of 12 partitions"))
    #expect(try await place.withLog { try await $0.describeTopics().count } == 1)
  }

  @Test("without a log, a command says how to make one")
  func noLog() async throws {
    let place = try Workplace()
    let run = try await place.bourse("lag", language: "fr")
    #expect(run.status == 66)
    #expect(run.error.contains("créez-le par `bourse topics apply`"))
    #expect(run.error.split(separator: "\n").count == 1)
  }

  @Test(
    "a wrong value is refused by name",
    arguments: [
      (["sending", "perHour=0"], "perHour is at least 1"), (["sending", "perhour=4"], "there is no perhour"),
      (["sending", "isOpen=2"], "isOpen"), (["sending", "{"], "not JSON"),
      (["scoring", "threshold=0"], "threshold is 0: use 1 to 1000"),
      (["scoring", "threshold=130"], "give another model the version \(ScoringSettings.standard.version + 1)"),
      (
        ["scoring", "version=\(ScoringSettings.standard.version + 1)", "textThemes=9"],
        "textThemes is 9: this build knows 1"
      ),
      (["log", "id=x"], "drawn once"),
      (["campaign:2026", "year=2025", "opensOn=2026-04-15", "closesOn=2026-05-31"], "year is 2025"),
      (["campaign:2026", "year=2026", "opensOn=2027-06-15", "closesOn=2027-05-31"], "closesOn lies before opensOn"),
    ])
  func wrongValues(_ arguments: [String], _ text: String) async throws {
    let place = try Workplace()
    _ = try await place.bourse("topics", "apply")
    let run = try await BourseRun(["settings", "set"] + arguments + ["--data", place.folder, "--lang", "en"])
    #expect(run.status == 65 || run.status == 64)
    #expect(run.error.contains(text), "\(run.error)")
    #expect(
      try await place.bourse("settings", "list", "--json").json().array.map { $0["version"] } == [
        .integer(1), .integer(1), .integer(1),
      ])
  }

  @Test("the gate opens and closes, keeping its limits")
  func gate() async throws {
    let place = try Workplace()
    _ = try await place.bourse("topics", "apply")
    _ = try await place.bourse("settings", "set", "sending", "perHour=7")
    #expect(try await place.bourse("sending", "open").output == "Sending is open now.\n")
    #expect(try await place.bourse("sending", "open").output == "Sending was open already.\n")
    let status = try await place.bourse("sending", "status", "--json").json()
    #expect(status["settings"]?["isOpen"] == .bool(true))
    #expect(status["settings"]?["perHour"] == .integer(7))
    #expect(
      try await place.bourse("sending", "close", language: "fr").output
        == "L’envoi est fermé\u{202F}: les messages attendent.\n")
  }

  @Test("a model goes from show to a file, is compared, and put in force as another version")
  func scoring() async throws {
    let place = try Workplace()
    _ = try await place.bourse("topics", "apply")
    let file = try place.write(
      ScoringTests.changed(try await place.bourse("scoring", "show", "--json").output), to: "model.json")
    let version = ScoringSettings.standard.version
    let diff = try await place.bourse("scoring", "diff", file)
    let theme = try #require(ScoringSettings.standard.weights["theme"])
    #expect(
      diff.output
        == "member         before  after\nversion             \(version)      \(version + 1)\nweights/theme     \(theme)    199\n"
    )
    #expect(try await place.bourse("scoring", "apply", file).status == 0)
    #expect(try await place.bourse("settings", "show", "scoring", "--json").json()["version"] == .integer(2))
    #expect(
      try await place.bourse("topics", "apply").output.contains(
        "Differs, left as it is: scoring: version \(version + 1)"))
  }
}
