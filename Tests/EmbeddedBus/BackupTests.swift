import EmbeddedBus
import EmbeddedBusProbe
import Foundation
import Testing
import TopicBus

@Suite("Backups")
struct BackupTests {
  @Test("a backup made while others write is a whole log of one moment")
  func whileWriting() async throws {
    let folder = try TemporaryFolder()
    let bus = try await EmbeddedBus(path: folder.log)
    try await bus.create(Probe.topics)
    let writer = Task {
      for number in 0..<100_000 where !Task.isCancelled {
        // Both or neither: one append.
        _ = try await bus.append([
          Probe.record("in", 0, key: "k", value: "\(number)"), Probe.record("in", 1, key: "k", value: "\(number)"),
        ])
      }
    }
    let reader = try await bus.reader(from: [TopicPartition("in", 0): 0])
    while try await reader.next(limit: FetchLimit(records: 50), timeout: 5_000).positions[TopicPartition("in", 0)] ?? 0
      < 50
    {}
    try await bus.backup(to: folder.path + "/copy.sqlite")
    writer.cancel()
    try await writer.value

    let copy = try await EmbeddedBus(path: folder.path + "/copy.sqlite")
    let partitions = [TopicPartition("in", 0), TopicPartition("in", 1)]
    let ends = try await copy.ends(of: partitions)
    #expect(ends[partitions[0]] == ends[partitions[1]])
    #expect((ends[partitions[0]]?.high ?? 0) >= 50)
    _ = try await copy.append([Probe.record("in", 0, key: "k", value: "more")])
    await #expect(throws: BusError.self) { try await bus.backup(to: folder.path + "/copy.sqlite") }
    let info = try await bus.info()
    #expect(info.fileBytes + info.walBytes > 0)
    #expect(info.stoppedMembers == [])
    await copy.close()
    await bus.close()
  }
}
