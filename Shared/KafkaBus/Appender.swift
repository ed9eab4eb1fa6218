import CLibrdkafka
import Synchronization
import TopicBus

/// Appends records durably, through one idempotent producer and one thread that feeds and polls it.
///
/// What waits is bounded: an append that finds more than ``most`` bytes before it is turned away at once.
final class Appender: Sendable {
  private struct State {
    var jobs: [AppendJob] = []
    /// Of jobs that are not done.
    var bytes = 0
    var isClosed = false
    var isAbandoned = false
    /// The queue to be woken.
    var queue: Wake?
  }

  private let settings: KafkaSettings
  private let observer: Observer
  private let state = Mutex(State())
  private let ending = Latch(count: 1)

  /// How many bytes may wait.
  static let most = 64 << 20

  init(_ settings: KafkaSettings, observer: Observer) throws(BusError) {
    self.settings = settings
    self.observer = observer
    let client = try KafkaClient(settings, for: .appender, callbacks: AppendCallbacks(settings))
    state.withLock { $0.queue = Wake(main: client) }
    startThread("kafka-append") { self.work(client) }
  }

  /// - Precondition: the topics are known, and no record is larger than the bus takes.
  func append(_ records: [Outgoing]) async throws(BusError) -> [Int64] {
    guard !records.isEmpty else { return [] }
    let bytes = records.reduce(0) { $0 + $1.size }
    let result: Result<[Int64], BusError> = await withCheckedContinuation { continuation in
      let job = AppendJob(records, bytes: bytes, continuation)
      let refusal = state.withLock { state -> BusError? in
        if state.isClosed { return .closed }
        if state.bytes > 0, state.bytes + bytes > Self.most {
          return .unavailable("\(state.bytes) bytes wait already to be appended")
        }
        state.bytes += bytes
        state.jobs.append(job)
        state.queue?.wake()
        return nil
      }
      if let refusal { job.refuse(refusal) }
    }
    return try result.get()
  }

  /// Lets what was accepted still be appended.
  func close() async {
    end(abandoning: false)
    await ending.wait()
  }

  /// Ends as a killed process does: what was not sent is not sent any more.
  func abandon() async {
    end(abandoning: true)
    await ending.wait()
  }

  private func end(abandoning: Bool) {
    state.withLock { state in
      state.isClosed = true
      state.isAbandoned = state.isAbandoned || abandoning
      state.queue?.wake()
    }
  }

  // MARK: - The thread

  private func work(_ first: KafkaClient) {
    var client: KafkaClient? = first
    var topics = ProducerTopics(first)
    var current: [AppendJob] = []
    var isOver = false
    while !isOver {
      guard let producer = client else {
        // A client that turned fatal was thrown away.
        guard let new = try? KafkaClient(settings, for: .appender, callbacks: AppendCallbacks(settings)) else { break }
        client = new
        topics = ProducerTopics(new)
        state.withLock { $0.queue = Wake(main: new) }
        continue
      }
      let (jobs, isClosed, isAbandoned) = state.withLock { state in
        defer { state.jobs = [] }
        return (state.jobs, state.isClosed, state.isAbandoned)
      }
      current += jobs
      if isAbandoned { break }
      var isFull = false
      for job in current where !isFull { isFull = !job.queue(to: &topics) }
      #if DEBUG
        if !jobs.isEmpty { FailurePoint.appendQueued.reached() }
      #endif
      isOver = isClosed && current.isEmpty
      if !isOver { rd_kafka_poll(producer.pointer, isFull ? 10 : 1_000) }
      if isFatal(producer) {
        abandon(&current, of: producer)
        topics.destroy()
        state.withLock { $0.queue = nil }
        producer.destroy()
        client = nil
      }
      finish(&current)
    }
    let left = state.withLock { state in
      defer { state.jobs = [] }
      state.queue = nil
      return state.jobs
    }
    if let client {
      // Jobs are told by what becomes of their records, or that they came to nothing.
      abandon(&current, of: client)
      topics.destroy()
      client.destroy()
    }
    finish(&current)
    for job in left { job.refuse(.closed) }
    ending.countDown()
  }

  private func isFatal(_ client: KafkaClient) -> Bool {
    rd_kafka_fatal_error(client.pointer, nil, 0) != RD_KAFKA_RESP_ERR_NO_ERROR
  }

  /// Lets go of all records that a client has, and waits until each has been reported.
  private func abandon(_ jobs: inout [AppendJob], of client: KafkaClient) {
    for job in jobs { job.stop() }
    rd_kafka_purge(client.pointer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
    while jobs.contains(where: { !$0.isDone }), rd_kafka_outq_len(client.pointer) > 0 {
      rd_kafka_poll(client.pointer, 100)
    }
    for job in jobs { job.giveUp() }
  }

  private func finish(_ jobs: inout [AppendJob]) {
    guard jobs.contains(where: \.isDone) else { return }
    for job in jobs where job.isDone {
      state.withLock { $0.bytes -= job.bytes }
      if let topic = job.missingTopic { observer.forget(topic) }
      job.finish()
    }
    jobs.removeAll(where: \.isDone)
  }
}

/// Wakes a thread that polls a client.
///
/// librdkafka remembers a wake until the next poll, so none is lost.
struct Wake: @unchecked Sendable {
  private let queue: Queue

  private final class Queue {
    let pointer: OpaquePointer
    init(_ pointer: OpaquePointer) { self.pointer = pointer }
    deinit { rd_kafka_queue_destroy(pointer) }
  }

  init?(main client: KafkaClient) { self.init(rd_kafka_queue_get_main(client.pointer)) }
  init?(consumer client: KafkaClient) { self.init(rd_kafka_queue_get_consumer(client.pointer)) }

  private init?(_ pointer: OpaquePointer?) {
    guard let pointer else { return nil }
    queue = Queue(pointer)
  }

  func wake() { rd_kafka_queue_yield(queue.pointer) }
}

private final class AppendCallbacks: ClientCallbacks, @unchecked Sendable {
  override func register(in configuration: OpaquePointer, for role: Role) {
    super.register(in: configuration, for: role)
    rd_kafka_conf_set_dr_msg_cb(configuration) { _, message, opaque in
      guard let message, let slot = message.pointee._private else { return }
      if message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR { ClientCallbacks.of(opaque)?.isHeard() }
      AppendJob.report(message, in: slot)
    }
  }
}
