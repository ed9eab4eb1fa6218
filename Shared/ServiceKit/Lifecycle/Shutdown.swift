import CooperationModel
import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Runs a process's parts, and ends them as an operator expects.
///
/// SIGTERM or SIGINT lets each part finish, within the grace time; a second SIGINT ends the process at once. A part that
/// fails ends the others in the same way, and its error is the process's.
struct Shutdown: Sendable {
  let grace: Instant.Span
  /// The process to end with, asked for before anything else was done: by now it may be gone.
  let parent: pid_t?
  let logger: Logger
  let health: Health
  private let watchdog = Watchdog()

  init(_ configuration: ServiceConfiguration, parent: pid_t, _ logger: Logger, _ health: Health) {
    grace = configuration[CommonOptions.grace] ?? .seconds(10)
    self.parent = configuration[CommonOptions.followParent] ?? false ? parent : nil
    self.logger = logger
    self.health = health
  }

  /// - Parameter trapped: the signals, since the process began.
  func run(_ services: [any Service], heeding trapped: UnixSignalsSequence) async throws {
    var configuration = ServiceGroupConfiguration(
      services: services.map { service in
        .init(
          service: service, successTerminationBehavior: .gracefullyShutdownGroup,
          failureTerminationBehavior: .gracefullyShutdownGroup)
      }, logger: quiet)
    configuration.maximumGracefulShutdownDuration = .milliseconds(grace.milliseconds)
    let group = ServiceGroup(configuration: configuration)
    let signals = Task { await heed(trapped, group) }
    let watch = parent.map { parent in Task { try await watchParent(parent, group) } }
    defer {
      signals.cancel()
      watch?.cancel()
      watchdog.end()
    }
    try await group.run()
    logger.info("stopped")
  }

  /// The group tells of each of its steps; what is worth telling is told here.
  private var quiet: Logger {
    var logger = logger
    logger.logLevel = max(logger.logLevel, .error)
    return logger
  }

  private func heed(_ signals: UnixSignalsSequence, _ group: ServiceGroup) async {
    var count = 0
    for await signal in signals {
      count += 1
      if count > 1 {
        if signal == .sigint { _exit(130) }
        continue
      }
      logger.info("stopping", metadata: ["signal": "\(signal)"])
      await stop(group)
    }
  }

  private func stop(_ group: ServiceGroup) async {
    health.set("running", false, "stopping")
    // Parts that heed neither the request nor the cancellation that follows it do not keep the process.
    watchdog.begin(after: .milliseconds(grace.milliseconds) + .seconds(5), logger)
    await group.triggerGracefulShutdown()
  }

  private func watchParent(_ parent: pid_t, _ group: ServiceGroup) async throws {
    while getppid() == parent { try await Task.sleep(for: .milliseconds(500)) }
    logger.info("stopping", metadata: ["cause": "the parent process is gone"])
    await stop(group)
  }
}

/// Ends a process whose parts do not stop; not when they have.
private final class Watchdog: Sendable {
  private let task = Mutex<Task<Void, Never>?>(nil)

  func begin(after time: Duration, _ logger: Logger) {
    task.withLock { task in
      guard task == nil else { return }
      task = Task.detached {
        guard (try? await Task.sleep(for: time)) != nil else { return }
        logger.critical("did not stop in time: ended")
        _exit(70)
      }
    }
  }

  func end() { task.withLock { $0?.cancel() } }
}
