import CooperationModel
import Foundation
import Testing

@Suite("ReferenceData", .serialized, .enabled(if: ProcessInfo.processInfo.environment["BENCHMARK"] == "1"))
struct ReferenceDataBenchmarks {
  @Test("loading all reference data, as a service does at its start")
  func loading() throws {
    let clock = ContinuousClock()
    var times: [Duration] = []
    for _ in 0..<11 {
      let start = clock.now
      let data = try ReferenceData.load()
      times.append(clock.now - start)
      #expect(data.registry.count == 36_246)
    }
    times.sort()
    print("reference data loaded in \(times[5]) at the median, \(times[10]) at the most (target: under 100 ms)")
  }
}
