import Seeds
import BusContract
import SimulatedBus
import TopicBus

/// A random walk over everything that can happen to a log, checked against a plain model after every step.
///
/// The model is a list of what was written to each output partition, in order, and what became of it.
struct Walk {
  private(set) var trace: [String] = []

  private var log: SimulatedLog
  private var random: SplitMix
  private var workers: [Worker] = []
  private var joined = 0
  private var count = 0
  private var written: [[Written]] = [[], []]
  private var committed: Set<Transaction> = []
  /// The last that committed an offset of each input partition.
  private var lastCommit: [Int: (member: Member, generation: Int64, offset: Int64)] = [:]
  /// The fence that was passed first.
  private var violation: String?
  private let input = (0..<3).map { TopicPartition("input", $0) }
  private let output = (0..<2).map { TopicPartition("output", $0) }

  private struct Written {
    let text: String
    /// Nil for what was there at once.
    let transaction: Transaction?
  }

  private struct Worker {
    let member: Member
    /// All that it was ever given: a stale one is as welcome as the newest.
    var metadata: [GroupMetadata] = []
    var owned: Set<TopicPartition> = []
    /// Begun and not decided.
    var open: (transaction: Transaction, commit: Commit)?
  }

  init(seed: UInt64) {
    random = SplitMix(seed: seed)
    log = SimulatedLog(settings: seed.isMultiple(of: 2) ? .embedded : .kafka)
  }

  /// FNV-1a of the trace.
  var digest: UInt64 {
    trace.joined(separator: "\n").utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  mutating func run() throws {
    try log.create([
      TopicDeclaration("input", partitions: input.count, cleanup: .trimmed),
      TopicDeclaration("output", partitions: output.count, cleanup: .trimmed),
    ])
    for _ in 0..<120 {
      try step()
      try check()
    }
    for open in log.openTransactions { log.timeOut(open.id) }
    try check()
  }

  private mutating func step() throws {
    let index = workers.indices.randomElement(using: &random)
    switch Int.random(in: 0..<20, using: &random) {
    case 0: try append()
    case 1, 2: if workers.count < 4 { try join() }
    case 3: if let index { end(index) }
    case 4:
      if let index {
        log.evict(workers[index].member)
        trace.append("evict \(workers[index].member)")
      }
    case 5...9: if let index { try poll(index) }
    case 10, 11: if let index { begin(index) }
    case 12, 13: if let index { decide(index) }
    case 14: timeOut()
    case 15, 16: deliver()
    default: if let index { try commit(index) }
    }
  }

  // MARK: Steps

  private mutating func append() throws {
    let outputs = makeOutputs()
    _ = try log.append(outputs + [Outgoing("in", to: input[Int.random(in: 0..<3, using: &random)])])
    write(outputs, in: nil)
    trace.append("append \(outputs.count)")
  }

  private mutating func join() throws {
    joined += 1
    let member = try log.join("\(joined)")
    workers.append(Worker(member: member))
    trace.append("join \(member)")
  }

  private mutating func end(_ index: Int) {
    let worker = workers.remove(at: index)
    let way = Int.random(in: 0..<3, using: &random)
    switch way {
    case 0: log.leave(worker.member)
    case 1: log.kill(worker.member, evicting: true)
    default:
      log.kill(worker.member)
      if joined > 6 { log.evict(worker.member) }
    }
    trace.append("end \(worker.member) in way \(way)")
  }

  private mutating func poll(_ index: Int) throws {
    let worker = workers[index]
    let event = try log.poll(worker.member, limit: FetchLimit(records: 3), of: worker.owned)
    trace.append("\(worker.member) \(Self.text(event))")
    switch event {
    case .assigned(let assignment):
      workers[index].metadata.append(assignment.metadata)
      workers[index].owned.formUnion(assignment.partitions)
    case .revoked(let partitions), .suspended(let partitions):
      workers[index].owned.subtract(partitions)
      try log.release(worker.member, partitions)
    case .lost(let partitions): workers[index].owned.subtract(partitions)
    case .records, nil: break
    }
  }

  private mutating func begin(_ index: Int) {
    guard let commit = makeCommit(index) else { return }
    workers[index].open = nil
    do throws(BusError) {
      let transaction = try log.begin(workers[index].member, commit)
      workers[index].open = (transaction, commit)
      write(commit.outputs, in: transaction)
      trace.append("\(workers[index].member) begins \(transaction)")
    } catch {
      trace.append("\(workers[index].member) cannot begin: \(error)")
    }
  }

  private mutating func decide(_ index: Int) {
    guard let (transaction, commit) = workers[index].open else { return }
    workers[index].open = nil
    let isCommitted = Int.random(in: 0..<4, using: &random) > 0
    do throws(BusError) {
      try log.decide(transaction, committed: isCommitted, deliver: Bool.random(using: &random))
      if isCommitted { succeed(index, commit, transaction) }
      trace.append("\(transaction) is committed: \(isCommitted)")
    } catch {
      trace.append("\(transaction) cannot be decided: \(error)")
    }
  }

  private mutating func commit(_ index: Int) throws {
    guard let commit = makeCommit(index) else { return }
    let member = workers[index].member
    let faults: [Fault?] = [
      nil, nil, nil, .unavailable, .aborted, .uncertain(applied: true), .uncertain(applied: false), .lateMarkers,
    ]
    let fault = faults[Int.random(in: 0..<faults.count, using: &random)]
    if let fault { log.inject(fault, into: member.description) }
    workers[index].open = nil
    var isApplied = true
    do throws(BusError) {
      try log.commit(member, commit)
      trace.append("\(member) commits")
    } catch {
      isApplied = fault == .uncertain(applied: true) && error == .uncertain("the commit timed out")
      trace.append("\(member) cannot commit: \(error)")
    }
    guard isApplied else { return }
    let late = fault == .lateMarkers ? log.openTransactions.last?.id : nil
    write(commit.outputs, in: late)
    succeed(index, commit, late)
  }

  private mutating func timeOut() {
    guard let open = log.openTransactions.randomElement(using: &random) else { return }
    log.timeOut(open.id)
    trace.append("\(open.id) times out")
  }

  private mutating func deliver() {
    guard let open = log.openTransactions.randomElement(using: &random),
      let target = open.pending.randomElement(using: &random)
    else { return }
    log.deliverMarker(of: open.id, to: target)
    trace.append("marker of \(open.id) to \(target)")
  }

  // MARK: The model

  private mutating func makeOutputs() -> [Outgoing] {
    (0..<Int.random(in: 0...3, using: &random)).map { _ in
      count += 1
      return Outgoing("\(count)", to: output[Int.random(in: 0..<2, using: &random)])
    }
  }

  /// A commit of some partition under some metadata, right or wrong.
  private mutating func makeCommit(_ index: Int) -> Commit? {
    guard let metadata = workers[index].metadata.randomElement(using: &random) else { return nil }
    let partition = input[Int.random(in: 0..<3, using: &random)]
    let committed = lastCommit[partition.partition]?.offset ?? 0
    return Commit(
      outputs: makeOutputs(), offsets: [partition: committed + Int64.random(in: -1...1, using: &random)],
      metadata: metadata)
  }

  private mutating func write(_ outputs: [Outgoing], in transaction: Transaction?) {
    for record in outputs {
      written[record.partition].append(
        Written(text: String(decoding: record.value ?? [], as: UTF8.self), transaction: transaction))
    }
  }

  private mutating func succeed(_ index: Int, _ commit: Commit, _ transaction: Transaction?) {
    if let transaction { committed.insert(transaction) }
    let member = workers[index].member
    for (partition, offset) in commit.offsets {
      let last = lastCommit[partition.partition]
      let generation = commit.metadata.generation
      if let last {
        if last.offset > offset { broken("\(partition) moves back from \(last.offset) to \(offset)") }
        if last.generation > generation && last.member != member { broken("\(partition): an older generation commits") }
        if last.generation == generation && last.member != member { broken("\(partition): two owners at once") }
      }
      lastCommit[partition.partition] = (member, generation, offset)
    }
  }

  private mutating func broken(_ text: String) { violation = violation ?? text }

  private func check() throws {
    if let violation { throw Unexpected(violation) }
    let open = log.openTransactions
    for (partition, written) in zip(output, written) {
      var expected: [String] = []
      for one in written {
        if let transaction = one.transaction {
          let isWaiting = open.contains { $0.id == transaction && $0.pending.contains(.partition(partition)) }
          if isWaiting { break }
          guard committed.contains(transaction) else { continue }
        }
        expected.append(one.text)
      }
      let found = try log.texts(partition)
      guard found == expected else { throw Unexpected("\(partition) shows \(found), expected \(expected)") }
      let ends = try log.ends(of: partition)
      let stable = try log.stableEnd(of: partition)
      guard ends.low <= stable, stable <= ends.high else { throw Unexpected("\(partition) ends at \(stable), \(ends)") }
    }
    guard open.isEmpty else { return }
    for partition in input where log.committed("group", partition) != lastCommit[partition.partition]?.offset {
      throw Unexpected("\(partition): \(String(describing: log.committed("group", partition))) is committed")
    }
  }

  private static func text(_ event: GroupEvent?) -> String {
    switch event {
    case .assigned(let assignment):
      "assigned \(assignment.partitions.sorted()) in \(assignment.metadata.generation), "
        + "committed \(assignment.committed.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" })"
    case .suspended(let partitions): "suspended \(partitions.sorted())"
    case .revoked(let partitions): "revoked \(partitions.sorted())"
    case .lost(let partitions): "lost \(partitions.sorted())"
    case .records(let batch): "records \(batch.records.map { "\($0.topicPartition)@\($0.offset)" })"
    case nil: "nothing"
    }
  }
}
