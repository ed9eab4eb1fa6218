/// Makes a failing plan short: leaves out moves, and instances, as long as the same law breaks.
struct Shrinker {
  /// How many runs it may cost.
  private(set) var runsLeft: Int
  private let law: String
  private(set) var plan: Plan

  init(_ plan: Plan, law: String, runs: Int = 2_000) {
    self.plan = plan
    self.law = law
    runsLeft = runs
  }

  /// Delta debugging: halves, then quarters, then ever smaller pieces are left out while it still fails.
  mutating func shrink() {
    for kind in Plan.Move.Kind.allCases {
      _ = accept { $0.moves.removeAll { $0.kind == kind } }
    }
    for service in plan.shape.processes.indices {
      _ = accept { $0.shape.processes[service] = 1 }
    }
    _ = accept { $0.market.marksTransactions = false }
    _ = accept { $0.market.suspendsMembers = false }
    _ = accept { $0.market.hasFormerProfile = false }
    _ = accept { $0.shape.stepRecords = 500 }
    shorten(\.moves)
    shorten(\.market.founding)
  }

  private mutating func shorten<Element>(_ list: WritableKeyPath<Plan, [Element]>) {
    var size = max(1, plan[keyPath: list].count / 2)
    while runsLeft > 0 {
      var place = 0
      var hasShrunk = false
      while place < plan[keyPath: list].count, runsLeft > 0 {
        let end = min(place + size, plan[keyPath: list].count)
        if accept({ $0[keyPath: list].removeSubrange(place..<end) }) { hasShrunk = true } else { place = end }
      }
      if size == 1, !hasShrunk { break }
      if !hasShrunk || size > plan[keyPath: list].count { size = max(1, size / 2) }
    }
  }

  private mutating func accept(_ change: (inout Plan) -> Void) -> Bool {
    var shorter = plan
    change(&shorter)
    runsLeft -= 1
    guard Self.brokenLaw(shorter)?.law == law else { return false }
    plan = shorter
    return true
  }

  static func brokenLaw(_ plan: Plan) -> SimulationFailure? {
    do {
      try SuiteRun(plan).run()
      return nil
    } catch let failure as SimulationFailure {
      return failure
    } catch {
      return SimulationFailure(law: "\(type(of: error))", "\(error)")
    }
  }
}
