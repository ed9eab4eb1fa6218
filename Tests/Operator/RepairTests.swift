import CooperationModel
import EmbeddedBus
import Foundation
import ServiceKit
import Snapshots
import Testing
import TopicBus

@Suite("bourse doctor, state, dead-letters, backup, restore and maintain")
struct RepairTests {
  private func damaged(_ place: Workplace, key: String = "commune:35051", _ value: String = "{\"x\":") async throws {
    _ = try await place.bourse("topics", "apply")
    let record = Outgoing(
      topic: "bourse.profiles.v1", partition: 4, key: Array(key.utf8), value: Array(value.utf8), timestamp: 1_000)
    _ = try await place.withLog { try await $0.append([record]) }
  }

  @Test("a sound log is well")
  func sound() async throws {
    let place = try Workplace()
    _ = try await place.bourse("topics", "apply")
    let run = try await place.bourse("doctor")
    #expect(run.status == 0, "\(run.output)")
    #expect(run.output.hasSuffix("\nAll is well.\n"))
  }

  @Test(
    "a record that cannot be read is named with its repair, and the repair repairs",
    arguments: ["commune:35051", "no key"])
  func unreadable(_ key: String) async throws {
    let place = try Workplace()
    try await damaged(place, key: key)
    let report = try await place.bourse("doctor", "--json")
    #expect(report.status == 1)
    let finding = try #require(try report.json()["findings"]?.array.first)
    #expect(finding["code"] == .string("unreadable-record"))
    #expect(finding["text"]?.string?.hasPrefix("bourse.profiles.v1/4@0, key \(key): decode:") == true)
    #expect(
      finding["remedy"]
        == .string("bourse state repair bourse.profiles.v1 '\(key)' --partition 4 --replace FILE | --tombstone"))
    #expect(try await place.bourse("state", "show", "profiles", key).output.contains("UNREADABLE"))
    #expect(
      try await place.bourse("state", "repair", "bourse.profiles.v1", key, "--partition", "4", "--tombstone").status
        == 0)
    #expect(try await place.bourse("doctor").status == 0)
  }

  @Test("a replacement must be a value of the topic, in its partition")
  func replacement() async throws {
    let place = try Workplace()
    let id = try #require(CollectiviteID("commune:35051"))
    let profile = Profile(collectivite: id, version: 3)
    let home = Topics.profiles.partition(of: id, profile)
    _ = try await place.bourse("topics", "apply")
    let bad = Outgoing(
      topic: "bourse.profiles.v1", partition: home, key: Array(id.rawValue.utf8), value: [0xFF], timestamp: 1_000)
    _ = try await place.withLog { try await $0.append([bad]) }
    let wrong = try place.write("{\"version\":1}", to: "wrong.json")
    let good = try place.write(String(decoding: try JSON.encode(profile), as: UTF8.self), to: "good.json")
    let refused = try await place.bourse(
      "state", "repair", "profiles", id.rawValue, "--partition", "\(home)", "--replace", wrong)
    #expect(refused.status == 65)
    #expect(refused.error.contains("collectivite is missing"), "\(refused.error)")
    #expect(
      try await place.bourse("state", "repair", "profiles", id.rawValue, "--partition", "\(home)", "--replace", good)
        .status == 0)
    #expect(try await place.bourse("doctor").status == 0)
    let shown = try await place.bourse("state", "show", "profiles", id.rawValue, "--json").json().array
    #expect(shown.first?["value"]?["version"] == .integer(3))
  }

  @Test("a dead command is sent again byte for byte, once; another is dropped")
  func deadLetters() async throws {
    let place = try Workplace()
    _ = try await place.bourse("topics", "apply")
    let original = Record(
      topic: Topics.apdCommands.topic, partition: 2, offset: 9, key: [1, 2], value: [0xFF, 0x00],
      headers: [Header("ce_id", "x"), Header("odd", nil)], timestamp: 77)
    let failure = BadRecord(stage: "decode", code: "bad-command", text: "no")
    let letter = DeadLetter(
      original, group: "apd-declarations", failure: failure, at: Instant(milliseconds: 1_790_000_000_000))
    _ = try await place.withLog { try await $0.append([letter.outgoing, letter.outgoing]) }
    try expectSnapshot(try await place.bourse("dead-letters", "list").output, "dead-letters.txt")
    #expect(try await place.bourse("dead-letters", "show", "2/0").output.contains("0xff00"))
    #expect(
      try await place.bourse("dead-letters", "replay", "2/0").output == "2/0: sent again to bourse.apd-commands.v1/2\n")
    #expect(try await place.bourse("dead-letters", "drop", "2/1").output == "2/1: dropped\n")
    #expect(try await place.bourse("dead-letters", "replay", "2/0").status == 65)
    #expect(try await place.bourse("dead-letters", "list").output == "No dead letter.\n")
    let sent = try await place.withLog { bus in
      let reader = try await bus.reader(from: [TopicPartition(original.topic, 2): 0])
      defer { Task { await reader.close() } }
      return try await reader.next(limit: FetchLimit(), timeout: 0).records
    }
    #expect(sent.map(\.value) == [original.value])
    #expect(sent.map(\.headers) == [original.headers])
    #expect(sent.map(\.timestamp) == [77])
  }

  @Test("a restored log holds what was backed up, under another id; a log in use is not replaced")
  func restore() async throws {
    let place = try Workplace()
    _ = try await place.bourse("topics", "apply")
    let id = try await place.bourse("settings", "show", "log").output
    let copy = place.path("copy.sqlite")
    #expect(try await place.bourse("backup", copy).status == 0)
    #expect(try await place.bourse("backup", copy).status == 78)
    _ = try await place.bourse("sending", "open")
    try await place.withLog { bus in
      let refused = try await place.bourse("restore", copy)
      #expect(refused.status == 78)
      #expect(
        refused.error.contains("process \(getpid()) has \(place.log) open: stop the services first"), "\(refused.error)"
      )
    }
    let restored = try await place.bourse("restore", copy, "--json")
    #expect(restored.status == 0, "\(restored.error)")
    #expect(try restored.json()["replaced"] == .string(place.log + ".replaced"))
    #expect(try await place.bourse("settings", "show", "log").output != id)
    #expect(try await place.bourse("sending", "status", "--json").json()["settings"]?["isOpen"] == .bool(false))
    let left = try FileManager.default.contentsOfDirectory(atPath: place.folder).filter { $0.contains("incoming") }
    #expect(left == [])
    let garbage = try place.write("no log", to: "garbage")
    #expect(try await place.bourse("restore", garbage).status == 65)
    #expect(try await place.bourse("doctor").status == 0)
  }

  @Test("commands that were consumed and are older than a week are trimmed, others stay")
  func maintain() async throws {
    let place = try Workplace()
    _ = try await place.bourse("topics", "apply")
    let topic = Topics.leadCommands.topic
    let now = SystemClock().now().milliseconds
    let records = [(8, "a"), (8, "b"), (8, "c"), (1, "d")].map { days, key in
      Outgoing(topic: topic, partition: 0, key: Array(key.utf8), value: [1], timestamp: now - Int64(days) * 86_400_000)
    }
    try await place.withLog { bus in
      _ = try await bus.append(records)
      let member = try await bus.join(Membership(group: "g", instance: "1", topics: [topic]))
      await member.leave()
      try await bus.resetOffsets(of: "g", to: [TopicPartition(topic, 0): 2])
    }
    #expect(try await place.bourse("maintain", "--json").json()["trimmed"] == .integer(2))
    let lag = try await place.bourse("lag", "--group", "g", "--json").json().array
    #expect(lag.first?["lag"] == .integer(2))
    let nobody = try await place.bourse("doctor")
    #expect(nobody.status == 1)
    #expect(nobody.output.contains("g has 2 records to consume and no member"))
  }

  @Test("a topic's records are printed one a line")
  func tail() async throws {
    let place = try Workplace()
    _ = try await place.bourse("topics", "apply")
    let lines = try await place.bourse("tail", "settings", "--from", "earliest", "--no-follow").output.split(
      separator: "\n")
    let keys = try lines.map { try JSON.decode(JSONValue.self, from: Data($0.utf8))["key"] }
    #expect(keys == [.string("scoring"), .string("sending"), .string("log")])
  }
}
