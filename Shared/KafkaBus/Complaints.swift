import Synchronization

/// Remembers what librdkafka complained of last: its calls only say that their time is up. And lets one complaint of a kind
/// through in ten seconds: each client of a broker that is away tells of each of its connections, again and again.
final class Complaints: Sendable {
  private struct State {
    var last: (text: String, time: ContinuousClock.Instant)?
    var told: [String: ContinuousClock.Instant] = [:]
  }

  private let state = Mutex(State())

  /// - Returns: the line, as one for debugging where its like was told before.
  func note(_ line: KafkaLogLine) -> KafkaLogLine {
    guard line.level <= 4 else { return line }
    return state.withLock { state in
      let now = ContinuousClock.now
      state.last = (line.text, now)
      if let time = state.told[line.facility], time + .seconds(10) > now {
        return KafkaLogLine(level: 7, facility: line.facility, text: line.text)
      }
      state.told[line.facility] = now
      // A broker that is away is tried again by itself.
      return KafkaLogLine(level: line.facility == "FAIL" ? 4 : line.level, facility: line.facility, text: line.text)
    }
  }

  /// What it was in the last seconds.
  var recent: String? {
    state.withLock { $0.last.flatMap { $0.time + .seconds(15) > .now ? $0.text : nil } }
  }
}
