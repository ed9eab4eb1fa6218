import Testing
import TopicBus

let readerCases: [ContractCase] = [
  ContractCase("a reader begins at its position") { contract in
    let topic = try await contract.topic("orders")
    let offsets = try await contract.append("a", "b", "c", to: topic[0])
    let reader = try await contract.bus.reader(from: [topic[0]: offsets[1]])
    let slice = try await reader.next(limit: FetchLimit(), timeout: 5_000)
    #expect(slice.records.map(\.text) == ["b", "c"])
    await reader.close()
  },
  ContractCase("a reader at the end brings only what comes later") { contract in
    let topic = try await contract.topic("orders")
    try await contract.append("a", to: topic[0])
    let end = try #require(try await contract.bus.ends(of: topic)[topic[0]]).high
    let reader = try await contract.bus.reader(from: [topic[0]: end])
    try await contract.append("b", to: topic[0])
    #expect(try await reader.collect(1, within: contract).map(\.text) == ["b"])
    await reader.close()
  },
  ContractCase("two readers that wait for each other's appends wake each other, fifty times") { contract in
    let pings = try await contract.topic("pings")
    let pongs = try await contract.topic("pongs")
    let other = try await contract.open()
    let start = ContinuousClock.now
    let answering = Task {
      let reader = try await other.reader(from: [pings[0]: 0])
      for round in 0..<50 {
        #expect(try await reader.next(limit: FetchLimit(), timeout: 60_000).records.map(\.text) == ["\(round)"])
        _ = try await other.append([.sample("\(round)", to: pongs[0])])
      }
      await reader.close()
    }
    let reader = try await contract.bus.reader(from: [pongs[0]: 0])
    for round in 0..<50 {
      try await contract.append("\(round)", to: pings[0])
      #expect(try await reader.next(limit: FetchLimit(), timeout: 60_000).records.map(\.text) == ["\(round)"])
    }
    try await answering.value
    await reader.close()
    #expect(ContinuousClock.now - start < contract.subject.patience)
  },
  ContractCase("a reader gives up at its time-out, and stands where it stood") { contract in
    let topic = try await contract.topic("orders")
    let offsets = try await contract.append("a", to: topic[0])
    let reader = try await contract.bus.reader(from: [topic[0]: 0])
    _ = try await reader.collect(1, within: contract)
    let slice = try await reader.next(limit: FetchLimit(), timeout: 30)
    #expect(slice.records.isEmpty)
    #expect((slice.positions[topic[0]] ?? 0) > offsets[0])
    await reader.close()
  },
  ContractCase("a waiting reader ends when its task is cancelled") { contract in
    let topic = try await contract.topic("orders")
    let reader = try await contract.bus.reader(from: [topic[0]: 0])
    for round in 0..<40 {
      let waiting = Task { try await reader.next(limit: FetchLimit(), timeout: 3_600_000) }
      await contract.pass(round)
      waiting.cancel()
      #expect(try await waiting.value.records.isEmpty)
    }
    try await contract.append("a", to: topic[0])
    #expect(try await reader.collect(1, within: contract).map(\.text) == ["a"])
    await reader.close()
  },
  ContractCase("a reader's position comes to the end as an uncommitted reader sees it") { contract in
    let topic = try await contract.topic("orders", partitions: 2)
    try await contract.append("a", "b", to: topic[0])
    let input = try await contract.topic("input")
    let consumer = try await contract.sole("group", input)
    try await consumer.commit([.sample("c", to: topic[0])], input[0], 0)
    let ends = try await contract.bus.ends(of: topic)
    let start: [TopicPartition: Int64] = [topic[0]: 0, topic[1]: 0]
    for reader in [
      try await contract.bus.reader(from: start), try await contract.bus.catchUpReader(from: start),
    ] {
      var slice = Slice()
      try await contract.eventually("the reader is at the end of both", []) {
        slice = try await reader.next(limit: FetchLimit(), timeout: 100)
        return topic.allSatisfy { slice.positions[$0] == ends[$0]?.high }
      }
      #expect(Set(slice.positions.keys) == Set(topic))
      await reader.close()
    }
  },
  ContractCase("a slice keeps to its limit of records, and nothing is passed over") { contract in
    let topic = try await contract.topic("orders", partitions: 2)
    for partition in topic {
      _ = try await contract.bus.append((0..<20).map { .sample("\($0)", to: partition) })
    }
    let reader = try await contract.bus.reader(from: [topic[0]: 0, topic[1]: 0])
    var found: [Record] = []
    try await contract.eventually("all 40 are read", []) {
      let slice = try await reader.next(limit: FetchLimit(records: 7), timeout: 200)
      #expect(slice.records.count <= 7)
      found += slice.records
      return found.count >= 40
    }
    for partition in topic {
      #expect(found.filter { $0.topicPartition == partition }.map(\.text) == (0..<20).map { "\($0)" })
    }
    await reader.close()
  },
  ContractCase("a slice holds at least one record, however large") { contract in
    let topic = try await contract.topic("orders")
    _ = try await contract.bus.append(
      (0..<3).map {
        Outgoing(
          topic: topic[0].topic, partition: 0, key: [$0], value: [UInt8](repeating: $0, count: 10_000), timestamp: 1)
      })
    let reader = try await contract.bus.reader(from: [topic[0]: 0])
    var found: [Record] = []
    try await contract.eventually("all 3 are read", []) {
      found += try await reader.next(limit: FetchLimit(records: 10, bytes: 100), timeout: 200).records
      return found.count >= 3
    }
    #expect(found.map(\.key) == [[0], [1], [2]])
    await reader.close()
  },
  ContractCase("a full partition does not starve another one's reader") { contract in
    let topic = try await contract.topic("orders", partitions: 2)
    _ = try await contract.bus.append((0..<contract.subject.many).map { .sample("\($0)", to: topic[0]) })
    try await contract.append("a", to: topic[1])
    let reader = try await contract.bus.reader(from: [topic[0]: 0, topic[1]: 0])
    let some = contract.subject.many / 20
    try await contract.eventually("the other is read, though the first stays full", []) {
      let slice = try await reader.next(limit: FetchLimit(records: some), timeout: 2_000)
      _ = try await contract.bus.append((0..<some).map { .sample("\($0)", to: topic[0]) })
      return slice.records.contains { $0.topicPartition == topic[1] }
    }
    await reader.close()
  },
  ContractCase("two readers see the same") { contract in
    let topic = try await contract.topic("orders", partitions: 2)
    let other = try await contract.open()
    for index in 0..<10 { try await contract.append("\(index)", to: topic[index % 2]) }
    for partition in topic {
      #expect(try await contract.records(partition) == contract.records(partition, through: other))
    }
  },
  ContractCase("a reader whose next records were trimmed away is told, a new one begins at the low end") { contract in
    let topic = try await contract.topic("orders")
    let offsets = try await contract.append("a", "b", "c", "d", to: topic[0])
    let reader = try await contract.bus.reader(from: [topic[0]: 0])
    _ = try await reader.next(limit: FetchLimit(records: 1), timeout: 5_000)
    try await contract.bus.trim(before: [topic[0]: offsets[3]])
    do {
      // A bus may have fetched ahead: what it still brings must be what comes next, and then nothing was lost.
      for text in ["b", "c", "d"] {
        let slice = try await reader.next(limit: FetchLimit(records: 1), timeout: 5_000)
        #expect(slice.records.map(\.text) == [text])
      }
    } catch {
      #expect(error as? BusError == .offsetOutOfRange(topic[0], offset: offsets[1], low: offsets[3]))
    }
    #expect(try await contract.texts(topic[0]) == ["d"])
    await reader.close()
  },
  ContractCase("a closed reader says so") { contract in
    let topic = try await contract.topic("orders")
    let reader = try await contract.bus.reader(from: [topic[0]: 0])
    await reader.close()
    await expectError("closed") {
      _ = try await reader.next(limit: FetchLimit(), timeout: 0)
    } matching: {
      $0 == .closed
    }
  },
  ContractCase("a reader that waits is let go when its bus closes") { contract in
    let topic = try await contract.topic("orders")
    for round in 0..<20 {
      let other = try await contract.open()
      let reader = try await other.reader(from: [topic[0]: 0])
      let waiting = Task { try await reader.next(limit: FetchLimit(), timeout: 3_600_000) }
      await contract.pass(round)
      await other.close()
      await expectError("closed") {
        _ = try await waiting.value
      } matching: {
        $0 == .closed
      }
      await other.close()
    }
  },
]

extension TopicReader {
  /// Reads on until it has some number of records.
  func collect(_ count: Int, within contract: Contract) async throws -> [Record] {
    var records: [Record] = []
    try await contract.eventually("\(count) records are read", []) {
      if records.count < count { records += try await next(limit: FetchLimit(), timeout: 200).records }
      return records.count >= count
    }
    return records
  }
}
