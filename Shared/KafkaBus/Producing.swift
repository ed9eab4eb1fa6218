import CLibrdkafka
import TopicBus

/// The topics that a producer has written to, as it knows them. For one thread.
struct ProducerTopics {
  private let client: OpaquePointer
  private var topics: [String: OpaquePointer] = [:]

  init(_ client: KafkaClient) { self.client = client.pointer }

  /// Queues a record. Its bytes are copied; what it is about comes back in its delivery report as `opaque`.
  mutating func produce(_ record: Outgoing, opaque: UnsafeMutableRawPointer?) -> rd_kafka_resp_err_t {
    guard let topic = topic(record.topic) else { return rd_kafka_last_error() }
    var headers: OpaquePointer?
    if !record.headers.isEmpty {
      // As many as a message has; it grows.
      headers = rd_kafka_headers_new(8)
      record.headers.withEach { header in
        // A length of 0 with an address is an empty value, without one it is none.
        let start = header.value.map { $0.isEmpty ? Self.somewhere : $0.baseAddress } ?? nil
        rd_kafka_header_add(headers, header.name.baseAddress, header.name.count, start, header.value?.count ?? 0)
      }
    }
    return record.key.withUnsafeBytes { key in
      let keyStart = key.baseAddress ?? Self.somewhere
      guard let value = record.value else {
        return clibrdkafka_produce(
          client, topic, Int32(record.partition), keyStart, key.count, nil, 0, record.timestamp, headers, opaque)
      }
      return value.withUnsafeBytes { value in
        clibrdkafka_produce(
          client, topic, Int32(record.partition), keyStart, key.count, value.baseAddress ?? Self.somewhere,
          value.count, record.timestamp, headers, opaque)
      }
    }
  }

  /// An address of which nothing is read: an empty key or value is not a missing one.
  private static var somewhere: UnsafeRawPointer? { UnsafeRawPointer(bitPattern: 16) }

  private mutating func topic(_ name: String) -> OpaquePointer? {
    if let topic = topics[name] { return topic }
    let topic = rd_kafka_topic_new(client, name, nil)
    topics[name] = topic
    return topic
  }

  /// To be called before the client is destroyed.
  mutating func destroy() {
    for topic in topics.values { rd_kafka_topic_destroy(topic) }
    topics = [:]
  }
}
