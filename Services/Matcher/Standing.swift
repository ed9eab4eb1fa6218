import Collections
import CooperationModel

/// Where collectivités stand: in which requests' lists, and of which requests they have leads. And what waits for time.
struct Standing: Sendable {
  private var lists: [CollectiviteID: Set<RequestID>] = [:]
  private var listed: [RequestID: [CollectiviteID]] = [:]
  private var leads: [CollectiviteID: Set<RequestID>] = [:]
  var timers = RequestTimers()

  mutating func note(_ matches: MatchSet?, for id: RequestID) {
    for collectivite in listed[id] ?? [] { lists[collectivite]?.remove(id) }
    listed[id] = matches?.ranked.map(\.collectivite)
    for collectivite in listed[id] ?? [] { lists[collectivite, default: []].insert(id) }
  }

  mutating func note(_ lead: LeadID, isThere: Bool) {
    if isThere {
      leads[lead.collectivite, default: []].insert(lead.request)
    } else {
      leads[lead.collectivite]?.remove(lead.request)
    }
  }

  /// The requests that a change of the collectivité can concern, in order.
  func requests(of collectivite: CollectiviteID) -> [RequestID] {
    (lists[collectivite] ?? []).union(leads[collectivite] ?? []).sorted()
  }
}

/// Requests by the time at which something may change for them. May hold times that are out of date: whoever takes one
/// out looks again. So of a request's times the earliest is enough, and a request that changes often takes no more room.
struct RequestTimers: Sendable {
  private var heap = Heap<Item>()
  private var earliest: [RequestID: Instant] = [:]

  private struct Item: Comparable, Sendable {
    var at: Instant
    var id: RequestID
    static func < (left: Self, right: Self) -> Bool { left.at == right.at ? left.id < right.id : left.at < right.at }
  }

  var first: (Instant, RequestID)? { heap.min.map { ($0.at, $0.id) } }

  mutating func removeFirst() {
    let item = heap.removeMin()
    if earliest[item.id] == item.at { earliest[item.id] = nil }
  }

  mutating func insert(_ at: Instant, _ id: RequestID) {
    if let known = earliest[id], known <= at { return }
    earliest[id] = at
    heap.insert(Item(at: at, id: id))
  }
}
