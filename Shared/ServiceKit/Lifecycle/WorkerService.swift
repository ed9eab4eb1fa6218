import CooperationModel
import ServiceLifecycle
import TopicBus

/// A worker as a part of the process, with its readiness and its figures.
package struct WorkerService<P: Processor>: Service {
  package let worker: Worker<P>

  /// - Parameters:
  ///   - state: makes the empty state, again for each life.
  ///   - sender: acts upon intents.
  package init(
    _ processor: P, state: @escaping @Sendable () -> P.State, bus: any TopicBus, setup: ServiceSetup,
    limits: StepLimits = StepLimits(), sender: Worker<P>.Sender? = nil
  ) {
    let name = P.topology.name
    let health = setup.health
    health.set(name, false, "not started yet")
    let labels: KeyValuePairs = ["processor": name]
    let partitions = setup.metrics.gauge("bourse_partitions", "Partitions at work here.", labels)
    let dirty = setup.metrics.gauge("bourse_dirty_entities", "Entities to be derived again.", labels)
    let halted = setup.metrics.gauge("bourse_halted_partitions", "Partitions that stand still.", labels)
    let commits = setup.metrics.gauge("bourse_commits", "Commits of this worker's current life.", labels)
    let unreadable = setup.metrics.gauge(
      "bourse_unreadable_records", "Global tables' records that cannot be read.", labels)
    let worker = Worker(
      processor, state: state, bus: bus, instance: setup.instance, clock: setup.clock, limits: limits,
      logger: setup.logger, sender: sender, measures: WorkerMeasures(setup.metrics, processor: name)
    ) { status in
      partitions.set(status.running.count)
      dirty.set(status.dirty)
      halted.set(status.halts.count)
      commits.set(status.commits)
      unreadable.set(status.unreadable.count)
      health.set(name, status.isReady, status.text)
    }
    self.worker = worker
    let lags = P.topology.streams.map { topic in
      let labels: KeyValuePairs = ["processor": name, "topic": topic]
      return (
        topic, setup.metrics.gauge("bourse_lag_records", "Records that wait in the partitions at work here.", labels)
      )
    }
    setup.metrics.beforeAnswering {
      guard let lag = try? await worker.lag() else { return }
      for (topic, gauge) in lags { gauge.set(lag[topic] ?? 0) }
    }
  }

  package func run() async throws {
    await withGracefulShutdownHandler {
      await worker.run()
    } onGracefulShutdown: {
      Task { await worker.stop() }
    }
  }
}

extension WorkerStatus {
  /// In a line, for operators.
  package var text: String {
    if let problem { return problem }
    if let halt = halts.first {
      return halts.count == 1 ? halt : "\(halts.count) partitions stand still; the first: \(halt)"
    }
    if !hasGroup { return "waits for its partitions" }
    if isRestoring { return "restoring" }
    let work = "at work on partitions \(running.map(String.init).joined(separator: ", "))"
    guard let first = unreadable.first else { return running.isEmpty ? "stands by" : work }
    return "\(work); \(unreadable.count) records cannot be read, the first: \(first)"
  }
}

/// A front as a part of the process, with its readiness.
package struct FrontService<State: Sendable>: Service {
  package let front: Front<State>
  private let name: String
  private let health: Health
  private let lacks: (@Sendable (State) -> String?)?

  /// - Parameter lacks: what the tables must hold before the service can do its work, and do not; nil when all is there.
  package init(
    _ front: Front<State>, name: String, health: Health, lacks: (@Sendable (State) -> String?)? = nil
  ) {
    self.front = front
    self.name = name
    self.health = health
    self.lacks = lacks
    health.set(name, false, FrontStatus.reading.text)
    if lacks != nil { health.set("settings", false, FrontStatus.reading.text) }
  }

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      async let watched: Void = watch()
      await front.run { [health, name] status in health.set(name, status.isReady, status.text) }
      await watched
    }
  }

  /// Waits until nothing is lacking any more.
  private func watch() async {
    guard let lacks, await front.caughtUp() else { return }
    while !Task.isCancelled {
      let missing = await front.read(lacks)
      health.set("settings", missing == nil, missing ?? "there")
      if missing == nil { return }
      _ = await front.wait(60_000) { lacks($0) == nil }
    }
  }
}
