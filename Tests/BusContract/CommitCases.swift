import Testing
import TopicBus

let commitCases: [ContractCase] = [
  ContractCase("a commit's outputs, in several partitions and topics, and its offsets are there together") { contract in
    let input = try await contract.topic("input", partitions: 2)
    let output = try await contract.topic("output", partitions: 3)
    let other = try await contract.topic("other")
    let consumer = try await contract.sole("group", input)
    try await contract.append("x", to: input[0])
    try await contract.append("y", to: input[1])
    try await contract.eventually("it has both", [consumer]) { consumer.records.count == 2 }
    try await consumer.member.commit(
      Commit(
        outputs: [
          .sample("a", to: output[2]), .sample("b", to: output[0]), .sample("c", to: other[0]),
          .sample("d", to: output[2]),
        ], offsets: [input[0]: 1, input[1]: 1], metadata: try #require(consumer.owned[input[0]])))
    #expect(try await contract.texts(output[2]) == ["a", "d"])
    #expect(try await contract.texts(output[1]) == [])
    #expect(try await contract.texts(output[0]) == ["b"])
    #expect(try await contract.texts(other[0]) == ["c"])
    #expect(try await contract.committed("group", input[0]) == 1)
    #expect(try await contract.committed("group", input[1]) == 1)
  },
  ContractCase("offsets of all its topics are committed together, and described in order") { contract in
    let orders = try await contract.topic("orders", partitions: 2)
    let answers = try await contract.topic("answers", partitions: 2)
    for partition in orders + answers { try await contract.append("a", to: partition) }
    let consumer = try await contract.sole("group", orders + answers)
    try await contract.eventually("it reads", [consumer]) { consumer.records.count == 4 }
    try await consumer.member.commit(
      Commit(
        outputs: [], offsets: [orders[0]: 1, answers[0]: 1, answers[1]: 0],
        metadata: try #require(consumer.owned[orders[0]])))
    let found = try #require(try await contract.describe("group")).partitions
    #expect(found.map(\.partition) == (orders + answers).sorted())
    #expect(found.map(\.committed) == [1, 0, 1, nil])
    #expect(found.map(\.lag) == [0, 1, 0, 1])
  },
  ContractCase("commits follow each other in order, among appends of others") { contract in
    let input = try await contract.topic("input")
    let output = try await contract.topic("output")
    let consumer = try await contract.sole("group", input)
    var expected: [String] = []
    for round in 0..<10 {
      try await consumer.commit(
        [.sample("\(round)a", to: output[0]), .sample("\(round)b", to: output[0])], input[0], 0)
      try await contract.append("\(round)c", to: output[0])
      expected += ["\(round)a", "\(round)b", "\(round)c"]
    }
    let records = try await contract.records(output[0])
    #expect(records.map(\.text) == expected)
    #expect(zip(records, records.dropFirst()).allSatisfy { $0.offset < $1.offset })
  },
  ContractCase("outputs keep keys, headers, timestamps and tombstones") { contract in
    let input = try await contract.topic("input")
    let output = try await contract.topic("output")
    let consumer = try await contract.sole("group", input)
    let given = [
      Outgoing(
        topic: output[0].topic, partition: 0, key: [0, 255], value: nil,
        headers: [Header("h", nil), Header("h", [0, 10, 13])], timestamp: 12),
      Outgoing(topic: output[0].topic, partition: 0, key: [], value: [], timestamp: contract.subject.earliest),
    ]
    try await consumer.commit(given, input[0], 0)
    let records = try await contract.records(output[0])
    #expect(records.map(\.key) == given.map(\.key))
    #expect(records.map(\.value) == given.map(\.value))
    #expect(records.map(\.headers) == given.map(\.headers))
    #expect(records.map(\.timestamp) == given.map(\.timestamp))
  },
  ContractCase("what goes into its own input, a member reads as well") { contract in
    let input = try await contract.topic("input")
    let consumer = try await contract.sole("group", input)
    try await consumer.commit([.sample("again", to: input[0])], input[0], 0)
    try await contract.eventually("it reads it", [consumer]) { consumer.texts == ["again"] }
  },
  ContractCase("a position can be committed again, and nothing but offsets can be committed") { contract in
    let input = try await contract.topic("input")
    let output = try await contract.topic("output")
    try await contract.append("a", to: input[0])
    let consumer = try await contract.sole("group", input)
    try await contract.eventually("it reads", [consumer]) { consumer.records.count == 1 }
    try await consumer.commit([], input[0], 1)
    try await consumer.commit([.sample("timer", to: output[0])], input[0], 1)
    try await consumer.commit([], input[0], 1)
    #expect(try await contract.committed("group", input[0]) == 1)
    #expect(try await contract.texts(output[0]) == ["timer"])
  },
  ContractCase("a committed offset never moves back: such a commit is refused whole") { contract in
    let input = try await contract.topic("input")
    let output = try await contract.topic("output")
    try await contract.append("a", "b", to: input[0])
    let consumer = try await contract.sole("group", input)
    try await contract.eventually("it reads", [consumer]) { consumer.records.count == 2 }
    try await consumer.commit([], input[0], 2)
    await expectError("refused") {
      try await consumer.commit([.sample("x", to: output[0])], input[0], 1)
    } matching: {
      $0.isRefused
    }
    #expect(try await contract.committed("group", input[0]) == 2)
    #expect(try await contract.texts(output[0]) == [])
  },
  ContractCase("a commit without offsets is refused: nothing would fence it") { contract in
    let input = try await contract.topic("input")
    let consumer = try await contract.sole("group", input)
    await expectError("refused") {
      try await consumer.member.commit(
        Commit(
          outputs: [.sample("x", to: input[0])], offsets: [:], metadata: try #require(consumer.owned[input[0]])))
    } matching: {
      $0.isRefused
    }
    #expect(try await contract.texts(input[0]) == [])
  },
  ContractCase("a commit that fails leaves nothing behind, and the member goes on", needs: [.transactions]) {
    contract in
    let input = try await contract.topic("input")
    let output = try await contract.topic("output", partitions: 2)
    let consumer = try await contract.sole("group", input)
    try await contract.append("a", to: input[0])
    try await contract.eventually("it reads", [consumer]) { consumer.records.count == 1 }
    await expectError("an unknown topic") {
      try await consumer.commit(
        [
          .sample("x", to: output[0]), .sample("y", to: output[1]),
          .sample("z", to: TopicPartition(contract.name("nowhere"), 0)),
        ], input[0], 1)
    } matching: {
      $0.isUnknownTopic
    }
    #expect(try await contract.committed("group", input[0]) == nil)
    let large = [UInt8](repeating: 0, count: contract.subject.features.largestCommit + 1)
    await expectError("too large") {
      try await consumer.commit(
        [
          .sample("x", to: output[0]),
          Outgoing(topic: output[1].topic, partition: 1, key: [], value: large, timestamp: 1),
        ], input[0], 1)
    } matching: {
      $0.isTooLarge
    }
    #expect(try await contract.committed("group", input[0]) == nil)
    for partition in output { #expect(try await contract.texts(partition) == []) }
    try await consumer.commit([.sample("ok", to: output[0])], input[0], 1)
    #expect(try await contract.texts(output[0]) == ["ok"])
    #expect(try await contract.committed("group", input[0]) == 1)
  },
  ContractCase("of a commit that is seen, all is seen; of one that failed, nothing", needs: [.transactions]) {
    contract in
    let input = try await contract.topic("input")
    let output = try await contract.topic("output")
    let consumer = try await contract.sole("group", input)
    let reader = try await contract.bus.reader(from: [output[0]: 0])
    var expected: [String] = []
    var found: [String] = []
    for round in 0..<20 {
      var outputs = (0..<10).map { Outgoing.sample("\(round):\($0)", to: output[0]) }
      let fails = round % 3 == 1
      if fails { outputs.append(.sample("", to: TopicPartition(contract.name("nowhere"), 0))) }
      do {
        try await consumer.commit(outputs, input[0], 0)
        expected += outputs.map(\.text)
      } catch {
        #expect(fails, "\(error)")
      }
      if round.isMultiple(of: 4) {
        found += try await reader.next(limit: FetchLimit(records: 7), timeout: 0).records.map(\.text)
      }
    }
    found += try await reader.collect(expected.count - found.count, within: contract).map(\.text)
    #expect(found == expected)
    #expect(try await contract.texts(output[0]) == expected)
    await reader.close()
  },
  ContractCase("a commit may run beside a fetch") { contract in
    let input = try await contract.topic("input")
    let output = try await contract.topic("output")
    let consumer = try await contract.sole("group", input)
    let member = consumer.member
    let wanted = Set(input)
    for round in 0..<5 {
      let fetch = Task { try await member.next(limit: FetchLimit(), of: wanted, timeout: 60_000) }
      try await consumer.commit([.sample("\(round)", to: output[0])], input[0], 0)
      try await contract.append("\(round)", to: input[0])
      guard case .records(let batch) = try await fetch.value else {
        Issue.record("expected records")
        return
      }
      #expect(batch.records.map(\.text) == ["\(round)"])
    }
    #expect(try await contract.texts(output[0]) == (0..<5).map { "\($0)" })
  },
  ContractCase("members of one group commit at once, each its own, and nothing is lost") { contract in
    let input = try await contract.topic("input", partitions: 4)
    let output = try await contract.topic("output")
    var consumers: [Consumer] = []
    for _ in 0..<4 { consumers.append(try await contract.join("group", input, through: contract.open())) }
    try await contract.eventually("each has one", consumers) { consumers.allSatisfy { $0.owned.count == 1 } }
    let commits = try consumers.map { consumer in
      let (partition, metadata) = try #require(consumer.owned.first)
      return (consumer.member, partition, metadata)
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (member, partition, metadata) in commits {
        group.addTask {
          for index in 0..<10 {
            let text = "\(partition.partition):\(index)"
            try await member.commit(
              Commit(outputs: [.sample(text, to: output[0])], offsets: [partition: 0], metadata: metadata))
          }
        }
      }
      try await group.waitForAll()
    }
    let found = try await contract.texts(output[0])
    #expect(found.count == 40)
    for partition in 0..<4 {
      #expect(found.filter { $0.hasPrefix("\(partition):") } == (0..<10).map { "\(partition):\($0)" })
    }
  },
  ContractCase("many outputs in one commit are all there") { contract in
    let input = try await contract.topic("input")
    let output = try await contract.topic("output", partitions: 3)
    let consumer = try await contract.sole("group", input)
    let count = contract.subject.many
    try await consumer.commit((0..<count).map { .sample("\($0)", to: output[$0 % 3]) }, input[0], 0)
    for partition in output {
      #expect(
        try await contract.texts(partition) == stride(from: partition.partition, to: count, by: 3).map { "\($0)" })
    }
  },
]

extension Outgoing {
  var text: String { String(decoding: value ?? [], as: UTF8.self) }
}
