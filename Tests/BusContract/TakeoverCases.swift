import Testing
import TopicBus

let takeoverCases: [ContractCase] = [
  ContractCase("a member that leaves hands over at once, from what it committed") { contract in
    let topic = try await contract.topic("orders")
    let offsets = try await contract.append("a", "b", to: topic[0])
    let first = try await contract.sole("group", topic)
    let second = try await contract.join("group", topic)
    try await contract.eventually("it has both records", [first]) { first.records.count == 2 }
    try await first.commit([], topic[0], offsets[1])
    await first.member.leave()
    try await contract.eventually("the other reads the rest", [second]) { !second.records.isEmpty }
    #expect(second.committedBefore == [topic[0]: offsets[1]])
    #expect(second.texts == ["b"])
  },
  ContractCase("what was read and not committed is read again by the next owner") { contract in
    let topic = try await contract.topic("orders")
    try await contract.append("a", to: topic[0])
    let first = try await contract.sole("group", topic)
    try await contract.eventually("it reads", [first]) { first.texts == ["a"] }
    await first.member.leave()
    let second = try await contract.sole("group", topic)
    #expect(second.committedBefore.isEmpty)
    try await contract.eventually("the next one reads it too", [second]) { second.texts == ["a"] }
  },
  ContractCase("a dead owner's partitions pass to the others, from what it committed", needs: [.crashes]) { contract in
    let topic = try await contract.topic("orders", partitions: 2)
    for partition in topic { try await contract.append("a", "b", to: partition) }
    let doomed = try await contract.open()
    let first = try await contract.sole("group", topic, through: doomed)
    try await contract.eventually("it has all", [first]) { first.records.count == 4 }
    for partition in topic { try await first.commit([.sample("out", to: partition)], partition, 1) }
    try await contract.crash(doomed)
    let second = try await contract.sole("group", topic)
    #expect(second.committedBefore == [topic[0]: 1, topic[1]: 1])
    try await contract.eventually("it goes on", [second]) { second.records.count == 4 }
    for partition in topic {
      #expect(second.records.filter { $0.topicPartition == partition }.map(\.text) == ["b", "out"])
    }
  },
  ContractCase("all die at once: a new one has everything, from what they committed", needs: [.crashes]) { contract in
    let topic = try await contract.topic("orders", partitions: 4)
    for partition in topic { try await contract.append("a", "b", to: partition) }
    let handles = [try await contract.open(), try await contract.open()]
    let consumers = [
      try await contract.join("group", topic, through: handles[0]),
      try await contract.join("group", topic, through: handles[1]),
    ]
    try await contract.eventually("both have half", consumers) { consumers.map(\.owned.count) == [2, 2] }
    for consumer in consumers {
      for partition in consumer.owned.keys { try await consumer.commit([], partition, 1) }
    }
    for handle in handles { try await contract.crash(handle) }
    let heir = try await contract.sole("group", topic)
    #expect(heir.committedBefore == Dictionary(uniqueKeysWithValues: topic.map { ($0, 1) }))
    try await contract.eventually("it reads the rest", [heir]) { heir.records.count == 4 }
    #expect(heir.texts == ["b", "b", "b", "b"])
  },
  ContractCase("a member that joins and dies ten times in a row stops nobody", needs: [.crashes]) { contract in
    let topic = try await contract.topic("orders", partitions: 2)
    let steady = try await contract.sole("group", topic)
    for round in 0..<10 {
      let doomed = try await contract.open()
      let brief = try await contract.join("group", topic, through: doomed)
      // At times it dies before it heard anything, at times with a partition in hand.
      if round.isMultiple(of: 3) {
        try await contract.eventually("it has one", [steady, brief]) { !brief.owned.isEmpty }
      }
      try await contract.crash(doomed)
    }
    try await contract.append("a", to: topic[0])
    try await contract.append("b", to: topic[1])
    try await contract.eventually("the steady one has all and reads all", [steady]) {
      steady.owned.count == 2 && Set(steady.texts) == ["a", "b"]
    }
  },
  ContractCase("an owner that dies when asked to give up holds nobody up", needs: [.crashes]) { contract in
    let topic = try await contract.topic("orders", partitions: 2)
    let doomed = try await contract.open()
    let first = try await contract.sole("group", topic, through: doomed)
    first.releasesAtOnce = false
    let second = try await contract.join("group", topic)
    try await contract.eventually("it is asked", [first, second]) { !first.revoked.isEmpty }
    try await contract.crash(doomed)
    try await contract.eventually("the second has all", [second]) { second.owned.count == 2 }
  },
  ContractCase("a restarted instance has what it had before it died", needs: [.crashes]) { contract in
    let topic = try await contract.topic("orders", partitions: 2)
    let doomed = try await contract.open()
    let first = try await contract.sole("group", topic, through: doomed)
    try await first.commit([.sample("a", to: topic[1])], topic[0], 0)
    try await contract.crash(doomed)
    let member = try await contract.bus.join(
      Membership(group: contract.name("group"), instance: first.instance, topics: [topic[0].topic]))
    let again = Consumer(member, instance: first.instance)
    try await contract.eventually("it has all and reads", [again]) { again.owned.count == 2 && again.texts == ["a"] }
    #expect(again.committedBefore == [topic[0]: 0])
  },
  ContractCase("a member of a dead process commits nothing", needs: [.crashes, .fencing]) { contract in
    let topic = try await contract.topic("orders")
    let doomed = try await contract.open()
    let first = try await contract.sole("group", topic, through: doomed)
    try await contract.crash(doomed)
    let second = try await contract.sole("group", topic)
    await expectError("some error") {
      try await first.commit([.sample("a", to: topic[0])], topic[0], 0)
    } matching: { _ in
      true
    }
    #expect(try await contract.texts(topic[0]) == [])
    try await second.commit([.sample("b", to: topic[0])], topic[0], 0)
    #expect(try await contract.texts(topic[0]) == ["b"])
  },
  ContractCase("a group whose last member left is another's with other topics") { contract in
    let orders = try await contract.topic("orders", partitions: 2)
    let answers = try await contract.topic("answers", partitions: 3)
    let first = try await contract.sole("group", orders)
    try await first.commit([], orders[1], 0)
    await first.member.leave()
    let second = try await contract.sole("group", answers)
    #expect(Set(second.owned.keys) == Set(answers))
    #expect(try await contract.committed("group", orders[1]) == 0)
  },
]
