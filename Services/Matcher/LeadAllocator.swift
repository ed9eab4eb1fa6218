import Collections
import CooperationModel
import ServiceKit
import TopicBus

/// Offers leads, ends them, and takes answers: one request at a time, in the order of fairness.
struct LeadAllocator: Decider {
  typealias State = AllocationState
  typealias EntityID = RequestID

  /// Requests that only have something to end go first, then those that get a lead, as ``Allocator/Turn`` says.
  enum Priority: Comparable, Sendable {
    case endings
    case offer(Allocator.Turn)
  }

  let reference: ReferenceData

  // MARK: Answers

  func decide(
    _ command: Command, _ state: inout Overlay<AllocationState>, _ context: Context
  ) throws(Rejection) -> Decision {
    guard command.kind == "lead.answer" else {
      throw Rejection(
        .invalid, code: "unknown-command",
        fr: "La commande «\u{202F}\(command.kind)\u{202F}» n’est pas connue de ce service.",
        en: "This service does not know the command \"\(command.kind)\".")
    }
    guard let id = LeadID(command.entity), let lead = state.leads[id] else { throw .notFound(command.entity) }
    if command.payload.ifMatch != nil { try Rejection.check(command, against: lead.version) }
    guard let model = state.knowledge.model else {
      throw Rejection(
        .conflict, code: "no-model", fr: "Le modèle de classement n’est pas encore connu\u{202F}: réessayez.",
        en: "The scoring model is not known yet: try again.")
    }
    let answer = try LeadAnswer.read(command.payload.body, with: reference)
    let answered = try Allocator(model: model).decide(
      answer, lead: lead, request: state.requests[id.request], actor: command.payload.actor,
      receivedAt: command.receivedAt)
    if answered != lead { state.leads[id] = answered }
    return .changed(to: answered.version)
  }

  // MARK: Sharing out

  func recompute(_ id: RequestID, _ state: inout Overlay<AllocationState>, _ context: Context) -> Recomputed {
    guard let model = state.knowledge.model else { return .done }
    let allocator = Allocator(model: model)
    let request = state.requests[id]
    let leads = state.book.entries(of: id).compactMap { state.leads[$0.id] }
    let endings = allocator.endings(
      of: leads, request: request, candidates: state.knowledge.candidates, now: context.now)
    for lead in endings { state.leads[lead.id] = lead }
    // What ended changes the request's turn: the next offer comes when it is its turn again.
    if !endings.isEmpty { return .done }
    guard let request,
      let offer = allocator.offer(
        for: request, matches: state.matches[id], rows: state.standing.rows(of: id), book: state.book,
        candidates: state.knowledge.candidates, now: context.now)
    else { return .done }
    state.leads[offer.id] = offer
    return .done
  }

  func refresh(_ state: inout AllocationState) -> [RequestID] {
    let touched = state.leads.takeTouched()
    guard !touched.isEmpty else { return [] }
    for id in touched { state.book.update(lead: state.leads[id], for: id) }
    let requests = Set(touched.map(\.request)).sorted()
    for id in touched { state.standing.note(id, isThere: state.leads[id] != nil) }
    state.standing.unschedule(requests)
    return requests
  }

  func absorb(_ change: TableChange, into state: inout AllocationState) {
    state.knowledge.absorb(change)
    if let request = change.of(Topics.partnershipRequests) {
      state.standing.unschedule([request.key])
    } else if let matches = change.of(Topics.matches) {
      state.standing.note(matches.after, for: matches.key, in: state.knowledge.candidates.landscape)
      state.standing.unschedule([matches.key])
    } else if state.knowledge.modelChanged {
      state.standing.unschedule(everything(in: state))
    } else {
      state.standing.unscheduleRequests(of: state.knowledge.lastChange.collectivites)
    }
  }

  func affected(by change: TableChange, in state: AllocationState) -> [RequestID] {
    if let request = change.of(Topics.partnershipRequests) { return [request.key] }
    if let matches = change.of(Topics.matches) { return [matches.key] }
    if state.knowledge.modelChanged { return everything(in: state) }
    return Set(state.knowledge.lastChange.collectivites.flatMap(state.standing.requests(of:))).sorted()
  }

  func mayGather(after change: TableChange) -> Bool { Knowledge.isOfCandidates(change) }

  func owned(in partition: Int, of state: AllocationState) -> [RequestID] { everything(in: state) }

  private func everything(in state: AllocationState) -> [RequestID] {
    Set(state.requests.sortedKeys()).union(state.leads.sortedKeys().map(\.request)).sorted()
  }

  func partition(of id: RequestID, in state: AllocationState) -> Int? { 0 }

  /// A request that a midnight makes urgent while it waits for its turn comes forward when it is marked again, by any
  /// change: until then it keeps the turn that it had.
  func priority(of id: RequestID, in state: AllocationState, now: Instant) -> Priority {
    guard let model = state.knowledge.model, let request = state.requests[id],
      let turn = Allocator(model: model).turn(
        for: request, matches: state.matches[id], rows: state.standing.rows(of: id), book: state.book,
        candidates: state.knowledge.candidates, now: now)
    else { return .endings }
    return .offer(turn)
  }

  // MARK: Time

  func nextDue(in state: inout AllocationState) -> (Instant, RequestID)? {
    for id in state.standing.takeUnscheduled() {
      if let timer = timer(of: id, in: state) { state.standing.timers.insert(timer) }
    }
    while let first = state.standing.timers.first {
      let timer = timer(of: first.id, in: state)
      if timer == first { return (first.at, first.id) }
      state.standing.timers.removeFirst()
      if let timer { state.standing.timers.insert(timer) }
    }
    return nil
  }

  private func timer(of id: RequestID, in state: AllocationState) -> RequestTimers.Timer? {
    guard let model = state.knowledge.model else { return nil }
    let allocator = Allocator(model: model)
    let request = state.requests[id]
    let due = allocator.nextDue(
      for: id, request: request, matches: state.matches[id], rows: state.standing.rows(of: id), book: state.book,
      candidates: state.knowledge.candidates)
    guard let due else { return nil }
    guard let request, allocator.wanted(by: request, in: state.book) > 0 else {
      return RequestTimers.Timer(at: due, priority: .endings, id: id)
    }
    // Where there is room at any time, the time of the newest lead stands for now.
    let time = max(due, state.book.newestOffer)
    return RequestTimers.Timer(at: due, priority: priority(of: id, in: state, now: time), id: id)
  }
}
