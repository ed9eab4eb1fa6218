import DequeModule
import Testing
import TopicBus

@testable import KafkaBus

@Suite("Lanes: what was fetched and not taken yet")
struct LanesTests {
  private let one = TopicPartition("a", 0)
  private let two = TopicPartition("a", 1)

  private func records(_ offsets: [Int64], of partition: TopicPartition) -> [Record] {
    offsets.map {
      Record(topic: partition.topic, partition: partition.partition, offset: $0, key: [], value: [0], timestamp: 1)
    }
  }

  @Test("what comes again, or from before a seek, is passed over")
  func repeats() throws {
    var lanes = Lanes()
    lanes.open([one: 3])
    lanes.add(records([1, 2, 3, 4], of: one), to: one)
    lanes.add(records([4, 5], of: one), to: one)
    #expect(try lanes.takeRecords(FetchLimit(), of: [one])?.map(\.offset) == [3, 4, 5])
    #expect(try lanes.takeRecords(FetchLimit(), of: [one]) == nil)
    lanes.add(records([6, 7, 6, 7, 8], of: one), to: one)
    #expect(try lanes.takeRecords(FetchLimit(), of: [one])?.map(\.offset) == [6, 7, 8])
    #expect(lanes.bytes == 0 && lanes.count == 0)
  }

  @Test("a position comes to the end of the partition once all before it is taken")
  func ends() throws {
    var lanes = Lanes()
    lanes.open([one: 0])
    lanes.add(records([0, 1], of: one), to: one)
    lanes.reachedEnd(one, 5)
    _ = try lanes.takeRecords(FetchLimit(records: 1), of: [one])
    #expect(lanes.lanes[one]?.position == 1)
    _ = try lanes.takeRecords(FetchLimit(records: 1), of: [one])
    #expect(lanes.lanes[one]?.position == 5)
  }

  @Test("takes in turns, keeps to limits, and counts what is left")
  func turns() throws {
    var lanes = Lanes()
    lanes.open([one: 0, two: 0])
    lanes.add(records(Array(0..<10), of: one), to: one)
    lanes.add(records(Array(0..<10), of: two), to: two)
    var found: [Record] = []
    while let some = try lanes.takeRecords(FetchLimit(records: 3), of: [one, two]) {
      #expect(some.count <= 3)
      found += some
    }
    #expect(found.prefix(6).map(\.partition) == [0, 0, 0, 1, 1, 1])
    for partition in [one, two] {
      #expect(found.filter { $0.topicPartition == partition }.map(\.offset) == Array(0..<10))
    }
    #expect(lanes.bytes == 0 && lanes.count == 0)
  }

  @Test("one record is given however large, and of a wanted partition alone")
  func limits() throws {
    var lanes = Lanes()
    lanes.open([one: 0, two: 0])
    lanes.add(records([0, 1], of: one), to: one)
    #expect(try lanes.takeRecords(FetchLimit(records: 5, bytes: 1), of: [two]) == nil)
    #expect(try lanes.takeRecords(FetchLimit(records: 5, bytes: 1), of: [one, two])?.count == 1)
  }

  @Test("what was polled before a seek is not taken for what comes after it")
  func inHand() throws {
    var (lanes, hand) = (Lanes(), InHand())
    lanes.open([one: 100, two: 0])
    for record in records([100, 101], of: one) { hand.hold(Fetched(record), from: (nil, 0)) { one } }
    for record in records([0], of: two) { hand.hold(Fetched(record), from: (nil, 1)) { two } }
    hand.hold { $0.reachedEnd(one, 102) }
    hand.handOver(to: &lanes)
    lanes.seek(one, to: 98)
    for record in records([98, 99, 100], of: one) { hand.hold(Fetched(record), from: (nil, 0)) { one } }
    hand.handOver(to: &lanes)
    #expect(try lanes.takeRecords(FetchLimit(), of: [one])?.map(\.offset) == [98, 99, 100])
    #expect(try lanes.takeRecords(FetchLimit(), of: [two])?.map(\.offset) == [0], "the others keep theirs")
  }

  @Test("what nobody takes is read here, from the front, some at a time")
  func ages() throws {
    var (lanes, reading) = (Lanes(), MessageReading())
    lanes.open([one: 0, two: 0])
    lanes.add(records([0, 1, 2, 3, 4], of: one), to: one)
    #expect(!lanes.readAged(most: 9, &reading) && lanes.lanes[one]?.read == 0)
    lanes.age()
    lanes.add(records([5], of: one), to: one)
    #expect(lanes.readAged(most: 2, &reading) && lanes.lanes[one]?.read == 2)
    #expect(try lanes.takeRecords(FetchLimit(records: 1), of: [one])?.map(\.offset) == [0])
    #expect(lanes.lanes[one]?.read == 1)
    #expect(!lanes.readAged(most: 9, &reading) && lanes.lanes[one]?.read == 4)
    #expect(try lanes.takeRecords(FetchLimit(), of: [one])?.map(\.offset) == [1, 2, 3, 4, 5])
    #expect(lanes.lanes[one]?.read == 0 && lanes.lanes[one]?.aged == 0)
    lanes.add(records([6], of: one), to: one)
    #expect(!lanes.readAged(most: 9, &reading) && lanes.lanes[one]?.read == 0)
  }

  @Test("trouble is told after what came before it, and is over with a seek")
  func trouble() throws {
    var lanes = Lanes()
    lanes.open([one: 0])
    lanes.add(records([0], of: one), to: one)
    lanes.note(.offsetOutOfRange(one, offset: 1, low: 7), in: one)
    #expect(try lanes.takeRecords(FetchLimit(), of: [one])?.count == 1)
    #expect(throws: BusError.offsetOutOfRange(one, offset: 1, low: 7)) {
      try lanes.takeRecords(FetchLimit(), of: [one])
    }
    lanes.seek(one, to: 7)
    #expect(try lanes.takeRecords(FetchLimit(), of: [one]) == nil)
    #expect(lanes.bytes == 0 && lanes.count == 0)
  }
}

extension Lanes {
  fileprivate mutating func add(_ records: [Record], to partition: TopicPartition) {
    var fetched = Deque(records.map { Fetched($0) })
    add(&fetched, to: partition)
  }

  fileprivate mutating func takeRecords(_ limit: FetchLimit, of wanted: [TopicPartition]) throws -> [Record]? {
    var reading = MessageReading()
    return try take(limit, of: wanted).map { $0.map { $0.read(&reading) } }
  }
}
