import SimulatedBus
import Testing
import TopicBus

@Suite("Faults of the log in memory")
struct SimulatedFaultsTests {
  @Test(
    "an append fails as injected, and is there or not as the fault says",
    arguments: [
      (.unavailable, [], .unavailable("the connection was refused")),
      (.uncertain(applied: true), ["a", "b"], .uncertain("the append timed out")),
      (.uncertain(applied: false), [], .uncertain("the append timed out")),
      (.uncertainInPart(1), ["a"], .uncertain("the append timed out")),
      (.aborted, [], .aborted("the append was aborted")),
      (.fatal, [], .fatal("the client broke")),
    ] as [(Fault, [String], BusError)])
  func append(fault: Fault, left: [String], error: BusError) throws {
    var log = try Sample.log()
    log.inject(fault, into: "front")
    #expect(throws: error) {
      try log.append([Outgoing("a", to: Sample.input), Outgoing("b", to: Sample.input)], by: "front")
    }
    #expect(try log.texts(Sample.input) == left)
    #expect(try log.append([Outgoing("c", to: Sample.input)], by: "front") == [Int64(left.count)])
  }

  @Test(
    "a commit fails as injected, and its outputs and offset are both there or both not",
    arguments: [
      (.unavailable, false, .unavailable("the connection was refused")),
      (.uncertain(applied: true), true, .uncertain("the commit timed out")),
      (.uncertain(applied: false), false, .uncertain("the commit timed out")),
      (.uncertainInPart(1), true, .uncertain("the commit timed out")),
      (.aborted, false, .aborted("the transaction was aborted")),
      (.fatal, false, .fatal("the client broke")),
    ] as [(Fault, Bool, BusError)], [SimulatedLog.Settings.embedded, .kafka])
  func commit(_ row: (fault: Fault, applied: Bool, error: BusError), settings: SimulatedLog.Settings) throws {
    var log = try Sample.log(settings)
    let member = try log.join("a")
    let assignment = try log.take(member)
    let outputs = [Outgoing("x", to: Sample.output), Outgoing("y", to: Sample.other)]
    log.inject(row.fault, into: member.description)
    #expect(throws: row.error) { try log.commit(member, assignment.commit(outputs)) }
    #expect(try log.texts(Sample.output) == (row.applied ? ["x"] : []))
    #expect(try log.texts(Sample.other) == (row.applied ? ["y"] : []))
    #expect(log.committed("group", Sample.input) == (row.applied ? 0 : nil))
    #expect(log.openTransactions.isEmpty)
    try log.commit(member, assignment.commit([Outgoing("z", to: Sample.output)]))
    #expect(try log.texts(Sample.output).last == "z")
  }

  @Test("faults wait in line, strike their caller alone, and can be called off")
  func line() throws {
    var log = try Sample.log()
    log.inject(.unavailable, into: "a")
    log.inject(.uncertain(applied: true), into: "a")
    log.inject(.fatal, into: "b")
    _ = try log.append([Outgoing("1", to: Sample.input)], by: "c")
    #expect(throws: BusError.unavailable("the connection was refused")) { try log.append([], by: "a") }
    #expect(throws: BusError.uncertain("the append timed out")) { try log.append([], by: "a") }
    _ = try log.append([], by: "a")
    log.heal()
    _ = try log.append([], by: "b")
  }

  @Test("a commit that is fenced is fenced, whatever else goes wrong")
  func fencedFirst() throws {
    for fault in [Fault.aborted, .uncertain(applied: true), .uncertain(applied: false), .lateMarkers] {
      var log = try Sample.log()
      let member = try log.join("a")
      let assignment = try log.take(member)
      log.evict(member)
      log.inject(fault, into: member.description)
      #expect(throws: BusError.fenced("input/0 is not \(member)'s under generation \(assignment.metadata.generation)"))
      {
        try log.commit(member, assignment.commit([Outgoing("x", to: Sample.output)]))
      }
      #expect(try log.texts(Sample.output) == [])
    }
  }

  @Test("while the bus is away nobody reaches it, and nothing is done")
  func away() throws {
    var log = try Sample.log()
    let member = try log.join("a")
    let assignment = try log.take(member)
    log.isAway = true
    let gone = BusError.unavailable("nobody answers")
    #expect(throws: gone) { try log.append([Outgoing("a", to: Sample.input)]) }
    #expect(throws: gone) { try log.commit(member, assignment.commit()) }
    #expect(throws: gone) { try log.poll(member) }
    #expect(throws: gone) { try log.read(Sample.input, from: 0) }
    #expect(throws: gone) { try log.join("b") }
    log.heal()
    #expect(try log.texts(Sample.input) == [])
    try log.commit(member, assignment.commit())
  }
}
