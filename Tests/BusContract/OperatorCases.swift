import Testing
import TopicBus

let operatorCases: [ContractCase] = [
  ContractCase("a group is described with its members, their partitions, its offsets and its lag") { contract in
    let input = try await contract.topic("input", partitions: 2)
    try await contract.append("a", "b", "c", to: input[0])
    try await contract.append("d", to: input[1])
    let consumer = try await contract.sole("group", input)
    try await contract.eventually("it reads", [consumer]) { consumer.records.count == 4 }
    try await consumer.commit([], input[0], 1)
    let found = try #require(try await contract.describe("group"))
    #expect(found.members.map(\.instance) == [consumer.instance])
    #expect(found.members.first?.partitions == input)
    #expect(found.members.first?.responds == true)
    #expect(
      found.partitions == [
        GroupDescription.PartitionLag(partition: input[0], committed: 1, lag: 2),
        GroupDescription.PartitionLag(partition: input[1], committed: nil, lag: 1),
      ])
  },
  ContractCase("of groups that read some topics, those topics alone are described") { contract in
    let (mine, other) = (try await contract.topic("mine"), try await contract.topic("other"))
    try await contract.append("a", "b", to: mine[0])
    try await contract.append("c", to: other[0])
    let (both, stranger) = (try await contract.sole("both", mine + other), try await contract.sole("stranger", other))
    try await both.commit([], mine[0], 1)
    try await both.commit([], other[0], 1)
    try await stranger.commit([], other[0], 1)
    let found = try await contract.bus.describeGroups(reading: [mine[0].topic])
    #expect(found.map(\.group) == [contract.name("both")])
    #expect(found.first?.members.map(\.instance) == [both.instance])
    #expect(
      found.first?.partitions == [GroupDescription.PartitionLag(partition: mine[0], committed: 1, lag: 1)])
  },
  ContractCase("lag counts records, not the gaps between them", needs: [.transactions]) { contract in
    let input = try await contract.topic("input")
    let consumer = try await contract.sole("group", input)
    for text in ["a", "b", "c"] { try await consumer.commit([.sample(text, to: input[0])], input[0], 0) }
    #expect(try await contract.describe("group")?.partitions.map(\.lag) == [3])
    try await contract.eventually("it reads", [consumer]) { consumer.records.count == 3 }
    let second = try #require(consumer.records.dropFirst().first)
    try await consumer.commit([], input[0], second.offset + 1)
    #expect(try await contract.describe("group")?.partitions.map(\.lag) == [1])
    let last = try #require(consumer.records.last)
    try await consumer.commit([], input[0], last.offset + 1)
    #expect(try await contract.describe("group")?.partitions.map(\.lag) == [0])
  },
  ContractCase("a group that all have left keeps its offsets") { contract in
    let input = try await contract.topic("input")
    try await contract.append("a", "b", to: input[0])
    let consumer = try await contract.sole("group", input)
    try await consumer.commit([], input[0], 1)
    await consumer.member.leave()
    let found = try #require(try await contract.describe("group"))
    #expect(found.members.isEmpty)
    #expect(found.partitions == [GroupDescription.PartitionLag(partition: input[0], committed: 1, lag: 1)])
  },
  ContractCase("offsets are reset while nobody is in the group, back or forth, and only then") { contract in
    let input = try await contract.topic("input")
    try await contract.append("a", "b", "c", to: input[0])
    let group = contract.name("group")
    let first = try await contract.sole("group", input)
    try await first.commit([], input[0], 3)
    await expectError("refused") {
      try await contract.bus.resetOffsets(of: group, to: [input[0]: 1])
    } matching: {
      $0.isRefused
    }
    #expect(try await contract.committed("group", input[0]) == 3)
    await first.member.leave()
    try await contract.bus.resetOffsets(of: group, to: [input[0]: 1])
    let second = try await contract.sole("group", input)
    #expect(second.committedBefore == [input[0]: 1])
    try await contract.eventually("it reads again", [second]) { second.texts == ["b", "c"] }
    try await second.commit([], input[0], 2)
    await second.member.leave()
    try await contract.bus.resetOffsets(of: group, to: [input[0]: 3])
    #expect(try await contract.committed("group", input[0]) == 3)
  },
  ContractCase("a reset keeps the offsets that it does not name, and can come before the first member") { contract in
    let input = try await contract.topic("input", partitions: 2)
    for partition in input { try await contract.append("a", "b", to: partition) }
    let group = contract.name("group")
    try await contract.bus.resetOffsets(of: group, to: [input[0]: 1, input[1]: 2])
    try await contract.bus.resetOffsets(of: group, to: [input[1]: 1])
    let consumer = try await contract.sole("group", input, start: .latest)
    #expect(consumer.committedBefore == [input[0]: 1, input[1]: 1])
    try await contract.eventually("it reads", [consumer]) { consumer.records.count == 2 }
    #expect(consumer.texts == ["b", "b"])
  },
  ContractCase("an offset is found by time: the first record that is not older, or the end") { contract in
    let topic = try await contract.topic("orders", partitions: 2)
    let offsets = try await contract.bus.append(
      [100, 300, 200, 400].map { .sample("\($0)", to: topic[0], timestamp: $0) })
    let end = try #require(try await contract.bus.ends(of: [topic[0]])[topic[0]]).high
    let expected: [(Int64, Int64)] = [
      (0, offsets[0]), (100, offsets[0]), (101, offsets[1]), (250, offsets[1]), (301, offsets[3]), (401, end),
    ]
    for (time, offset) in expected {
      #expect(try await contract.bus.offsets(of: topic, at: time) == [topic[0]: offset, topic[1]: 0], "at \(time)")
    }
  },
  ContractCase("trimming removes what lies before an offset, and no more") { contract in
    let topic = try await contract.topic("orders", partitions: 2)
    let offsets = try await contract.append("a", "b", "c", to: topic[0])
    try await contract.append("other", to: topic[1])
    let end = try #require(try await contract.bus.ends(of: [topic[0]])[topic[0]]).high
    try await contract.bus.trim(before: [topic[0]: offsets[1]])
    #expect(try await contract.bus.ends(of: [topic[0]]) == [topic[0]: PartitionEnds(low: offsets[1], high: end)])
    #expect(try await contract.texts(topic[0]) == ["b", "c"])
    #expect(try await contract.texts(topic[1]) == ["other"])
    // Trimmed already: nothing comes back.
    try await contract.bus.trim(before: [topic[0]: offsets[0]])
    #expect(try await contract.bus.ends(of: [topic[0]])[topic[0]]?.low == offsets[1])
  },
  ContractCase("a partition trimmed to its end goes on at its end") { contract in
    let topic = try await contract.topic("orders")
    let offsets = try await contract.append("a", "b", to: topic[0])
    let end = try #require(try await contract.bus.ends(of: topic)[topic[0]]).high
    try await contract.bus.trim(before: [topic[0]: end])
    #expect(try await contract.bus.ends(of: topic) == [topic[0]: PartitionEnds(low: end, high: end)])
    let next = try await contract.append("c", to: topic[0])
    #expect(next[0] >= end && next[0] > offsets[1])
    #expect(try await contract.texts(topic[0]) == ["c"])
  },
  ContractCase("what was trimmed is found by no time, and stands in no description") { contract in
    let topic = try await contract.topic("orders")
    let offsets = try await contract.bus.append([100, 200, 300].map { .sample("\($0)", to: topic[0], timestamp: $0) })
    let end = try #require(try await contract.bus.ends(of: topic)[topic[0]]).high
    try await contract.bus.trim(before: [topic[0]: offsets[1]])
    #expect(try await contract.bus.offsets(of: topic, at: 0) == [topic[0]: offsets[1]])
    #expect(try await contract.bus.offsets(of: topic, at: 250) == [topic[0]: offsets[2]])
    let found = try await contract.bus.describeTopics().first { $0.declaration.name == topic[0].topic }
    #expect(found?.ends == [PartitionEnds(low: offsets[1], high: end)])
  },
  ContractCase("trimming beyond the end is refused or ends there: what comes later is kept") { contract in
    let topic = try await contract.topic("orders")
    try await contract.append("a", to: topic[0])
    do {
      try await contract.bus.trim(before: [topic[0]: 1_000])
    } catch {
      #expect(try await contract.texts(topic[0]) == ["a"])
    }
    try await contract.append("b", to: topic[0])
    #expect(try await contract.texts(topic[0]).last == "b")
  },
  ContractCase("trimming what a group has consumed does not disturb it") { contract in
    let input = try await contract.topic("input")
    let offsets = try await contract.append("a", "b", "c", to: input[0])
    let consumer = try await contract.sole("group", input)
    try await contract.eventually("it reads", [consumer]) { consumer.records.count == 3 }
    try await consumer.commit([], input[0], offsets[2])
    try await contract.bus.trim(before: [input[0]: offsets[2]])
    try await contract.append("d", to: input[0])
    try await contract.eventually("it goes on", [consumer]) { consumer.records.count == 4 }
    #expect(consumer.texts == ["a", "b", "c", "d"])
    #expect(try await contract.describe("group")?.partitions.map(\.lag) == [2])
  },
]
