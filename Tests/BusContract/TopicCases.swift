import Testing
import TopicBus

let topicCases: [ContractCase] = [
  ContractCase("topics made again stay as they are") { contract in
    let topic = try await contract.topic("orders", partitions: 3)
    try await contract.append("a", to: topic[2])
    try await contract.bus.create([TopicDeclaration(topic[0].topic, partitions: 3, cleanup: .trimmed)])
    #expect(try await contract.texts(topic[2]) == ["a"])
  },
  ContractCase("another count of partitions is refused, and nothing of that call is made") { contract in
    let topic = try await contract.topic("orders", partitions: 3)
    let other = contract.name("other")
    await expectError("a partition mismatch") {
      try await contract.bus.create([
        TopicDeclaration(other, partitions: 1, cleanup: .trimmed),
        TopicDeclaration(topic[0].topic, partitions: 4, cleanup: .trimmed),
      ])
    } matching: {
      $0 == .partitionMismatch(topic: topic[0].topic, declared: 4, found: 3)
    }
    let names = try await contract.bus.describeTopics().map(\.declaration.name)
    #expect(names.contains(topic[0].topic))
    #expect(!names.contains(other))
  },
  ContractCase("topics are described by name, with how they were declared and their ends") { contract in
    let first = try await contract.topic("a", partitions: 2, cleanup: .compacted(tombstonesFor: 86_400_000))
    let second = try await contract.topic("b", partitions: 1, cleanup: .aged(604_800_000))
    let third = try await contract.topic("c", partitions: 1)
    try await contract.append("x", "y", to: first[1])
    let all = try await contract.bus.describeTopics()
    #expect(all.map(\.declaration.name) == all.map(\.declaration.name).sorted())
    let found = all.filter { [first[0].topic, second[0].topic, third[0].topic].contains($0.declaration.name) }
    #expect(
      found.map(\.declaration) == [
        TopicDeclaration(first[0].topic, partitions: 2, cleanup: .compacted(tombstonesFor: 86_400_000)),
        TopicDeclaration(second[0].topic, partitions: 1, cleanup: .aged(604_800_000)),
        TopicDeclaration(third[0].topic, partitions: 1, cleanup: .trimmed),
      ])
    #expect(found.first?.ends == [PartitionEnds(low: 0, high: 0), PartitionEnds(low: 0, high: 2)])
  },
  ContractCase("an unknown topic or partition is named, by every call that takes one") { contract in
    let topic = try await contract.topic("orders")
    for stranger in [TopicPartition(contract.name("nowhere"), 0), TopicPartition(topic[0].topic, 1)] {
      await expectError("an unknown topic") {
        _ = try await contract.bus.append([.sample("a", to: stranger)])
      } matching: {
        $0 == .unknownTopic(stranger.topic)
      }
      await expectError("an unknown topic") {
        _ = try await contract.bus.ends(of: [stranger])
      } matching: {
        $0 == .unknownTopic(stranger.topic)
      }
      await expectError("an unknown topic") {
        let reader = try await contract.bus.reader(from: [stranger: 0])
        _ = try await reader.next(limit: FetchLimit(), timeout: 5_000)
      } matching: {
        $0 == .unknownTopic(stranger.topic)
      }
    }
    await expectError("an unknown topic") {
      _ = try await contract.join("group", [TopicPartition(contract.name("nowhere"), 0)])
    } matching: {
      $0.isUnknownTopic
    }
  },
  ContractCase("a topic made through one handle is there for another") { contract in
    let other = try await contract.open()
    let topic = try await contract.topic("orders", partitions: 2)
    _ = try await other.append([.sample("a", to: topic[1])])
    #expect(try await contract.texts(topic[1]) == ["a"])
  },
]
