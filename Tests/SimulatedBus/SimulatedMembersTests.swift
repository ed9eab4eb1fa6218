import SimulatedBus
import Testing
import TopicBus

@Suite("Members of the log in memory")
struct SimulatedMembersTests {
  @Test("a dead member holds what it has until its session is over")
  func session() throws {
    var log = try Sample.log()
    let first = try log.join("a")
    _ = try log.take(first)
    log.kill(first)
    let second = try log.join("b")
    #expect(try log.poll(second) == nil)
    #expect(try log.describeGroups().first?.members.map(\.responds) == [false, true])
    log.evict(first)
    #expect(try log.take(second).partitions == [Sample.input])
    #expect(throws: BusError.closed) { try log.poll(first) }
  }

  @Test("a stopped member that wakes is fenced, hears what it lost, and is in the group again")
  func zombie() throws {
    var log = try Sample.log(inputs: 2)
    let first = try log.join("a")
    let before = try log.take(first)
    let second = try log.join("b")
    log.evict(first)
    #expect(try log.take(second).partitions.count == 2)
    #expect(throws: BusError.self) { try log.commit(first, before.commit([Outgoing("x", to: Sample.output)])) }
    #expect(try log.texts(Sample.output) == [])
    #expect(try log.poll(first) == .lost(before.partitions))
    guard case .revoked(let revoked) = try log.poll(second) else { throw Unexpected("nothing was revoked") }
    #expect(try log.poll(first) == nil)
    try log.release(second, revoked)
    let again = try log.take(first)
    #expect(again.partitions == revoked)
    #expect(again.metadata.generation > before.metadata.generation)
  }

  @Test("of two processes with one instance name the newer stays")
  func instances() throws {
    var log = try Sample.log()
    let first = try log.join("a")
    let before = try log.take(first)
    let second = try log.join("a")
    #expect(try log.take(second).partitions == [Sample.input])
    #expect(try log.poll(first) == .lost([Sample.input]))
    let fatal = BusError.fatal("another process uses the instance name a")
    #expect(throws: fatal) { try log.poll(first) }
    #expect(throws: fatal) { try log.commit(first, before.commit()) }
  }

  @Test("a partition that was never announced changes hands without a word")
  func unannounced() throws {
    var log = try Sample.log()
    let first = try log.join("a")
    let second = try log.join("b")
    log.leave(first)
    #expect(try log.take(second).partitions == [Sample.input])
  }

  @Test("what was asked back and then came back is given up and got again, under a new generation")
  func backAgain() throws {
    var log = try Sample.log(inputs: 2)
    let first = try log.join("a")
    let before = try log.take(first)
    let second = try log.join("b")
    guard case .revoked(let revoked) = try log.poll(first) else { throw Unexpected("nothing was revoked") }
    log.leave(second)
    #expect(try log.poll(first) == nil)
    try log.commit(first, before.commit([], 0, of: #require(revoked.first)))
    try log.release(first, revoked)
    #expect(throws: BusError.self) { try log.commit(first, before.commit([], 0, of: #require(revoked.first))) }
    let again = try log.take(first)
    #expect(again.partitions == revoked)
    try log.commit(first, again.commit([], 0, of: #require(revoked.first)))
  }

  @Test("a partition that is asked back brings no more records")
  func askedBack() throws {
    var log = try Sample.log(inputs: 2)
    let first = try log.join("a")
    let wanted = try log.take(first).partitions
    for partition in wanted { _ = try log.append([Outgoing("a", to: partition)]) }
    _ = try log.join("b")
    guard case .revoked(let revoked) = try log.poll(first) else { throw Unexpected("nothing was revoked") }
    guard case .records(let batch) = try log.poll(first, limit: FetchLimit(), of: wanted) else {
      throw Unexpected("nothing was brought")
    }
    #expect(batch.records.map(\.topicPartition) == Array(wanted.subtracting(revoked)))
    #expect(try log.poll(first, limit: FetchLimit(), of: wanted) == nil)
  }

  @Test("what a member gave up unasked it gets again, under a new generation")
  func unasked() throws {
    var log = try Sample.log()
    let member = try log.join("a")
    let before = try log.take(member)
    try log.release(member, before.partitions)
    let again = try log.take(member)
    #expect(again.partitions == before.partitions)
    #expect(throws: BusError.self) { try log.commit(member, before.commit()) }
    try log.commit(member, again.commit())
  }

  @Test("a copy of the log is a snapshot")
  func copies() throws {
    var log = try Sample.log()
    let member = try log.join("a")
    let assignment = try log.take(member)
    var copy = log
    try log.commit(member, assignment.commit([Outgoing("x", to: Sample.output)]))
    #expect(try copy.texts(Sample.output) == [])
    try copy.commit(member, assignment.commit([Outgoing("y", to: Sample.output)]))
    #expect(try log.texts(Sample.output) == ["x"])
    #expect(try copy.texts(Sample.output) == ["y"])
  }
}
