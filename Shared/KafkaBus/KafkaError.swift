import CLibrdkafka
import TopicBus

/// An error of librdkafka, with all that it says about it.
public struct KafkaError: Error, Hashable, Sendable, CustomStringConvertible {
  /// librdkafka's code: negative for its own, positive for a broker's.
  public let code: Int32
  /// The code's name, such as `_TIMED_OUT`.
  public let name: String
  public let text: String
  /// The call can be repeated as it is.
  public let isRetriable: Bool
  /// The client is of no use any more.
  public let isFatal: Bool
  /// The transaction must be aborted, and can then be done again.
  public let isAbortable: Bool

  init(_ code: rd_kafka_resp_err_t, _ text: String? = nil, isFatal: Bool = false) {
    self.code = code.rawValue
    name = String(cString: rd_kafka_err2name(code))
    self.text = text ?? String(cString: rd_kafka_err2str(code))
    isRetriable = false
    self.isFatal = isFatal || code == RD_KAFKA_RESP_ERR__FATAL
    isAbortable = false
  }

  /// Takes an error object and frees it.
  init(taking error: OpaquePointer) {
    code = rd_kafka_error_code(error).rawValue
    name = String(cString: rd_kafka_error_name(error))
    text = String(cString: rd_kafka_error_string(error))
    isRetriable = rd_kafka_error_is_retriable(error) != 0
    isFatal = rd_kafka_error_is_fatal(error) != 0
    isAbortable = rd_kafka_error_txn_requires_abort(error) != 0
    rd_kafka_error_destroy(error)
  }

  /// Throws what a call gave back, if it gave an error.
  static func check(_ error: OpaquePointer?) throws(KafkaError) {
    if let error { throw KafkaError(taking: error) }
  }

  static func check(_ code: rd_kafka_resp_err_t) throws(KafkaError) {
    if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code) }
  }

  var response: rd_kafka_resp_err_t { rd_kafka_resp_err_t(rawValue: code) }

  public var description: String { "\(text) (\(name))" }
}

extension KafkaError {
  /// What a caller of the bus can do about it, when nothing was done.
  ///
  /// - Parameter topic: which topic it was about.
  func busError(topic: String = "?") -> BusError {
    switch response {
    case RD_KAFKA_RESP_ERR__DESTROY: .closed
    case RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR_PRODUCER_FENCED, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
      .fatal("another process uses this instance's name: \(self)")
    case RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,
      RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
      .fenced(description)
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
      RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      .unknownTopic(topic)
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE: .tooLarge(description)
    case RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT,
      RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__RESOLVE,
      RD_KAFKA_RESP_ERR__WAIT_COORD, RD_KAFKA_RESP_ERR__QUEUE_FULL,
      RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
      RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
      RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
      RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
      RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION,
      RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT:
      .unavailable(description)
    case _ where isFatal: .fatal(description)
    case _ where isAbortable: .aborted(description)
    case _ where isRetriable: .unavailable(description)
    default: .refused(description)
    }
  }
}
