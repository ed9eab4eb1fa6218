import Collections
import CooperationModel

/// Entities that news keep touching, each of which is derived again once in a while.
///
/// The first news of an entity pass at once. What comes within a span after them waits until the span is over, and passes
/// together: so a single change is as quick as ever, and a flood of them costs one derivation of each entity a span. Of
/// very many entities only a few pass at a time, with a pause between: what is new itself finds its way between them.
struct Gathering<ID: Hashable & Sendable>: Sendable {
  /// When news of the entity passed last, and whether others came since.
  private var held: [ID: (since: Instant, isTouched: Bool)] = [:]
  /// The same, by when they passed.
  private var queue: Deque<(since: Instant, id: ID)> = []
  /// The latest time that is known.
  private var asked = Instant(milliseconds: 0)
  /// Nothing passes before.
  private var pausedUntil = Instant(milliseconds: 0)
  /// How many entities have news that wait.
  private(set) var count = 0

  func contains(_ id: ID) -> Bool { held[id]?.isTouched ?? false }

  /// Takes in that there are news of an entity.
  ///
  /// - Returns: whether they are to wait; false lets them pass now.
  /// - Complexity: O(1), amortised.
  mutating func holds(_ id: ID, at now: Instant) -> Bool {
    guard let known = held[id] else {
      held[id] = (now, false)
      queue.append((now, id))
      return false
    }
    if !known.isTouched { count += 1 }
    held[id] = (known.since, true)
    return true
  }

  /// What waits was derived together with something else.
  mutating func settle(_ id: ID) {
    guard let known = held[id], known.isTouched else { return }
    held[id] = (known.since, false)
    count -= 1
  }

  /// Forgets whose span is over, and lets pass what waited for that, as much at once as the pace allows. A clock that was
  /// set back ends every span and pause.
  ///
  /// - Complexity: O(1) for each of them.
  mutating func popDue(at now: Instant, _ pace: GatheringPace) -> [ID] {
    let isSetBack = now < asked
    asked = now
    guard isSetBack || pausedUntil <= now else { return [] }
    var due: [ID] = []
    while let first = queue.first, isSetBack || first.since + pace.span <= now, due.count < pace.atOnce || isSetBack {
      queue.removeFirst()
      // Removed meanwhile, and perhaps held anew.
      guard let known = held[first.id], known.since == first.since else { continue }
      held[first.id] = nil
      guard known.isTouched else { continue }
      count -= 1
      due.append(first.id)
    }
    for id in due { _ = holds(id, at: now) }
    pausedUntil = due.isEmpty ? now : now + pace.pause
    return due
  }

  /// When ``popDue(at:_:)`` is to be asked again: not later than anything may pass.
  func nextDue(_ pace: GatheringPace) -> Instant? {
    count > 0 ? queue.first.map { max($0.since + pace.span, pausedUntil) } : nil
  }

  /// - Complexity: O(*n*).
  mutating func removeAll(where isGone: (ID) -> Bool) {
    held = held.filter { !isGone($0.key) }
    count = held.values.count { $0.isTouched }
  }
}

/// How fast news that wait together are let pass.
package struct GatheringPace: Sendable {
  /// How long an entity is left alone after news of it passed.
  package var span: Instant.Span
  /// How many entities pass together.
  package var atOnce: Int
  /// How long nothing passes after some did: sixteen in 80 milliseconds are at most 200 lists of matches a second.
  package var pause: Instant.Span

  package init(span: Instant.Span = .seconds(1), atOnce: Int = 16, pause: Instant.Span = .milliseconds(80)) {
    self.span = span
    self.atOnce = atOnce
    self.pause = pause
  }
}
