import CooperationModel

@testable import Notifications

// The laws of delivery.

extension SuiteRun {
  func checkMessages() throws {
    try checkArrivals()
    let messages = chronicle.messages.living
    for message in messages { try checkLife(of: message) }
    for message in messages where message.status == .pending {
      let isOver = message.causes.allSatisfy { cause in Circumstances.expiry(of: cause).map { $0 <= now } ?? false }
      try require(!isOver, "delivery", "\(message.id) waits to say what time has made untrue")
      let wanted: Contact.Status = message.kind == .confirmContact ? .pending : .confirmed
      let status = chronicle.contacts[message.contact]?.status
      try require(
        status == wanted, "delivery", "\(message.id) waits for a contact that is \(status.map { "\($0)" } ?? "gone")")
      for cause in message.causes {
        try require(isTrue(cause), "delivery", "\(message.id) waits to say \(cause), which is no longer so")
      }
    }
    var about: [String: [OutboundMessage]] = [:]
    for message in messages {
      for subject in message.subjects { about["\(message.contact) \(subject)", default: []].append(message) }
    }
    // Nobody is told the same twice.
    for key in about.keys.sorted() {
      let told = about[key]?.count { $0.status != .suppressed } ?? 0
      try require(told <= 1, "delivery", "\(told) messages tell \(key)")
    }
    try checkOffers(about)
    try checkEndings(about)
    try checkAnswers(messages)
    try checkConfirmations(about)
  }

  /// Whether what a message would tell is so, as the log says.
  private func isTrue(_ cause: Cause) -> Bool {
    let lead = cause.lead.flatMap { chronicle.leads[$0] }
    let reached = lead.map { lead in lead.transitions.last { $0.status == lead.status.rawValue }?.at ?? lead.offeredAt }
    switch cause.fact {
    case .offered: return lead?.status == .offered && lead?.offeredAt == cause.at
    case .ended: return [.withdrawn, .lapsed, .concluded].contains(lead?.status) && reached == cause.at
    case .answered: return [.interested, .declined].contains(lead?.status) && reached == cause.at
    case .confirmContact: return chronicle.contacts.living.contains { $0.id.rawValue == cause.subject }
    case .confirmRequest:
      let request = cause.request.flatMap { chronicle.requests[$0] }
      return request?.isOpen == true && request?.confirmBy == cause.at
    case .signIn: return true
    }
  }

  /// A closed gate lets nothing out, and nothing arrives again but what was in flight when something died.
  private func checkArrivals() throws {
    try require(outside.unwanted.isEmpty, "delivery", outside.unwanted.joined(separator: "\n"))
    for arrival in outside.arrivals[checked.arrivals...] {
      let mayBeOpen = !plan.market.leavesMachine || gates.contains(true)
      try require(mayBeOpen, "delivery", "\(arrival.message.id) left through a closed gate")
    }
    for arrival in outside.arrivals[checked.arrivals...] {
      let contact = arrival.message.contact
      let known = checked.contacts[contact] ?? 0
      let possible = (chronicle.contacts.versions[contact] ?? [])[max(0, known - 1)...].compactMap(\.value?.status)
      try require(
        possible.contains(arrival.message.kind == .confirmContact ? .pending : .confirmed), "delivery",
        "\(arrival.message.id) was sent to \(contact), who does not want it")
    }
    for id in outside.counts.keys.sorted() {
      let count = outside.counts[id] ?? 0
      let excuses = outside.excuses[id] ?? 0
      try require(count <= 1 + excuses, "delivery", "\(id) arrived \(count) times, with \(excuses) reasons to")
      try require(chronicle.messages[id] != nil, "delivery", "\(id) arrived and is not in the log")
    }
  }

  /// A message's life: pending, then one end that lasts.
  private func checkLife(of message: OutboundMessage) throws {
    let versions = chronicle.messages.versions[message.id] ?? []
    var end: OutboundMessage?
    for version in versions {
      guard let value = version.value else { continue }
      if let end { try require(value == end, "delivery", "\(message.id) was \(end.status) and changed") }
      if value.status != .pending { end = value }
    }
    if message.status == .delivered {
      try require(outside.counts[message.id] ?? 0 > 0, "delivery", "\(message.id) is said to be delivered")
    }
    if message.status == .suppressed {
      try require(message.outcome?.detail.isEmpty == false, "delivery", "\(message.id) is suppressed without a reason")
    }
  }

  /// Every standing offer is told, once, to every contact of the authority that can be written to.
  private func checkOffers(_ about: [String: [OutboundMessage]]) throws {
    for lead in chronicle.leads.living where lead.status == .offered {
      for contact in chronicle.contacts.living
      where contact.status == .confirmed && contact.owner.collectivite == lead.id.collectivite {
        let messages = about["\(contact.id) offered/\(lead.id)/\(lead.offeredAt)"] ?? []
        // One who had left, and came back, is not told again.
        let isExplained = messages.contains {
          $0.status != .suppressed || ["unsubscribed", "unconfirmed"].contains($0.outcome?.detail)
        }
        try require(isExplained, "delivery", "\(contact.id) does not hear of \(lead.id)")
      }
    }
  }

  /// The end of a lead is told to those whom its offer had reached, and to no others.
  private func checkEndings(_ about: [String: [OutboundMessage]]) throws {
    for lead in chronicle.leads.living where [.withdrawn, .lapsed, .concluded].contains(lead.status) {
      guard let end = lead.transitions.last(where: { $0.status == lead.status.rawValue })?.at else { continue }
      for contact in chronicle.contacts.living
      where contact.status == .confirmed && contact.owner.collectivite.map(cast.today) == lead.id.collectivite {
        let wasTold = (about["\(contact.id) offered/\(lead.id)/\(lead.offeredAt)"] ?? []).contains {
          $0.status == .delivered
        }
        let messages = about["\(contact.id) ended/\(lead.id)/\(end)"] ?? []
        try require(
          !messages.isEmpty || !wasTold, "delivery", "\(contact.id) does not hear that \(lead.id) is \(lead.status)")
        try require(
          messages.isEmpty || wasTold, "delivery", "\(contact.id) hears of the end of \(lead.id), and never of itself")
      }
    }
  }

  /// An answer is told to one person of the embassy.
  private func checkAnswers(_ messages: [OutboundMessage]) throws {
    for lead in chronicle.leads.living where lead.status == .interested || lead.status == .declined {
      guard let at = lead.transitions.last(where: { $0.status == lead.status.rawValue })?.at, at + .days(14) > now
      else { continue }
      let isSomebodyThere = chronicle.contacts.living.contains {
        $0.status == .confirmed && $0.owner == .embassy(lead.facts.country)
      }
      let about = messages.filter { $0.subjects.contains("answered/\(lead.id)/\(at)") }
      let told = about.count { $0.status == .delivered || $0.status == .pending }
      try require(told <= 1, "delivery", "\(told) persons hear of the answer to \(lead.id)")
      try require(
        !isSomebodyThere || !about.isEmpty, "delivery", "nobody of the embassy hears of the answer to \(lead.id)")
    }
  }

  /// A contact that has not confirmed is asked to, once, and hears nothing else.
  private func checkConfirmations(_ about: [String: [OutboundMessage]]) throws {
    for contact in chronicle.contacts.living where contact.status == .pending {
      let messages = about["\(contact.id) confirm-contact/\(contact.id)/\(contact.since)"] ?? []
      try require(!messages.isEmpty, "delivery", "\(contact.id) is not asked to confirm")
    }
  }
}
