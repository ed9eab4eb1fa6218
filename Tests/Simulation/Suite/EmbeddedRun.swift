import CooperationModel
import EmbeddedBus
import Foundation
import Logging
import Synchronization
import TopicBus

@testable import APDCollector
@testable import Ingestion
@testable import Matcher
@testable import Notifications
@testable import ServiceKit

/// The suite's real workers, two of each, on the bus on one file: the same processors and the same commands as in the
/// simulation, carried by the real shell.
final class EmbeddedRun: Sendable {
  private let cast: Cast
  private let plan: Plan
  private let path: String
  private let clock: ManualClock
  private let log = Mutex(Log())

  private struct Log {
    var statuses: [String: WorkerStatus] = [:]
    var arrivals: [OutboundMessage] = []
  }

  init(_ plan: Plan, path: String, now: Instant) throws {
    self.plan = plan
    self.path = path
    cast = try Cast.shared.get()
    clock = ManualClock(now)
  }

  /// Gives the suite its records and commands, stops and starts some of it meanwhile, and waits until all is quiet.
  ///
  /// - Returns: everything that the log holds then, in the order of its partitions.
  func run(_ prepared: [Outgoing], _ commands: [Command]) async throws -> (
    records: [Record], arrivals: [OutboundMessage]
  ) {
    let bus = try await EmbeddedBus(path: path)
    try await bus.create(Chronicle.declarations)
    _ = try await bus.append(prepared)
    var tasks = try await ["a", "b"].asyncMap { try await self.start($0) }
    for (number, command) in commands.enumerated() {
      clock.set(max(clock.now(), command.receivedAt))
      _ = try await bus.append([SuiteRun.topic(of: command.kind).record(command, source: "front")])
      guard number % 20 == 10 else { continue }
      // One process of each service goes in the middle of its work, and another comes.
      for task in tasks.removeFirst() { task.cancel() }
      tasks.append(try await start("c\(number)"))
    }
    try await quiet(bus)
    for task in tasks.flatMap({ $0 }) { task.cancel() }
    for task in tasks.flatMap({ $0 }) { await task.value }
    let records = try await everything(bus)
    await bus.close()
    return (records, log.withLock { $0.arrivals })
  }

  // MARK: Workers

  private func start(_ instance: String) async throws -> [Task<Void, Never>] {
    let bus = try await EmbeddedBus(path: path)
    let (reference, landscape) = (cast.reference, cast.landscape)
    func task<P: Processor>(
      _ processor: P, _ state: @escaping @Sendable () -> P.State, _ sender: Worker<P>.Sender? = nil
    ) -> Task<Void, Never> {
      let worker = Worker(
        processor, state: state, bus: bus, instance: instance, clock: clock,
        limits: StepLimits(records: plan.shape.stepRecords, patience: .days(3_650)),
        logger: Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() },
        sender: sender
      ) { [weak self] status in
        self?.log.withLock { $0.statuses["\(instance) \(status.processor)"] = status }
      }
      return Task {
        await worker.run()
        self.log.withLock { $0.statuses["\(instance) \(P.topology.name)"] = nil }
      }
    }
    return [
      task(IngestionDecider(reference: reference), { IngestionState() }),
      task(RankingProcessor(), { RankingState(landscape) }),
      task(LeadAllocator(reference: reference), { AllocationState(landscape) }),
      task(
        RecipientProcessor(reference: reference, leavesMachine: plan.market.leavesMachine), { RecipientState() },
        { [weak self] dispatch in
          self?.log.withLock { $0.arrivals.append(dispatch.order.message) }
          // The answer takes its time, in which processes are stopped and partitions change hands.
          for _ in 0..<200 { await Task.yield() }
          return DispatchResult(
            message: dispatch.order.message.id, attempt: dispatch.order.message.attempt,
            partition: dispatch.partition, channel: "simulated", result: .delivered(detail: "250"))
        }),
      task(DeclarationProcessor(reference: reference), { DeclarationState() }),
    ]
  }

  // MARK: Quiet

  private func quiet(_ bus: EmbeddedBus) async throws {
    var last: [Int64] = []
    var calm = 0
    for _ in 0..<600 {
      try await Task.sleep(for: .milliseconds(100))
      clock.set(clock.now() + .milliseconds(100))
      let ends = try await bus.describeTopics().flatMap { $0.ends.map(\.high) }
      let lag = try await bus.describeGroups().flatMap(\.partitions).reduce(0) { $0 + $1.lag }
      let isAtRest = log.withLock { log in
        !log.statuses.isEmpty && log.statuses.values.allSatisfy { $0.dirty == 0 && !$0.isRestoring && $0.hasGroup }
      }
      calm = ends == last && lag == 0 && isAtRest ? calm + 1 : 0
      last = ends
      if calm == 10 { return }
    }
    throw SimulationFailure(law: "progress", "not quiet after a minute: \(log.withLock { $0.statuses })")
  }

  private func everything(_ bus: EmbeddedBus) async throws -> [Record] {
    var starts: [TopicPartition: Int64] = [:]
    var ends: [TopicPartition: Int64] = [:]
    for topic in try await bus.describeTopics() {
      for (number, end) in topic.ends.enumerated() {
        starts[TopicPartition(topic.declaration.name, number)] = end.low
        ends[TopicPartition(topic.declaration.name, number)] = end.high
      }
    }
    let reader = try await bus.reader(from: starts)
    var records: [Record] = []
    var missing = ends.filter { $0.value > starts[$0.key] ?? 0 }
    while !missing.isEmpty {
      let slice = try await reader.next(limit: FetchLimit(), timeout: 1_000)
      records += slice.records
      missing = missing.filter { $0.value > slice.positions[$0.key] ?? 0 }
    }
    await reader.close()
    return records
  }
}

extension Sequence {
  fileprivate func asyncMap<Result>(_ body: (Element) async throws -> Result) async rethrows -> [Result] {
    var results: [Result] = []
    for element in self { results.append(try await body(element)) }
    return results
  }
}
