import CLibrdkafka
import TopicBus

/// Records on their way to the log, and whoever waits for them. Once it is queued, for the appender's thread alone.
final class AppendJob: @unchecked Sendable {
  let bytes: Int
  private var records: [Outgoing]
  private let continuation: CheckedContinuation<Result<[Int64], BusError>, Never>
  /// One slot a record: its delivery report finds its job and its place there.
  private let slots: UnsafeMutableBufferPointer<Slot>
  private var queued = 0
  private var reported = 0
  private var persisted = 0
  private var isUncertain = false
  private var failure: (error: KafkaError, topic: String)?

  private struct Slot {
    var job: Unmanaged<AppendJob>
    var offset: Int64
  }

  init(
    _ records: [Outgoing], bytes: Int, _ continuation: CheckedContinuation<Result<[Int64], BusError>, Never>
  ) {
    self.records = records
    self.bytes = bytes
    self.continuation = continuation
    slots = .allocate(capacity: records.count)
    // Unretained: the thread keeps a job until all its records are reported.
    slots.initialize(repeating: Slot(job: Unmanaged.passUnretained(self), offset: -1))
  }

  deinit { slots.deallocate() }

  var isDone: Bool { reported == records.count || (failure != nil && reported == queued) }

  /// The topic that a record of it found missing.
  var missingTopic: String? {
    guard let failure, case .unknownTopic(let topic) = failure.error.busError(topic: failure.topic) else { return nil }
    return topic
  }

  /// Queues what is not queued yet.
  ///
  /// - Returns: false when there is no room for more now.
  func queue(to topics: inout ProducerTopics) -> Bool {
    while queued < records.count, failure == nil {
      guard let slot = slots.baseAddress.map({ $0 + queued }) else { return true }
      let code = topics.produce(records[queued], opaque: UnsafeMutableRawPointer(slot))
      if code == RD_KAFKA_RESP_ERR__QUEUE_FULL { return false }
      guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
        failure = (KafkaError(code), records[queued].topic)
        return true
      }
      queued += 1
    }
    return true
  }

  /// Takes a delivery report.
  static func report(_ message: UnsafePointer<rd_kafka_message_t>, in slot: UnsafeMutableRawPointer) {
    let slot = slot.assumingMemoryBound(to: Slot.self)
    slot.pointee.job.takeUnretainedValue().report(message.pointee, status: rd_kafka_message_status(message), slot)
  }

  private func report(
    _ message: rd_kafka_message_t, status: rd_kafka_msg_status_t, _ slot: UnsafeMutablePointer<Slot>
  ) {
    reported += 1
    if message.err == RD_KAFKA_RESP_ERR_NO_ERROR {
      slot.pointee.offset = message.offset
      persisted += 1
      return
    }
    if status == RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED { isUncertain = true }
    if failure == nil {
      failure = (KafkaError(message.err), rd_kafka_topic_name(message.rkt).map { String(cString: $0) } ?? "?")
    }
  }

  /// Queues no more.
  func stop() {
    if reported < records.count, failure == nil { failure = (KafkaError(RD_KAFKA_RESP_ERR__PURGE_QUEUE), "?") }
  }

  /// Waits for no more reports.
  func giveUp() {
    if reported < queued { isUncertain = true }
    queued = reported
  }

  func refuse(_ error: BusError) { continuation.resume(returning: .failure(error)) }

  func finish() {
    guard let failure else {
      continuation.resume(returning: .success(slots.map(\.offset)))
      return
    }
    if isUncertain || persisted > 0 {
      let count = "\(persisted) of \(records.count) records were appended"
      let error = BusError.uncertain(
        "\(count), of the rest \(isUncertain ? "some may have been" : "none was"): \(failure.error)")
      continuation.resume(returning: .failure(error))
      return
    }
    switch failure.error.response {
    case RD_KAFKA_RESP_ERR__PURGE_QUEUE, RD_KAFKA_RESP_ERR__PURGE_INFLIGHT, RD_KAFKA_RESP_ERR__FATAL:
      refuse(.unavailable("not appended: \(failure.error)"))
    default:
      refuse(failure.error.busError(topic: failure.topic))
    }
  }
}
