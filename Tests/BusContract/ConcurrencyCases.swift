import Testing
import TopicBus

let concurrencyCases: [ContractCase] = [
  ContractCase("a live reader misses nothing of what many append at once") { contract in
    let topic = try await contract.topic("orders", partitions: 2)
    let other = try await contract.open()
    let reader = try await contract.bus.reader(from: [topic[0]: 0, topic[1]: 0])
    let reading = Task { try await reader.collect(200, within: contract) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<4 {
        let bus = writer < 2 ? contract.bus : other
        group.addTask {
          for index in 0..<50 { _ = try await bus.append([.sample("\(writer):\(index)", to: topic[writer % 2])]) }
        }
      }
      try await group.waitForAll()
    }
    let found = try await reading.value
    #expect(found.count == 200)
    for writer in 0..<4 {
      #expect(found.map(\.text).filter { $0.hasPrefix("\(writer):") } == (0..<50).map { "\(writer):\($0)" })
    }
    await reader.close()
  },
  ContractCase("one append wakes all who wait for it") { contract in
    let topic = try await contract.topic("orders")
    let other = try await contract.open()
    try await withThrowingTaskGroup(of: [String].self) { group in
      for index in 0..<10 {
        let bus = index < 5 ? contract.bus : other
        group.addTask {
          let reader = try await bus.reader(from: [topic[0]: 0])
          let texts = try await reader.next(limit: FetchLimit(), timeout: 60_000).records.map(\.text)
          await reader.close()
          return texts
        }
      }
      await contract.pass(30)
      try await contract.append("a", to: topic[0])
      for try await texts in group { #expect(texts == ["a"]) }
    }
  },
  ContractCase("a member that waits is woken by what it is to give up, and by what it gets") { contract in
    let topic = try await contract.topic("orders", partitions: 2)
    let first = try await contract.sole("group", topic)
    let member = first.member
    let waiting = Task { try await member.next(limit: nil, of: [], timeout: 60_000) }
    await contract.pass(30)
    let second = try await contract.join("group", topic, through: contract.open())
    let revoked: Set<TopicPartition>
    switch try await waiting.value {
    case .revoked(let partitions), .suspended(let partitions): revoked = partitions
    default:
      Issue.record("expected to be asked for partitions")
      return
    }
    let heir = second.member
    let getting = Task { try await heir.next(limit: nil, of: [], timeout: 60_000) }
    await contract.pass(30)
    try await member.release(revoked)
    guard case .assigned(let assignment) = try await getting.value else {
      Issue.record("expected an assignment")
      return
    }
    #expect(assignment.partitions.isSubset(of: revoked))
  },
  ContractCase("closing a bus takes its members out of their groups") { contract in
    let topic = try await contract.topic("orders", partitions: 2)
    let leaving = try await contract.open()
    let first = try await contract.sole("group", topic, through: leaving)
    try await first.commit([], topic[1], 0)
    let second = try await contract.join("group", topic)
    await leaving.close()
    try await contract.eventually("the other has all", [second]) { second.owned.count == 2 }
    #expect(second.committedBefore == [topic[1]: 0])
    await expectError("closed") {
      try await first.step(timeout: 0)
    } matching: {
      $0 == .closed
    }
  },
  ContractCase("a member that leaves before it heard anything holds nobody up") { contract in
    let topic = try await contract.topic("orders", partitions: 2)
    let brief = try await contract.join("group", topic)
    let steady = try await contract.join("group", topic)
    await brief.member.leave()
    try await contract.eventually("the other has all", [steady]) { steady.owned.count == 2 }
  },
  ContractCase("a reader of nothing brings nothing") { contract in
    let reader = try await contract.bus.reader(from: [:])
    let slice = try await reader.next(limit: FetchLimit(), timeout: 10)
    #expect(slice == Slice())
    await reader.close()
  },
  ContractCase("housekeeping beside appends and reads loses nothing", needs: [.compaction]) { contract in
    let topic = try await contract.topic("table", cleanup: .compacted(tombstonesFor: 86_400_000))
    let other = try await contract.open()
    let reader = try await contract.bus.reader(from: [topic[0]: 0])
    let now: Int64 = 1_700_000_000_000
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<3 {
        group.addTask {
          for index in 0..<30 {
            _ = try await contract.bus.append([
              .sample("\(index)", to: topic[0], key: "\(writer):\(index % 3)", timestamp: now)
            ])
          }
        }
      }
      group.addTask { for _ in 0..<20 { try await other.maintain(now: now) } }
      try await group.waitForAll()
    }
    try await other.maintain(now: now)
    let expected = Dictionary(
      uniqueKeysWithValues: (0..<9).map { ("\($0 / 3):\($0 % 3)", "\(27 + $0 % 3)") })
    for found in [try await contract.records(topic[0]), try await reader.rest(of: topic[0], within: contract)] {
      #expect(found.table == expected)
    }
    #expect(try await contract.records(topic[0]).count == 9)
    await reader.close()
  },
]

extension TopicReader {
  /// Reads on to the end of a partition as of now.
  func rest(of partition: TopicPartition, within contract: Contract) async throws -> [Record] {
    let end = try #require(try await contract.bus.ends(of: [partition])[partition]).high
    var records: [Record] = []
    var position: Int64 = -1
    try await contract.eventually("\(partition) is read to its end", []) {
      if position < end {
        let slice = try await next(limit: FetchLimit(), timeout: 200)
        records += slice.records
        position = slice.positions[partition] ?? -1
      }
      return position >= end
    }
    return records
  }
}

extension [Record] {
  /// The fold of a table's records: the newest value of each key.
  var table: [String: String] {
    reduce(into: [:]) { $0[String(decoding: $1.key, as: UTF8.self)] = $1.value == nil ? nil : $1.text }
  }
}
