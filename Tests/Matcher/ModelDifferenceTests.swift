import CooperationModel
import Testing

@testable import Matcher

@Suite("Another scoring model")
struct ModelDifferenceTests {
  private func model(_ change: (inout ScoringSettings) -> Void) throws -> Ranking {
    var settings = ScoringSettings.standard
    settings.version = 2
    change(&settings)
    return Ranking(model: try #require(ScoringModel(settings)))
  }

  @Test(
    "the same weights change nothing; others change what ranking anew says", arguments: 1...3 as ClosedRange<UInt64>)
  func counts(seed: UInt64) throws {
    var world = try World(seed: seed)
    let candidates = world.candidates()
    var requests = try (0..<12).map { _ in try world.request() }
    requests[0].status = .closed
    let current = Ranking(model: try #require(ScoringModel(.standard)))
    let same = try #require(ModelDifference(requests, among: candidates, current, try model { _ in }))
    #expect(same.openRequests == 11 && same.changedRequests == 0 && same.ranked.before > 0)
    #expect(same.ranked.entered + same.ranked.left + same.ranked.moved + same.ranked.rescored == 0)

    let next = try model { $0.weights["theme"] = 100 }
    let difference = try #require(ModelDifference(requests, among: candidates, current, next))
    var (left, entered, changed) = (0, 0, 0)
    for request in requests where request.isOpen {
      let old = current.best(for: request, among: candidates)
      let new = next.best(for: request, among: candidates)
      let (before, after) = (Set(old.ranked.map(\.collectivite)), Set(new.ranked.map(\.collectivite)))
      left += before.subtracting(after).count
      entered += after.subtracting(before).count
      changed += old.ranked == new.ranked && old.prospects == new.prospects ? 0 : 1
    }
    #expect(changed > 0 && left > 0)
    #expect(difference.ranked.left == left && difference.ranked.entered == entered)
    #expect(difference.changedRequests == changed)
    #expect(difference.ranked.after == difference.ranked.before - left + entered)

    let none = try #require(ModelDifference(requests, among: candidates, current, try model { $0.threshold = 1_000 }))
    #expect(none.ranked.after == 0 && none.ranked.left == none.ranked.before && none.emptyAfter == 11)
  }

  @Test("a comparison that nobody waits for is given up")
  func cancelled() throws {
    var world = try World(seed: 1)
    let candidates = world.candidates()
    let requests = try (0..<5).map { _ in try world.request() }
    let ranking = Ranking(model: try #require(ScoringModel(.standard)))
    var asked = 0
    let difference = ModelDifference(requests, among: candidates, ranking, ranking) {
      asked += 1
      return asked > 2
    }
    #expect(difference == nil && asked == 3)
  }
}
