import CooperationModel
import Foundation
import ServiceKit
import Testing
import TopicBus

/// What cannot be read, in topics of running services.
@Suite("A record that cannot be read stops as little as possible", .serialized)
struct BadRecordTests {
  @Test("a corrupt command goes to the dead letters and its partition goes on")
  func badCommand() async throws {
    try await RunningSuite.run([.ingestion: 1]) { suite in
      let collectivite = "commune:35238"
      let partition = Topics.ingestionCommands.partition(of: collectivite)
      _ = try await suite.bus.append([
        Outgoing(
          topic: Topics.ingestionCommands.topic, partition: partition, key: Array(collectivite.utf8),
          value: Array("{\"actor\": nonsense".utf8), headers: [Header("ce_id", "no id")], timestamp: 0)
      ])
      let put = try await suite.call(
        .ingestion, "PUT", "/profiles/\(collectivite)",
        as: try await suite.token(.collectivite, collectivite: try id(collectivite)), ["themes": []])
      #expect(put.status == 201, "\(put.text)")
      let letters = try await suite.bus.deadLetters()
      #expect(letters.count == 1)
      #expect(letters.first?.value == Array("{\"actor\": nonsense".utf8))
      #expect(try await suite.of(.ingestion)[0].readiness().status == 200)
    }
  }

  @Test("a corrupt state record stops its partition alone, is named, and repaired it is at work again")
  func badState() async throws {
    try await RunningSuite.run([.ingestion: 1]) { suite in
      let ministry = try await suite.token(.ministry)
      let instance = suite.of(.ingestion)[0]
      let (bad, good) = ("commune:35238", "commune:44109")
      let partition = Topics.profiles.partition(of: try id(bad), try Self.profile(bad))
      #expect(partition != Topics.profiles.partition(of: try id(good), try Self.profile(good)))
      for collectivite in [bad, good] {
        let put = try await suite.call(.ingestion, "PUT", "/profiles/\(collectivite)", as: ministry, ["themes": []])
        #expect(put.status == 201, "\(put.text)")
      }
      let offset = try await suite.bus.append([
        Outgoing(
          topic: Topics.profiles.topic, partition: partition, key: Array(bad.utf8), value: Array("{}".utf8),
          timestamp: 0)
      ])[0]
      // Its owner knows the state; whoever restores it meets the record.
      await instance.kill()
      try instance.start()
      let reason = try await eventually("the partition is named") {
        let answer = try await instance.readiness()
        let reasons = answer.json["reasons"]?.texts ?? []
        return answer.status == 503 ? reasons.first { $0.contains("state repair") } : nil
      }
      #expect(reason.contains("\(Topics.profiles.topic)/\(partition) offset \(offset), key \(bad)"), "\(reason)")
      #expect(
        reason.contains("`bourse state repair \(Topics.profiles.topic) \(bad) --partition \(partition)`"), "\(reason)")

      let others = try await suite.call(
        .ingestion, "PUT", "/profiles/\(good)", as: ministry, ["weeklyLimit": 7], headers: ["If-Match": "\"1\""])
      #expect(others.status == 200, "\(others.text)")
      let stands = try await suite.call(
        .ingestion, "PUT", "/profiles/\(bad)", as: ministry, ["weeklyLimit": 7],
        headers: ["If-Match": "\"1\"", "Idempotency-Key": "waits"])
      #expect(stands.status == 202, "\(stands.text)")

      _ = try await suite.bus.append([
        try Topics.profiles.record(
          try id(bad), try Self.profile(bad), partition: partition, time: SystemClock().now(), source: "bourse",
          cause: "repair")
      ])
      try await instance.ready()
      // What waited was decided then.
      try await until("the command that waited is decided") {
        try await suite.call(.ingestion, "GET", "/profiles/\(bad)").version == 2
      }
    }
  }

  private static func profile(_ collectivite: String) throws -> Profile {
    Profile(collectivite: try id(collectivite), version: 1)
  }
}
