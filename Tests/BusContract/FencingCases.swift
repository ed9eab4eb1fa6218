import Testing
import TopicBus

let fencingCases: [ContractCase] = [
  ContractCase("what a member gave up it cannot commit, whatever the commit holds", needs: [.fencing]) { contract in
    let input = try await contract.topic("input", partitions: 2)
    let output = try await contract.topic("output")
    for partition in input { try await contract.append("a", "b", to: partition) }
    let first = try await contract.sole("group", input)
    let before = first.owned
    try await contract.eventually("it has a full batch", [first]) { first.records.count == 4 }
    let second = try await contract.join("group", input)
    try await contract.eventually("each has one", [first, second]) {
      first.owned.count == 1 && second.owned.count == 1
    }
    let lost = try #require(second.owned.keys.first)
    let kept = try #require(first.owned.keys.first)
    let old = try #require(before[lost])
    let current = try #require(first.owned[kept])
    let commits = [
      Commit(outputs: [.sample("full", to: output[0])], offsets: [lost: 2], metadata: old),
      Commit(outputs: [], offsets: [lost: 2], metadata: old),
      Commit(outputs: [.sample("nothing consumed", to: output[0])], offsets: [lost: 0], metadata: old),
      Commit(outputs: [], offsets: [lost: 0], metadata: old),
      Commit(outputs: [.sample("under the current one", to: output[0])], offsets: [lost: 2], metadata: current),
      Commit(outputs: [.sample("with its own", to: output[0])], offsets: [kept: 2, lost: 2], metadata: old),
      Commit(outputs: [.sample("with its own, now", to: output[0])], offsets: [kept: 2, lost: 2], metadata: current),
    ]
    for commit in commits {
      await expectError("fenced") {
        try await first.member.commit(commit)
      } matching: {
        $0.isFenced
      }
    }
    #expect(try await contract.texts(output[0]) == [])
    #expect(try await contract.committed("group", lost) == nil)
    #expect(try await contract.committed("group", kept) == nil)
    // Its own it commits still, and so does the new owner.
    try await first.commit([.sample("1", to: output[0])], kept, 2)
    try await second.commit([.sample("2", to: output[0])], lost, 2)
    #expect(try await contract.texts(output[0]) == ["1", "2"])
  },
  ContractCase("a batch from before it lost a partition and got it again is fenced", needs: [.fencing]) { contract in
    let input = try await contract.topic("input")
    let output = try await contract.topic("output")
    try await contract.append("a", "b", to: input[0])
    let first = try await contract.sole("group", input)
    try await contract.eventually("it has a batch", [first]) { first.records.count == 2 }
    let old = try #require(first.batchMetadata[input[0]])
    try await first.member.release([input[0]])
    await first.member.leave()
    let second = try await contract.sole("group", input)
    try await second.commit([.sample("2", to: output[0])], input[0], 1)
    await second.member.leave()
    let third = try await contract.sole("group", input)
    var stale = old
    stale.memberID = try #require(third.owned[input[0]]).memberID
    for metadata in [old, stale] {
      await expectError("fenced") {
        try await third.commit([.sample("1", to: output[0])], input[0], 2, under: metadata)
      } matching: {
        $0.isFenced
      }
    }
    #expect(try await contract.texts(output[0]) == ["2"])
    #expect(try await contract.committed("group", input[0]) == 1)
    try await third.commit([.sample("3", to: output[0])], input[0], 2)
    #expect(try await contract.texts(output[0]) == ["2", "3"])
  },
  ContractCase("a member that had all, shared, and has all again is fenced by its old batch", needs: [.fencing]) {
    contract in
    let input = try await contract.topic("input", partitions: 2)
    let output = try await contract.topic("output")
    for partition in input { try await contract.append("a", to: partition) }
    let first = try await contract.sole("group", input)
    let before = first.owned
    let second = try await contract.join("group", input)
    try await contract.eventually("each has one", [first, second]) {
      first.owned.count == 1 && second.owned.count == 1
    }
    let shared = try #require(second.owned.keys.first)
    await second.member.leave()
    try await contract.eventually("it has both again", [first]) { first.owned.count == 2 }
    await expectError("fenced") {
      try await first.commit([.sample("old", to: output[0])], shared, 1, under: before[shared])
    } matching: {
      $0.isFenced
    }
    try await first.commit([.sample("new", to: output[0])], shared, 1)
    #expect(try await contract.texts(output[0]) == ["new"])
  },
  ContractCase("a partition that was never its own, or is not the group's, is fenced", needs: [.fencing]) { contract in
    let input = try await contract.topic("input", partitions: 2)
    let other = try await contract.topic("other", partitions: 2)
    let first = try await contract.sole("group", input)
    let metadata = try #require(first.owned[input[0]])
    let second = try await contract.join("group", input)
    try await contract.eventually("each has one", [first, second]) {
      first.owned.count == 1 && second.owned.count == 1
    }
    let never = try #require(first.owned.keys.first)
    let its = try #require(second.owned.values.first)
    await expectError("fenced") {
      try await second.commit([.sample("x", to: other[0])], never, 0, under: its)
    } matching: {
      $0.isFenced
    }
    for stranger in [other[0], TopicPartition(input[0].topic, 9)] {
      await expectError("fenced, refused or unknown") {
        try await first.commit([.sample("x", to: other[0])], stranger, 0, under: metadata)
      } matching: {
        $0.isFenced || $0.isRefused || $0.isUnknownTopic
      }
    }
    #expect(try await contract.texts(other[0]) == [])
  },
  ContractCase("metadata of another group, another member or no generation is fenced", needs: [.fencing]) { contract in
    let input = try await contract.topic("input")
    let consumer = try await contract.sole("group", input)
    let right = try #require(consumer.owned[input[0]])
    let wrong: [(inout GroupMetadata) -> Void] = [
      { $0.group = contract.name("another") }, { $0.memberID = "nobody" }, { $0.memberID = "" },
      { $0.generation = -1 }, { $0.generation += 1_000 },
    ]
    for change in wrong {
      var metadata = right
      change(&metadata)
      await expectError("fenced or refused") {
        try await consumer.commit([.sample("x", to: input[0])], input[0], 0, under: metadata)
      } matching: {
        $0.isFenced || $0.isRefused
      }
    }
    #expect(try await contract.texts(input[0]) == [])
    #expect(try await contract.committed("group", input[0]) == nil)
    try await consumer.commit([], input[0], 0)
  },
  ContractCase("two members never commit the same partition, however often it changes hands", needs: [.fencing]) {
    contract in
    let input = try await contract.topic("input")
    let output = try await contract.topic("output")
    _ = try await contract.bus.append((0..<20).map { .sample("\($0)", to: input[0]) })
    var stale: [(Consumer, GroupMetadata)] = []
    for round in 0..<5 {
      let consumer = try await contract.sole("group", input, through: contract.open())
      try await contract.eventually("it reads", [consumer]) { !consumer.records.isEmpty }
      let metadata = try #require(consumer.owned[input[0]])
      for (older, old) in stale {
        await expectError("fenced or closed") {
          try await older.commit([.sample("stale", to: output[0])], input[0], 20, under: old)
        } matching: {
          $0.isFenced || $0 == .closed
        }
      }
      try await consumer.commit([.sample("\(round)", to: output[0])], input[0], Int64(round))
      try await consumer.member.release([input[0]])
      await consumer.member.leave()
      stale.append((consumer, metadata))
    }
    #expect(try await contract.texts(output[0]) == (0..<5).map { "\($0)" })
    #expect(try await contract.committed("group", input[0]) == 4)
  },
]
