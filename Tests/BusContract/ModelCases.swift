import Seeds
import Testing
import TopicBus

let modelCases: [ContractCase] = [
  ContractCase(
    "random comings, goings, crashes, commits and stale commits end as a plain list says",
    needs: [.transactions, .fencing]
  ) { contract in
    let first = contract.subject.seed ?? UInt64.random(in: 0...UInt64(UInt32.max))
    print("contract: interleavings from seed \(first) on, \(contract.subject.interleavings) of them")
    let handles = Handles(contract)
    for seed in first..<first + UInt64(contract.subject.interleavings) {
      do {
        try await Interleaving(seed: seed, contract: contract, handles: handles).run()
      } catch {
        throw ContractFailure("seed \(seed): \(error)")
      }
    }
  },
  ContractCase("a table folded from its topic is the same after any housekeeping", needs: [.compaction]) { contract in
    let seed = contract.subject.seed ?? UInt64.random(in: 0...UInt64(UInt32.max))
    print("contract: a random table from seed \(seed)")
    var random = SplitMix(seed: seed)
    let topic = try await contract.topic("table", cleanup: .compacted(tombstonesFor: 1_000))
    var table: [String: String] = [:]
    // Reads a little now and then, so that it stands anywhere when the log is compacted.
    let reader = try await contract.bus.reader(from: [topic[0]: 0])
    var read: [Record] = []
    var now: Int64 = 1_700_000_000_000
    for round in 0..<200 {
      now += Int64.random(in: 0...300, using: &random)
      let key = "\(Int.random(in: 0..<6, using: &random))"
      switch Int.random(in: 0..<8, using: &random) {
      case 0:
        table[key] = nil
        _ = try await contract.bus.append([.tombstone(key, in: topic[0], timestamp: now)])
      case 1: try await contract.bus.maintain(now: now)
      case 2: read += try await reader.next(limit: FetchLimit(records: 3), timeout: 0).records
      default:
        table[key] = "\(round)"
        _ = try await contract.bus.append([.sample("\(round)", to: topic[0], key: key, timestamp: now)])
      }
      guard round % 10 == 9 else { continue }
      let records = try await contract.records(topic[0])
      try #require(records.table == table, "seed \(seed), round \(round)")
      try #require(zip(records, records.dropFirst()).allSatisfy { $0.offset < $1.offset }, "seed \(seed)")
    }
    try await contract.bus.maintain(now: now)
    let records = try await contract.records(topic[0])
    #expect(Set(records.map(\.key)).count == records.count, "seed \(seed): a key stands twice")
    // A reader that was in the middle is as right, but for keys whose tombstone it came too late for.
    read += try await reader.rest(of: topic[0], within: contract)
    #expect(table.allSatisfy { read.table[$0.key] == $0.value }, "seed \(seed)")
    await reader.close()
  },
]

/// Processes that come and go, kept from one interleaving to the next since opening a log costs time.
private final class Handles {
  private let contract: Contract
  private var idle: [any TopicBus] = []

  init(_ contract: Contract) { self.contract = contract }

  func take() async throws -> any TopicBus {
    if let bus = idle.popLast() { return bus }
    return try await contract.open()
  }

  func giveBack(_ bus: any TopicBus) { idle.append(bus) }
}

/// One random run: members copy their input to the same partition of the output, and are disturbed in it.
///
/// The model is a list of texts by partition. At the end the output is that list: nothing lost, nothing doubled,
/// nothing out of order, though members crashed, left with batches in hand, and committed what was no longer theirs.
private final class Interleaving {
  private let contract: Contract
  private let handles: Handles
  private var random: SplitMix
  private let mark: String
  private var input: [TopicPartition] = []
  private var output: [TopicPartition] = []
  private var model: [[String]]
  private var workers: [Worker] = []
  private var count = 0

  private struct Worker {
    let consumer: Consumer
    let bus: any TopicBus
    /// A batch that is computed and not yet committed.
    var held: Batch?
  }

  init(seed: UInt64, contract: Contract, handles: Handles) {
    self.contract = contract
    self.handles = handles
    random = SplitMix(seed: seed)
    mark = "model-\(seed)"
    model = [[String]](repeating: [], count: Int.random(in: 1...4, using: &random))
  }

  func run() async throws {
    input = try await contract.topic("\(mark)-in", partitions: model.count)
    output = try await contract.topic("\(mark)-out", partitions: model.count)
    for _ in 0..<40 {
      switch Int.random(in: 0..<12, using: &random) {
      case 0...2: try await append()
      case 3...8: try await step(pick())
      case 9: try await join()
      case 10: try await end(pick(), crashing: false)
      default: try await end(pick(), crashing: contract.subject.crash != nil)
      }
    }
    try await drain()
    for (partition, texts) in zip(output, model) {
      let found = try await contract.texts(partition)
      guard found == texts else { throw ContractFailure("\(partition) holds \(found), expected \(texts)") }
    }
    while !workers.isEmpty { try await end(0, crashing: false) }
  }

  private func pick() -> Int? { workers.indices.randomElement(using: &random) }

  private func append() async throws {
    let records = (0..<Int.random(in: 1...3, using: &random)).map { _ in
      let partition = Int.random(in: 0..<model.count, using: &random)
      count += 1
      model[partition].append("\(count)")
      return Outgoing.sample("\(count)", to: input[partition])
    }
    _ = try await contract.bus.append(records)
  }

  private func join() async throws {
    guard workers.count < 3 else { return }
    let bus = try await handles.take()
    workers.append(Worker(consumer: try await contract.join(mark, input, through: bus), bus: bus))
  }

  private func end(_ index: Int?, crashing: Bool) async throws {
    guard let index else { return }
    let worker = workers.remove(at: index)
    if crashing {
      try await contract.crash(worker.bus)
    } else {
      await worker.consumer.member.leave()
      handles.giveBack(worker.bus)
    }
  }

  private func step(_ index: Int?, calmly: Bool = false, timeout: Int64 = 0) async throws {
    guard let index else { return }
    let consumer = workers[index].consumer
    if calmly, workers[index].held != nil { try await commit(index) }
    // With a batch in hand it takes events alone.
    consumer.fetches = workers[index].held == nil
    let limit = calmly ? FetchLimit() : FetchLimit(records: Int.random(in: 1...4, using: &random))
    switch try await consumer.step(timeout: timeout, limit: limit) {
    case .records(let batch):
      workers[index].held = batch
      guard calmly || Bool.random(using: &random) else { return }
      try await commit(index)
    case .revoked(let gone), .suspended(let gone), .lost(let gone):
      guard let held = workers[index].held, held.records.contains(where: { gone.contains($0.topicPartition) })
      else { return }
      // It was given up, so that all of the batch is stale.
      workers[index].held = nil
      await expectError("\(mark): fenced") {
        try await consumer.member.commit(commit(of: held))
      } matching: {
        $0.isFenced
      }
      try await rewind(consumer, held)
    case .assigned, nil:
      if workers[index].held != nil, Bool.random(using: &random) { try await commit(index) }
    }
  }

  private func commit(_ index: Int) async throws {
    guard let held = workers[index].held else { return }
    workers[index].held = nil
    let consumer = workers[index].consumer
    if Int.random(in: 0..<4, using: &random) == 0 {
      // Aborted: all of it comes again.
      try await rewind(consumer, held)
      return
    }
    do {
      try await consumer.member.commit(commit(of: held))
    } catch  where error.isFenced {
      try await rewind(consumer, held)
    }
  }

  private func commit(of batch: Batch) -> Commit {
    var offsets: [TopicPartition: Int64] = [:]
    for record in batch.records { offsets[record.topicPartition] = record.offset + 1 }
    return Commit(
      outputs: batch.records.map { .sample($0.text, to: output[$0.partition]) }, offsets: offsets,
      metadata: batch.metadata)
  }

  /// Lets a batch come again, of what the consumer still owns.
  private func rewind(_ consumer: Consumer, _ batch: Batch) async throws {
    var positions: [TopicPartition: Int64] = [:]
    for record in batch.records.reversed() where consumer.owned[record.topicPartition] != nil {
      positions[record.topicPartition] = record.offset
    }
    try await consumer.member.seek(positions)
  }

  /// Faults stop: everything is done within the subject's patience.
  private func drain() async throws {
    if workers.isEmpty { try await join() }
    let deadline = ContinuousClock.now + contract.subject.patience
    while true {
      let lag = try await contract.describe(mark)?.partitions.map(\.lag) ?? []
      if lag.count == model.count, lag.allSatisfy({ $0 == 0 }) { return }
      guard ContinuousClock.now < deadline, !contract.subject.isLost() else {
        throw ContractFailure("lag \(lag) remains; \(workers.map(\.consumer.story))")
      }
      for index in workers.indices { try await step(index, calmly: true, timeout: 2) }
    }
  }
}
