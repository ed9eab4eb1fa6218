import Testing
import TopicBus

let appendCases: [ContractCase] = [
  ContractCase("records of a partition keep their order, their offsets ascend") { contract in
    let topic = try await contract.topic("orders")
    let offsets = try await contract.append("a", "b", "c", to: topic[0]) + contract.append("d", to: topic[0])
    #expect(offsets.count == 4)
    #expect(zip(offsets, offsets.dropFirst()).allSatisfy { $0 < $1 })
    let records = try await contract.records(topic[0])
    #expect(records.map(\.text) == ["a", "b", "c", "d"])
    #expect(records.map(\.offset) == offsets)
  },
  ContractCase("an append over several partitions gives its offsets in the order given") { contract in
    let topic = try await contract.topic("orders", partitions: 3)
    try await contract.append("before", to: topic[1])
    let given = [2, 1, 0, 1, 2, 2].enumerated().map { Outgoing.sample("\($0.offset)", to: topic[$0.element]) }
    let offsets = try await contract.bus.append(given)
    for partition in topic {
      let expected = zip(given, offsets).filter { $0.0.topicPartition == partition }
      let records = try await contract.records(partition).filter { $0.text != "before" }
      #expect(records.map(\.offset) == expected.map(\.1))
      #expect(records.map(\.value) == expected.map(\.0.value))
    }
  },
  ContractCase("keys, values, headers and timestamps come back byte for byte") { contract in
    let topic = try await contract.topic("orders")
    let everything = Array(UInt8.min...UInt8.max)
    let given = [
      Outgoing(
        topic: topic[0].topic, partition: 0, key: [], value: [],
        headers: [Header("none", nil), Header("empty", []), Header("", "no name")],
        timestamp: contract.subject.earliest),
      Outgoing(
        topic: topic[0].topic, partition: 0, key: everything, value: everything,
        headers: [Header("twice", "1"), Header("éà", everything), Header("twice", "2"), Header("twice", "1")],
        timestamp: 253_402_300_799_999),
      Outgoing(topic: topic[0].topic, partition: 0, key: [0], value: nil, timestamp: 1),
      Outgoing(topic: topic[0].topic, partition: 0, key: [0], value: [0], timestamp: 1_700_000_000_123),
    ]
    _ = try await contract.bus.append(given)
    let records = try await contract.records(topic[0])
    #expect(records.map(\.key) == given.map(\.key))
    #expect(records.map(\.value) == given.map(\.value))
    #expect(records.map(\.headers) == given.map(\.headers))
    #expect(records.map(\.timestamp) == given.map(\.timestamp))
  },
  ContractCase("an empty value is not a tombstone") { contract in
    let topic = try await contract.topic("orders", cleanup: .compacted(tombstonesFor: 0))
    _ = try await contract.bus.append([
      Outgoing(topic: topic[0].topic, partition: 0, key: [1], value: [], timestamp: 1),
      Outgoing(topic: topic[0].topic, partition: 0, key: [2], value: nil, timestamp: 1),
    ])
    #expect(try await contract.records(topic[0]).map(\.value) == [[], nil])
  },
  ContractCase("a large record comes back whole") { contract in
    let topic = try await contract.topic("orders")
    let value = (0..<900_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    _ = try await contract.bus.append([
      Outgoing(topic: topic[0].topic, partition: 0, key: [1], value: value, timestamp: 1)
    ])
    #expect(try await contract.records(topic[0]).first?.value == value)
  },
  ContractCase("many records in one append are all there, in order") { contract in
    let topic = try await contract.topic("orders", partitions: 4)
    let count = contract.subject.many
    let offsets = try await contract.bus.append((0..<count).map { .sample("\($0)", to: topic[$0 % 4]) })
    #expect(offsets.count == count)
    for partition in topic {
      #expect(
        try await contract.texts(partition)
          == stride(from: partition.partition, to: count, by: 4).map { "\($0)" })
    }
  },
  ContractCase("an append of nothing does nothing") { contract in
    let offsets = try await contract.bus.append([])
    #expect(offsets == [])
  },
  ContractCase("an append that names one unknown topic appends none of its records", needs: [.atomicAppends]) {
    contract in
    let topic = try await contract.topic("orders")
    await expectError("an unknown topic") {
      _ = try await contract.bus.append([
        .sample("a", to: topic[0]), .sample("b", to: TopicPartition(contract.name("nowhere"), 0)),
        .sample("c", to: topic[0]),
      ])
    } matching: {
      $0.isUnknownTopic
    }
    #expect(try await contract.texts(topic[0]) == [])
  },
  ContractCase("what is too large is refused, leaves nothing, and the bus goes on") { contract in
    let topic = try await contract.topic("orders")
    let value = [UInt8](repeating: 1, count: contract.subject.features.largestCommit + 1)
    await expectError("too large") {
      _ = try await contract.bus.append([
        Outgoing(topic: topic[0].topic, partition: 0, key: [], value: value, timestamp: 1)
      ])
    } matching: {
      $0.isTooLarge
    }
    try await contract.append("a", to: topic[0])
    #expect(try await contract.texts(topic[0]) == ["a"])
  },
  ContractCase("fifty appenders at once lose nothing, and each one's order is kept") { contract in
    let topic = try await contract.topic("orders", partitions: 2)
    let other = try await contract.open()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<50 {
        let bus = writer.isMultiple(of: 2) ? contract.bus : other
        group.addTask {
          for index in 0..<10 { _ = try await bus.append([.sample("\(writer):\(index)", to: topic[writer % 2])]) }
        }
      }
      try await group.waitForAll()
    }
    let found = try await contract.texts(topic[0]) + contract.texts(topic[1])
    #expect(found.count == 500)
    for writer in 0..<50 {
      #expect(found.filter { $0.hasPrefix("\(writer):") } == (0..<10).map { "\(writer):\($0)" })
    }
  },
  ContractCase("what one handle appended, another reads, also when the first is closed") { contract in
    let topic = try await contract.topic("orders")
    let writer = try await contract.open()
    _ = try await writer.append([.sample("a", to: topic[0])])
    await writer.close()
    #expect(try await contract.texts(topic[0]) == ["a"])
    let later = try await contract.open()
    #expect(try await contract.texts(topic[0], through: later) == ["a"])
  },
  ContractCase("what was acknowledged is there after its writer died", needs: [.crashes]) { contract in
    let topic = try await contract.topic("orders")
    let writer = try await contract.open()
    _ = try await writer.append([.sample("a", to: topic[0])])
    try await contract.crash(writer)
    #expect(try await contract.texts(topic[0]) == ["a"])
  },
  ContractCase("a closed handle says so") { contract in
    let topic = try await contract.topic("orders")
    let other = try await contract.open()
    await other.close()
    await expectError("closed") {
      _ = try await other.append([.sample("a", to: topic[0])])
    } matching: {
      $0 == .closed
    }
    await other.close()
    #expect(try await contract.texts(topic[0]) == [])
  },
]
