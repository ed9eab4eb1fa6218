import CooperationModel
import Testing
import TopicBus

@testable import ServiceKit

extension Step {
  /// Joins, is given one partition, and restores it with these records, to this end.
  mutating func restore(
    _ place: TopicPartition, with records: [Record], to end: Int64, as metadata: GroupMetadata, now: Instant
  ) -> [StepAction<P>] {
    _ = handle(.joined, now: now)
    _ = handle(.polled(.assigned(Assignment(partitions: [place], committed: [:], metadata: metadata))), now: now)
    _ = handle(.restoring(epoch: 1, records), now: now)
    return handle(.restored(epoch: 1, ends: [place: end]), now: now)
  }
}

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
    var actions = step.restore(place, with: [bad], to: 0, as: metadata, now: now)
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
