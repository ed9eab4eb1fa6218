import CLibrdkafka
import DequeModule
import Dispatch
import Foundation
import Synchronization
import TopicBus

/// One consumer of librdkafka and the one thread that drains it.
///
/// The thread polls record by record (the batch calls of librdkafka 2.0.2 lose or repeat records around rebalances,
/// seeks and pauses), puts what it got into lanes, many records at a time, and wakes whoever waits. Everything that
/// changes what is fetched runs on it, between two polls.
final class Drain: @unchecked Sendable {
  let client: KafkaClient
  private let name: String
  /// Told of rebalances, on the thread.
  private let rebalanced: (@Sendable (Drain, Rebalance) -> Void)?
  private let state = Mutex(State())
  private let nudge = DispatchSemaphore(value: 0)
  private let queue: Wake?
  private let ending = Latch(count: 1)
  private let asking = Errand()
  private let most: Int
  /// Held by who reads what was taken; what is read is there as long.
  private let taking = Mutex(())
  /// What the headers of a record took, of those that were read last, in bytes.
  private let headerBytes = Atomic(400)

  enum Rebalance {
    case assigned(UnsafeMutablePointer<rd_kafka_topic_partition_list_t>)
    case revoked
    case failed(KafkaError)
  }

  private struct State {
    var lanes = Lanes()
    var commands: [@Sendable (Drain) -> Void] = []
    var waiter: Waiter?
    var changes: UInt64 = 0
    var isEnding = false
    var leaves = false
    /// What makes the consumer useless.
    var failure: BusError?
  }

  private struct Waiter {
    var continuation: CheckedContinuation<Void, Never>
    var deadline: ContinuousClock.Instant
  }

  // The thread's own.
  /// It is no member, or has joined.
  private var hasSettled: Bool
  private var reading = MessageReading()
  private var inHand = InHand()
  /// How much came since ``Lanes/age()``, in bytes.
  private var sinceAged = 0
  private var lastProbe = ContinuousClock.now
  /// What came since all was quiet: so much, and librdkafka may have stopped fetching; see ``wakeFetching()``.
  private var flood = Flood()

  /// - Parameters:
  ///   - most: how many bytes of records may wait here; librdkafka holds about as many again.
  ///   - rebalanced: called on the thread, and may block it; the partitions are to be assigned or unassigned in it.
  init(
    _ settings: KafkaSettings, for role: Role, name: String, most: Int = 16 << 20,
    rebalanced: (@Sendable (Drain, Rebalance) -> Void)? = nil
  ) throws(BusError) {
    let callbacks = DrainCallbacks(settings)
    client = try KafkaClient(settings, for: role, callbacks: callbacks)
    self.name = name
    self.most = most
    hasSettled = rebalanced == nil
    self.rebalanced = rebalanced
    queue = Wake(consumer: client)
    callbacks.drain.withLock { $0 = WeakDrain(drain: self) }
    // Everything is told to whoever polls the consumer.
    rd_kafka_poll_set_consumer(client.pointer)
  }

  /// Starts the thread, which first does as told.
  func start(_ begin: @escaping @Sendable (Drain) -> Void) {
    state.withLock { $0.commands.append(begin) }
    startThread(name) { self.run() }
  }

  // MARK: - From any task

  /// Runs something on the thread, between two polls.
  func perform<T: Sendable>(
    _ body: @escaping @Sendable (Drain) throws(BusError) -> T
  ) async throws(BusError) -> T {
    let result: Result<T, BusError> = await withCheckedContinuation { continuation in
      let accepted = state.withLock { state in
        guard !state.isEnding else { return false }
        state.commands.append { drain in
          do throws(BusError) {
            continuation.resume(returning: .success(try body(drain)))
          } catch {
            continuation.resume(returning: .failure(error))
          }
        }
        return true
      }
      if accepted { wakeThread() } else { continuation.resume(returning: .failure(.closed)) }
    }
    return try result.get()
  }

  var changes: UInt64 { state.withLock { $0.changes } }

  /// Waits until something changed since a count was read, until a deadline, or until the task is cancelled.
  func wait(since count: UInt64, until deadline: ContinuousClock.Instant) async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let waits = state.withLock { state in
          guard state.changes == count, !state.isEnding, !Task.isCancelled else { return false }
          let former = state.waiter
          state.waiter = Waiter(continuation: continuation, deadline: deadline)
          former?.continuation.resume()
          return true
        }
        if waits { wakeThread() } else { continuation.resume() }
      }
    } onCancel: {
      change()
    }
  }

  /// Lets whoever waits look again.
  func change() {
    let waiter = state.withLock { state in
      state.changes += 1
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.continuation.resume()
  }

  func withLanes<T>(_ body: (inout Lanes) throws(BusError) -> T) throws(BusError) -> T {
    let result: Result<T, BusError> = state.withLock { state in
      do throws(BusError) {
        return .success(try body(&state.lanes))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// Takes what was fetched and reads it, on the caller's thread.
  ///
  /// - Parameter choose: takes of the lanes, and tells what belongs to it; nil for nothing.
  func take<T: Sendable>(
    _ choose: (inout Lanes) throws(BusError) -> (fetched: Deque<Fetched>?, rest: T)?
  ) throws(BusError) -> (records: [Record]?, rest: T)? {
    let result: Result<(records: [Record]?, rest: T)?, BusError> = taking.withLock { _ in
      do throws(BusError) {
        guard let (fetched, rest) = try withLanes(choose) else { return .success(nil) }
        return .success((fetched.map { read($0) }, rest))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private func read(_ fetched: consuming Deque<Fetched>) -> [Record] {
    var reading = MessageReading()
    var records: [Record] = []
    records.reserveCapacity(fetched.count)
    while let next = fetched.popFirst() { records.append(next.read(&reading)) }
    if let last = records.last { headerBytes.store(last.headers.packed.count, ordering: .relaxed) }
    return records
  }

  /// What makes the consumer useless.
  var failure: BusError? { state.withLock { $0.failure } }

  var isEnding: Bool { state.withLock { $0.isEnding } }

  /// Ends the thread, and frees the consumer as soon as nothing is being asked of it.
  ///
  /// - Parameter leaving: whether it leaves its group, or is gone as a killed process is.
  func end(leaving: Bool) async {
    state.withLock { state in
      state.leaves = state.isEnding ? state.leaves : leaving
      state.isEnding = true
    }
    wakeThread()
    change()
    await ending.wait()
  }

  /// Wakes the thread, whatever it waits for.
  func wakeThread() {
    queue?.wake()
    nudge.signal()
  }

  // MARK: - On the thread

  /// Blocks the thread until it is woken, or for some milliseconds; who waits for their time-out is heeded.
  func pause(_ milliseconds: Int) {
    _ = nudge.wait(timeout: .now() + .milliseconds(milliseconds))
    wakeExpired()
  }

  /// Assigns these partitions, each to be read from its offset, and nothing else.
  func assign(_ offsets: [TopicPartition: Int64]) {
    handOver()
    reading.forgetTopics()
    let list = PartitionList(offsets.sorted { $0.key < $1.key })
    state.withLock { state in
      state.lanes.close(Array(state.lanes.lanes.keys))
      state.lanes.open(offsets)
    }
    note(list.lend { rd_kafka_assign(client.pointer, $0) })
  }

  /// Hands out no more of what is assigned.
  func closeLanes() {
    handOver()
    state.withLock { $0.lanes.close(Array($0.lanes.lanes.keys)) }
  }

  func unassign() {
    reading.forgetTopics()
    closeLanes()
    note(rd_kafka_assign(client.pointer, nil))
  }

  private func note(_ code: rd_kafka_resp_err_t) {
    if code != RD_KAFKA_RESP_ERR_NO_ERROR { fail(KafkaError(code).busError()) }
  }

  private func fail(_ error: BusError) {
    state.withLock { $0.failure = $0.failure ?? error }
    change()
  }

  /// Reads on from other places.
  func seek(_ positions: [TopicPartition: Int64]) {
    handOver()
    let known = state.withLock { state in
      let known = positions.filter { state.lanes.lanes[$0.key] != nil }
      for (partition, offset) in known { state.lanes.seek(partition, to: offset) }
      return known
    }
    guard !known.isEmpty else { return }
    let list = PartitionList(known.sorted { $0.key < $1.key })
    let error = list.lend { rd_kafka_seek_partitions(client.pointer, $0, 10_000) }
    if let error { rd_kafka_error_destroy(error) }
    guard error != nil || list.failure != nil else { return }
    // A partition whose fetching ended with an error can only be assigned again; with it, the others.
    resumeAll()
    let tails = state.withLock { $0.lanes.lanes.mapValues(\.tail) }
    note(PartitionList(tails.sorted { $0.key < $1.key }).lend { rd_kafka_assign(client.pointer, $0) })
  }

  /// Does what it was told to do meanwhile.
  func runCommands() {
    let commands = state.withLock { state in
      defer { state.commands = [] }
      return state.commands
    }
    for command in commands { command(self) }
  }

  private func run() {
    while true {
      runCommands()
      wakeExpired()
      if isEnding { break }
      keepBounds()
      probe()
      drain(timeout: pollTimeout)
    }
    let (leaves, commands, waiter) = state.withLock { state in
      defer { (state.commands, state.waiter) = ([], nil) }
      return (state.leaves, state.commands, state.waiter)
    }
    for command in commands { command(self) }
    waiter?.continuation.resume()
    // librdkafka's memory goes with the client: what nobody took, and what is being read.
    closeLanes()
    taking.withLock { _ in }
    if leaves { leave() }
    // What is being asked may wait behind a fetch that waits for news; nobody has to wait with it.
    let client = client
    asking.end { client.destroy() }
    ending.countDown()
  }

  /// Says that it leaves, and waits for that no longer than a broker that is there takes.
  private func leave() {
    settle()
    let queue = rd_kafka_queue_new(client.pointer)
    defer { rd_kafka_queue_destroy(queue) }
    if let error = rd_kafka_consumer_close_queue(client.pointer, queue) {
      rd_kafka_error_destroy(error)
      return
    }
    let deadline = ContinuousClock.now + .seconds(3)
    while rd_kafka_consumer_closed(client.pointer) == 0, ContinuousClock.now < deadline {
      guard let event = rd_kafka_queue_poll(queue, 50) else { continue }
      if rd_kafka_event_type(event) == RD_KAFKA_EVENT_REBALANCE { rd_kafka_assign(client.pointer, nil) }
      rd_kafka_event_destroy(event)
    }
  }

  /// Waits until the group has answered: while a member joins, librdkafka does not say that it leaves (2.0.2), and the
  /// group would wait for it as for one that died.
  private func settle() {
    let deadline = ContinuousClock.now + .seconds(5)
    while !hasSettled, !client.isAway, ContinuousClock.now < deadline {
      if let message = rd_kafka_consumer_poll(client.pointer, 20) { rd_kafka_message_destroy(message) }
    }
  }

  private func wakeExpired() {
    let waiter = state.withLock { state -> Waiter? in
      guard let waiter = state.waiter, waiter.deadline <= .now else { return nil }
      state.waiter = nil
      return waiter
    }
    waiter?.continuation.resume()
  }

  private var pollTimeout: Int32 {
    if Self.stalls, flood.isOne { return 1 }
    let deadline = state.withLock { $0.waiter?.deadline }
    guard let deadline else { return 1_000 }
    let left = ContinuousClock.now.duration(to: deadline)
    return Int32(max(1, min(1_000, left / .milliseconds(1) + 1)))
  }

  /// Waits a moment for room, then lets librdkafka fetch no more of partitions that have more than their share here.
  private func keepBounds() {
    if state.withLock({ $0.lanes.bytes >= most }) {
      let deadline = ContinuousClock.now + .milliseconds(100)
      while state.withLock({ $0.lanes.bytes >= most && !$0.isEnding && $0.commands.isEmpty }), .now < deadline {
        pause(20)
      }
    }
    let (paused, resumed) = state.withLock { state -> ([TopicPartition], [TopicPartition]) in
      let share = most / max(1, state.lanes.lanes.count)
      let isFull = state.lanes.bytes >= most
      var paused: [TopicPartition] = []
      var resumed: [TopicPartition] = []
      for (partition, lane) in state.lanes.lanes {
        if lane.isPaused, lane.bytes <= share / 2 { resumed.append(partition) }
        if isFull, !lane.isPaused, lane.bytes >= share { paused.append(partition) }
      }
      for partition in paused { state.lanes.setPaused(true, partition) }
      for partition in resumed { state.lanes.setPaused(false, partition) }
      return (paused, resumed)
    }
    if !paused.isEmpty { PartitionList(paused.sorted()).lend { rd_kafka_pause_partitions(client.pointer, $0) } }
    if !resumed.isEmpty { PartitionList(resumed.sorted()).lend { rd_kafka_resume_partitions(client.pointer, $0) } }
  }

  private func resumeAll() {
    let paused = state.withLock { state in
      let paused = state.lanes.lanes.filter(\.value.isPaused).keys.sorted()
      for partition in paused { state.lanes.setPaused(false, partition) }
      return paused
    }
    if !paused.isEmpty { PartitionList(paused).lend { rd_kafka_resume_partitions(client.pointer, $0) } }
  }

  /// Looks whether brokers that were away are back.
  private func probe() {
    guard client.isAway, lastProbe + .seconds(1) <= .now else { return }
    lastProbe = .now
    client.probe(timeout: 200)
    change()
  }

  /// Polls until there is nothing more at once, or enough to be handed over.
  private func drain(timeout: Int32) {
    guard var message = rd_kafka_consumer_poll(client.pointer, timeout) else { return wakeFetching() }
    var (count, bytes, others) = (0, 0, 0)
    let headers = headerBytes.load(ordering: .relaxed)
    while true {
      if message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR {
        count += 1
        bytes += hold(message, headers: headers)
      } else {
        if let effect = effect(of: message) { inHand.hold(effect) }
        others += 1
        rd_kafka_message_destroy(message)
      }
      guard count < 5_000, bytes < 1 << 20, others < 100, let next = rd_kafka_consumer_poll(client.pointer, 0)
      else { break }
      message = next
    }
    if count > 0 { client.isHeard() }
    flood = Flood(records: flood.records + count, bytes: flood.bytes + bytes)
    handOver()
    change()
    readAged(beyond: bytes)
  }

  /// Takes a record in hand.
  ///
  /// - Parameter headers: about what its headers take, in bytes.
  /// - Returns: about what it takes, in bytes.
  private func hold(_ message: UnsafeMutablePointer<rd_kafka_message_t>, headers: Int) -> Int {
    let fetched = Fetched(message, headers: headers)
    let partition = message.pointee.partition
    inHand.hold(fetched, from: (message.pointee.rkt, partition)) {
      TopicPartition(reading.topic(of: message), Int(partition))
    }
    return fetched.size
  }

  private func handOver() { state.withLock { inHand.handOver(to: &$0.lanes) } }

  /// Reads what nobody took while much more came: messages are unread among the last ``most`` bytes twice over, and of
  /// the answers that these came with.
  private func readAged(beyond bytes: Int) {
    sinceAged += bytes
    // Whoever takes without delay has taken it by then, however much waits here.
    guard sinceAged >= most else { return }
    sinceAged = 0
    // Some at a time: whoever takes waits for the lock.
    while state.withLock({ $0.lanes.readAged(most: 200, &reading) }) {}
    state.withLock { $0.lanes.age() }
  }

  /// Before 2.2, librdkafka looks only every second whether there is room again for what it has to fetch.
  private static let stalls = rd_kafka_version() < 0x0202_0000

  /// Lets librdkafka look at once: whatever is asked of a broker wakes the thread that fetches from it.
  private func wakeFetching() {
    guard Self.stalls, flood.isOne else { return }
    let expecting = state.withLock { $0.lanes.expecting }
    guard flood.woken < expecting.count else {
      flood = Flood()
      return
    }
    let partition = expecting[flood.woken]
    let client = client
    // Elsewhere: where librdkafka is fetching all the same, the answer comes after what is fetched.
    let isAsking = asking.begin {
      var (low, high): (Int64, Int64) = (0, 0)
      rd_kafka_query_watermark_offsets(
        client.pointer, partition.topic, Int32(partition.partition), &low, &high, 100)
    }
    if isAsking { flood.woken += 1 }
  }

  /// What a message means that is no record.
  private func effect(of message: UnsafeMutablePointer<rd_kafka_message_t>) -> (@Sendable (inout Lanes) -> Void)? {
    let (code, offset) = (message.pointee.err, message.pointee.offset)
    let place =
      message.pointee.rkt == nil
      ? nil : TopicPartition(reading.topic(of: message), Int(message.pointee.partition))
    switch code {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      client.isHeard()
      guard let place else { return nil }
      return { $0.reachedEnd(place, offset) }
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
      guard let place else { return nil }
      // Its low end is looked up by whoever is told.
      return { $0.note(.offsetOutOfRange(place, offset: $0.lanes[place]?.tail ?? offset, low: -1), in: place) }
    case RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED, RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
      RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__RESOLVE:
      // The group is joined again by itself, brokers are tried again.
      return nil
    default:
      let text = rd_kafka_message_errstr(message).map { String(cString: $0) }
      let error = KafkaError(code, text).busError(topic: place?.topic ?? "?")
      if case .unavailable = error { return nil }
      if let place {
        return { $0.note(error, in: place) }
      }
      fail(error)
      return nil
    }
  }

  fileprivate func rebalance(_ rebalance: Rebalance) {
    reading.forgetTopics()
    if case .assigned = rebalance { hasSettled = true } else { hasSettled = false }
    rebalanced?(self, rebalance)
  }
}

/// Held weakly: librdkafka calls back only from within a poll of the drain's own thread.
private struct WeakDrain: Sendable {
  weak let drain: Drain?
}

private final class DrainCallbacks: ClientCallbacks, @unchecked Sendable {
  let drain = Mutex<WeakDrain?>(nil)

  override func register(in configuration: OpaquePointer, for role: Role) {
    super.register(in: configuration, for: role)
    guard case .member = role else { return }
    rd_kafka_conf_set_rebalance_cb(configuration) { _, code, partitions, opaque in
      guard let callbacks = ClientCallbacks.of(opaque) as? DrainCallbacks,
        let drain = callbacks.drain.withLock({ $0?.drain })
      else { return }
      switch code {
      case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
        if let partitions { drain.rebalance(.assigned(partitions)) }
      case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS: drain.rebalance(.revoked)
      default: drain.rebalance(.failed(KafkaError(code)))
      }
    }
  }
}
