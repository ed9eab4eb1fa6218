import Collections
import CooperationModel
import ServiceKit
import TopicBus

/// Who belongs to whom: kept in step with the tables, so that one owner's circumstances are found without a search.
struct RecipientIndex: Sendable {
  private(set) var contacts: [OwnerID: Set<ContactID>] = [:]
  private(set) var messages: [OwnerID: Set<MessageID>] = [:]
  /// By today's authority, and by the request's country.
  private(set) var leadsOfCollectivite: [CollectiviteID: Set<LeadID>] = [:]
  private(set) var leadsOfCountry: [CountryCode: Set<LeadID>] = [:]
  private(set) var requestsOfCountry: [CountryCode: Set<RequestID>] = [:]
  /// By partition: what the sending plan looks at.
  private(set) var queues: [Int: SendingQueue] = [:]
  private var contactOwner: [ContactID: OwnerID] = [:]
  private var messageOwner: [MessageID: OwnerID] = [:]
  private var reminders = Heap<Reminder>()
  private var expiries = Heap<Expiry>()

  private struct Reminder: Comparable, Sendable {
    var at: Instant
    var request: RequestID
    var country: CountryCode
    static func < (left: Self, right: Self) -> Bool {
      left.at == right.at ? left.request < right.request : left.at < right.at
    }
  }

  /// When something that a waiting message is about is told no more.
  private struct Expiry: Comparable, Sendable {
    var at: Instant
    var message: MessageID
    var owner: OwnerID
    static func < (left: Self, right: Self) -> Bool {
      left.at == right.at ? left.message < right.message : left.at < right.at
    }
  }

  /// The partition of everything that is about an owner.
  static func partition(of owner: OwnerID) -> Int {
    Partitioner.partition(of: owner.rawValue, among: Topics.contacts.partitions)
  }

  /// Owners of a partition that have contacts or messages, in order.
  func owners(in partition: Int) -> [OwnerID] {
    Set(contacts.keys).union(messages.keys).filter { Self.partition(of: $0) == partition }.sorted()
  }

  mutating func note(_ id: ContactID, _ contact: Contact?) -> [OwnerID] {
    let before = contactOwner[id]
    if let before { contacts[before]?.remove(id) }
    contactOwner[id] = contact?.owner
    if let owner = contact?.owner { contacts[owner, default: []].insert(id) }
    return [before, contact?.owner].compactMap { $0 }
  }

  mutating func note(_ id: MessageID, _ message: OutboundMessage?) -> [OwnerID] {
    let before = messageOwner[id]
    if let before, before != message?.owner {
      messages[before]?.remove(id)
      queues[Self.partition(of: before)]?.note(id, nil)
    }
    messageOwner[id] = message?.owner
    guard let message else { return [before].compactMap { $0 } }
    messages[message.owner, default: []].insert(id)
    queues[Self.partition(of: message.owner), default: SendingQueue()].note(id, message)
    if message.status == .pending {
      for at in message.causes.compactMap(Circumstances.expiry) {
        expiries.insert(Expiry(at: at, message: id, owner: message.owner))
      }
    }
    return [message.owner]
  }

  /// Lets go of deliveries that the plan no longer counts.
  mutating func forgetDeliveries(in partition: Int, before time: Instant) {
    queues[partition]?.forgetDeliveries(before: time)
  }

  mutating func note(_ id: LeadID, before: Lead?, after: Lead?, today: CollectiviteID) {
    if let before {
      leadsOfCollectivite[today]?.remove(id)
      leadsOfCountry[before.facts.country]?.remove(id)
    }
    if let after {
      leadsOfCollectivite[today, default: []].insert(id)
      leadsOfCountry[after.facts.country, default: []].insert(id)
    }
  }

  mutating func note(_ id: RequestID, before: PartnershipRequest?, after: PartnershipRequest?) {
    if let before { requestsOfCountry[before.country]?.remove(id) }
    guard let after else { return }
    requestsOfCountry[after.country, default: []].insert(id)
    if after.isOpen, let confirmBy = after.confirmBy {
      reminders.insert(Reminder(at: confirmBy - Circumstances.reminder, request: id, country: after.country))
    }
  }

  /// The next reminder that is still one, by what its request says now.
  mutating func nextReminder(_ requests: View<RequestID, PartnershipRequest>) -> (Instant, OwnerID)? {
    while let first = reminders.min {
      if let request = requests[first.request], request.isOpen,
        request.confirmBy.map({ $0 - Circumstances.reminder }) == first.at
      {
        return (first.at, .embassy(first.country))
      }
      reminders.removeMin()
    }
    return nil
  }

  /// The next time at which something that waits is told no more.
  mutating func nextExpiry() -> (Instant, OwnerID)? {
    while let first = expiries.min {
      if queues[Self.partition(of: first.owner)]?.place(of: first.message) != nil { return (first.at, first.owner) }
      expiries.removeMin()
    }
    return nil
  }

  /// Everything that was due by then has been looked at.
  mutating func passReminders(of owner: OwnerID, at instant: Instant) {
    while let first = reminders.min, first.at <= instant, OwnerID.embassy(first.country) == owner {
      reminders.removeMin()
    }
    while let first = expiries.min, first.at <= instant, first.owner == owner { expiries.removeMin() }
  }
}
