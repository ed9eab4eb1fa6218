import SimulatedBus
import Testing
import TopicBus

@Suite("Transactions of the log in memory")
struct SimulatedTransactionsTests {
  @Test("a commit is seen in each partition when its marker comes there")
  func markersOneByOne() throws {
    var log = try Sample.log(.kafka)
    let member = try log.join("a")
    let assignment = try log.take(member)
    let outputs = [Outgoing("x", to: Sample.output), Outgoing("y", to: Sample.other)]
    let transaction = try log.begin(member, assignment.commit(outputs, 0))
    #expect(try log.texts(Sample.output) == [])
    try log.decide(transaction, committed: true, deliver: false)
    #expect(
      log.openTransactions.first?.pending == [.partition(Sample.output), .partition(Sample.other), .offsets])
    log.deliverMarker(of: transaction, to: .partition(Sample.output))
    #expect(try log.texts(Sample.output) == ["x"])
    #expect(try log.texts(Sample.other) == [])
    #expect(log.committed("group", Sample.input) == nil)
    log.deliverMarker(of: transaction, to: .offsets)
    #expect(log.committed("group", Sample.input) == 0)
    log.deliverMarker(of: transaction, to: .partition(Sample.other))
    #expect(try log.texts(Sample.other) == ["y"])
    #expect(log.openTransactions.isEmpty)
  }

  @Test("restoring to the stable end misses what is committed and whose marker has not come")
  func stableEnd() throws {
    var log = try Sample.log(.kafka)
    let first = try log.join("a")
    let assignment = try log.take(first)
    log.inject(.lateMarkers, into: first.description)
    try log.commit(first, assignment.commit([Outgoing("state", to: Sample.output)]))
    let transaction = try #require(log.openTransactions.first).id
    log.deliverMarker(of: transaction, to: .offsets)
    log.kill(first, evicting: true)

    // The new owner finds the offset committed, and the state it belongs to only beyond the stable end.
    let second = try log.join("b")
    #expect(try log.take(second).committed == [Sample.input: 0])
    #expect(try log.stableEnd(of: Sample.output) == 0)
    #expect(try log.ends(of: Sample.output).high == 1)
    #expect(try log.read(Sample.output, from: 0).position == 0)
    log.deliverMarker(of: transaction, to: .partition(Sample.output))
    #expect(try log.read(Sample.output, from: 0).records.count == 1)
    #expect(try log.read(Sample.output, from: 0).position == log.ends(of: Sample.output).high)
  }

  @Test("a new owner is assigned once its predecessor's offsets are stable")
  func stableOffsets() throws {
    var log = try Sample.log(.kafka)
    _ = try log.append([Outgoing("a", to: Sample.input)])
    let first = try log.join("a")
    let transaction = try log.begin(first, log.take(first).commit([Outgoing("x", to: Sample.output)], 1))
    log.kill(first, evicting: true)
    let second = try log.join("b")
    #expect(try log.poll(second) == nil)
    log.timeOut(transaction)
    #expect(try log.take(second).committed == [:])
    #expect(try log.texts(Sample.output) == [])

    // Decided before it died: it is committed, however long that takes.
    let third = try log.join("c")
    _ = try log.poll(second)
    log.kill(second, evicting: true)
    let decided = try log.begin(third, log.take(third).commit([Outgoing("y", to: Sample.output)], 1))
    try log.decide(decided, committed: true, deliver: false)
    log.kill(third, evicting: true)
    let fourth = try log.join("d")
    #expect(try log.poll(fourth) == nil)
    log.timeOut(decided)
    #expect(try log.take(fourth).committed == [Sample.input: 1])
    #expect(try log.texts(Sample.output) == ["y"])
  }

  @Test("what comes after an open transaction waits for it, also when it is committed itself")
  func waitsBehind() throws {
    var log = try Sample.log(.kafka, inputs: 2)
    let first = try log.join("a")
    let second = try log.join("b")
    let one = try log.take(first)
    let two = try log.take(second)
    let open = try log.begin(
      first, one.commit([Outgoing("1", to: Sample.output)], 0, of: #require(one.partitions.first)))
    try log.commit(second, two.commit([Outgoing("2", to: Sample.output)], 0, of: #require(two.partitions.first)))
    _ = try log.append([Outgoing("3", to: Sample.output)])
    #expect(try log.texts(Sample.output) == [])
    try log.decide(open, committed: true)
    #expect(try log.texts(Sample.output) == ["1", "2", "3"])
  }

  @Test("an aborted transaction leaves a gap, and its neighbours as they were")
  func aborted() throws {
    for settings in [SimulatedLog.Settings.embedded, .kafka] {
      var log = try Sample.log(settings)
      let member = try log.join("a")
      let assignment = try log.take(member)
      _ = try log.append([Outgoing("before", to: Sample.output)])
      let transaction = try log.begin(
        member, assignment.commit((0..<3).map { Outgoing("\($0)", to: Sample.output) }))
      _ = try log.append([Outgoing("between", to: Sample.output)])
      try log.decide(transaction, committed: false)
      _ = try log.append([Outgoing("after", to: Sample.output)])
      #expect(try log.texts(Sample.output) == ["before", "between", "after"])
      #expect(log.committed("group", Sample.input) == nil)
      #expect(try log.read(Sample.output, from: 0).position == log.ends(of: Sample.output).high)
    }
  }

  @Test("markers take offsets, where the log has them: a position is not the last record and one")
  func offsets() throws {
    for (settings, high) in [(SimulatedLog.Settings.embedded, Int64(2)), (.kafka, 4)] {
      var log = try Sample.log(settings)
      let member = try log.join("a")
      let assignment = try log.take(member)
      try log.commit(member, assignment.commit([Outgoing("1", to: Sample.output)]))
      try log.commit(member, assignment.commit([Outgoing("2", to: Sample.output)]))
      #expect(try log.ends(of: Sample.output).high == high)
      #expect(try log.read(Sample.output, from: 0).position == high)
      #expect(try log.describeGroups().first?.partitions.map(\.lag) == [0])
    }
  }

  @Test("a transaction that ended without its member is fenced when it would decide")
  func timedOut() throws {
    var log = try Sample.log(.kafka)
    let member = try log.join("a")
    let transaction = try log.begin(member, log.take(member).commit([Outgoing("x", to: Sample.output)]))
    log.timeOut(transaction)
    #expect(throws: BusError.fenced("\(transaction) has ended already")) {
      try log.decide(transaction, committed: true)
    }
    #expect(try log.texts(Sample.output) == [])
  }

  @Test("a restart of the same instance aborts what it left undecided, and completes what was decided")
  func restart() throws {
    for isDecided in [false, true] {
      var log = try Sample.log(.kafka)
      let first = try log.join("a")
      let transaction = try log.begin(first, log.take(first).commit([Outgoing("x", to: Sample.output)]))
      if isDecided { try log.decide(transaction, committed: true, deliver: false) }
      log.kill(first)
      let again = try log.join("a")
      #expect(try log.take(again).committed == (isDecided ? [Sample.input: 0] : [:]))
      #expect(try log.texts(Sample.output) == (isDecided ? ["x"] : []))
    }
  }

  @Test("a member's next commit follows its last one's markers")
  func next() throws {
    var log = try Sample.log(.kafka)
    let member = try log.join("a")
    let assignment = try log.take(member)
    log.inject(.lateMarkers, into: member.description)
    try log.commit(member, assignment.commit([Outgoing("1", to: Sample.output)]))
    #expect(try log.texts(Sample.output) == [])
    try log.commit(member, assignment.commit([Outgoing("2", to: Sample.other)]))
    #expect(try log.texts(Sample.output) == ["1"])
  }

  @Test("housekeeping touches nothing that is not decided")
  func housekeeping() throws {
    var log = SimulatedLog(settings: .kafka)
    let table = TopicPartition("table", 0)
    try log.create([
      TopicDeclaration("input", partitions: 1, cleanup: .trimmed),
      TopicDeclaration("table", partitions: 1, cleanup: .compacted(tombstonesFor: 0)),
    ])
    let member = try log.join("a")
    let assignment = try log.take(member)
    _ = try log.append([Outgoing("1", to: table)])
    let transaction = try log.begin(member, assignment.commit([Outgoing("2", to: table)]))
    log.maintain(now: 1_000)
    try log.trim(table, before: 100)
    #expect(try log.ends(of: table) == PartitionEnds(low: 1, high: 2))
    try log.decide(transaction, committed: true)
    #expect(try log.texts(table) == ["2"])
  }

  @Test("what is not decided supersedes nothing")
  func supersedes() throws {
    var log = try Sample.log(.kafka)
    let table = TopicPartition("table", 0)
    try log.create([TopicDeclaration("table", partitions: 1, cleanup: .compacted(tombstonesFor: 0))])
    let member = try log.join("a")
    let assignment = try log.take(member)
    _ = try log.append([Outgoing("1", to: table)])
    let transaction = try log.begin(member, assignment.commit([Outgoing("2", to: table)]))
    log.maintain(now: 1_000)
    try log.decide(transaction, committed: false)
    #expect(try log.texts(table) == ["1"])
  }
}
