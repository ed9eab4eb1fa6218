import CooperationModel
import Foundation
import Logging
import Synchronization
import Testing

@testable import ServiceKit

@Suite("Metrics")
struct MetricsTests {
  @Test("figures are written sorted, with help, type and escaped labels")
  func text() {
    let metrics = Metrics()
    metrics.counter("b_total", "Bs.\nSecond \\ line", ["topic": "x\"y\\z\n", "a": "1"]).add(2)
    metrics.counter("b_total", "Bs.", ["a": "0", "topic": "t"]).add()
    metrics.gauge("a", "As.").set(1.5)
    #expect(
      metrics.text == """
        # HELP a As.
        # TYPE a gauge
        a 1.5
        # HELP b_total Bs.\\nSecond \\\\ line
        # TYPE b_total counter
        b_total{a="0",topic="t"} 1
        b_total{a="1",topic="x\\"y\\\\z\\n"} 2

        """)
  }

  @Test("a histogram counts what is at or below each bound")
  func histogram() {
    let metrics = Metrics()
    let sizes = metrics.histogram("size", "Sizes.", ["k": "v"], bounds: [1, 10])
    for value in [0.5, 1, 2, 100] { sizes.observe(value) }
    #expect(
      metrics.text.hasSuffix(
        """
        size_bucket{k="v",le="1"} 2
        size_bucket{k="v",le="10"} 3
        size_bucket{k="v",le="+Inf"} 4
        size_sum{k="v"} 103.5
        size_count{k="v"} 4

        """))
  }

  @Test("a name's series are bounded, and nothing that is counted is lost")
  func bounded() {
    let metrics = Metrics()
    for index in 0..<(Metrics.seriesLimit + 500) { metrics.counter("n_total", "N.", ["k": "\(index)"]).add() }
    let lines = metrics.text.split(separator: "\n").filter { $0.hasPrefix("n_total") }
    #expect(lines.count <= Metrics.seriesLimit + 1)
    #expect(lines.contains("n_total{overflow=\"true\"} 500"))
  }

  @Test("what is counted by many at once is counted whole")
  func concurrent() async {
    let metrics = Metrics()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask { for _ in 0..<1_000 { metrics.counter("n_total", "N.").add() } }
      }
    }
    #expect(metrics.counter("n_total", "N.").current == 8_000)
  }

  @Test("what is looked up is looked up at every reading")
  func readers() {
    let metrics = Metrics()
    let lag = metrics.gauge("lag", "Lag.")
    let looks = Mutex(0)
    metrics.beforeReading {
      lag.set(
        looks.withLock {
          $0 += 1; return $0
        })
    }
    #expect(metrics.text.contains("lag 1\n"))
    #expect(metrics.text.contains("lag 2\n"))
  }
}

@Suite("Logs")
struct LogTests {
  final class Lines: Sendable {
    let all = Mutex<[String]>([])
  }

  func logger(_ format: LineLogHandler.Format) -> (Logger, Lines) {
    let lines = Lines()
    let clock = ManualClock(Instant(milliseconds: 0))
    let logger = Logger(label: "sample") { label in
      LineLogHandler(label: label, format: format, level: .info, clock: clock) { line in
        lines.all.withLock { $0.append(line) }
      }
    }
    return (logger, lines)
  }

  @Test("an event is one line, whatever it holds")
  func oneLine() {
    let (logger, lines) = logger(.text)
    logger.info("a\nb\u{1B}[31m", metadata: ["k": "two words\r\n", "a": "1"])
    logger.debug("below the level")
    #expect(lines.all.withLock { $0 } == ["00:00:00.000Z INFO sample: a\\nb\\x1b[31m a=1 k=\"two words\\r\\n\"\n"])
  }

  @Test("as JSON it is one object with sorted members")
  func json() throws {
    let (logger, lines) = logger(.json)
    logger.error("ça échoue", metadata: ["request": "r-1"])
    let line = try #require(lines.all.withLock { $0.first })
    #expect(
      line
        == "{\"level\":\"error\",\"message\":\"ça échoue\",\"request\":\"r-1\",\"service\":\"sample\",\"time\":\"1970-01-01T00:00:00.000Z\"}\n"
    )
  }

  @Test("an error that keeps coming is held back and counted, and others are not")
  func repeats() throws {
    let lines = Lines()
    let clock = ManualClock(Instant(milliseconds: 0))
    let logger = Logger(label: "sample") { label in
      LineLogHandler(label: label, format: .text, level: .info, clock: clock) { line in
        lines.all.withLock { $0.append(line) }
      }
    }
    for index in 0..<1_000 { logger.error("away", metadata: ["error": "no broker", "request": "\(index)"]) }
    #expect(lines.all.withLock { $0.count } == RepeatGuard.most)
    logger.error("away", metadata: ["error": "no file"])
    for _ in 0..<100 { logger.info("away") }
    #expect(lines.all.withLock { $0.count } == RepeatGuard.most + 101)
    clock.advance(by: .seconds(10))
    logger.error("away", metadata: ["error": "no broker"])
    #expect(lines.all.withLock { $0.last }?.contains("held-back=980") == true)
  }

  @Test("what is counted of repeats is bounded")
  func boundedRepeats() {
    let guarded = RepeatGuard()
    for index in 0..<10_000 { #expect(guarded.admit("\(index)", at: Instant(milliseconds: 0)) == 0) }
  }

  @Test("secrets are not shown, and a line is bounded")
  func bounded() throws {
    let (logger, lines) = logger(.json)
    logger.info(
      "x",
      metadata: [
        "authorization": "Bearer abc", "smtp.password": "abc", "long": "\(String(repeating: "y", count: 100_000))",
      ])
    let line = try #require(lines.all.withLock { $0.first })
    #expect(!line.contains("abc"))
    #expect(line.utf8.count < 3_000)
  }
}
