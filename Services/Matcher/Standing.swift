import Collections
import CooperationModel

/// Where collectivités stand: in which requests' lists, and of which requests they have leads. And what waits for time.
struct Standing: Sendable {
  private var lists: [CollectiviteID: Set<RequestID>] = [:]
  private var listed: [RequestID: (ids: [CollectiviteID], rows: [Int])] = [:]
  private var leads: [CollectiviteID: Set<RequestID>] = [:]
  var timers = RequestTimers()
  /// What changed since timers were set; see ``takeUnscheduled()``.
  private var unscheduled = Unscheduled()

  private struct Unscheduled: Sendable {
    var requests: Set<RequestID> = []
    /// With all requests that they concern.
    var collectivites: Set<CollectiviteID> = []
  }

  mutating func note(_ matches: MatchSet?, for id: RequestID, in landscape: Landscape) {
    for collectivite in listed[id]?.ids ?? [] { lists[collectivite]?.remove(id) }
    listed[id] = matches.map { ($0.ranked.map(\.collectivite), landscape.rows(of: $0)) }
    for collectivite in listed[id]?.ids ?? [] { lists[collectivite, default: []].insert(id) }
  }

  /// The rows of a request's list, as ``Landscape/rows(of:)`` says; nil where there is none.
  func rows(of id: RequestID) -> [Int]? { listed[id]?.rows }

  /// Timers of these are to be set anew before any is looked at.
  mutating func unschedule(_ requests: some Sequence<RequestID>) { unscheduled.requests.formUnion(requests) }

  /// The same for all requests that some collectivités concern.
  mutating func unscheduleRequests(of collectivites: some Sequence<CollectiviteID>) {
    unscheduled.collectivites.formUnion(collectivites)
  }

  /// The requests whose timers are to be set anew. A flood of news that concern the same requests costs each of them once,
  /// and whoever looks at no timers, nothing.
  mutating func takeUnscheduled() -> Set<RequestID> {
    guard !(unscheduled.requests.isEmpty && unscheduled.collectivites.isEmpty) else { return [] }
    defer { unscheduled = Unscheduled() }
    return unscheduled.collectivites.reduce(into: unscheduled.requests) { all, collectivite in
      all.formUnion(lists[collectivite] ?? [])
      all.formUnion(leads[collectivite] ?? [])
    }
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
