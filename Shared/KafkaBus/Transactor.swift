import CLibrdkafka
import Synchronization
import TopicBus

/// The producer of one member's transactions. Its calls block, and come from one thread at a time.
///
/// It lives as long as nothing fatal happens to it: then its member is thrown away, and a new one begins from the log.
/// (In librdkafka 2.0.2 an idempotent producer can turn fatal when a broker goes down in mid-request.)
final class Transactor: @unchecked Sendable {
  private let client: KafkaClient
  private let callbacks: Callbacks
  private var topics: ProducerTopics
  private var ending: BusError?

  /// How long a step of a transaction may take, in milliseconds: as long as the broker keeps one open.
  private let timeout: Int32

  /// Makes the client, and aborts what an earlier one of that id left open: it can commit nothing from here on.
  init(_ settings: KafkaSettings, id: String) throws(BusError) {
    timeout = settings.transactionTimeout
    callbacks = Callbacks(settings)
    client = try KafkaClient(settings, for: .transactor(id: id), callbacks: callbacks)
    topics = ProducerTopics(client)
    do throws(KafkaError) {
      try KafkaError.check(rd_kafka_init_transactions(client.pointer, timeout))
    } catch {
      client.destroy()
      throw error.busError()
    }
  }

  func destroy() {
    topics.destroy()
    client.destroy()
  }

  /// Commits outputs and offsets in one transaction.
  ///
  /// - Parameter metadata: the group's, as it was serialized at the assignment.
  func commit(
    _ outputs: [Outgoing], _ offsets: [TopicPartition: Int64], metadata: [UInt8]
  ) throws(BusError) {
    if let ending { throw ending }
    callbacks.clear()
    do throws(KafkaError) {
      try KafkaError.check(rd_kafka_begin_transaction(client.pointer))
    } catch {
      throw end(.fatal("no transaction can begin: \(error)"))
    }
    do throws(KafkaError) {
      for output in outputs { try produce(output) }
      try send(offsets, metadata)
    } catch {
      throw abort(error, topic: callbacks.failedTopic)
    }
    #if DEBUG
      FailurePoint.commitSent.reached()
    #endif
    try finish()
  }

  private func produce(_ record: Outgoing) throws(KafkaError) {
    let deadline = ContinuousClock.now + .milliseconds(Int64(timeout))
    while true {
      let code = topics.produce(record, opaque: nil)
      if code == RD_KAFKA_RESP_ERR_NO_ERROR { return }
      if let fatal = fatalError { throw fatal }
      guard code == RD_KAFKA_RESP_ERR__QUEUE_FULL, ContinuousClock.now < deadline else {
        callbacks.note(code, topic: record.topic)
        throw KafkaError(code)
      }
      // Room comes with what is delivered.
      rd_kafka_poll(client.pointer, 10)
    }
  }

  private func send(_ offsets: [TopicPartition: Int64], _ bytes: [UInt8]) throws(KafkaError) {
    var metadata: OpaquePointer?
    try KafkaError.check(rd_kafka_consumer_group_metadata_read(&metadata, bytes, bytes.count))
    defer { rd_kafka_consumer_group_metadata_destroy(metadata) }
    let list = PartitionList(offsets.sorted { $0.key < $1.key })
    let deadline = ContinuousClock.now + .milliseconds(Int64(timeout))
    while true {
      guard
        let error = list.lend({ rd_kafka_send_offsets_to_transaction(client.pointer, $0, metadata, timeout) })
      else { return }
      let failure = KafkaError(taking: error)
      guard failure.isRetriable, !failure.isAbortable, ContinuousClock.now < deadline else { throw failure }
    }
  }

  private func finish() throws(BusError) {
    let deadline = ContinuousClock.now + .milliseconds(Int64(timeout))
    while true {
      guard let error = rd_kafka_commit_transaction(client.pointer, timeout) else { return }
      let failure = KafkaError(taking: error)
      if failure.isAbortable { throw abort(failure, topic: callbacks.failedTopic) }
      if failure.isRetriable, !failure.isFatal, ContinuousClock.now < deadline { continue }
      // The broker may have got it.
      throw end(.uncertain("a commit was not answered: \(failure)"))
    }
  }

  /// Aborts the transaction, and says why: a failed record's reason goes before what followed from it.
  private func abort(_ error: KafkaError, topic: String?) -> BusError {
    let reason = (callbacks.failure ?? error).busError(topic: topic ?? "?")
    if error.isFatal || fatalError != nil {
      // Not committed, as it was not asked to be: whoever comes next under this id aborts it.
      if case .fatal = reason { return end(reason) }
      return end(.fatal("\(error)"))
    }
    let deadline = ContinuousClock.now + .milliseconds(Int64(timeout))
    while true {
      guard let failed = rd_kafka_abort_transaction(client.pointer, timeout) else { break }
      let failure = KafkaError(taking: failed)
      guard failure.isRetriable, !failure.isFatal, ContinuousClock.now < deadline else {
        return end(.fatal("a transaction cannot be aborted: \(failure)"))
      }
    }
    switch reason {
    case .fenced, .unknownTopic, .tooLarge, .aborted: return reason
    case .fatal: return end(reason)
    default: return .aborted(reason.description)
    }
  }

  /// From here on it throws that error.
  private func end(_ error: BusError) -> BusError {
    if case .uncertain(let text) = error { ending = .fatal(text) } else { ending = error }
    return error
  }

  private var fatalError: KafkaError? {
    var text = [CChar](repeating: 0, count: 512)
    let code = rd_kafka_fatal_error(client.pointer, &text, text.count)
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(code, string(text), isFatal: true)
  }

  /// Keeps the first record that could not be delivered.
  private final class Callbacks: ClientCallbacks, @unchecked Sendable {
    private let first = Mutex<(error: KafkaError, topic: String)?>(nil)

    var failure: KafkaError? { first.withLock { $0?.error } }
    var failedTopic: String? { first.withLock { $0?.topic } }

    func clear() { first.withLock { $0 = nil } }

    func note(_ code: rd_kafka_resp_err_t, topic: String) {
      // What was purged was not the cause.
      guard code != RD_KAFKA_RESP_ERR__PURGE_QUEUE, code != RD_KAFKA_RESP_ERR__PURGE_INFLIGHT else { return }
      first.withLock { first in first = first ?? (KafkaError(code), topic) }
    }

    override func register(in configuration: OpaquePointer, for role: Role) {
      super.register(in: configuration, for: role)
      rd_kafka_conf_set_dr_msg_cb(configuration) { _, message, opaque in
        guard let message, message.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR,
          let callbacks = ClientCallbacks.of(opaque) as? Callbacks
        else { return }
        let topic = rd_kafka_topic_name(message.pointee.rkt).map { String(cString: $0) } ?? "?"
        callbacks.note(message.pointee.err, topic: topic)
      }
    }
  }
}
