import Synchronization
import TopicBus

/// Reads partitions outside any group.
final class KafkaReader: TopicReader {
  private let bus: KafkaBus
  private let drain: Drain?
  private let partitions: [TopicPartition]
  /// The positions that were told last.
  private let told: Mutex<[TopicPartition: Int64]>
  private let isClosed = Mutex(false)

  /// - Parameters:
  ///   - positions: where one is below the partition's low end, it is told of that, not moved.
  ///   - catchingUp: whether it is closed once it has come to the end.
  init(bus: KafkaBus, from positions: [TopicPartition: Int64], catchingUp: Bool) throws(BusError) {
    self.bus = bus
    partitions = positions.keys.sorted()
    told = Mutex(positions)
    guard !positions.isEmpty else {
      drain = nil
      return
    }
    // librdkafka takes what is below for other things.
    let positions = positions.mapValues { max($0, 0) }
    let drain = try Drain(bus.settings, for: .reader(catchingUp: catchingUp), name: "kafka-reader")
    try drain.withLanes { $0.open(positions) }
    drain.start { $0.assign(positions) }
    self.drain = drain
  }

  func next(limit: FetchLimit, timeout: Int64) async throws(BusError) -> Slice {
    guard let drain else {
      if isClosed.withLock({ $0 }) { throw .closed }
      return Slice()
    }
    let start = ContinuousClock.now
    let deadline = start + .milliseconds(timeout)
    while true {
      if isClosed.withLock({ $0 }) { throw .closed }
      if let failure = drain.failure { throw failure }
      let changes = drain.changes
      let (records, positions) = try await taken(limit, from: drain)
      let hasMoved = told.withLock { told in
        defer { told = positions }
        return told != positions
      }
      if !hasMoved, timeout > 0, !Task.isCancelled, drain.client.isAway, min(start + .seconds(2), deadline) <= .now {
        throw .unavailable("no broker of \(bus.settings.brokers) answers")
      }
      if hasMoved || timeout <= 0 || Task.isCancelled || ContinuousClock.now >= deadline {
        return Slice(records: records ?? [], positions: positions)
      }
      await drain.wait(since: changes, until: deadline)
    }
  }

  private func taken(
    _ limit: FetchLimit, from drain: Drain
  ) async throws(BusError) -> ([Record]?, [TopicPartition: Int64]) {
    do throws(BusError) {
      let taken = try drain.take { lanes throws(BusError) in
        (try lanes.take(limit, of: partitions), lanes.lanes.mapValues(\.position))
      }
      return taken.map { ($0.records, $0.rest) } ?? (nil, [:])
    } catch {
      throw await bus.withLowEnd(error)
    }
  }

  func close() async {
    let wasClosed = isClosed.withLock { closed in
      defer { closed = true }
      return closed
    }
    guard !wasClosed else { return }
    bus.forget(self)
    await drain?.end(leaving: false)
  }
}
