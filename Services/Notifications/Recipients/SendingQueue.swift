import CooperationModel
import ServiceKit

/// One partition's messages as the sending plan looks at them: what waits, in its order, and what was delivered lately.
///
/// Kept in step with the messages one at a time, so that a plan costs what it sends, however much waits.
package struct SendingQueue: Sendable {
  /// Messages that have a limit of a day in common.
  struct Lane: Hashable, Sendable {
    var contact: ContactID
    /// Leaves in spite of the limit: a link to sign in.
    var isExempt: Bool
  }

  struct Waiting: Comparable, Sendable {
    var notBefore: Instant
    var id: MessageID
    static func < (left: Self, right: Self) -> Bool {
      left.notBefore == right.notBefore ? left.id < right.id : left.notBefore < right.notBefore
    }
  }

  /// The first that waits in a lane.
  struct Head: Comparable, Sendable {
    var first: Waiting
    var lane: Lane
    static func < (left: Self, right: Self) -> Bool { left.first < right.first }
    static func == (left: Self, right: Self) -> Bool { left.first == right.first }
  }

  struct Delivered: Comparable, Sendable {
    var at: Instant
    var id: MessageID
    var contact: ContactID
    static func < (left: Self, right: Self) -> Bool { left.at == right.at ? left.id < right.id : left.at < right.at }
    static func == (left: Self, right: Self) -> Bool { left.at == right.at && left.id == right.id }
  }

  private enum Place: Sendable {
    case waiting(Waiting, Lane)
    case delivered(Delivered)
  }

  private struct Count: Hashable, Sendable {
    var contact: ContactID
    var day: Day
  }

  private(set) var lanes: [Lane: SortedSequence<Waiting>] = [:]
  /// Each lane's first, in order.
  private(set) var heads = SortedSequence<Head>()
  /// All that waits, in order.
  private(set) var waiting = SortedSequence<Waiting>()
  private(set) var delivered = SortedSequence<Delivered>()
  private var counts: [Count: Int] = [:]
  private var places: [MessageID: Place] = [:]

  package init() {}

  /// How long a delivery is counted: longer than any limit looks back.
  package static let memory = Instant.Span.days(2)

  package var isEmpty: Bool { waiting.isEmpty }

  /// How many a contact was delivered on a day, by the calendar of Paris.
  func count(of contact: ContactID, on day: Day) -> Int { counts[Count(contact: contact, day: day)] ?? 0 }

  /// Whether the message waits, and in which lane.
  func place(of id: MessageID) -> (waiting: Waiting, lane: Lane)? {
    if case .waiting(let waiting, let lane)? = places[id] { (waiting, lane) } else { nil }
  }

  /// A message as it is now; nil when it is gone. Noted as often as one likes, it counts once.
  package mutating func note(_ id: MessageID, _ message: OutboundMessage?) {
    switch places.removeValue(forKey: id) {
    case .waiting(let place, let lane):
      waiting.remove(place)
      change(lane) { $0.remove(place) }
    case .delivered(let place): forget(place)
    case nil: break
    }
    guard let message else { return }
    switch message.status {
    case .pending:
      let place = Waiting(notBefore: message.notBefore, id: id)
      let lane = Lane(contact: message.contact, isExempt: message.kind == .signIn)
      waiting.insert(place)
      change(lane) { $0.insert(place) }
      places[id] = .waiting(place, lane)
    case .delivered:
      guard let at = message.outcome?.at else { return }
      let place = Delivered(at: at, id: id, contact: message.contact)
      delivered.insert(place)
      counts[Count(contact: place.contact, day: ParisTime.day(of: at)), default: 0] += 1
      places[id] = .delivered(place)
    case .failed, .suppressed: break
    }
  }

  /// Lets go of deliveries that no limit looks back at any more.
  package mutating func forgetDeliveries(before time: Instant) {
    while let first = delivered.first, first.at < time {
      places[first.id] = nil
      forget(first)
    }
  }

  private mutating func forget(_ place: Delivered) {
    delivered.remove(place)
    let count = Count(contact: place.contact, day: ParisTime.day(of: place.at))
    let left = (counts[count] ?? 1) - 1
    counts[count] = left > 0 ? left : nil
  }

  private mutating func change(_ lane: Lane, _ body: (inout SortedSequence<Waiting>) -> Void) {
    let before = lanes[lane]?.first
    body(&lanes[lane, default: SortedSequence()])
    let after = lanes[lane]?.first
    if after == nil { lanes[lane] = nil }
    guard before != after else { return }
    if let before { heads.remove(Head(first: before, lane: lane)) }
    if let after { heads.insert(Head(first: after, lane: lane)) }
  }
}
