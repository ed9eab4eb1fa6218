import CooperationModel
import Logging
import TopicBus

/// The tables that a service's routes read: global tables of its own, followed live, never a processor's state.
///
/// A front can wait until its tables say what a command's outcome promised, so that a caller reads its own writes.
package actor Front<State: Sendable> {
  private let topology: Topology<State>
  private let bus: any TopicBus
  private let clock: any WallClock
  private let logger: Logger
  private var state: State
  private var waiters: [Int: Waiter] = [:]
  private var nextWaiter = 0
  private let absorb: @Sendable (TableChange, inout State) -> Void
  /// Opens when the tables were read to the end once.
  private let start = Opening()
  package private(set) var unreadable: [String: String] = [:]
  private var report: @Sendable (FrontStatus) -> Void = { _ in }
  private var reported = FrontStatus.reading
  /// Before it is tried again, in milliseconds.
  private var delay: Int64 = 100
  /// What is held back until the tables were read to the end once.
  private var newest: NewestRecords

  private struct Waiter {
    var isTrue: @Sendable (State) -> Bool
    var continuation: CheckedContinuation<Bool, Never>
  }

  /// - Parameter absorb: keeps what is derived from the tables in step with them.
  package init(
    _ topology: Topology<State>, state: State, bus: any TopicBus, clock: any WallClock, logger: Logger,
    absorb: @escaping @Sendable (TableChange, inout State) -> Void = { _, _ in }
  ) {
    self.topology = topology
    self.state = state
    self.bus = bus
    self.clock = clock
    self.logger = logger
    self.absorb = absorb
    newest = NewestRecords(passing: topology.unreplaced)
  }

  /// Reads the tables, then follows them until cancelled. A bus that is away, or that lacks a topic, is waited for.
  ///
  /// - Parameter report: told how the front stands, whenever that changes.
  package func run(report: @escaping @Sendable (FrontStatus) -> Void = { _ in }) async {
    self.report = report
    defer { start.end() }
    var positions: [TopicPartition: Int64] = [:]
    delay = 100
    while !Task.isCancelled {
      do throws(BusError) {
        try await follow(&positions)
        return
      } catch {
        if Task.isCancelled { return }
        logger.warning("tables cannot be read", metadata: ["front": "\(topology.name)", "error": "\(error)"])
        note(.failed(error.description))
        if case .offsetOutOfRange(let partition, _, let low) = error { positions[partition] = low }
        try? await Task.sleep(for: .milliseconds(delay))
        delay = min(delay * 2, 5_000)
      }
    }
  }

  private func follow(_ positions: inout [TopicPartition: Int64]) async throws(BusError) {
    let partitions = topology.views.flatMap { edge in (0..<edge.partitions).map { TopicPartition(edge.topic, $0) } }
    let ends = try await bus.ends(of: partitions)
    if positions.isEmpty {
      positions = ends.mapValues(\.low)
      for edge in topology.views {
        guard let window = edge.window else { continue }
        let mine = partitions.filter { $0.topic == edge.topic }
        let since = (clock.now() - window).milliseconds
        positions.merge(try await bus.offsets(of: mine, at: since)) { $1 }
      }
    }
    let reader = try await bus.reader(from: positions)
    // The bus is there again; nothing may come for long.
    if isCaughtUp { note(.following(unreadable: unreadable.count, unreadable.keys.min())) }
    do throws(BusError) {
      while !Task.isCancelled {
        if !isCaughtUp, ends.allSatisfy({ positions[$0.key] ?? 0 >= $0.value.high }) {
          while case let rest = newest.takeSome(), !rest.isEmpty, !Task.isCancelled {
            apply(rest)
            await Task.yield()
          }
          if Task.isCancelled { break }
          start.open()
          note(.following(unreadable: unreadable.count, unreadable.keys.min()))
        }
        // As much in a turn as the workers beside it take when they start, or it would come last; little at a time later,
        // since whoever asks waits meanwhile.
        let limit = isCaughtUp ? FetchLimit(records: 2_000, bytes: 4 << 20) : FetchLimit(records: 5_000, bytes: 8 << 20)
        let slice = try await reader.next(limit: limit, timeout: isCaughtUp ? 30_000 : 1_000)
        positions.merge(slice.positions) { $1 }
        take(slice.records)
        delay = 100
        note(isCaughtUp ? .following(unreadable: unreadable.count, unreadable.keys.min()) : .reading)
      }
    } catch {
      await reader.close()
      throw error
    }
    await reader.close()
  }

  private func note(_ status: FrontStatus) {
    guard status != reported else { return }
    reported = status
    report(status)
  }

  private func take(_ records: [Record]) {
    guard !isCaughtUp else { return apply(records) }
    apply(newest.hold(records))
    while case let excess = newest.takeExcess(), !excess.isEmpty { apply(excess) }
  }

  private func apply(_ records: [Record]) {
    guard !records.isEmpty else { return }
    for record in records {
      guard let apply = topology.view(of: record.topic) else { continue }
      do throws(BadRecord) {
        guard let change = try apply(record, &state) else { continue }
        absorb(change, &state)
        if !unreadable.isEmpty { unreadable[record.place] = nil }
      } catch {
        unreadable[record.place] = error.text
      }
    }
    wakeWaiters()
  }

  private func wakeWaiters() {
    for (number, waiter) in waiters where waiter.isTrue(state) {
      waiters[number] = nil
      waiter.continuation.resume(returning: true)
    }
  }

  /// Reads the tables as they are now.
  package func read<Result: Sendable>(_ body: @Sendable (State) -> Result) -> Result { body(state) }

  /// Waits until the tables fulfil a condition.
  ///
  /// - Returns: false when they do not within the given time, or the task is cancelled.
  package func wait(_ milliseconds: Int64, until isTrue: @escaping @Sendable (State) -> Bool) async -> Bool {
    if isTrue(state) { return true }
    guard milliseconds > 0 else { return false }
    let number = nextWaiter
    nextWaiter += 1
    let timer = Task { [weak self] in
      try? await Task.sleep(for: .milliseconds(milliseconds))
      await self?.expire(number)
    }
    let isFulfilled = await withTaskCancellationHandler {
      await withCheckedContinuation { waiters[number] = Waiter(isTrue: isTrue, continuation: $0) }
    } onCancel: {
      timer.cancel()
    }
    timer.cancel()
    return isFulfilled
  }

  private func expire(_ number: Int) {
    waiters.removeValue(forKey: number)?.continuation.resume(returning: false)
  }

  /// Waits until the tables were read to the end once.
  ///
  /// - Returns: false when the front ended before, or the task is cancelled.
  package nonisolated func caughtUp() async -> Bool { await start.wait() }

  /// False until the tables were read to the end once.
  package nonisolated var isCaughtUp: Bool { start.isOpen }
}

/// How a front stands.
package enum FrontStatus: Equatable, Sendable {
  /// Not at the end yet, for the first time.
  case reading
  /// With so many records that cannot be read, and the first of them.
  case following(unreadable: Int, String?)
  /// The bus is away, or lacks a topic; it is tried again.
  case failed(String)

  package var isReady: Bool { if case .following = self { true } else { false } }

  /// In a line, for operators.
  package var text: String {
    switch self {
    case .reading: "not read to the end yet"
    case .following(0, _): "follows its topics"
    case .following(let count, let first):
      "follows its topics; \(count) records cannot be read, the first: \(first ?? "")"
    case .failed(let problem): problem
    }
  }
}
