import CooperationModel
import Testing
import TopicBus

@testable import ServiceKit

/// Sends something for each request, and writes an empty match set when it has left.
private struct Messenger: Processor {
  typealias State = Echo.State
  typealias EntityID = RequestID
  typealias Intent = RequestID
  typealias Sent = RequestID

  static let topology = Topology<State>("messenger") {
    Input(Topics.partnershipRequests, into: \.requests)
    Kept(Topics.matches, into: \.matches)
  }

  func partition(of id: RequestID, in state: State) -> Int? { Topics.matches.partition(of: id, .empty(id)) }
  func partition(ofIntent id: RequestID, in state: State) -> Int? { partition(of: id, in: state) }
  func partition(ofSent id: RequestID, in state: State) -> Int? { partition(of: id, in: state) }
  func intents(
    in state: State, now: Instant, limit: Int, unless inFlight: (RequestID) -> Bool
  ) -> [RequestID] {
    Array(state.requests.sortedKeys().filter { state.matches[$0] == nil && !inFlight($0) }.prefix(limit))
  }
  func sent(_ id: RequestID, _ state: inout Overlay<State>, _ context: Context) { state.matches[id] = .empty(id) }
}

@Suite("A step that stops")
struct StepStopTests {
  private let now = Instant(milliseconds: 1_790_000_000_000)

  @Test("says that it has passed a bad record only with the record set aside")
  func setsAside() throws {
    var step = Step<Messenger>(Messenger(), state: Echo.State(), source: "messenger")
    let id = try #require(RequestID("0f8fad5b-d9cb-469f-a165-70867728950e"))
    let good = try Echo.record(id, 1, offset: 0)
    let place = good.topicPartition
    let bad = Record(
      topic: place.topic, partition: place.partition, offset: 1, key: [0xFE], value: [0x7B], headers: [], timestamp: 0)
    let metadata = GroupMetadata(group: "messenger", memberID: "1", generation: 1)
    let begun = step.restore(place, with: [good, bad], to: 2, as: metadata, now: now)
    #expect(letters(begun) == [1])
    #expect(begun.contains { if case .send(id) = $0 { true } else { false } })

    _ = step.handle(.commitFailed(.aborted("for a test")), now: now)
    _ = step.handle(.stopping, now: now)
    _ = step.handle(.sent(id, id), now: now)
    let noted = step.handle(.wake, now: now + .seconds(1))
    #expect(letters(noted) == [1])
    #expect(noted.contains { if case .commit(let commit) = $0 { commit.offsets[place] == 2 } else { false } })
    #expect(step.state.matches[id] != nil)
  }

  /// How many records each commit sets aside.
  private func letters(_ actions: [StepAction<Messenger>]) -> [Int] {
    actions.compactMap { action in
      guard case .commit(let commit) = action else { return nil }
      return commit.outputs.count { $0.topic == DeadLetter.topic }
    }
  }
}
