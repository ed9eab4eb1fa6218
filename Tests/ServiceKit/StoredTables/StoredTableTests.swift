import Seeds
import CooperationModel
import Foundation
import Logging
import SimulatedBus
import Testing
import TopicBus

@testable import ServiceKit

@Suite("A table on disk")
struct StoredTableTests {
  private static let contract = TopicContract<SettingID, Setting>(
    "stored.v1", partitions: 3, retention: .compacted, type: "fr.bourse-projets.test.changed.v1")
  private static let declaration = StoredTableDeclaration(
    contract, columns: [StoredColumn("parity") { $0.version % 2 == 0 ? "even" : "odd" }])

  @Test("equals the fold of the whole log, however often it is left and taken up again", arguments: 0..<25)
  func equalsFold(_ seed: UInt64) async throws {
    try await inFolder { folder in
      var dice = SplitMix(seed: seed)
      let world = World(folder)
      try await world.bus.create([Self.contract.declaration])
      // Let go of before it is opened again: nobody else may have the file.
      var table: StoredTableFile<SettingID, Setting>?
      for _ in 0..<60 {
        switch dice.below(10) {
        case 0: table = nil
        case 1: world.clock.advance(by: .days(Int64(dice.below(9))))
        case 2: try await world.bus.maintain(now: world.clock.now().milliseconds)
        case 3: world.log = "log \(dice.below(2))"
        case 4...7: try await world.write(dice.below(20), version: dice.below(9) + 1, isErased: dice.below(3) == 0)
        default:
          if table == nil { table = try await world.open() }
          if let table { try await world.read(table, atMost: 1 + dice.below(6)) }
        }
      }
      table = nil
      let whole = try await world.open()
      try await world.read(whole, atMost: 10_000)
      #expect(try whole.all == world.newest, "seed \(seed)")
      #expect(try whole.count == world.newest.count, "seed \(seed)")
      for parity in ["even", "odd"] {
        let page = try whole.page(PageRequest(limit: 100, after: nil), where: [("parity", parity)])
        let expected = world.newest.filter { Self.declaration.columns[0].text($0) == parity }
        #expect(page.items == expected, "seed \(seed)")
      }
    }
  }

  @Test("reads on where it was left, and from the start when it may no longer be the log's fold")
  func readsOn() async throws {
    try await inFolder { folder in
      let world = World(folder)
      try await world.bus.create([Self.contract.declaration])
      for number in 0..<6 { try await world.write(number, version: 1) }
      try await world.read(try await world.open(), atMost: 100)
      let read = try await world.ends().mapValues(\.high)
      let start = read.mapValues { _ in Int64(0) }
      #expect(try await world.open().positions == read)
      // Another log, other columns, asleep for longer than tombstones are kept, a position beyond the end.
      world.log = "another"
      #expect(try await world.open().positions == start)
      try await world.read(try await world.open(), atMost: 100)
      #expect(try await world.open().positions == read)
      var other = Self.declaration
      other = StoredTableDeclaration(other.contract, columns: other.columns, revision: 2)
      #expect(try await world.open(other).positions == start)
      try await world.read(try await world.open(other), atMost: 100)
      world.clock.advance(by: .days(6))
      #expect(try await world.open(other).positions == start)
      try await world.read(try await world.open(other), atMost: 100)
      #expect(try await world.open(other).positions == read)
      let shorter = try await world.ends().mapValues { PartitionEnds(low: $0.low, high: min($0.high, 1)) }
      let opened = try StoredTableFile(
        other, path: world.path, log: world.log, ends: shorter, now: world.clock.now())
      #expect(opened.positions == start)
    }
  }

  @Test("a damaged file is made anew", arguments: [0, 20, 100, 4_200])
  func damaged(_ place: Int) async throws {
    try await inFolder { folder in
      let world = World(folder)
      try await world.bus.create([Self.contract.declaration])
      for number in 0..<300 { try await world.write(number, version: 1) }
      try await world.read(try await world.open(), atMost: 1_000)
      let file = try #require(FileHandle(forUpdatingAtPath: world.path))
      try file.seek(toOffset: UInt64(place))
      try file.write(contentsOf: Data(repeating: 0xA5, count: 600))
      try file.close()
      let table = try await world.open()
      try await world.read(table, atMost: 1_000)
      #expect(try table.all == world.newest)
    }
  }

  @Test("a record that cannot be read leaves the last readable value and is named, until the key is written again")
  func unreadable() async throws {
    try await inFolder { folder in
      let world = World(folder)
      try await world.bus.create([Self.contract.declaration])
      let table = try await world.open()
      try await world.write(1, version: 1)
      _ = try await world.bus.append([
        Outgoing(
          topic: Self.contract.topic, partition: 1, key: Array("revoked:1".utf8), value: Array("{}".utf8), timestamp: 0)
      ])
      try await world.read(table, atMost: 10)
      #expect(try table.all.map(\.version) == [1])
      #expect(try table.unreadable.map(\.key) == ["revoked:1"])
      try await world.write(1, version: 2)
      try await world.read(table, atMost: 10)
      #expect(try table.all.map(\.version) == [2])
      #expect(try table.unreadable.isEmpty)
    }
  }

  @Test("pages follow one another without a gap")
  func pages() async throws {
    try await inFolder { folder in
      let world = World(folder)
      try await world.bus.create([Self.contract.declaration])
      for number in 0..<23 { try await world.write(number, version: number + 1) }
      let table = try await world.open()
      try await world.read(table, atMost: 100)
      var (found, after): ([Setting], String?) = ([], nil)
      repeat {
        let page = try table.page(PageRequest(limit: 5, after: after.flatMap(Cursor.key)), where: [])
        found += page.items
        after = page.next
      } while after != nil
      #expect(found == world.newest)
    }
  }

  @Test("follows live, waits for a bus that is away, and says how it stands")
  func follows() async throws {
    try await inFolder { folder in
      let world = World(folder)
      let table = StoredTable(
        Self.declaration, path: world.path, bus: world.bus, clock: world.clock, logger: Logger(label: "test"))
      let states = AsyncStream<FrontStatus>.makeStream()
      let running = Task {
        await table.run {
          "log"
        } report: {
          states.continuation.yield($0)
        }
      }
      var seen = states.stream.makeAsyncIterator()
      guard case .failed = await seen.next() else {
        Issue.record("there is no topic yet")
        return
      }
      try await world.bus.create([Self.contract.declaration])
      try await world.write(1, version: 1)
      #expect(await table.caughtUp())
      while let state = await seen.next(), !state.isReady {}
      try await world.write(2, version: 5)
      let id = try #require(SettingID("revoked:2"))
      while try await table.value(id) == nil { await Task.yield() }
      #expect(try await table.count() == 2)
      #expect(try await table.page(PageRequest(limit: 9, after: nil), where: [("parity", "odd")]).items.count == 2)
      await world.bus.close()
      while let state = await seen.next(), state.isReady {}
      running.cancel()
      await running.value
    }
  }

  // MARK: What stands around it

  /// Runs the body with a folder of its own.
  private func inFolder(_ body: (String) async throws -> Void) async throws {
    let folder = NSTemporaryDirectory() + "/stored-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await body(folder)
  }

  private final class World {
    let bus = SimulatedBus()
    let clock = ManualClock(Instant(milliseconds: 1_700_000_000_000))
    let path: String
    var log = "log 0"
    private var entities: [String: Setting] = [:]

    init(_ folder: String) { path = folder + "/table é.sqlite" }

    /// What the table is to hold, by key.
    var newest: [Setting] { entities.keys.sorted().compactMap { entities[$0] } }

    func ends() async throws -> [TopicPartition: PartitionEnds] {
      try await bus.ends(of: StoredTableTests.declaration.partitions)
    }

    func open(
      _ declaration: StoredTableDeclaration<SettingID, Setting> = StoredTableTests.declaration
    ) async throws -> StoredTableFile<SettingID, Setting> {
      try StoredTableFile(declaration, path: path, log: log, ends: try await ends(), now: clock.now())
    }

    func write(_ number: Int, version: Int, isErased: Bool = false) async throws {
      let id = try #require(SettingID("revoked:\(number)"))
      let setting = Setting(id: id, version: version, value: .string("« é »"))
      entities[id.rawValue] = isErased ? nil : setting
      _ = try await bus.append([
        try StoredTableTests.contract.record(
          id, isErased ? nil : setting, partition: number % 3, time: clock.now(), source: "test",
          cause: "\(UUID())")
      ])
    }

    func read(_ table: StoredTableFile<SettingID, Setting>, atMost limit: Int) async throws {
      let reader = try await bus.reader(from: table.positions)
      try table.apply(
        try await reader.next(limit: FetchLimit(records: limit, bytes: 1 << 20), timeout: 0), now: clock.now())
      await reader.close()
    }
  }
}

extension StoredTableFile {
  /// Every value, by key.
  fileprivate var all: [Value] {
    get throws { try page(PageRequest(limit: 10_000, after: nil), where: []).items }
  }
}
