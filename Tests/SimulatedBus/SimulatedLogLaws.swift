import Testing

@Suite("Laws of the log in memory")
struct SimulatedLogLaws {
  /// The digest stands here since each process hashes by a seed of its own: an order that comes from a dictionary shows
  /// in another process only.
  @Test("the same seed gives the same trace, in every process")
  func deterministic() throws {
    var walk = Walk(seed: 1)
    var again = Walk(seed: 1)
    var different = Walk(seed: 2)
    try walk.run()
    try again.run()
    try different.run()
    #expect(walk.trace == again.trace)
    #expect(walk.trace != different.trace)
    #expect(
      walk.digest == 6_832_825_868_314_299_701, "should the log behave differently on purpose, this is the new digest")
  }

  @Test("whatever happens, what is committed is seen, once, in order, nothing else, and no fence is passed")
  func laws() throws {
    let first = UInt64.random(in: 0...UInt64(UInt32.max))
    print("laws of the log: 500 walks from seed \(first) on")
    for seed in first..<first + 500 {
      var walk = Walk(seed: seed)
      do {
        try walk.run()
      } catch {
        Issue.record("seed \(seed): \(error)\n\(walk.trace.suffix(40).joined(separator: "\n"))")
        return
      }
    }
  }
}
