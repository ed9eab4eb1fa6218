import Testing
import TopicBus

private let day: Int64 = 86_400_000
private let start: Int64 = 1_700_000_000_000

let housekeepingCases: [ContractCase] = [
  ContractCase("compaction keeps each key's newest record, where it was", needs: [.compaction]) { contract in
    let topic = try await contract.topic("table", partitions: 2, cleanup: .compacted(tombstonesFor: day))
    let given = ["a": "1", "b": "2"]
    for (key, value) in given.sorted(by: { $0 < $1 }) {
      _ = try await contract.bus.append([.sample(value, to: topic[0], key: key, timestamp: start)])
    }
    let offsets = try await contract.bus.append([
      .sample("3", to: topic[0], key: "a", timestamp: start), .sample("4", to: topic[0], key: "c", timestamp: start),
      .sample("5", to: topic[0], key: "a", timestamp: start),
      .sample("other", to: topic[1], key: "a", timestamp: start),
    ])
    let before = try await contract.records(topic[0])
    let ends = try await contract.bus.ends(of: topic)
    for _ in 0..<2 {
      try await contract.bus.maintain(now: start + 1)
      let after = try await contract.records(topic[0])
      #expect(after.map(\.text) == ["2", "4", "5"])
      #expect(after == before.filter { ["2", "4", "5"].contains($0.text) })
      #expect(after.last?.offset == offsets[2])
      #expect(try await contract.bus.ends(of: topic) == ends)
      #expect(try await contract.texts(topic[1]) == ["other"])
    }
  },
  ContractCase("the empty key is a key, and keys are told apart by every byte", needs: [.compaction]) { contract in
    let topic = try await contract.topic("table", cleanup: .compacted(tombstonesFor: day))
    let keys: [[UInt8]] = [
      [], [0], [0, 0], [255], Array("é".utf8), Array("e\u{301}".utf8), Array("A".utf8), Array("a".utf8),
    ]
    for round: UInt8 in 0..<2 {
      _ = try await contract.bus.append(
        keys.map { Outgoing(topic: topic[0].topic, partition: 0, key: $0, value: [round], timestamp: start) })
    }
    try await contract.bus.maintain(now: start)
    let records = try await contract.records(topic[0])
    #expect(records.map(\.key) == keys)
    #expect(records.allSatisfy { $0.value == [1] })
  },
  ContractCase("a tombstone supersedes at once, stays for its time, then goes", needs: [.compaction]) { contract in
    let topic = try await contract.topic("table", cleanup: .compacted(tombstonesFor: day))
    _ = try await contract.bus.append([
      .sample("1", to: topic[0], key: "a", timestamp: start), .sample("2", to: topic[0], key: "b", timestamp: start),
      .tombstone("a", in: topic[0], timestamp: start),
    ])
    try await contract.bus.maintain(now: start + 1)
    #expect(try await contract.texts(topic[0]) == ["2", "†"])
    try await contract.bus.maintain(now: start + day - 1_000)
    #expect(try await contract.texts(topic[0]) == ["2", "†"])
    let end = try await contract.bus.ends(of: topic)
    // A bus may count from when it first saw it superseding, so twice its time.
    for days: Int64 in 1...3 { try await contract.bus.maintain(now: start + days * day + 1_000) }
    #expect(try await contract.texts(topic[0]) == ["2"])
    #expect(try await contract.bus.ends(of: topic) == end)
    _ = try await contract.bus.append([.sample("3", to: topic[0], key: "a", timestamp: start + 4 * day)])
    try await contract.bus.maintain(now: start + 4 * day)
    #expect(try await contract.texts(topic[0]) == ["2", "3"])
  },
  ContractCase("a tombstone that was written over is no erasure", needs: [.compaction]) { contract in
    let topic = try await contract.topic("table", cleanup: .compacted(tombstonesFor: 0))
    _ = try await contract.bus.append([
      .tombstone("a", in: topic[0], timestamp: start), .sample("1", to: topic[0], key: "a", timestamp: start),
    ])
    for days: Int64 in 0...3 { try await contract.bus.maintain(now: start + days * day) }
    #expect(try await contract.texts(topic[0]) == ["1"])
  },
  ContractCase("a reader passes over the gaps of compaction, and its position comes to the end", needs: [.compaction]) {
    contract in
    let topic = try await contract.topic("table", cleanup: .compacted(tombstonesFor: 0))
    let offsets = try await contract.bus.append(
      (0..<10).map { .sample("\($0)", to: topic[0], key: "\($0 % 2)", timestamp: start) })
    let reader = try await contract.bus.reader(from: [topic[0]: 0])
    _ = try await reader.next(limit: FetchLimit(records: 3), timeout: 5_000)
    let atGap = try await contract.bus.reader(from: [topic[0]: offsets[5]])
    try await contract.bus.maintain(now: start)
    #expect(try await reader.collect(2, within: contract).suffix(2).map(\.text) == ["8", "9"])
    #expect(try await atGap.collect(2, within: contract).suffix(2).map(\.text) == ["8", "9"])
    let slice = try await reader.next(limit: FetchLimit(), timeout: 0)
    #expect(slice.positions == [topic[0]: try #require(try await contract.bus.ends(of: topic)[topic[0]]).high])
    await reader.close()
    await atGap.close()
  },
  ContractCase("a partition whose last record was a tombstone that went keeps its end", needs: [.compaction]) {
    contract in
    let topic = try await contract.topic("table", cleanup: .compacted(tombstonesFor: 0))
    let offsets = try await contract.bus.append([
      .sample("1", to: topic[0], key: "a", timestamp: start), .tombstone("a", in: topic[0], timestamp: start),
    ])
    for days: Int64 in 1...3 { try await contract.bus.maintain(now: start + days * day) }
    #expect(try await contract.records(topic[0]).isEmpty)
    let high = try #require(try await contract.bus.ends(of: topic)[topic[0]]).high
    #expect(high > offsets[1])
    #expect(try await contract.append("b", to: topic[0])[0] >= high)
  },
  ContractCase("what was not committed supersedes nothing", needs: [.compaction, .transactions]) { contract in
    let input = try await contract.topic("input")
    let topic = try await contract.topic("table", cleanup: .compacted(tombstonesFor: 0))
    let consumer = try await contract.sole("group", input)
    try await consumer.commit([.sample("1", to: topic[0], key: "a", timestamp: start)], input[0], 0)
    await expectError("an unknown topic") {
      try await consumer.commit(
        [
          .tombstone("a", in: topic[0], timestamp: start),
          .sample("", to: TopicPartition(contract.name("nowhere"), 0)),
        ], input[0], 0)
    } matching: {
      $0.isUnknownTopic
    }
    for days: Int64 in 0...3 { try await contract.bus.maintain(now: start + days * day) }
    #expect(try await contract.texts(topic[0]) == ["1"])
    try await consumer.commit([.sample("2", to: topic[0], key: "a", timestamp: start)], input[0], 0)
    try await contract.bus.maintain(now: start)
    #expect(try await contract.texts(topic[0]) == ["2"])
  },
  ContractCase("compaction removes nothing that a member has still to read", needs: [.compaction]) { contract in
    let input = try await contract.topic("table", cleanup: .compacted(tombstonesFor: day))
    _ = try await contract.bus.append(
      (0..<6).map { .sample("\($0)", to: input[0], key: "\($0 % 3)", timestamp: start) })
    let consumer = try await contract.join("group", input)
    consumer.fetches = false
    try await contract.eventually("it has the partition", [consumer]) { !consumer.owned.isEmpty }
    try await consumer.step(timeout: 50, limit: FetchLimit(records: 1))
    try await contract.bus.maintain(now: start)
    consumer.fetches = true
    try await contract.eventually("it reads the newest of each", [consumer]) {
      Set(consumer.texts).isSuperset(of: ["3", "4", "5"])
    }
    #expect(consumer.texts.suffix(3) == ["3", "4", "5"])
  },
  ContractCase("a trimmed topic is not compacted, nor aged", needs: [.compaction]) { contract in
    let topic = try await contract.topic("orders")
    _ = try await contract.bus.append([
      .sample("1", to: topic[0], key: "a", timestamp: 1), .sample("2", to: topic[0], key: "a", timestamp: 1),
      .tombstone("a", in: topic[0], timestamp: 1),
    ])
    try await contract.bus.maintain(now: start)
    #expect(try await contract.texts(topic[0]) == ["1", "2", "†"])
  },
  ContractCase("an aged topic loses what is older than its age, and nothing newer", needs: [.compaction]) { contract in
    let topic = try await contract.topic("outcomes", cleanup: .aged(7 * day))
    _ = try await contract.bus.append(
      (0..<4).map { .sample("\($0)", to: topic[0], key: "same", timestamp: start + Int64($0) * day) })
    try await contract.bus.maintain(now: start + 6 * day)
    #expect(try await contract.texts(topic[0]) == ["0", "1", "2", "3"])
    let end = try #require(try await contract.bus.ends(of: topic)[topic[0]]).high
    try await contract.bus.maintain(now: start + 8 * day + 1_000)
    #expect(try await contract.texts(topic[0]) == ["2", "3"])
    try await contract.bus.maintain(now: start + 100 * day)
    #expect(try await contract.texts(topic[0]) == [])
    #expect(try await contract.bus.ends(of: topic)[topic[0]]?.high == end)
  },
]
