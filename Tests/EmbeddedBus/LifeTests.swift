import EmbeddedBus
import Foundation
import Testing
import TopicBus

/// A folder of its own for one test, removed at the end.
final class TemporaryFolder: Sendable {
  let path: String

  init(_ name: String = "bus") throws {
    path = NSTemporaryDirectory() + "\(name)-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var log: String { path + "/bourse.sqlite" }
}

extension Outgoing {
  static func sample(_ topic: String = "t", _ partition: Int = 0, key: String, value: String?) -> Outgoing {
    Outgoing(
      topic: topic, partition: partition, key: Array(key.utf8), value: value.map { Array($0.utf8) },
      headers: [Header("ce_id", key), Header("empty", nil as [UInt8]?)], timestamp: 1)
  }
}

@Suite("The life of a log")
struct LifeTests {
  let folder = try? TemporaryFolder()

  @Test("records come in, are processed by a member, and come out")
  func wholeLife() async throws {
    let folder = try #require(folder)
    let bus = try await EmbeddedBus(path: folder.log)
    try await bus.create([
      TopicDeclaration("in", partitions: 2, cleanup: .trimmed),
      TopicDeclaration("out", partitions: 2, cleanup: .compacted(tombstonesFor: 0)),
    ])
    let member = try await bus.join(Membership(group: "g", instance: "a", topics: ["in"]))
    let partitions: Set = [TopicPartition("in", 0), TopicPartition("in", 1)]
    guard case .assigned(let assignment) = try await member.next(limit: nil, of: [], timeout: 5_000) else {
      Issue.record("no assignment")
      return
    }
    #expect(assignment.partitions == partitions)
    #expect(assignment.committed.isEmpty)

    async let event = member.next(limit: FetchLimit(), of: partitions, timeout: 5_000)
    let offsets = try await bus.append([
      .sample("in", 1, key: "k", value: "v"), .sample("in", 1, key: "k", value: nil),
      .sample("in", 1, key: "", value: ""),
    ])
    #expect(offsets == [0, 1, 2])
    guard case .records(let batch) = try await event else {
      Issue.record("no records")
      return
    }
    #expect(batch.records.map(\.offset) == [0, 1, 2])
    #expect(batch.records.map(\.value) == [Array("v".utf8), nil, []])
    #expect(batch.records[0].header("ce_id") == "k")
    #expect(try #require(batch.records[0].headers.dropFirst().first).value == nil)
    #expect(batch.positions == [TopicPartition("in", 0): 0, TopicPartition("in", 1): 3])

    try await member.commit(
      Commit(outputs: [.sample("out", 0, key: "o", value: "w")], offsets: batch.positions, metadata: batch.metadata))
    let reader = try await bus.reader(from: [TopicPartition("out", 0): 0])
    let slice = try await reader.next(limit: FetchLimit(), timeout: 5_000)
    #expect(slice.records.map(\.value) == [Array("w".utf8)])
    let groups = try await bus.describeGroups()
    #expect(groups.first?.partitions.map(\.lag) == [0, 0])
    await bus.close()

    let again = try await EmbeddedBus(path: folder.log)
    #expect(try await again.ends(of: [TopicPartition("in", 1)]) == [TopicPartition("in", 1): .init(low: 0, high: 3)])
    await again.close()
  }
}
