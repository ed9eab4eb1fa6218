import CooperationModel
import ServiceKit
import Synchronization

/// The imports that this front reads or has read, the newest ``most``: what the outcomes cannot tell, as rows that never
/// became commands.
final class ImportLedger: Sendable {
  static let most = 100
  /// Imports read at once; more are answered 503.
  static let atOnce = 8

  struct Entry: Sendable {
    var actor: Actor
    var report: ImportReport
    /// Rows whose outcomes were not known when the answer was given.
    var outstanding: [CommandID: ImportSession.Sent] = [:]
  }

  private struct Entries {
    var byID: [CommandID: Entry] = [:]
    var order: [CommandID] = []
  }

  private let entries = Mutex(Entries())
  private let running = Mutex(0)

  /// - Returns: nil for an import that this front knows nothing of.
  subscript(id: CommandID) -> Entry? { entries.withLock { $0.byID[id] } }

  func set(_ entry: Entry) {
    entries.withLock { entries in
      let id = entry.report.id
      if entries.byID[id] == nil {
        entries.order.append(id)
        if entries.order.count > Self.most { entries.byID[entries.order.removeFirst()] = nil }
      }
      entries.byID[id] = entry
    }
  }

  /// - Returns: false when too many imports are being read.
  func enter() -> Bool {
    running.withLock { running in
      guard running < Self.atOnce else { return false }
      running += 1
      return true
    }
  }

  func leave() { running.withLock { $0 -= 1 } }
}
