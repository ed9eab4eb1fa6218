import CooperationModel
import Testing
import TopicBus

@Suite("bourse offsets reset")
struct OffsetsTests {
  /// A log with a topic of the suite, of which a group has consumed all three records.
  private func place() async throws -> Workplace {
    let place = try Workplace()
    _ = try await place.bourse("topics", "apply")
    try await place.withLog { bus in
      let topic = Topics.leadCommands.declaration.name
      _ = try await bus.append(
        (0..<3).map {
          Outgoing(topic: topic, partition: 0, key: [1], value: [$0], timestamp: 1_700_000_000_000 + Int64($0) * 1_000)
        })
      try await bus.resetOffsets(of: "readers", to: [TopicPartition(topic, 0): 3])
    }
    return place
  }

  private func committed(_ place: Workplace) async throws -> Int64? {
    try await place.withLog { try await $0.describeGroups().first?.partitions.first?.committed }
  }

  @Test("shows what it would do and changes nothing, until it is told to apply")
  func dryRun() async throws {
    let place = try await place()
    let shown = try await place.bourse("offsets", "reset", "--group", "readers", "--to", "earliest")
    #expect(shown.status == 0)
    #expect(shown.output.contains("add --apply"))
    #expect(try await committed(place) == 3)
    let done = try await place.bourse("offsets", "reset", "--group", "readers", "--to", "earliest", "--apply", "--json")
    #expect(done.status == 0)
    #expect(done.output.contains(#""to" : 0"#))
    #expect(try await committed(place) == 0)
  }

  @Test(
    "goes to an offset, within what is there, or to a time",
    arguments: [("1", 1), ("99", 3), ("latest", 3), ("2023-11-14T22:13:21Z", 1), ("2030-01-01T00:00:00Z", 3)])
  func places(_ to: String, _ offset: Int64) async throws {
    let place = try await place()
    _ = try await place.bourse("offsets", "reset", "--group", "readers", "--to", to, "--apply")
    #expect(try await committed(place) == offset)
  }

  @Test("is refused for a group that is not there, a place that is none, and while the group has members")
  func refused() async throws {
    let place = try await place()
    #expect(try await place.bourse("offsets", "reset", "--group", "nobody", "--to", "latest").status == 66)
    #expect(try await place.bourse("offsets", "reset", "--group", "readers", "--to", "-1").status == 64)
    #expect(try await place.bourse("offsets", "reset", "--group", "readers", "--to", "soon").status == 64)
    try await place.withLog { bus in
      let member = try await bus.join(
        Membership(group: "readers", instance: "1", topics: [Topics.leadCommands.declaration.name]))
      let run = try await place.bourse("offsets", "reset", "--group", "readers", "--to", "earliest", "--apply")
      #expect(run.status == 78)
      #expect(run.error.contains("stop its services"))
      await member.leave()
    }
    #expect(try await committed(place) == 3)
  }
}
