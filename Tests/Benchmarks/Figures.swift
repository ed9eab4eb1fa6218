import Foundation

/// Times of one thing done many times, in milliseconds.
struct Figures {
  private var sorted: [Double]

  init(_ durations: [Duration]) { sorted = durations.map { $0 / .milliseconds(1) }.sorted() }

  init(microseconds: [Double]) { sorted = microseconds.map { $0 / 1_000 }.sorted() }

  func quantile(_ share: Double) -> Double {
    sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
  }

  var total: Double { sorted.reduce(0, +) }

  var description: String {
    String(
      format: "p50 %.3f ms, p99 %.3f ms, slowest %.3f ms (%d)", quantile(0.5), quantile(0.99), sorted.last ?? 0,
      sorted.count)
  }
}

/// Says a figure, at once.
func say(_ format: String, _ values: any CVarArg...) {
  FileHandle.standardOutput.write(Data((String(format: format, arguments: values) + "\n").utf8))
}

/// How long something took.
func time(_ body: () async throws -> Void) async rethrows -> Duration {
  let start = ContinuousClock.now
  try await body()
  return start.duration(to: .now)
}
