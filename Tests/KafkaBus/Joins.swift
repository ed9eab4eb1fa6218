import KafkaBus
import Synchronization

/// Follows by librdkafka's log how many members each group has, and how many of them wait for an answer to their join: tells
/// a broker's silence from a fault of the bus.
///
/// `noida-db` 0.2.3 loses joins. When a member comes or goes in the moment in which a round of its group ends (the first
/// round's end comes 0.3 s after the first member), whoever of that round was not answered by then never is, though all who
/// are in the group have asked. Kafka would begin a new round with them.
final class Joins: Sendable {
  private struct Group {
    var members = 0
    /// Have asked to join and have no answer.
    var asking = 0
    var changed = ContinuousClock.now
    /// One went while it asked: it may not have been heard, and be waited for.
    var hasStray = false
  }

  private struct State {
    var groups: [Substring: Group] = [:]
    var isLost = false
  }

  private let state = Mutex(State())

  /// What librdkafka is told so that it tells this.
  static let settings = ["debug": "cgrp"]
  /// Longer than any round takes in which all have asked.
  private static let silence: Duration = .seconds(5)

  /// Takes a line of the log.
  func hear(_ line: KafkaLogLine) {
    guard ["SUBSCRIBE", "UNSUBSCRIBE", "LEAVE", "CGRPJOINSTATE"].contains(line.facility) else { return }
    let parts = line.text.split(separator: "\"", maxSplits: 2)
    guard parts.count == 3 else { return }
    state.withLock { state in
      Self.look(&state)
      var group = state.groups[parts[1]] ?? Group()
      switch line.facility {
      case "SUBSCRIBE": group.members += 1
      case "LEAVE": if !parts[2].contains("in-transit") { group.members -= 1 }
      case "UNSUBSCRIBE": if parts[2].contains("join-state wait-join") { group.hasStray = true }
      default:
        if parts[2].contains("-> wait-join") { group.asking += 1 }
        if parts[2].contains("wait-join ->") { group.asking -= 1 }
      }
      group.changed = .now
      state.groups[parts[1]] = group
    }
  }

  /// Whether all members of a group asked, and none was answered.
  var isLost: Bool {
    state.withLock { state in
      Self.look(&state)
      return state.isLost
    }
  }

  private static func look(_ state: inout State) {
    let now = ContinuousClock.now
    for group in state.groups.values
    where group.asking > 0 && group.asking == group.members && !group.hasStray && group.changed + silence <= now {
      state.isLost = true
    }
  }

  /// Does something that is done once more, at most twice, when it failed while joins were lost.
  static func watched(_ body: (Joins) async throws -> Void) async throws {
    for _ in 0..<2 {
      let joins = Joins()
      do {
        return try await body(joins)
      } catch {
        guard joins.isLost else { throw error }
        print("contract: joins were lost, once more: \(error)")
      }
    }
    try await body(Joins())
  }
}
