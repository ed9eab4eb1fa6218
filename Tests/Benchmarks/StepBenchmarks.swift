import CooperationModel
import Foundation
@testable import ServiceKit
import Testing
import TopicBus

@testable import Ingestion

/// What the runtime's step costs by itself, with a real decider and the real codecs and no bus. `Tests/Benchmarks/run
/// Step`.
@Suite("Step", .serialized, .enabled(if: ProcessInfo.processInfo.environment["BENCHMARK"] == "1"))
struct StepBenchmarks {
  private let reference: ReferenceData
  private let time = Instant(milliseconds: 1_780_000_000_000)
  /// One partition holds all.
  private let partition = TopicPartition(Topics.ingestionCommands.topic, 0)
  private let metadata = GroupMetadata(group: "ingestion", memberID: "benchmark", generation: 1)

  init() throws { reference = try ReferenceData.load() }

  /// A step that has its partition and has read what it was to read.
  private func assigned(restoring records: [Record] = []) throws -> Step<IngestionDecider> {
    var step = Step(IngestionDecider(reference: reference), state: IngestionState(), source: "ingestion")
    _ = step.handle(.joined, now: time)
    let actions = step.handle(
      .polled(.assigned(Assignment(partitions: [partition], committed: [partition: 0], metadata: metadata))), now: time)
    var plan: RestorePlan?
    for case .restore(let found) in actions { plan = found }
    let epoch = try #require(plan?.epoch)
    for start in stride(from: 0, to: records.count, by: 5_000) {
      _ = step.handle(
        .restoring(epoch: epoch, Array(records[start..<min(start + 5_000, records.count)])), now: time)
    }
    _ = step.handle(.restored(epoch: epoch, ends: [:]), now: time)
    _ = step.handle(.committed, now: time)
    return step
  }

  private func profile(_ number: Int) -> JSONValue {
    let leaves = reference.themes.all.map(\.id.rawValue).filter { $0.split(separator: "/").count == 3 }
    let themes: [JSONValue] = (0..<3).map { index in .string(leaves[(number * 2 + index) % leaves.count]) }
    let countries = ["BF", "NE", "MG", "CM", "MD", "TN"]
    return .object([
      "status": .string("active"), "weeklyLimit": .integer(5), "languages": .array([.string("fr")]),
      "themes": .array(themes), "countries": .array([.string(countries[number % countries.count])]),
    ])
  }

  private func record(_ outgoing: Outgoing, at offset: Int) -> Record {
    Record(
      topic: outgoing.topic, partition: 0, offset: Int64(offset), key: outgoing.key, value: outgoing.value,
      headers: outgoing.headers, timestamp: outgoing.timestamp)
  }

  @Test("commands decided, against reading them and writing what they lead to by hand")
  func commands() async throws {
    let records = try (0..<20_000).map { number in
      let owner = reference.registry.id(at: Registry.Row(number)).rawValue
      let body = profile(number)
      let command = Command(
        id: try #require(CommandID(StableID.uuid(of: ["benchmark", owner]))), kind: "profile.put", entity: owner,
        partitionKey: owner, receivedAt: time,
        payload: Command.Payload(
          actor: Actor(issuer: "bourse", subject: "operator", role: .operator), ifMatch: nil,
          digest: StableID.digest(body: try JSON.encode(body), ifMatch: nil), body: body))
      return record(try Topics.ingestionCommands.record(command, source: "benchmark"), at: number)
    }
    var step = try assigned()
    var (commits, outputs): (Int, [Outgoing]) = (0, [])
    let whole = await Benchmarks.time {
      for start in stride(from: 0, to: records.count, by: 500) {
        var actions = step.handle(
          .polled(
            .records(
              Batch(
                records: Array(records[start..<start + 500]), metadata: metadata,
                positions: [partition: Int64(start + 500)]))), now: time)
        while let commit = commit(in: actions) {
          commits += 1
          outputs += commit.outputs
          actions = step.handle(.committed, now: time)
        }
      }
    }
    #expect(step.positions[partition] == 20_000)
    #expect(outputs.count == 40_000, "a profile and an outcome of each")
    let writes = try outputs.map { output in
      output.topic == Topics.profiles.topic
        ? try write(like: output, Topics.profiles) : try write(like: output, Topics.commandOutcomes)
    }
    var written = 0
    let floor = try await Benchmarks.time {
      for record in records { written += try Command(record).entity.utf8.count }
      for write in writes { written += try write() }
    }
    #expect(written > 0)
    let count = Double(records.count)
    say(
      "step: %.0f commands in %d commits, %.0f ms, %.1f µs each; coded by hand %.1f µs each; ratio %.2f", count,
      commits, whole / .milliseconds(1), whole / .microseconds(1) / count, floor / .microseconds(1) / count,
      whole / floor)
  }

  private func write<Key, Value>(
    like output: Outgoing, _ contract: TopicContract<Key, Value>
  ) throws -> () throws -> Int {
    let (key, value) = try contract.read(record(output, at: 0))
    return { try contract.record(key, value, partition: 0, time: time, source: "benchmark", cause: "floor").size }
  }

  @Test("profiles restored, against decoding them alone")
  func restore() async throws {
    let count = reference.registry.count
    let records = try (0..<count).map { number in
      let id = reference.registry.id(at: Registry.Row(number))
      let draft = Profile(
        collectivite: id, version: 1, themes: reference.themes.all.prefix(3).map(\.id), countries: [], languages: [])
      return record(
        try Topics.profiles.record(id, draft, partition: 0, time: time, source: "benchmark", cause: "restore"),
        at: number)
    }
    let floor = try await Benchmarks.time { for record in records { _ = try Topics.profiles.read(record) } }
    var step: Step<IngestionDecider>?
    let whole = try await Benchmarks.time { step = try assigned(restoring: records) }
    #expect(step?.state.profiles.count == count)
    say(
      "step: %d profiles restored in %.0f ms, %.1f µs each; decoding them %.1f µs each; ratio %.2f", count,
      whole / .milliseconds(1), whole / .microseconds(1) / Double(count), floor / .microseconds(1) / Double(count),
      whole / floor)
  }

  private func commit<P>(in actions: [StepAction<P>]) -> Commit? {
    for case .commit(let commit) in actions { return commit }
    return nil
  }
}
