import Testing
import TopicBus

let fetchCases: [ContractCase] = [
  ContractCase("a group without offsets begins at the first record, or after the last, as it says") { contract in
    let topic = try await contract.topic("orders")
    try await contract.append("a", to: topic[0])
    let earliest = try await contract.sole("earliest", topic, start: .earliest)
    let latest = try await contract.sole("latest", topic, start: .latest)
    #expect(earliest.committedBefore.isEmpty && latest.committedBefore.isEmpty)
    // One look, so that the place where it begins is found before there is more.
    try await latest.step(timeout: 200)
    try await contract.append("b", to: topic[0])
    try await contract.eventually("both read", [earliest, latest]) {
      earliest.records.count == 2 && latest.records.count == 1
    }
    #expect(earliest.texts == ["a", "b"])
    #expect(latest.texts == ["b"])
  },
  ContractCase("a group with offsets goes on from there, wherever it would have begun") { contract in
    let topic = try await contract.topic("orders")
    try await contract.append("a", "b", to: topic[0])
    let first = try await contract.sole("group", topic)
    try await first.commit([], topic[0], 1)
    await first.member.leave()
    let second = try await contract.sole("group", topic, start: .latest)
    try await contract.eventually("it reads", [second]) { !second.records.isEmpty }
    #expect(second.texts == ["b"])
  },
  ContractCase("a committed offset of 0 is an offset") { contract in
    let topic = try await contract.topic("orders")
    let first = try await contract.sole("group", topic, start: .latest)
    try await first.commit([], topic[0], 0)
    await first.member.leave()
    try await contract.append("a", to: topic[0])
    let second = try await contract.sole("group", topic, start: .latest)
    #expect(second.committedBefore == [topic[0]: 0])
    try await contract.eventually("it reads", [second]) { second.texts == ["a"] }
  },
  ContractCase("each record is brought once, in order") { contract in
    let topic = try await contract.topic("orders", partitions: 3)
    let consumer = try await contract.sole("group", topic)
    for round in 0..<10 {
      _ = try await contract.bus.append(topic.map { .sample("\(round)", to: $0) })
      try await consumer.step(timeout: 50)
    }
    try await contract.eventually("it has all", [consumer]) { consumer.records.count >= 30 }
    try await consumer.step(timeout: 50)
    for partition in topic {
      #expect(
        consumer.records.filter { $0.topicPartition == partition }.map(\.text) == (0..<10).map { "\($0)" })
    }
  },
  ContractCase("a batch says where the member stands, and its metadata is of the owner") { contract in
    let topic = try await contract.topic("orders")
    let offsets = try await contract.append("a", "b", to: topic[0])
    let consumer = try await contract.sole("group", topic)
    try await contract.eventually("it has all", [consumer]) { consumer.records.count == 2 }
    let position = try #require(consumer.positions[topic[0]])
    #expect(position > offsets[1])
    let metadata = try #require(consumer.batchMetadata[topic[0]])
    #expect(metadata.memberID == consumer.owned[topic[0]]?.memberID)
    try await consumer.commit([], topic[0], position, under: metadata)
    #expect(try await contract.committed("group", topic[0]) == position)
  },
  ContractCase("without a limit there are events alone") { contract in
    let topic = try await contract.topic("orders")
    try await contract.append("a", to: topic[0])
    let consumer = try await contract.join("group", topic)
    consumer.fetches = false
    try await contract.eventually("it has the partition", [consumer]) { !consumer.owned.isEmpty }
    for _ in 0..<3 { #expect(try await consumer.step(timeout: 30) == nil) }
    consumer.fetches = true
    try await contract.eventually("it reads", [consumer]) { consumer.texts == ["a"] }
  },
  ContractCase("partitions that are not asked for wait, and nothing of theirs is passed over") { contract in
    let topic = try await contract.topic("orders", partitions: 2)
    for partition in topic { try await contract.append("a", "b", to: partition) }
    let consumer = try await contract.sole("group", topic)
    var batches: [Batch] = []
    try await contract.eventually("the asked one is read", []) {
      let event = try await consumer.member.next(limit: FetchLimit(), of: [topic[1]], timeout: 100)
      if case .records(let batch) = event { batches.append(batch) }
      return batches.reduce(0) { $0 + $1.records.count } >= 2
    }
    #expect(batches.flatMap(\.records).allSatisfy { $0.topicPartition == topic[1] })
    #expect(batches.allSatisfy { Set($0.positions.keys).isSubset(of: [topic[1]]) })
    try await contract.eventually("the other is read", [consumer]) { consumer.records.count >= 2 }
    #expect(consumer.records.map(\.topicPartition) == [topic[0], topic[0]])
    #expect(consumer.texts == ["a", "b"])
  },
  ContractCase("a member gives up waiting at its time-out, and when its task is cancelled") { contract in
    let topic = try await contract.topic("orders")
    let consumer = try await contract.sole("group", topic)
    #expect(try await consumer.step(timeout: 30) == nil)
    let member = consumer.member
    let wanted = Set(topic)
    for round in 0..<40 {
      let waiting = Task { try await member.next(limit: FetchLimit(), of: wanted, timeout: 3_600_000) }
      await contract.pass(round)
      waiting.cancel()
      #expect(try await waiting.value == nil)
    }
  },
  ContractCase("two members that wait for each other's commits wake each other, fifty times") { contract in
    let pings = try await contract.topic("pings")
    let pongs = try await contract.topic("pongs")
    let start = ContinuousClock.now
    let server = try await contract.sole("server", pings, through: contract.open()).member
    let client = try await contract.sole("client", pongs)
    let answering = Task {
      for round in 0..<50 {
        let batch = try await server.batch(of: pings[0])
        #expect(batch.records.map(\.text) == ["\(round)"])
        try await server.commit(
          Commit(
            outputs: batch.records.map { .sample($0.text, to: pongs[0]) }, offsets: batch.positions,
            metadata: batch.metadata))
      }
    }
    for round in 0..<50 {
      try await client.commit([.sample("\(round)", to: pings[0])], pongs[0], 0)
      #expect(try await client.member.batch(of: pongs[0]).records.map(\.text) == ["\(round)"])
    }
    try await answering.value
    #expect(ContinuousClock.now - start < contract.subject.patience)
  },
  ContractCase("seeking back brings records again, seeking on passes them over") { contract in
    let topic = try await contract.topic("orders", partitions: 2)
    let offsets = try await contract.append("a", "b", "c", to: topic[0])
    try await contract.append("other", to: topic[1])
    let consumer = try await contract.sole("group", topic)
    try await contract.eventually("it has all", [consumer]) { consumer.records.count == 4 }
    try await consumer.member.seek([topic[0]: offsets[1]])
    try await contract.eventually("it has two again", [consumer]) { consumer.records.count == 6 }
    #expect(consumer.texts.suffix(2) == ["b", "c"])
    let more = try await contract.append("d", "e", to: topic[0])
    try await consumer.member.seek([topic[0]: more[1]])
    try await contract.eventually("it has the last", [consumer]) { consumer.texts.last == "e" }
    #expect(consumer.texts.filter { $0 == "other" } == ["other"])
  },
  ContractCase("a fetch keeps to its limits, and holds at least one record") { contract in
    let topic = try await contract.topic("orders")
    _ = try await contract.bus.append((0..<20).map { .sample("\($0)", to: topic[0]) })
    let consumer = try await contract.sole("group", topic)
    consumer.fetches = true
    try await contract.eventually("it has ten", []) {
      let before = consumer.records.count
      try await consumer.step(timeout: 100, limit: FetchLimit(records: 3))
      #expect(consumer.records.count - before <= 3)
      return consumer.records.count >= 10
    }
    try await contract.eventually("it has all", []) {
      try await consumer.step(timeout: 100, limit: FetchLimit(records: 10, bytes: 1))
      return consumer.records.count >= 20
    }
    #expect(consumer.texts == (0..<20).map { "\($0)" })
  },
  ContractCase("a full partition does not starve another one of the same member") { contract in
    let topic = try await contract.topic("orders", partitions: 2)
    _ = try await contract.bus.append((0..<contract.subject.many).map { .sample("\($0)", to: topic[0]) })
    try await contract.append("a", to: topic[1])
    let consumer = try await contract.join("group", topic)
    consumer.fetches = false
    try await contract.eventually("it has both", [consumer]) { consumer.owned.count == 2 }
    consumer.fetches = true
    let some = contract.subject.many / 20
    try await contract.eventually("the other is read, though the first stays full", []) {
      try await consumer.step(timeout: 2_000, limit: FetchLimit(records: some))
      _ = try await contract.bus.append((0..<some).map { .sample("\($0)", to: topic[0]) })
      return consumer.records.contains { $0.topicPartition == topic[1] }
    }
  },
  ContractCase("a member whose next records were trimmed away is told, seeks, and goes on") { contract in
    let topic = try await contract.topic("orders")
    let offsets = try await contract.append("a", "b", "c", to: topic[0])
    let first = try await contract.sole("group", topic)
    try await first.commit([], topic[0], offsets[0])
    await first.member.leave()
    try await contract.bus.trim(before: [topic[0]: offsets[2]])
    let second = try await contract.join("group", topic)
    second.fetches = false
    try await contract.eventually("it has the partition", [second]) { !second.owned.isEmpty }
    second.fetches = true
    await expectError("out of range") {
      try await contract.eventually("it is told", [second]) { false }
    } matching: {
      $0 == .offsetOutOfRange(topic[0], offset: offsets[0], low: offsets[2])
    }
    try await second.member.seek([topic[0]: offsets[2]])
    try await contract.eventually("it reads", [second]) { second.texts == ["c"] }
  },
]

extension GroupMember {
  /// The next records of a partition, waited for in one call.
  func batch(of partition: TopicPartition) async throws -> Batch {
    let event = try await next(limit: FetchLimit(), of: [partition], timeout: 60_000)
    guard case .records(let batch) = event else {
      throw ContractFailure("expected records of \(partition), got \(String(describing: event))")
    }
    return batch
  }
}
