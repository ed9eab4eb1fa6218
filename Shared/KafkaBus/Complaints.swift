import Synchronization

/// Remembers what librdkafka complained of last: its calls only say that their time is up.
final class Complaints: Sendable {
  private let last = Mutex<(text: String, time: ContinuousClock.Instant)?>(nil)

  func note(_ line: KafkaLogLine) {
    guard line.level <= 4 else { return }
    last.withLock { $0 = (line.text, .now) }
  }

  /// What it was in the last seconds.
  var recent: String? {
    last.withLock { $0.flatMap { $0.time + .seconds(15) > .now ? $0.text : nil } }
  }
}
