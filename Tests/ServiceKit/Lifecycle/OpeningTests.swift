import CooperationModel
import Logging
import ServiceLifecycle
import SimulatedBus
import Testing

@testable import ServiceKit

@Suite("What is waited for once", .timeLimit(.minutes(1)))
struct OpeningTests {
  @Test("opens for all who wait, and for those who come later")
  func opens() async {
    let opening = Opening()
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<20 { group.addTask { await opening.wait() } }
      group.addTask {
        opening.open()
        return true
      }
      for await isOpen in group { #expect(isOpen) }
    }
    #expect(await opening.wait() && opening.isOpen)
  }

  @Test("that ends without, keeps nobody waiting, now or later")
  func ends() async {
    let opening = Opening()
    async let early = opening.wait()
    opening.end()
    #expect(await early == false)
    #expect(await opening.wait() == false)
  }

  @Test("lets go of a task that is cancelled, before it waits or while")
  func cancelled() async {
    let opening = Opening()
    for number in 0..<200 {
      let task = Task { await opening.wait() }
      if number % 2 == 0 { await Task.yield() }
      task.cancel()
      #expect(await task.value == false)
    }
  }

  private struct Tables: KnowsSettings {
    var settings = View<SettingID, Setting>()
    static let topology = Topology<Tables>("sample-front") { GlobalTable(Topics.settings, into: \.settings) }
  }

  @Test("parts that wait for tables whose topics are missing stop when they are asked to")
  func stops() async throws {
    let (bus, clock) = (SimulatedBus(), ManualClock(Instant(milliseconds: 1_700_000_000_000)))
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let (health, front) = (
      Health(service: "sample", instance: "1"),
      Front(Tables.topology, state: Tables(), bus: bus, clock: clock, logger: logger)
    )
    let table = StoredTable(
      StoredTableDeclaration(Topics.settings, columns: []), path: nil, bus: bus, clock: clock, logger: logger)
    let parts: [any Service] = [
      FrontService(front, name: "tables", health: health),
      StoredTableService(table, of: front, name: "stored", health: health),
    ]
    let group = ServiceGroup(services: parts, logger: logger)
    async let running: Void = group.run()
    // It has looked for its topics, and did not find them.
    while health.all.first(where: { $0.name == "tables" })?.text == FrontStatus.reading.text { await Task.yield() }
    await group.triggerGracefulShutdown()
    try await running
  }
}
