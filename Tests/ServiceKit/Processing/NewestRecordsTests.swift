import Seeds
import Testing
import TopicBus

@testable import ServiceKit

@Suite("The newest records of what is read")
struct NewestRecordsTests {
  private func record(_ topic: String, _ offset: Int, _ key: String, bytes: Int? = 10, partition: Int = 0) -> Record {
    Record(
      topic: topic, partition: partition, offset: Int64(offset), key: Array(key.utf8),
      value: bytes.map { Array(repeating: 1, count: $0) }, timestamp: 0)
  }

  @Test("a newer record of the same key and partition takes an older one's place, a tombstone too, in the log's order")
  func newest() {
    var newest = NewestRecords(passing: [])
    let passed = newest.hold([
      record("t", 0, "a"), record("t", 1, "b"), record("t", 2, "c"), record("t", 3, "a"),
      record("t", 0, "a", partition: 1), record("u", 0, "a"), record("t", 4, "c", bytes: nil),
    ])
    #expect(passed.isEmpty)
    #expect(newest.count == 5)
    let excess = newest.takeExcess()
    #expect(excess.isEmpty, "there is room")
    let all = newest.takeSome()
    #expect(all.map { "\($0.topicPartition)@\($0.offset)" } == ["t/0@1", "t/0@3", "t/1@0", "u/0@0", "t/0@4"])
    #expect(all.last?.value == nil)
    #expect(newest.count == 0)
  }

  @Test("of topics that are needed whole nothing is held back")
  func passes() {
    var newest = NewestRecords(passing: ["aging"])
    let passed = newest.hold([record("t", 0, "a"), record("aging", 0, "a"), record("aging", 1, "a")])
    #expect(passed.map(\.offset) == [0, 1] && passed.allSatisfy { $0.topic == "aging" })
    #expect(newest.count == 1)
  }

  @Test(
    "what comes out is the log without records that others replace, within the bound, whatever is read",
    arguments: 0..<60)
  func law(number: UInt64) {
    var chance = SplitMix(seed: 9_000 + number)
    let most = [0, 2_000, 40_000, 9 << 20][chance.below(4)]
    let keys = [1, 5, 40, 3_000][chance.below(4)]
    var newest = NewestRecords(passing: [], most: most)
    var log: [Record] = []
    var out: [Record] = []
    for _ in 0..<(20 + chance.below(60)) {
      let part = (0..<chance.below(200)).map { index in
        record(
          "t", log.count + index, "\(chance.below(keys))", bytes: chance.below(8) == 0 ? nil : chance.below(400))
      }
      log += part
      let passed = newest.hold(part)
      #expect(passed.isEmpty)
      while case let excess = newest.takeExcess(), !excess.isEmpty { out += excess }
      #expect(newest.bytes <= most)
      #expect(newest.count <= keys)
    }
    while case let rest = newest.takeSome(), !rest.isEmpty {
      #expect(rest.count <= 5_000)
      out += rest
    }
    #expect(newest.bytes == 0 && newest.count == 0)
    #expect(out.map(\.offset) == out.map(\.offset).sorted() && Set(out.map(\.offset)).count == out.count)
    let last = Dictionary(log.map { ($0.key, $0.offset) }) { $1 }
    let folded = Dictionary(out.map { ($0.key, $0.offset) }) { $1 }
    #expect(folded == last)
    if log.reduce(0, { $0 + $1.size }) <= most { #expect(out.count == last.count, "only the newest came out") }
  }
}
