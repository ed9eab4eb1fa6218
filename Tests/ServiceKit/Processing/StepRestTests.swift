import CooperationModel
import Testing
import TopicBus

@testable import ServiceKit

@Suite("What a member gave up while its group was shared out anew")
struct StepRestTests {
  private let now = Instant(milliseconds: 1_790_000_000_000)

  /// A step that has derived something for a request, and has given all up.
  private func resting() throws -> (step: Step<Echo>, request: RequestID, place: TopicPartition) {
    var step = Step.running(now: now)
    let id = try #require(RequestID("0f8fad5b-d9cb-469f-a165-70867728950e"))
    let record = try Echo.record(id, 1, offset: 0)
    let place = record.topicPartition
    let metadata = GroupMetadata(group: "echo", memberID: "1", generation: 1)
    let batch = Batch(records: [record], metadata: metadata, positions: [place: 1])
    _ = step.handle(.polled(.records(batch)), now: now)
    _ = step.handle(.committed, now: now)
    let released = step.handle(.polled(.suspended(Echo.partitions(0..<12))), now: now).contains {
      if case .release(let partitions) = $0 { partitions == Echo.partitions(0..<12) } else { false }
    }
    #expect(released && step.running.isEmpty)
    return (step, id, place)
  }

  private func assigned(
    _ partitions: Set<TopicPartition>, _ place: TopicPartition, unmoved: Set<TopicPartition>
  ) -> StepEvent<Echo> {
    let metadata = GroupMetadata(group: "echo", memberID: "1", generation: 2)
    return .polled(
      .assigned(Assignment(partitions: partitions, committed: [place: 1], metadata: metadata, unmoved: unmoved)))
  }

  private func restored(_ actions: [StepAction<Echo>]) -> Set<Int> {
    var numbers: Set<Int> = []
    for case .restore(let plan) in actions { numbers.formUnion(plan.sources.map(\.partition.partition)) }
    return numbers
  }

  @Test("goes on as it was left when nobody else had it")
  func unmoved() throws {
    var (step, id, place) = try resting()
    let all = Echo.partitions(0..<12)
    #expect(restored(step.handle(assigned(all, place, unmoved: all), now: now)).isEmpty)
    #expect(step.running == Array(0..<12))
    #expect(step.state.matches[id]?.requestVersion == 1)
  }

  @Test("is read anew when somebody else had it meanwhile")
  func moved() throws {
    var (step, id, place) = try resting()
    let all = Echo.partitions(0..<12)
    #expect(
      restored(step.handle(assigned(all, place, unmoved: all.subtracting([place])), now: now)) == [place.partition])
    #expect(step.running == (0..<12).filter { $0 != place.partition })
    #expect(step.state.matches[id] == nil)
  }

  @Test("is forgotten when it does not come back")
  func lost() throws {
    var (step, id, place) = try resting()
    _ = step.handle(.polled(.lost([place])), now: now)
    #expect(step.state.matches[id] == nil)
    let rest = Echo.partitions(0..<12).subtracting([place])
    #expect(restored(step.handle(assigned(rest, place, unmoved: rest), now: now)).isEmpty)
    #expect(step.running == (0..<12).filter { $0 != place.partition })
  }

  @Test("goes on under its new generation")
  func onwards() throws {
    var (step, id, place) = try resting()
    let all = Echo.partitions(0..<12)
    _ = step.handle(assigned(all, place, unmoved: all), now: now)
    let metadata = GroupMetadata(group: "echo", memberID: "1", generation: 2)
    let batch = Batch(records: [try Echo.record(id, 2, offset: 1)], metadata: metadata, positions: [place: 2])
    _ = step.handle(.polled(nil), now: now)
    let actions = step.handle(.polled(.records(batch)), now: now)
    let commits = actions.compactMap { if case .commit(let commit) = $0 { commit } else { nil } }
    #expect(commits.map(\.metadata.generation) == [2])
    #expect(commits.map { $0.offsets[place] } == [2])
    _ = step.handle(.committed, now: now)
    #expect(step.state.matches[id]?.requestVersion == 2)
  }
}
