import EmbeddedBus
import EmbeddedBusProbe
import Foundation
import Testing
import TopicBus

/// Several real processes on one log.
@Suite("Several processes share a log")
struct ProcessTests {
  @Test("processes that make the file at the same time all open it")
  func createdAtOnce() async throws {
    let folder = try TemporaryFolder()
    let probes = try (0..<6).map { _ in try ProbeProcess("open", folder.log) }
    for probe in probes { #expect(await probe.end().lines == ["opened", "done"]) }
  }

  @Test("what fifty processes append at once is all there, each one's in order, and every one gets its turn")
  func writers() async throws {
    let folder = try TemporaryFolder()
    let bus = try await EmbeddedBus(path: folder.log)
    let probes = try (0..<50).map { try ProbeProcess("append", folder.log, "\($0)", "0.5") }
    for probe in probes { _ = await probe.line("ready") }
    for probe in probes { probe.start() }
    var counts: [Int] = []
    for probe in probes {
      counts.append((await probe.line("result")).flatMap { Int($0.split(separator: " ")[1]) } ?? 0)
      await probe.end()
    }
    #expect(counts.allSatisfy { $0 > 0 })
    let reader = try await bus.reader(from: [TopicPartition("in", 0): 0, TopicPartition("in", 1): 0])
    var keys: [Int: [String]] = [:]
    while true {
      let records = try await reader.next(limit: FetchLimit(), timeout: 0).records
      if records.isEmpty { break }
      for record in records { keys[record.partition, default: []].append(String(decoding: record.key, as: UTF8.self)) }
    }
    for (writer, count) in counts.enumerated() {
      for partition in 0..<2 {
        let expected = (0..<count).filter { $0 % 2 == partition }.map { "\(writer)-\($0)" }
        #expect(keys[partition]?.filter { $0.hasPrefix("\(writer)-") } == expected)
      }
    }
    await bus.close()
  }

  @Test("the partitions of a killed process go to another member")
  func takeover() async throws {
    let folder = try TemporaryFolder()
    let holder = try ProbeProcess("hold", folder.log, "a")
    #expect(await holder.line("assigned") != nil)
    let bus = try await EmbeddedBus(path: folder.log)
    let member = try await bus.join(Membership(group: "g", instance: "b", topics: ["in"]))
    // The holder may be slow to release one: killed it gives up all.
    holder.send(SIGKILL)
    var owned: Set<TopicPartition> = []
    while owned.count < 2 {
      let event = try await member.next(limit: nil, of: [], timeout: 20_000)
      guard case .assigned(let assignment) = event else {
        Issue.record("\(String(describing: event)) with \(owned)")
        break
      }
      owned.formUnion(assignment.partitions)
    }
    #expect(owned == [TopicPartition("in", 0), TopicPartition("in", 1)])
    await bus.close()
  }

  @Test("a member that came back under its name takes over from its stopped life, which is then fenced")
  func replaced() async throws {
    let folder = try TemporaryFolder()
    let bus = try await EmbeddedBus(path: folder.log)
    try await bus.create(Probe.topics)
    let first = try await bus.join(Membership(group: "g", instance: "a", topics: ["in"]))
    guard case .assigned(let before) = try await first.next(limit: nil, of: [], timeout: 5_000) else {
      Issue.record("no assignment")
      return
    }
    let second = try await bus.join(Membership(group: "g", instance: "a", topics: ["in"]))
    guard case .assigned(let after) = try await second.next(limit: nil, of: [], timeout: 5_000) else {
      Issue.record("no assignment")
      return
    }
    #expect(after.partitions == before.partitions)
    await #expect(throws: BusError.self) {
      try await first.commit(
        Commit(
          outputs: [Probe.record("out", 0, key: "k", value: "v")], offsets: [TopicPartition("in", 0): 0],
          metadata: before.metadata))
    }
    #expect(try await first.next(limit: nil, of: [], timeout: 0) == .lost(before.partitions))
    #expect(try await bus.ends(of: [TopicPartition("out", 0)])[TopicPartition("out", 0)]?.high == 0)
    await bus.close()
  }

  @Test("a stopped process keeps what it holds and is named; killed, it frees all")
  func stopped() async throws {
    let folder = try TemporaryFolder()
    let holder = try ProbeProcess("hold", folder.log, "a")
    _ = await holder.line("assigned")
    holder.send(SIGSTOP)
    let bus = try await EmbeddedBus(path: folder.log)
    let member = try await bus.join(Membership(group: "g", instance: "b", topics: ["in"]))
    var group = try await bus.describeGroups().first
    while group?.members.first?.responds != false {
      try await Task.sleep(for: .milliseconds(5))
      group = try await bus.describeGroups().first
    }
    #expect(group?.members.map(\.instance) == ["a", "b"])
    #expect(group?.members.first?.process == holder.id)
    #expect(group?.members.map(\.partitions.count) == [2, 0])
    #expect(try await member.next(limit: nil, of: [], timeout: 600) == nil)
    holder.send(SIGKILL)
    guard case .assigned = try await member.next(limit: nil, of: [], timeout: 20_000) else {
      Issue.record("no takeover")
      return
    }
    await bus.close()
  }

  #if DEBUG
    @Test("a reader sees what was committed by a process that died before it could ring the bell")
    func lostBell() async throws {
      let folder = try TemporaryFolder()
      let bus = try await EmbeddedBus(path: folder.log)
      try await bus.create(Probe.topics)
      let reader = try await bus.reader(from: [TopicPartition("in", 0): 0])
      async let slice = reader.next(limit: FetchLimit(), timeout: 20_000)
      // Making its topics again changes nothing, so the first change is the append.
      let writer = try ProbeProcess("work", folder.log, "1", failurePoint: FailurePoint.writeCommitted.name)
      #expect(await writer.end().signal == SIGKILL)
      #expect(try await slice.records.count == 1)
      await bus.close()
    }
  #endif
}
