import CooperationModel

/// The messages of one owner while they are brought up to date.
struct Draft {
  private let circumstances: Circumstances
  private let now: Instant
  private var messages: [MessageID: OutboundMessage]
  private var changed: Set<MessageID> = []
  /// Pending messages that nobody is sending.
  private var waitingIDs: Set<MessageID>
  /// What each contact has a message about.
  private var told: [ContactID: Set<Cause>] = [:]
  /// What any contact of the owner has a message about that went out, or waits to.
  private var toldToOne: Set<Cause> = []

  init(_ circumstances: Circumstances, at now: Instant) {
    self.circumstances = circumstances
    self.now = now
    messages = circumstances.messages
    waitingIDs = Set(messages.values.lazy.filter { $0.status == .pending }.map(\.id))
      .subtracting(circumstances.inFlight)
    for message in messages.values where message.tells {
      for cause in message.causes {
        told[message.contact, default: []].insert(cause)
        if message.status == .delivered || message.status == .pending { toldToOne.insert(cause) }
      }
    }
  }

  /// New and changed messages by id, each one version on.
  var changes: [OutboundMessage] {
    changed.sorted().compactMap { id in
      guard var message = messages[id] else { return nil }
      message.version = (circumstances.messages[id]?.version ?? 0) + 1
      return message
    }
  }

  /// True when a message about it exists: to this contact or, of what one person of an embassy hears, to any.
  func hasTold(_ cause: Cause, to contact: Contact) -> Bool {
    if told[contact.id]?.contains(cause) == true { return true }
    switch cause.fact {
    case .answered, .confirmRequest: return toldToOne.contains(cause)
    case .offered, .ended, .confirmContact, .signIn: return false
    }
  }

  /// Takes back what waits and is no longer true, or no longer wanted.
  mutating func reviewWaiting() {
    for message in waiting() {
      if let reason = circumstances.objection(toSending: message, at: now) {
        suppress(message, because: reason)
        continue
      }
      let left = message.causes.filter { circumstances.objection(to: $0, at: now) == nil }
      if left.count < message.causes.count {
        var shorter = message
        shorter.subjects = left.map(\.description)
        put(shorter)
      }
    }
  }

  /// While the gate is closed: puts what waits for each contact into one digest.
  ///
  /// A message that was tried already may have arrived, and keeps its identity.
  mutating func gatherWaiting() {
    for message in waiting() where message.attempt == 0 && message.kind.canJoinDigest {
      guard let contact = circumstances.contacts[message.contact] else { continue }
      suppress(message, because: .joined)
      for cause in message.causes { addToDigest(cause, to: contact) }
    }
  }

  /// Makes the message, or adds to the contact's digest.
  mutating func tell(_ cause: Cause, to contact: Contact) {
    told[contact.id, default: []].insert(cause)
    if cause.kind.canJoinDigest, isDaily(contact) || circumstances.gate.isClosed {
      addToDigest(cause, to: contact)
    } else {
      toldToOne.insert(cause)
      put(
        OutboundMessage(
          id: freeID(period: cause.description, contact: contact.id), version: 0, contact: contact.id,
          owner: contact.owner, kind: cause.kind, subjects: [cause.description], notBefore: now, createdAt: now))
    }
  }

  private mutating func addToDigest(_ cause: Cause, to contact: Contact) {
    toldToOne.insert(cause)
    if var digest = gathering(for: contact.id) {
      digest.subjects = (digest.causes + [cause]).sorted().map(\.description)
      put(digest)
      return
    }
    let isDaily = isDaily(contact)
    let leaves = isDaily ? ParisTime.nextDigest(after: now) : now
    let period = isDaily ? "day:\(ParisTime.day(of: leaves))" : "gate:\(circumstances.gate.version)"
    put(
      OutboundMessage(
        id: freeID(period: period, contact: contact.id), version: 0, contact: contact.id, owner: contact.owner,
        kind: .digest, subjects: [cause.description], notBefore: leaves, createdAt: now))
  }

  /// The contact's digest that still takes in causes: not tried yet, and not due before the gate or the hour lets it.
  private func gathering(for contact: ContactID) -> OutboundMessage? {
    waiting().first { message in
      message.contact == contact && message.kind == .digest && message.attempt == 0
        && message.subjects.count < RecipientRules.digestLimit
        && (circumstances.gate.isClosed || message.notBefore > now)
    }
  }

  /// The period's first id that is not taken: the first digest of a day is full, or has left, when there is a second; a
  /// message that waited for a contact that was erased stays suppressed when the contact is entered again.
  private func freeID(period: String, contact: ContactID) -> MessageID {
    var id = MessageID(period: period, contact: contact)
    var number = 1
    while messages[id] != nil {
      number += 1
      id = MessageID(period: "\(period)#\(number)", contact: contact)
    }
    return id
  }

  private func waiting() -> [OutboundMessage] { waitingIDs.sorted().compactMap { messages[$0] } }

  private func isDaily(_ contact: Contact) -> Bool {
    circumstances.profile?.delivery == .daily && contact.owner.collectivite != nil
  }

  private mutating func suppress(_ message: OutboundMessage, because reason: Unsaid) {
    var message = message
    message.status = .suppressed
    message.outcome = OutboundMessage.Outcome(at: now, channel: "", detail: reason.rawValue)
    // What one person of an embassy was to hear, another may hear now.
    toldToOne.subtract(message.causes)
    put(message)
  }

  private mutating func put(_ message: OutboundMessage) {
    messages[message.id] = message
    changed.insert(message.id)
    if message.status == .pending { waitingIDs.insert(message.id) } else { waitingIDs.remove(message.id) }
  }
}

extension OutboundMessage {
  /// Whether what it is about counts as told to its contact, or as nothing to tell it. What went into a digest stands
  /// there; whoever was erased before it left, and is entered again, is another one who has heard nothing.
  fileprivate var tells: Bool {
    let reason = status == .suppressed ? outcome.flatMap { Unsaid(rawValue: $0.detail) } : nil
    return reason != .joined && reason != .contactGone
  }
}

extension OutboundMessage.Kind {
  /// May be told together with others. What a person waits for stands alone.
  var canJoinDigest: Bool {
    switch self {
    case .leads, .leadsEnded, .answer, .confirmRequest: true
    case .confirmContact, .digest, .signIn: false
    }
  }
}
