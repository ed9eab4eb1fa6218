import CooperationModel
import Seeds
import Testing

@testable import ServiceKit

@Suite("News that are gathered")
struct GatheringTests {
  private let pace = GatheringPace(span: .seconds(1), atOnce: 2, pause: .milliseconds(100))
  private func at(_ milliseconds: Int64) -> Instant { Instant(milliseconds: milliseconds) }

  @Test("the first pass at once, those that follow pass together when the span is over")
  func passes() {
    var gathering = Gathering<String>()
    let first = gathering.holds("a", at: at(0))
    let second = gathering.holds("a", at: at(1))
    let third = gathering.holds("a", at: at(999))
    #expect((first, second, third) == (false, true, true))
    #expect(gathering.count == 1 && gathering.contains("a"))
    #expect(gathering.nextDue(pace) == at(1_000))
    let (early, due) = (gathering.popDue(at: at(999), pace), gathering.popDue(at: at(1_000), pace))
    #expect((early, due) == ([], ["a"]))
    #expect(gathering.count == 0 && !gathering.contains("a") && gathering.nextDue(pace) == nil)
    // What passed begins a new span.
    let isHeld = gathering.holds("a", at: at(1_500))
    #expect(isHeld)
    let (again, quiet) = (gathering.popDue(at: at(2_000), pace), gathering.popDue(at: at(3_000), pace))
    #expect((again, quiet) == (["a"], []))
    let isForgotten = !gathering.holds("a", at: at(3_000))
    #expect(isForgotten, "after a quiet span")
  }

  @Test("of many, few pass at a time, in the order in which they passed before")
  func paced() {
    var gathering = Gathering<Int>()
    for id in 0..<5 { for _ in 0..<2 { _ = gathering.holds(id, at: at(0)) } }
    var passed: [[Int]] = []
    for time in [1_000, 1_000, 1_099, 1_100, 1_250, 1_500] {
      passed.append(gathering.popDue(at: at(Int64(time)), pace))
    }
    #expect(passed == [[0, 1], [], [], [2, 3], [4], []])
    #expect(gathering.count == 0)
  }

  @Test("what was derived meanwhile, or has gone, does not come again")
  func settles() {
    var gathering = Gathering<String>()
    for id in ["a", "b", "c"] { for _ in 0..<2 { _ = gathering.holds(id, at: at(0)) } }
    gathering.settle("a")
    gathering.removeAll { $0 == "b" }
    #expect(gathering.count == 1)
    let due = gathering.popDue(at: at(1_000), pace)
    #expect(due == ["c"])
  }

  @Test(
    "no news wait longer than a span and their turn, none pass twice in a span, whatever the clock does",
    arguments: 0..<50)
  func law(number: UInt64) {
    var chance = SplitMix(seed: 7_000 + number)
    var gathering = Gathering<Int>()
    var now: Int64 = 0
    // Of each entity: news that wait since, and when it passed last.
    var waiting: [Int: Int64] = [:]
    var passed: [Int: Int64] = [:]
    func pop(_ gathering: inout Gathering<Int>) {
      for id in gathering.popDue(at: at(now), pace) {
        #expect(waiting[id] != nil, "nothing was new")
        if let last = passed[id] { #expect(now - last >= 1_000) }
        waiting[id] = nil
        passed[id] = now
      }
    }
    for _ in 0..<500 {
      switch chance.below(20) {
      case 0:
        // Set back, by more than a span or less. Those that waited then pass now, and begin a span.
        now -= 1 + Int64(chance.below(3_000))
        passed = [:]
      case 1..<8:
        let end = now + Int64(chance.below(400))
        // As a step that is woken when it asked for it.
        while let due = gathering.nextDue(pace), due <= at(end) {
          now = due.milliseconds
          pop(&gathering)
        }
        now = end
      default:
        let id = chance.below(5)
        if gathering.holds(id, at: at(now)) {
          waiting[id] = waiting[id] ?? now
        } else {
          if let last = passed[id] { #expect(now - last >= 1_000) }
          #expect(waiting[id] == nil)
          passed[id] = now
        }
      }
      pop(&gathering)
      #expect(gathering.count == waiting.count)
      // Five entities, two at a time: the last waits two pauses, and one that began before its span was over.
      for (_, since) in waiting { #expect(now - since < 1_300) }
      let due = gathering.nextDue(pace)
      #expect(waiting.isEmpty ? due == nil : due.map { $0 > at(now) && $0 <= at(now + 1_300) } ?? false)
    }
  }
}
