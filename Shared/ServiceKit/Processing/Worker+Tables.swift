import CooperationModel
import Logging
import TopicBus

// What a worker reads beside its group: the tables that its step restores, and the global ones.

extension Worker {
  // MARK: Restoring

  /// Reads what a restore needs, and waits until the global tables are read to their end as of now.
  func restore(_ plan: RestorePlan) async {
    do throws(BusError) {
      let ends = try await bus.ends(of: plan.sources.map(\.partition))
      let viewEnds = try await bus.ends(of: viewPositions.keys.sorted()).mapValues(\.high)
      var since: [TopicPartition: Int64] = [:]
      for (start, sources) in Dictionary(grouping: plan.sources, by: { $0.start(now: clock.now()) }) {
        guard let start else { continue }
        since.merge(try await bus.offsets(of: sources.map(\.partition), at: start.milliseconds)) { $1 }
      }
      var reading = RestoreReading(plan, ends: ends, since: since, passing: P.topology.unreplaced)
      let all = reading.left
      measures?.noteRestore(0, of: all)
      repeat {
        try await read(&reading) { records, left in
          measures?.noteRestore(all - left, of: all)
          #if DEBUG
            FailurePoint.restoring.reached()
          #endif
          await untilTaken()
          untaken += 1
          self.yield(.restoring(epoch: plan.epoch, records))
        }
      } while reading.follow(try await bus.ends(of: plan.sources.map(\.partition)))
      await viewsReach(viewEnds)
      measures?.noteRestore(all, of: all)
      yield(.restored(epoch: plan.epoch, ends: reading.ends))
    } catch {
      guard error != .closed, !Task.isCancelled else { return }
      logger.warning("restore failed", metadata: ["error": "\(error)"])
      fail(error)
    }
  }

  /// Reads until every partition is read to its end.
  ///
  /// - Parameters:
  ///   - isOver: looked at between two reads.
  ///   - take: is given what was read, and how many offsets are left to read.
  /// - Throws: ``BusError/closed`` when it was given up before.
  private func read(
    _ reading: inout RestoreReading, until isOver: () -> Bool = { false }, _ take: ([Record], Int64) async -> Void
  ) async throws(BusError) {
    let missing = Set(reading.missing)
    guard !missing.isEmpty else { return }
    let reader = try await bus.catchUpReader(from: reading.positions.filter { missing.contains($0.key) })
    do throws(BusError) {
      while !reading.missing.isEmpty, !Task.isCancelled, !isOver() {
        let slice = try await reader.next(limit: FetchLimit(records: 5_000, bytes: 8 << 20), timeout: 1_000)
        reading.reached(slice.positions)
        let passing = reading.newest.hold(slice.records)
        if !passing.isEmpty { await take(passing, reading.left) }
        while case let excess = reading.newest.takeExcess(), !excess.isEmpty { await take(excess, reading.left) }
      }
    } catch {
      await reader.close()
      throw error
    }
    await reader.close()
    if !reading.missing.isEmpty { throw .closed }
    while case let rest = reading.newest.takeSome(), !rest.isEmpty {
      if isOver() { throw .closed }
      await take(rest, 0)
    }
  }

  // MARK: Global tables

  func openViews() async throws(BusError) {
    let edges = P.topology.views
    guard !edges.isEmpty else { return }
    let partitions = edges.flatMap { edge in (0..<edge.partitions).map { TopicPartition(edge.topic, $0) } }
    let ends = try await bus.ends(of: partitions)
    var starts = ends.mapValues(\.low)
    for edge in edges {
      guard let window = edge.window else { continue }
      let mine = partitions.filter { $0.topic == edge.topic }
      for (partition, offset) in try await bus.offsets(of: mine, at: (clock.now() - window).milliseconds) {
        starts[partition] = offset
      }
    }
    viewPositions = starts
    var reading = RestoreReading(from: starts, to: ends, passing: P.topology.unreplaced)
    // Nobody is in the group yet who would have to finish anything.
    try await read(&reading, until: { isStopping }) { records, _ in
      _ = step.handle(.views(records), now: clock.now())
    }
    viewPositions = reading.positions
    let reader = try await bus.reader(from: viewPositions)
    start("views") { [weak self] in
      while !Task.isCancelled {
        do throws(BusError) {
          // Few at a time: what comes in otherwise waits until they are taken in.
          let slice = try await reader.next(limit: FetchLimit(records: 200), timeout: 30_000)
          await self?.viewed(slice)
        } catch {
          guard error != .closed, !Task.isCancelled else { break }
          await self?.viewsFailed(error)
          break
        }
      }
      await reader.close()
    }
  }

  /// Hands a slice over and waits until the step is idle: what waits there is one slice at most.
  private func viewed(_ slice: Slice) async {
    if !slice.records.isEmpty {
      yield(.views(slice.records))
      await untilIdle()
    }
    viewPositions.merge(slice.positions) { max($0, $1) }
    let reached = viewWaiters.filter { waiter in isReached(waiter.ends) }
    viewWaiters.removeAll { waiter in isReached(waiter.ends) }
    for waiter in reached { waiter.continuation.resume() }
  }

  private func viewsFailed(_ error: BusError) async {
    logger.warning("global tables cannot be read", metadata: ["error": "\(error)"])
    fail(error)
  }

  private func isReached(_ ends: [TopicPartition: Int64]) -> Bool {
    ends.allSatisfy { viewPositions[$0.key] ?? 0 >= $0.value }
  }

  private func viewsReach(_ ends: [TopicPartition: Int64]) async {
    guard !isReached(ends), events != nil else { return }
    await withCheckedContinuation { viewWaiters.append((ends, $0)) }
  }

  private func untilIdle() async {
    // Once this life is over nobody is left to wake who waits.
    guard !step.isIdle, events != nil else { return }
    await withCheckedContinuation { idleWaiters.append($0) }
  }

  /// Waits until the step has taken in what was read before: one slice waits at most, so that a stop, or whatever else
  /// happens, does not wait for the whole of a long table.
  private func untilTaken() async {
    while untaken > 0, events != nil { await withCheckedContinuation { takenWaiters.append($0) } }
  }

  func noteTaken() {
    untaken -= 1
    if untaken == 0 { resumeTakenWaiters() }
  }

  func resumeTakenWaiters() {
    for waiter in takenWaiters { waiter.resume() }
    takenWaiters = []
  }

  func resumeIdleWaiters() {
    for waiter in idleWaiters { waiter.resume() }
    idleWaiters = []
  }
}
