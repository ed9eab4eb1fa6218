import Synchronization

/// The figures that a service shows, as Prometheus text.
///
/// A figure is asked for by name and labels where it is used, once, and kept: `metrics.counter("bourse_records_total",
/// "Records handled", ["topic": "leads"])`. Asked for again it is the same.
package final class Metrics: Sendable {
  /// The most series that one name has; further ones are counted together under `overflow="true"`, so that labels made
  /// of what comes in cannot fill the memory.
  package static let seriesLimit = 1_000

  enum Kind: String {
    case counter, gauge, histogram
  }

  private struct Family {
    var kind: Kind
    var help: String
    var series: [[String]: any Series] = [:]
  }

  private let families = Mutex<[String: Family]>([:])
  /// Run before the figures are read: for what is looked up only then.
  private let readers = Mutex<[@Sendable () -> Void]>([])
  private let askers = Mutex<[@Sendable () async -> Void]>([])

  package init() {}

  package func counter(_ name: String, _ help: String, _ labels: KeyValuePairs<String, String> = [:]) -> Counter {
    series(.counter, name, help, labels) { Counter() }
  }

  package func gauge(_ name: String, _ help: String, _ labels: KeyValuePairs<String, String> = [:]) -> Gauge {
    series(.gauge, name, help, labels) { Gauge() }
  }

  /// - Parameter bounds: the buckets' upper bounds, ascending.
  package func histogram(
    _ name: String, _ help: String, _ labels: KeyValuePairs<String, String> = [:],
    bounds: [Double] = Histogram.seconds
  ) -> Histogram {
    series(.histogram, name, help, labels) { Histogram(bounds: bounds) }
  }

  /// Has something done before every reading: a size or a lag that is looked up only then.
  package func beforeReading(_ update: @escaping @Sendable () -> Void) { readers.withLock { $0.append(update) } }

  /// Has something asked for before every answer to `/metrics`, within a second: what takes longer is left as it was.
  package func beforeAnswering(_ update: @escaping @Sendable () async -> Void) { askers.withLock { $0.append(update) } }

  /// The figures as of now, also those that have to be asked for.
  package func answer() async -> String {
    let askers = askers.withLock { $0 }
    await withTaskGroup(of: Void.self) { group in
      for ask in askers { group.addTask { _ = await withDeadline(1_000) { await ask() } } }
    }
    return text
  }

  private func series<S: Series>(
    _ kind: Kind, _ name: String, _ help: String, _ labels: KeyValuePairs<String, String>, _ make: () -> S
  ) -> S {
    let key = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\(Self.escaped($0.value))\"" }
    return families.withLock { families in
      var family = families[name] ?? Family(kind: kind, help: help)
      precondition(family.kind == kind, "\(name) is a \(family.kind.rawValue)")
      let isFull = family.series[key] == nil && family.series.count >= Self.seriesLimit
      let key = isFull ? ["overflow=\"true\""] : key
      if let there = family.series[key] as? S { return there }
      let made = make()
      family.series[key] = made
      families[name] = family
      return made
    }
  }

  /// Prometheus text (version 0.0.4), by name and labels.
  package var text: String {
    for update in readers.withLock({ $0 }) { update() }
    return families.withLock { families in
      var text = ""
      for (name, family) in families.sorted(by: { $0.key < $1.key }) {
        text += "# HELP \(name) \(family.help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n"))\n"
        text += "# TYPE \(name) \(family.kind.rawValue)\n"
        for (labels, series) in family.series.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
          series.write(name, labels, to: &text)
        }
      }
      return text
    }
  }

  private static func escaped(_ value: String) -> String {
    value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }

  var route: Route {
    var route = Route(
      .get, "/metrics", "readMetrics", fr: "Mesures, au format Prometheus", en: "Figures, as Prometheus text",
      access: .everyone,
      answers: [Route.Answer(200, fr: "Les mesures", en: "The figures", .string(), type: "text/plain")]
    ) { [self] _ in .bytes(await answer().utf8, type: "text/plain; version=0.0.4; charset=utf-8") }
    route.isVital = true
    return route
  }
}

/// One figure, under one set of labels.
protocol Series: AnyObject, Sendable {
  func write(_ name: String, _ labels: [String], to text: inout String)
}

/// Only ever grows.
package final class Counter: Series {
  private let value = Atomic<Int>(0)

  package func add(_ count: Int = 1) { value.add(count, ordering: .relaxed) }
  package var current: Int { value.load(ordering: .relaxed) }

  func write(_ name: String, _ labels: [String], to text: inout String) {
    text += "\(line(name, labels)) \(current)\n"
  }
}

/// Goes up and down.
package final class Gauge: Series {
  private let value = Mutex(0.0)

  package func set(_ number: Double) { value.withLock { $0 = number } }
  package func set(_ number: some BinaryInteger) { set(Double(number)) }
  package func add(_ number: Double) { value.withLock { $0 += number } }
  package var current: Double { value.withLock { $0 } }

  func write(_ name: String, _ labels: [String], to text: inout String) {
    text += "\(line(name, labels)) \(plain(current))\n"
  }
}

/// How often something took how long, or was how large.
package final class Histogram: Series {
  /// For durations: from a quarter of a millisecond to ten seconds.
  package static let seconds: [Double] = [
    0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ]

  private struct State {
    var counts: [Int]
    var sum = 0.0
  }

  private let bounds: [Double]
  private let state: Mutex<State>

  init(bounds: [Double]) {
    self.bounds = bounds
    state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
  }

  package func observe(_ value: Double) {
    let index = bounds.firstIndex { value <= $0 } ?? bounds.count
    state.withLock { state in
      state.counts[index] += 1
      state.sum += value
    }
  }

  package func observe(_ duration: Duration) { observe(Double(duration.nanoseconds) / 1e9) }

  func write(_ name: String, _ labels: [String], to text: inout String) {
    let state = state.withLock { $0 }
    var total = 0
    for (index, count) in state.counts.enumerated() {
      total += count
      let bound = index < bounds.count ? plain(bounds[index]) : "+Inf"
      text += "\(line(name + "_bucket", labels + ["le=\"\(bound)\""])) \(total)\n"
    }
    text += "\(line(name + "_sum", labels)) \(plain(state.sum))\n"
    text += "\(line(name + "_count", labels)) \(total)\n"
  }
}

private func line(_ name: String, _ labels: [String]) -> String {
  labels.isEmpty ? name : "\(name){\(labels.joined(separator: ","))}"
}

/// A number without a needless fraction.
private func plain(_ number: Double) -> String {
  number.rounded() == number && abs(number) < 1e15 ? String(Int64(number)) : String(number)
}

/// The figures of the HTTP server.
struct EdgeMetrics: Sendable {
  let inFlight: Gauge
  private let metrics: Metrics

  init(_ metrics: Metrics) {
    self.metrics = metrics
    inFlight = metrics.gauge("bourse_http_in_flight", "Requests being worked on.")
  }

  func note(method: String, route: String, status: Int, took: Duration) {
    let known = Route.Method(rawValue: method) != nil || method == "HEAD" || method == "OPTIONS" ? method : "other"
    metrics.counter(
      "bourse_http_requests_total", "Requests answered.",
      ["method": known, "route": route, "status": String(status)]
    ).add()
    metrics.histogram("bourse_http_request_seconds", "Time to the answer.", ["route": route]).observe(took)
  }
}
