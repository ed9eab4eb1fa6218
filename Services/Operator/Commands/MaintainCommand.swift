import ArgumentParser
import CooperationModel
import Foundation
import ServiceKit
import TopicBus

/// Housekeeping: compaction, age, and trimming of commands that were consumed.
struct MaintainCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "maintain", abstract: "Compacts, removes what is too old, and trims consumed commands.",
    discussion: "Commands go once every group that reads them has consumed them and they are older than seven days.")
  @OptionGroup var suite: SuiteOptions
  @Option(help: "Do it again and again, with that much time between: 1h.") var every: Instant.Span?

  func run(at desk: Desk) async throws {
    guard let every else { return try await report(desk) }
    while true {
      do {
        try await report(desk)
      } catch {
        // Housekeeping can wait: what failed is done the next time.
        desk.console.note("bourse: \(Failure(error).text)")
      }
      try await Task.sleep(for: .milliseconds(max(1_000, every.milliseconds)))
    }
  }

  private func report(_ desk: Desk) async throws {
    let report = try await desk.withLog { try await Self.once($0, now: desk.now) }
    try desk.console.show(report) {
      desk.say(
        fr: "\(report.at)\u{202F}: ménage fait, \(report.trimmed) commandes retirées.\n",
        en: "\(report.at): housekeeping done, \(report.trimmed) commands trimmed.\n")
    }
  }

  private static func once(_ bus: any TopicBus, now: Instant) async throws -> MaintenanceReport {
    try await bus.maintain(now: now.milliseconds)
    var consumed: [TopicPartition: Int64] = [:]
    for group in try await bus.suiteGroups() {
      for lag in group.partitions {
        let committed = lag.committed ?? 0
        consumed[lag.partition] = min(consumed[lag.partition] ?? committed, committed)
      }
    }
    let names = Set(SuiteTopic.all.filter(\.isCommands).map(\.name))
    let mine = consumed.keys.filter { names.contains($0.topic) }.sorted()
    let old = try await bus.offsets(of: mine, at: (now - .days(7)).milliseconds)
    let ends = try await bus.ends(of: mine)
    var before: [TopicPartition: Int64] = [:]
    var trimmed: Int64 = 0
    for partition in mine {
      let offset = min(consumed[partition] ?? 0, old[partition] ?? 0)
      let low = ends[partition]?.low ?? 0
      guard offset > low else { continue }
      before[partition] = offset
      trimmed += offset - low
    }
    if !before.isEmpty { try await bus.trim(before: before) }
    return MaintenanceReport(at: now, trimmed: trimmed)
  }
}

private struct MaintenanceReport: Encodable {
  var at: Instant
  var trimmed: Int64
}
