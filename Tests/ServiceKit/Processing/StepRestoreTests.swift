import CooperationModel
import Testing
import TopicBus

@testable import ServiceKit

@Suite("A step that restores")
struct StepRestoreTests {
  private let now = Instant(milliseconds: 1_790_000_000_000)

  @Test("sets a bad record beyond the end that it was given aside once, when it is fetched")
  func beyondTheEnd() throws {
    var step = Step<Echo>(Echo(), state: Echo.State(), source: "echo")
    let place = TopicPartition(Topics.partnershipRequests.topic, 3)
    let bad = Record(
      topic: place.topic, partition: place.partition, offset: 0, key: [0xFE], value: [0x7B], headers: [], timestamp: 0)
    let metadata = GroupMetadata(group: "echo", memberID: "1", generation: 1)
    _ = step.handle(.joined, now: now)
    let assignment = Assignment(partitions: [place], committed: [:], metadata: metadata)
    _ = step.handle(.polled(.assigned(assignment)), now: now)
    _ = step.handle(.restoring(epoch: 1, [bad]), now: now)
    var actions = step.handle(.restored(epoch: 1, ends: [place: 0]), now: now)
    actions += step.handle(.committed, now: now)
    // What a poll brings that began before the restore is read again.
    actions += step.handle(.polled(nil), now: now)
    let batch = Batch(records: [bad], metadata: metadata, positions: [place: 1])
    actions += step.handle(.polled(.records(batch)), now: now)
    let commits = actions.compactMap { if case .commit(let commit) = $0 { commit } else { nil } }
    #expect(commits.flatMap(\.outputs).map(\.topic) == [DeadLetter.topic])
    #expect(commits.map { $0.offsets[place] } == [0, 1])
  }
}
