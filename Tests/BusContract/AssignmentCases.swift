import Synchronization
import Testing
import TopicBus

let assignmentCases: [ContractCase] = [
  ContractCase("a seek while partitions are asked back ends, and they pass on") { contract in
    let topic = try await contract.topic("orders", partitions: 2)
    try await contract.append("a", to: topic[0])
    let first = try await contract.sole("group", topic)
    first.releasesAtOnce = false
    let second = try await contract.join("group", topic)
    try await contract.eventually("the first is asked for partitions", [first, second]) { !first.revoked.isEmpty }
    let member = first.member
    let isDone = Mutex(false)
    let seeking = Task {
      try await member.seek([topic[0]: 0, topic[1]: 0])
      isDone.withLock { $0 = true }
    }
    try await contract.eventually("the seek has ended", [second]) { isDone.withLock { $0 } }
    try await seeking.value
    first.releasesAtOnce = true
    try await first.release()
    try await contract.eventually("each has one", [first, second]) {
      first.owned.count == 1 && second.owned.count == 1
    }
  },
  ContractCase("the first member of a group gets all partitions of all its topics") { contract in
    let orders = try await contract.topic("orders", partitions: 3)
    let answers = try await contract.topic("answers", partitions: 3)
    let consumer = try await contract.sole("group", orders + answers)
    #expect(Set(consumer.owned.keys) == Set(orders + answers))
    #expect(consumer.owned.values.allSatisfy { $0.generation >= 0 && !$0.memberID.isEmpty })
    #expect(consumer.owned.values.allSatisfy { $0.group == contract.name("group") })
  },
  ContractCase("a member has the same partitions of all its topics") { contract in
    let orders = try await contract.topic("orders", partitions: 4)
    let answers = try await contract.topic("answers", partitions: 4)
    let first = try await contract.sole("group", orders + answers)
    let second = try await contract.join("group", answers + orders)
    try await contract.eventually("both have half", [first, second]) {
      first.owned.count == 4 && second.owned.count == 4
    }
    for consumer in [first, second] {
      let of = { (topic: [TopicPartition]) in
        Set(consumer.owned.keys.filter { $0.topic == topic[0].topic }.map(\.partition))
      }
      #expect(of(orders) == of(answers))
    }
  },
  ContractCase("topics with different counts of partitions are refused at the join") { contract in
    let orders = try await contract.topic("orders", partitions: 2)
    let answers = try await contract.topic("answers", partitions: 3)
    await expectError("refused") {
      _ = try await contract.join("group", orders + answers)
    } matching: {
      $0.isRefused
    }
  },
  ContractCase("a second member shares the partitions, by ranges") { contract in
    let topic = try await contract.topic("orders", partitions: 5)
    let first = try await contract.sole("group", topic)
    let second = try await contract.join("group", topic)
    try await contract.eventually("both have their share", [first, second]) {
      !second.owned.isEmpty && first.owned.count + second.owned.count == 5
    }
    #expect([first.owned.count, second.owned.count].sorted() == [2, 3])
    for consumer in [first, second] {
      let numbers = consumer.owned.keys.map(\.partition).sorted()
      #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 + 1 == $1 })
    }
    #expect(Set(first.owned.keys).isDisjoint(with: second.owned.keys))
  },
  ContractCase("a partition has no new owner before the old one gave it up") { contract in
    let topic = try await contract.topic("orders", partitions: 4)
    let first = try await contract.sole("group", topic)
    first.releasesAtOnce = false
    let second = try await contract.join("group", topic)
    try await contract.eventually("the first is asked to give some up", [first, second]) {
      !first.revoked.isEmpty
    }
    for _ in 0..<5 {
      try await second.step(timeout: 10)
      try await first.step(timeout: 10)
    }
    #expect(second.owned.isEmpty)
    // Until it gives them up they are its own: the batch in hand is committed.
    let partition = try #require(first.revoked.min())
    try await first.commit([], partition, 0)
    try await first.release()
    first.releasesAtOnce = true
    try await contract.eventually("the second has them", [first, second]) {
      second.owned.count == 2 && first.owned.count == 2
    }
    #expect(try await contract.committed("group", partition) == 0)
  },
  ContractCase("what was suspended comes back as it was left, unless somebody else had it") { contract in
    let topic = try await contract.topic("orders", partitions: 2)
    let first = try await contract.sole("group", topic)
    let generation = first.owned.values.map(\.generation).max() ?? 0
    let second = try await contract.join("group", topic)
    try await contract.eventually("each has one", [first, second]) {
      first.owned.count == 1 && second.owned.count == 1
    }
    #expect(second.unmoved.isEmpty)
    #expect(first.unmoved.isSubset(of: first.owned.keys))
    // In a generation between, which a broker may need, another member may have had it.
    if first.owned.values.allSatisfy({ $0.generation == generation + 1 }) {
      #expect(first.unmoved.isEmpty != first.wasSuspended)
    }
    let moved = Set(second.owned.keys)
    await second.member.leave()
    try await contract.eventually("the first has all", [first]) { first.owned.count == 2 }
    #expect(first.unmoved.isDisjoint(with: moved))
    #expect(first.unmoved.isEmpty || first.wasSuspended)
  },
  ContractCase("a third member that joins in mid-batch begins where that batch was committed") { contract in
    let topic = try await contract.topic("orders", partitions: 3)
    for partition in topic { try await contract.append("a", "b", to: partition) }
    let first = try await contract.join("group", topic)
    let second = try await contract.join("group", topic)
    for consumer in [first, second] { consumer.releasesAtOnce = false }
    let all = { (consumers: [Consumer]) in consumers.reduce(0) { $0 + $1.records.count } }
    try await contract.eventually("all is fetched", [first, second]) {
      for consumer in [first, second] where !consumer.revoked.isEmpty { try await consumer.release() }
      return all([first, second]) >= 6 && first.owned.count + second.owned.count == 3 && !second.owned.isEmpty
        && !first.owned.isEmpty
    }
    let third = try await contract.join("group", topic)
    try await contract.eventually("the third has one", [first, second, third]) {
      for consumer in [first, second] where !consumer.revoked.isEmpty {
        for partition in consumer.revoked.sorted() {
          try await consumer.commit([], partition, consumer.positions[partition] ?? 2)
        }
        try await consumer.release()
      }
      return third.owned.count == 1 && first.owned.count == 1 && second.owned.count == 1
    }
    let partition = try #require(third.owned.keys.first)
    #expect((third.committedBefore[partition] ?? 0) >= 2)
    try await contract.append("c", to: partition)
    try await contract.eventually("the third goes on", [first, second, third]) { !third.records.isEmpty }
    #expect(third.texts == ["c"])
  },
  ContractCase("more members than partitions: one waits, and takes over when another leaves") { contract in
    let topic = try await contract.topic("orders", partitions: 2)
    var consumers: [Consumer] = []
    for _ in 0..<3 { consumers.append(try await contract.join("group", topic)) }
    try await contract.eventually("two have one each", consumers) {
      consumers.map(\.owned.count).sorted() == [0, 1, 1]
    }
    let leaver = try #require(consumers.firstIndex { !$0.owned.isEmpty })
    await consumers[leaver].member.leave()
    consumers.remove(at: leaver)
    try await contract.eventually("the third takes over", consumers) {
      consumers.map(\.owned.count) == [1, 1]
    }
    #expect(Set(consumers.flatMap { $0.owned.keys }) == Set(topic))
  },
  ContractCase("two members that start at once share all partitions") { contract in
    let topic = try await contract.topic("orders", partitions: 4)
    let other = try await contract.open()
    async let one = contract.join("group", topic)
    async let two = contract.join("group", topic, through: other)
    let consumers = try await [one, two]
    try await contract.eventually("both have half", consumers) { consumers.map(\.owned.count) == [2, 2] }
    #expect(Set(consumers.flatMap { $0.owned.keys }) == Set(topic))
  },
  ContractCase("groups do not disturb each other") { contract in
    let topic = try await contract.topic("orders", partitions: 2)
    try await contract.append("a", to: topic[0])
    let one = try await contract.sole("one", topic)
    let two = try await contract.sole("two", topic)
    try await contract.eventually("both read it", [one, two]) { one.texts == ["a"] && two.texts == ["a"] }
    try await one.commit([], topic[0], 1)
    #expect(try await contract.committed("one", topic[0]) == 1)
    #expect(try await contract.committed("two", topic[0]) == nil)
  },
  ContractCase("one instance name in two groups is two members") { contract in
    let topic = try await contract.topic("orders")
    var consumers: [Consumer] = []
    for group in ["one", "two"] {
      let membership = Membership(group: contract.name(group), instance: "same", topics: [topic[0].topic])
      consumers.append(Consumer(try await contract.bus.join(membership), instance: "same"))
    }
    try await contract.eventually("both have it", consumers) { consumers.allSatisfy { $0.owned.count == 1 } }
    for consumer in consumers { try await consumer.commit([.sample("a", to: topic[0])], topic[0], 0) }
    #expect(try await contract.texts(topic[0]) == ["a", "a"])
  },
  ContractCase("a member that left is closed") { contract in
    let topic = try await contract.topic("orders")
    let consumer = try await contract.sole("group", topic)
    await consumer.member.leave()
    await expectError("closed") {
      try await consumer.step(timeout: 0)
    } matching: {
      $0 == .closed
    }
    await expectError("closed or fenced") {
      try await consumer.commit([.sample("a", to: topic[0])], topic[0], 0)
    } matching: {
      $0 == .closed || $0.isFenced
    }
    await consumer.member.leave()
    #expect(try await contract.texts(topic[0]) == [])
  },
]
