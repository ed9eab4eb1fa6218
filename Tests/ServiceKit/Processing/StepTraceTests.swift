import CooperationModel
import Testing
import TopicBus

@testable import ServiceKit

/// Writes an empty match set for each request: the least that a deriver can do.
struct Echo: Processor {
  struct State: Sendable {
    var requests = Table<RequestID, PartnershipRequest>()
    var matches = Table<RequestID, MatchSet>()
  }
  typealias EntityID = RequestID

  static let topology = Topology<State>("echo") {
    Input(Topics.partnershipRequests, into: \.requests)
    Kept(Topics.matches, into: \.matches)
  }

  func affected(by change: TableChange, in state: State) -> [RequestID] {
    change.of(Topics.partnershipRequests).map { [$0.key] } ?? []
  }
  func owned(in partition: Int, of state: State) -> [RequestID] { [] }
  func partition(of id: RequestID, in state: State) -> Int? { Topics.matches.partition(of: id, .empty(id)) }
  func recompute(_ id: RequestID, _ state: inout Overlay<State>, _ context: Context) -> Recomputed {
    state.matches[id] = state.requests[id].map { .empty(id, version: $0.version) }
    return .done
  }
}

extension MatchSet {
  static func empty(_ id: RequestID, version: Int = 1) -> MatchSet {
    MatchSet(request: id, requestVersion: version, scoring: 1, ranked: [], prospects: [])
  }
}

extension Step<Echo> {
  /// A step that owns every partition and has restored nothing.
  static func running(now: Instant) -> Step<Echo> {
    var step = Step<Echo>(Echo(), state: Echo.State(), source: "echo")
    let metadata = GroupMetadata(group: "echo", memberID: "1", generation: 1)
    _ = step.handle(.joined, now: now)
    let assigned = GroupEvent.assigned(
      Assignment(partitions: Echo.partitions(0..<12), committed: [:], metadata: metadata))
    for action in step.handle(.polled(assigned), now: now) {
      guard case .restore(let plan) = action else { continue }
      let ends = Dictionary(uniqueKeysWithValues: plan.sources.map { ($0.partition, Int64(0)) })
      _ = step.handle(.restored(epoch: plan.epoch, ends: ends), now: now)
    }
    _ = step.handle(.committed, now: now)
    // What a poll brings that began before the restore is read again.
    _ = step.handle(.polled(nil), now: now)
    return step
  }
}

extension Echo {
  static func partitions(_ numbers: some Sequence<Int>) -> Set<TopicPartition> {
    Set(numbers.map { TopicPartition(Topics.partnershipRequests.topic, $0) })
  }

  /// A version of a request.
  static func request(_ id: RequestID, _ version: Int) throws -> PartnershipRequest {
    PartnershipRequest(
      id: id, version: version, status: .published, country: try #require(CountryCode("BF")),
      authorities: [ForeignAuthority(name: "Ziniaré", kind: .municipality)], title: "T", summary: "S")
  }

  /// A version of a request, as it lies in the log.
  static func record(_ id: RequestID, _ version: Int, offset: Int64, _ headers: Headers = []) throws -> Record {
    let request = try request(id, version)
    return Record(
      topic: Topics.partnershipRequests.topic, partition: Topics.partnershipRequests.partition(of: id, request),
      offset: offset, key: Array(id.rawValue.utf8), value: Array(try JSON.encode(request)), headers: headers,
      timestamp: 0)
  }
}

@Suite("A step's outputs")
struct StepTraceTests {
  private let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

  private let now = Instant(milliseconds: 1_790_000_000_000)

  /// The outputs that follow from a request's version, which came in a record with these headers.
  private func commits(_ step: inout Step<Echo>, _ version: Int, offset: Int64, _ headers: Headers) throws -> [Commit] {
    let id = try #require(RequestID("0f8fad5b-d9cb-469f-a165-70867728950e"))
    let record = try Echo.record(id, version, offset: offset, headers)
    let metadata = GroupMetadata(group: "echo", memberID: "1", generation: 1)
    let batch = Batch(records: [record], metadata: metadata, positions: [record.topicPartition: offset + 1])
    return commits(in: step.handle(.polled(.records(batch)), now: now))
  }

  private func commits(in actions: [StepAction<Echo>]) -> [Commit] {
    actions.compactMap { if case .commit(let commit) = $0 { commit } else { nil } }
  }

  private func parents(_ commits: [Commit]) -> [String?] {
    commits.flatMap(\.outputs).map { output in
      output.headers.first { $0.name == "traceparent" }?.value.flatMap { String(validating: $0, as: UTF8.self) }
    }
  }

  @Test("carry the trace of the record that they were derived from, and none where it has none")
  func derived() throws {
    var step = Step.running(now: now)
    #expect(parents(try commits(&step, 1, offset: 0, [Header("traceparent", trace)])) == [trace])
    _ = step.handle(.committed, now: now)
    #expect(parents(try commits(&step, 2, offset: 1, [])) == [nil])
    _ = step.handle(.committed, now: now)
    #expect(parents(try commits(&step, 3, offset: 2, [Header("traceparent", "00-x\r\ny: z")])) == [nil])
  }

  @Test("carry it also when the commit had to be repeated")
  func repeated() throws {
    var step = Step.running(now: now)
    let first = try commits(&step, 1, offset: 0, [Header("traceparent", trace)])
    var actions = step.handle(.commitFailed(.aborted("test")), now: now)
    actions += step.handle(.wake, now: now + .seconds(60))
    let second = commits(in: actions)
    #expect(parents(first) == [trace] && parents(second) == [trace])
  }
}
