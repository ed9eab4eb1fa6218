import CooperationModel
import EmbeddedBus
import Foundation
import Seeds
import ServiceKit
import Testing
import TopicBus

@testable import Matcher

/// Ranking and sharing out, measured on a generated country (``Population``).
///
/// `Tests/Benchmarks/run MatchingBenchmarks`. The floor is scoring everyone one by one, from candidates unfolded before.
/// Beside it stands what others would use for the text part alone (``TextComparisons``).
@Suite("Matching, measured", .serialized, .enabled(if: ProcessInfo.processInfo.environment["BENCHMARK"] == "1"))
struct MatchingBenchmarks {
  @Test("rank, re-rank, notice a change, share out")
  func run() async throws {
    let clock = ContinuousClock()
    let model = try #require(ScoringModel(.standard))
    let reference = try ReferenceData.load()
    let population = try Population(reference)
    print(population.distribution)
    let before = residentMegabytes()
    var landscape: Landscape?
    let numbering = clock.measure { landscape = Landscape(reference) }
    let land = try #require(landscape)
    var made: Candidates?
    let building = clock.measure { made = population.candidates(in: land) }
    var candidates = try #require(made)
    print("numbering the reference data \(numbering), \(candidates.marks.count) candidates in columns \(building)")
    print("memory: \(residentMegabytes() - before) MB for both; \(before) MB before, the generated country included")

    let ranking = Ranking(model: model)
    let sample = Array(population.requests.prefix(2_000))
    for request in sample.prefix(200) { _ = ranking.best(for: request, among: candidates) }
    let whole = measured(sample) { _ = ranking.best(for: $0, among: candidates) }
    print("one request, all factors, the best 20 and 10 prospects with what speaks for them: \(whole)")
    let twenty = measured(sample) { _ = ranking.best(for: $0, among: candidates, prospects: 0) }
    print("one request, all factors, the best 20 with what speaks for them: \(twenty)")
    let scanning = measured(sample) { request in
      let wish = Wish(request, in: land, model: model)
      _ = Scan(wish: wish, model: model, candidates: candidates).run(ranked: 20, prospects: 10)
    }
    print("one request, rows and scores alone: \(scanning)")
    let probes = candidates.marks.indices.map { candidates.probe($0) }
    let floor = measured(Array(sample.prefix(40))) { request in
      let wish = Wish(request, in: land, model: model)
      var scores: [(Int, Int)] = []
      for row in candidates.marks.indices {
        let probe = probes[row]
        let tally = model.tally(wish.core, probe, work: model.work(wish, probe, candidates), candidates)
        if tally.score >= model.threshold { scores.append((-tally.score, row)) }
      }
      scores.sort { $0 < $1 }
    }
    print("one request, exhaustively one by one: \(floor); ratio \(Int(floor.median / whole.median))")

    var board = MatchBoard(land, model: model)
    var sets: [MatchSet] = []
    let all = clock.measure { sets = population.requests.map { ranking.best(for: $0, among: candidates) } }
    print("\(population.requests.count) requests from nothing on one core: \(all)")
    for (request, set) in zip(population.requests, sets) {
      board.update(request: request, matches: set, for: request.id)
    }
    let inputs = (requests: population.requests, candidates: candidates)
    let committing = try await committed(inputs.requests, among: inputs.candidates, ranking)
    print("\(population.requests.count) requests from nothing on two cores, encoded and committed: \(committing)")
    let matched = sets.count { $0.ranked.count == 20 }
    print("with a full list: \(matched), with none: \(sets.count { $0.ranked.isEmpty })")

    var seed = SplitMix(seed: 7)
    var named: [RequestID] = []
    let noticing = measured(Array(0..<200)) { _ in
      var profile = population.profiles[Int.random(in: 0..<population.profiles.count, using: &seed)]
      profile.themes.append(reference.themes.leaves[Int.random(in: 0..<100, using: &seed)].id)
      let change = candidates.update(profile: profile, for: profile.collectivite)
      named += board.affected(by: change, among: candidates)
    }
    print(
      "one changed profile against \(board.count) open requests: \(noticing), named on average \(named.count / 200)")
    let byID = Dictionary(population.requests.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let again = measured(Array(named.prefix(2_000))) { id in
      if let wish = byID[id].flatMap({ board.wish(of: $0) }) { _ = ranking.best(for: wish, among: candidates) }
    }
    print("each list that is ranked again for it: \(again)")

    let demands = zip(population.requests, sets).map { Allocator.Demand(request: $0, matches: $1) }
    var book = LeadBook(land)
    var leads: [Lead] = []
    let sharing = clock.measure {
      leads = Allocator(model: model).share(
        among: demands, book: &book, candidates: candidates, now: Instant(milliseconds: 1_800_000_000_000))
    }
    print("sharing out \(demands.count) lists from nothing: \(leads.count) leads in \(sharing)")
    print("memory: \(residentMegabytes()) MB resident, the generated country, all lists and leads included")
    sets = []
    leads = []
    let comparisons = TextComparisons(population, queries: 500)
    print("text alone, SQLite FTS5: \(try comparisons.searchWithFTS5().description)")
    print("text alone, \(comparisons.searchWithPython().replacing("\n", with: "\ntext alone, "))")
  }

  /// Ranks all requests on two threads, encodes the lists as records and commits them to a log of its own, as many at a
  /// time as a step of the matcher does.
  private func committed(
    _ requests: [PartnershipRequest], among candidates: Candidates, _ ranking: Ranking
  ) async throws -> Duration {
    let folder = FileManager.default.temporaryDirectory.appending(path: "matching-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let bus = try await EmbeddedBus(path: folder.appending(path: "bourse.sqlite").path())
    try await bus.create([Topics.matches.declaration])
    let duration = try await time {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for half in 0..<2 {
          group.addTask {
            let share = requests.indices.filter { $0 % 2 == half }
            for start in stride(from: 0, to: share.count, by: 500) {
              let records = try share[start..<min(start + 500, share.count)].map { place in
                let set = ranking.best(for: requests[place], among: candidates)
                return try Topics.matches.record(
                  set.request, set, partition: Topics.matches.partition(of: set.request, set),
                  time: Instant(milliseconds: 1_800_000_000_000), source: "matcher-ranking", cause: "benchmark")
              }
              _ = try await bus.append(records)
            }
          }
        }
        try await group.waitForAll()
      }
    }
    await bus.close()
    return duration
  }

  /// Microseconds by the clock, and of the thread's own work, which neighbours on the machine do not lengthen.
  struct Timing: CustomStringConvertible {
    var median: Double
    var p99: Double
    var workMedian: Double
    var workP99: Double
    var description: String {
      "median \(Int(median)) µs (p99 \(Int(p99)) µs), work alone \(Int(workMedian)) µs (p99 \(Int(workP99)) µs)"
    }
  }

  private func measured<T>(_ values: [T], _ body: (T) -> Void) -> Timing {
    let clock = ContinuousClock()
    var times: [Double] = []
    var work: [Double] = []
    for value in values {
      let start = threadMicroseconds()
      let time = clock.measure { body(value) }.components
      work.append(threadMicroseconds() - start)
      times.append(Double(time.seconds) * 1e6 + Double(time.attoseconds) / 1e12)
    }
    times.sort()
    work.sort()
    let (half, most) = (times.count / 2, times.count * 99 / 100)
    return Timing(median: times[half], p99: times[most], workMedian: work[half], workP99: work[most])
  }

  private func threadMicroseconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
  }

  private func residentMegabytes() -> Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
      let pages = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    else { return 0 }
    return pages * 4_096 / 1_000_000
  }
}
