import CEmbeddedBus
import Foundation
import SQLiteFile
import Synchronization
import TopicBus

/// A word in memory shared by every process that has the log open. A writer changes it after COMMIT; whoever waits
/// sleeps on it in the kernel.
///
/// It is a hint alone: a bell that a crash swallowed is made up for by the slow check.
final class Bell: Sendable {
  private nonisolated(unsafe) let word: UnsafeMutablePointer<UInt32>
  private static let length = 4_096

  init(path: String) throws(BusError) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o660)
    guard descriptor >= 0 else {
      throw .refused("\(path): \(systemMessage(errno)): let the service's user write the data folder")
    }
    defer { close(descriptor) }
    // Room is taken now: a page that cannot be written later would kill the process.
    let code = posix_fallocate(descriptor, 0, off_t(Self.length))
    guard code == 0 else {
      let fact = "\(path): \(systemMessage(code))"
      throw code == ENOSPC ? .full("\(fact): free some space on its disk") : .refused(fact)
    }
    let memory = mmap(nil, Self.length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    guard let memory, memory != MAP_FAILED else { throw .refused("\(path): \(systemMessage(errno))") }
    word = memory.assumingMemoryBound(to: UInt32.self)
  }

  deinit { munmap(word, Self.length) }

  /// How often it rang, modulo 2^32.
  var count: UInt32 { bus_word_load(word) }

  func ring() {
    bus_word_increment(word)
    bus_word_wake(word)
  }

  /// Blocks until it rings after that count, or for so long.
  func wait(after count: UInt32, nanoseconds: Int64) { bus_word_wait(word, count, nanoseconds) }
}

/// What a waiter wants to hear of.
struct Interest: Sendable {
  /// Records at or beyond these places: partition ids and offsets.
  var places: [(partition: Int64, offset: Int64)] = []
  /// A group's generation that is not this one.
  var generation: (group: Int64, value: Int64)?

  func isMet(by ends: borrowing LogEnds) -> Bool {
    if let generation, ends.generations[generation.group] != generation.value { return true }
    return places.contains { ends.end(of: $0.partition) > $0.offset }
  }
}

/// Where everything ends, read in one go.
struct LogEnds {
  var generations: [Int64: Int64] = [:]
  /// By partition id.
  var highs: [Int64] = []

  func end(of partition: Int64) -> Int64 { highs.indices.contains(Int(partition)) ? highs[Int(partition)] : 0 }
}

/// Lets tasks wait for the log without blocking a thread each: one thread sleeps on the bell for all of them, looks at
/// the log when it rings, and wakes those who have something to see.
final class Doorbell: Sendable {
  private struct Waiter {
    var interest: Interest
    var owner: ObjectIdentifier
    var continuation: CheckedContinuation<Void, Never>
  }

  private struct State {
    var waiters: [Int: Waiter] = [:]
    var next = 0
    var isClosed = false
    /// Groups with members of this bus, whose other members are to be watched, and how many members.
    var watched: [Int64: Int] = [:]
  }

  private let bell: Bell
  private let state = Mutex(State())

  /// The pause between two looks that nothing asked for: for bells lost in a crash, dead members, a replaced file.
  static let slowCheck: Duration = .milliseconds(250)

  init(bell: Bell) { self.bell = bell }

  var count: UInt32 { bell.count }

  func ring() { bell.ring() }

  func watch(group: Int64) { state.withLock { $0.watched[group, default: 0] += 1 } }

  func unwatch(group: Int64) {
    state.withLock { state in
      let left = (state.watched[group] ?? 0) - 1
      state.watched[group] = left > 0 ? left : nil
    }
  }

  func close() {
    let waiters = state.withLock { state in
      state.isClosed = true
      defer { state.waiters = [:] }
      return Array(state.waiters.values)
    }
    for waiter in waiters { waiter.continuation.resume() }
    bell.ring()
  }

  /// Waits until the interest may be met, the deadline passes, the task is cancelled or the bus is closed.
  ///
  /// - Parameters:
  ///   - count: the bell's count from before the caller looked in vain, so that nothing falls in between.
  ///   - owner: on whose behalf, for ``wake(_:)``.
  ///   - isOver: whether the owner was closed; asked so that a ``wake(_:)`` after it became true is not missed.
  func wait(
    after count: UInt32, for interest: Interest, until deadline: ContinuousClock.Instant, by owner: AnyObject,
    isOver: @Sendable () -> Bool
  ) async {
    let owner = ObjectIdentifier(owner)
    let id = state.withLock { state in
      state.next += 1
      return state.next
    }
    let alarm = Task {
      try? await Task.sleep(until: deadline, clock: .continuous)
      wake(id)
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let waits = state.withLock { state in
          guard !state.isClosed, !isOver(), !Task.isCancelled, bell.count == count, ContinuousClock.now < deadline
          else {
            return false
          }
          state.waiters[id] = Waiter(interest: interest, owner: owner, continuation: continuation)
          return true
        }
        if !waits { continuation.resume() }
      }
    } onCancel: {
      wake(id)
    }
    alarm.cancel()
  }

  /// Wakes whoever waits on behalf of that object.
  func wake(_ owner: AnyObject) {
    let woken = state.withLock { state in
      let ids = state.waiters.filter { $0.value.owner == ObjectIdentifier(owner) }.keys
      return ids.compactMap { state.waiters.removeValue(forKey: $0) }
    }
    for waiter in woken { waiter.continuation.resume() }
  }

  private func wake(_ id: Int) {
    let waiter = state.withLock { $0.waiters.removeValue(forKey: id) }
    waiter?.continuation.resume()
  }

  /// The thread's whole life.
  ///
  /// - Parameters:
  ///   - reader: for this thread alone; released at the end.
  ///   - onDeath: called with a group of which a member's process has ended.
  func run(_ reader: ReadSide, members folder: String, onDeath: (Int64) -> Void) {
    var seen = bell.count
    var nextSlowCheck = ContinuousClock.now + Self.slowCheck
    var version = try? reader.connection.integer("PRAGMA data_version")
    while !state.withLock({ $0.isClosed }) {
      let pause = max(ContinuousClock.now.duration(to: nextSlowCheck), .zero)
      bell.wait(after: seen, nanoseconds: Int64(pause / .nanoseconds(1)))
      let count = bell.count
      var looks = count != seen
      seen = count
      if ContinuousClock.now >= nextSlowCheck {
        nextSlowCheck = .now + Self.slowCheck
        let newVersion = try? reader.connection.integer("PRAGMA data_version")
        if newVersion == nil || newVersion != version || !reader.isIntact { looks = true }
        version = newVersion
        for group in deadGroups(reader.connection, folder) { onDeath(group) }
      }
      if looks { wakeInterested(reader) }
    }
  }

  private func wakeInterested(_ reader: ReadSide) {
    guard state.withLock({ !$0.waiters.isEmpty }) else { return }
    // Who cannot be told from the log finds out by itself what is wrong.
    let ends = reader.isIntact ? try? LogEnds(reader.connection) : nil
    let woken = state.withLock { state in
      let ready = state.waiters.filter { waiter in ends.map { waiter.value.interest.isMet(by: $0) } ?? true }
      for id in ready.keys { state.waiters[id] = nil }
      return ready.values.map(\.continuation)
    }
    for continuation in woken { continuation.resume() }
  }

  private func deadGroups(_ connection: Connection, _ folder: String) -> [Int64] {
    let watched = state.withLock { $0.watched.keys.sorted() }
    return watched.filter { group in
      let members = try? connection.rows("SELECT id FROM members WHERE group_id = ?", .integer(group)) { $0.integer(0) }
      return (members ?? []).contains { !MemberLock.isHeld(folder: folder, member: $0) }
    }
  }
}

extension LogEnds {
  init(_ connection: Connection) throws {
    let (partitions, groups) = try connection.transaction {
      (
        try connection.rows("SELECT id, high FROM partitions") { ($0.integer(0), $0.integer(1)) },
        try connection.rows("SELECT id, generation FROM groups") { ($0.integer(0), $0.integer(1)) }
      )
    }
    highs = Array(repeating: 0, count: Int(partitions.last?.0 ?? 0) + 1)
    for (id, high) in partitions { highs[Int(id)] = high }
    for (id, generation) in groups { generations[id] = generation }
  }
}
