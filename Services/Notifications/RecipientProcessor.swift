import CooperationModel
import ServiceKit

/// Who is told what: derives the messages to an owner's contacts from what happened, and says which of them leave now.
struct RecipientProcessor: Processor {
  typealias State = RecipientState
  typealias EntityID = OwnerID
  typealias Intent = Dispatch
  typealias Sent = DispatchResult

  let reference: ReferenceData
  /// The channel in use: its name, and whether the sending gate stands before it.
  let leavesMachine: Bool
  let rules = RecipientRules()

  // MARK: Whom a change concerns

  func absorb(_ change: TableChange, into state: inout RecipientState) {
    if let lead = change.of(Topics.leads) {
      state.index.note(lead.key, before: lead.before, after: lead.after, today: today(lead.key.collectivite))
    } else if let request = change.of(Topics.partnershipRequests) {
      state.index.note(request.key, before: request.before, after: request.after)
    } else if let setting = change.of(Topics.settings), setting.key == .sending {
      state.sending = try? setting.after?.value.decoded(as: SendingSettings.self)
    }
  }

  func refresh(_ state: inout RecipientState) -> [OwnerID] {
    var owners: Set<OwnerID> = []
    for id in state.contacts.takeTouched() { owners.formUnion(state.index.note(id, state.contacts[id])) }
    for id in state.messages.takeTouched() { owners.formUnion(state.index.note(id, state.messages[id])) }
    return owners.sorted()
  }

  func affected(by change: TableChange, in state: RecipientState) -> [OwnerID] {
    if let lead = change.of(Topics.leads) {
      let country = (lead.after ?? lead.before)?.facts.country
      return [OwnerID(today(lead.key.collectivite))] + (country.map { [OwnerID.embassy($0)] } ?? [])
    }
    if let request = change.of(Topics.partnershipRequests) {
      return (request.after ?? request.before).map { [OwnerID.embassy($0.country)] } ?? []
    }
    if let profile = change.of(Topics.profiles) { return [OwnerID(profile.key)] }
    if let contact = change.of(Topics.contacts) {
      return [contact.before?.owner, contact.after?.owner].compactMap { $0 }
    }
    if let setting = change.of(Topics.settings), setting.key == .sending {
      // Only what waits can be told otherwise by the gate.
      return state.index.messages.keys.filter { owner in
        state.index.messages[owner]?.contains { state.messages[$0]?.status == .pending } ?? false
      }.sorted()
    }
    return []
  }

  func owned(in partition: Int, of state: RecipientState) -> [OwnerID] { state.index.owners(in: partition) }

  func partition(of id: OwnerID, in state: RecipientState) -> Int? { RecipientIndex.partition(of: id) }

  private func today(_ id: CollectiviteID) -> CollectiviteID { reference.registry.current(of: id) ?? id }

  // MARK: Which messages there are

  func recompute(_ id: OwnerID, _ state: inout Overlay<RecipientState>, _ context: Context) -> Recomputed {
    let circumstances = circumstances(of: id, in: state.current)
    guard !circumstances.contacts.isEmpty || !circumstances.messages.isEmpty else { return .done }
    for message in rules.changes(for: circumstances, at: context.now) { state.messages[message.id] = message }
    return .done
  }

  func circumstances(of owner: OwnerID, in state: RecipientState) -> Circumstances {
    var found = Circumstances(owner: owner, inFlight: state.inFlight, gate: gate(state))
    for id in state.index.contacts[owner] ?? [] { found.contacts[id] = state.contacts[id] }
    for id in state.index.messages[owner] ?? [] { found.messages[id] = state.messages[id] }
    switch owner.kind {
    case .collectivite(let collectivite):
      found.profile = state.profiles[collectivite]
      for id in state.index.leadsOfCollectivite[collectivite] ?? [] { found.leads[id] = state.leads[id] }
    case .embassy(let country):
      for id in state.index.leadsOfCountry[country] ?? [] { found.leads[id] = state.leads[id] }
      for id in state.index.requestsOfCountry[country] ?? [] { found.requests[id] = state.requests[id] }
    case .prefecture, .ministry: break
    }
    return found
  }

  private func gate(_ state: RecipientState) -> Circumstances.Gate {
    let isOpen = state.sending?.isOpen ?? false
    return Circumstances.Gate(isClosed: leavesMachine && !isOpen, version: state.settings[.sending]?.version ?? 0)
  }

  func nextDue(in state: inout RecipientState) -> (Instant, OwnerID)? {
    let requests = state.requests
    guard let reminder = state.index.nextReminder(requests) else { return state.index.nextExpiry() }
    guard let expiry = state.index.nextExpiry() else { return reminder }
    return expiry.0 < reminder.0 ? expiry : reminder
  }

  func didFire(_ id: OwnerID, at instant: Instant, in state: inout RecipientState) {
    state.index.passReminders(of: id, at: instant)
  }

  // MARK: Which leave now

  func intents(
    in state: RecipientState, now: Instant, limit: Int, unless isInFlight: (Dispatch) -> Bool
  ) -> [Dispatch] {
    var found: [Dispatch] = []
    for partition in state.index.queues.keys.sorted() where found.count < limit {
      guard let queue = state.index.queues[partition], !queue.isEmpty else { continue }
      let plan = plan(queue, state, room: limit - found.count, now: now)
      for id in plan.send {
        guard let message = state.messages[id], let dispatch = dispatch(message, partition, state),
          !isInFlight(dispatch)
        else { continue }
        // Consent and truth are looked up again: the owner may be dirty, and not derived again yet.
        let circumstances = circumstances(of: message.owner, in: state)
        guard circumstances.objection(toSending: message, at: now) == nil else { continue }
        found.append(dispatch)
      }
    }
    return found
  }

  func nextIntent(in state: inout RecipientState, after now: Instant) -> Instant? {
    var next: Instant?
    for partition in state.index.queues.keys.sorted() {
      state.index.forgetDeliveries(in: partition, before: now - SendingQueue.memory)
      guard let queue = state.index.queues[partition], !queue.isEmpty else { continue }
      if let at = plan(queue, state, room: 0, now: now).wakeAt { next = min(next ?? at, at) }
    }
    return next
  }

  private func plan(_ queue: SendingQueue, _ state: RecipientState, room: Int, now: Instant) -> SendingPlan {
    SendingPlan(
      queue, inFlight: state.inFlight, settings: state.sending ?? SendingSettings(), isClosed: gate(state).isClosed,
      partitions: Topics.outboundMessages.partitions, room: room, at: now)
  }

  private func dispatch(_ message: OutboundMessage, _ partition: Int, _ state: RecipientState) -> Dispatch? {
    guard let contact = state.contacts[message.contact] else { return nil }
    var order = MailOrder(message: message, contact: contact)
    for cause in message.causes {
      if let id = cause.lead, let lead = state.leads[id] {
        order.leads[id] = lead
        order.requests[id.request] = state.requests[id.request]
        if let embassy = lead.facts.contact { order.embassyContacts[embassy] = state.everyContact[embassy] }
      } else if let id = cause.request {
        order.requests[id] = state.requests[id]
      }
    }
    return Dispatch(order: order, partition: partition)
  }

  func note(inFlight: [Dispatch], in state: inout RecipientState) {
    state.inFlight = Set(inFlight.map(\.order.message.id))
  }

  // MARK: What became of them

  func sent(_ sent: DispatchResult, _ state: inout Overlay<RecipientState>, _ context: Context) {
    guard let message = state.messages[sent.message], message.status == .pending, message.attempt == sent.attempt else {
      return
    }
    state.messages[sent.message] = message.after(sent.result, channel: sent.channel, at: context.now)
  }

  func partition(ofIntent intent: Dispatch, in state: RecipientState) -> Int? { intent.partition }
  func partition(ofSent sent: DispatchResult, in state: RecipientState) -> Int? { sent.partition }
}

/// One attempt to send one message, with all that it is composed from as of the moment it was begun.
struct Dispatch: Sendable, Equatable {
  var order: MailOrder
  var partition: Int

  static func == (left: Self, right: Self) -> Bool {
    left.order.message.id == right.order.message.id && left.order.message.attempt == right.order.message.attempt
  }
}

/// What became of it.
struct DispatchResult: Sendable {
  var message: MessageID
  var attempt: Int
  var partition: Int
  var channel: String
  var result: DeliveryResult
}
