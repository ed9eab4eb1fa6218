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

/// Requests by the time at which something may change for them; of one time by their turns, since room that comes back is
/// wanted by many at once. May hold timers that are out of date: whoever takes one out looks again. So of a request's
/// timers the earliest is enough, and a request that changes often takes no more room.
struct RequestTimers: Sendable {
  private var heap = Heap<Timer>()
  private var earliest: [RequestID: Timer] = [:]

  struct Timer: Comparable, Sendable {
    var at: Instant
    /// When the time has come.
    var priority: LeadAllocator.Priority
    var id: RequestID

    static func < (left: Self, right: Self) -> Bool {
      if left.at != right.at { return left.at < right.at }
      if left.priority != right.priority { return left.priority < right.priority }
      return left.id < right.id
    }
  }

  var first: Timer? { heap.min }

  mutating func removeFirst() {
    let timer = heap.removeMin()
    if earliest[timer.id] == timer { earliest[timer.id] = nil }
  }

  mutating func insert(_ timer: Timer) {
    if let known = earliest[timer.id], known <= timer { return }
    earliest[timer.id] = timer
    heap.insert(timer)
  }
}
