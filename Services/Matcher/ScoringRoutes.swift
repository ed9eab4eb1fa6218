import CooperationModel
import Dispatch
import ServiceKit
import Synchronization

/// `POST /scoring/diff`: how many matches another model would change, before it is applied.
///
/// Only the matcher can rank, and a service never imports another: so the operator's command line asks here. One
/// comparison runs at a time, beside the cooperative pool; it ends when nobody waits for it any more.
struct ScoringRoutes: Sendable {
  let gateway: CommandGateway<MatcherFrontState>
  private let desk = ComparisonDesk()

  init(gateway: CommandGateway<MatcherFrontState>) { self.gateway = gateway }

  var endpoints: [Route] {
    [
      Route(
        .post, "/scoring/diff", "compareScoring", fr: "Ce qu’un autre modèle changerait",
        en: "What another model would change",
        access: .roles(.ministry, .operator), body: .json(scoringSchema),
        answers: [Route.Answer(200, fr: "La différence", en: "The difference", modelDifferenceSchema)],
        timeLimit: .seconds(120), handle: compare)
    ]
  }

  private func compare(_ call: Call) async throws -> Reply {
    let settings = try call.decode(ScoringSettings.self)
    guard let next = ScoringModel(settings) else {
      throw Rejection(
        .invalid, code: "unknown-model",
        fr: "Ce service ne connaît pas de tel modèle\u{202F}: voyez ses poids et son seuil.",
        en: "This service knows no such model: look at its weights and its threshold.")
    }
    let (current, requests, candidates) = await gateway.read { state in
      let open = state.requests.sortedKeys().compactMap { state.requests[$0] }.filter(\.isOpen)
      return (state.knowledge.ranking, open, state.knowledge.candidates)
    }
    guard let current else { throw Problem.overloaded }
    guard desk.enter() else { throw Problem.overloaded }
    defer { desk.leave() }
    let difference = try await detached { isCancelled in
      ModelDifference(requests, among: candidates, current, Ranking(model: next), isCancelled: isCancelled)
    }
    return try .json(difference)
  }
}

/// Lets one in at a time.
private final class ComparisonDesk: Sendable {
  private let isTaken = Mutex(false)

  func enter() -> Bool {
    isTaken.withLock { isTaken in
      defer { isTaken = true }
      return !isTaken
    }
  }

  func leave() { isTaken.withLock { $0 = false } }
}

/// Works beside the cooperative pool, and tells the work when its task was cancelled.
///
/// - Throws: `CancellationError` when the work gave up.
private func detached<Value: Sendable>(
  _ work: @escaping @Sendable (_ isCancelled: () -> Bool) -> Value?
) async throws -> Value {
  let flag = CancellationFlag()
  let value = await withTaskCancellationHandler {
    await withCheckedContinuation { continuation in
      DispatchQueue.global(qos: .utility).async { continuation.resume(returning: work { flag.isSet }) }
    }
  } onCancel: {
    flag.set()
  }
  guard let value else { throw CancellationError() }
  return value
}

private final class CancellationFlag: Sendable {
  private let value = Atomic(false)
  var isSet: Bool { value.load(ordering: .relaxed) }
  func set() { value.store(true, ordering: .relaxed) }
}

extension ModelDifference {
  /// Ranks every request by both models. Nil when it was given up.
  ///
  /// - Complexity: two rankings a request.
  package init?(
    _ requests: [PartnershipRequest], among candidates: Candidates, _ before: Ranking, _ after: Ranking,
    isCancelled: () -> Bool = { false }
  ) {
    self.init()
    for request in requests where request.isOpen {
      if isCancelled() { return nil }
      add(before.best(for: request, among: candidates), after.best(for: request, among: candidates))
    }
  }
}

private let scoringSchema = Schema.object(
  required: [
    "version": .integer(minimum: 1), "weights": .map(.integer(minimum: 0, maximum: 1_000)),
    "threshold": .integer(minimum: 1, maximum: 1_000), "wantedLeads": .integer(minimum: 0, maximum: 100),
    "answerDays": .integer(minimum: 1, maximum: 3_650),
  ],
  optional: ["textThemes": .integer(minimum: 1)]
).named("Scoring")

private let modelDifferenceSchema: Schema = {
  let count = Schema.integer(minimum: 0)
  let lists = Schema.object(required: [
    "before": count, "after": count, "entered": count, "left": count, "moved": count, "rescored": count,
  ]).named("ListDifference")
  return Schema.object(required: [
    "openRequests": count, "changedRequests": count, "emptyBefore": count, "emptyAfter": count, "ranked": lists,
    "prospects": lists,
  ]).named("ModelDifference")
}()
