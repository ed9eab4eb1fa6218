import CLibrdkafka
import TopicBus

/// Makes records of librdkafka's messages. For one thread.
struct MessageReading {
  /// Names by librdkafka's topic object; see ``forgetTopics()``.
  private var names: [OpaquePointer: String] = [:]

  /// To be called whenever the assigned partitions change: a topic object may have been freed, and its place used again.
  mutating func forgetTopics() { names = [:] }

  mutating func topic(of message: UnsafePointer<rd_kafka_message_t>) -> String {
    guard let topic = message.pointee.rkt else { return "?" }
    if let name = names[topic] { return name }
    let name = String(cString: rd_kafka_topic_name(topic))
    names[topic] = name
    return name
  }

  /// Copies what a message holds.
  mutating func record(_ message: UnsafePointer<rd_kafka_message_t>, topic: String) -> Record {
    let fields = message.pointee
    return Record(
      topic: topic, partition: Int(fields.partition), offset: fields.offset,
      key: fields.key.map { Self.bytes($0, fields.key_len) } ?? [],
      value: fields.payload.map { Self.bytes($0, fields.len) }, headers: Self.headers(of: message),
      timestamp: rd_kafka_message_timestamp(message, nil))
  }

  private static func bytes(_ start: UnsafeRawPointer, _ count: Int) -> [UInt8] {
    [UInt8](UnsafeRawBufferPointer(start: start, count: count))
  }

  private static func headers(of message: UnsafePointer<rd_kafka_message_t>) -> [Header] {
    var list: OpaquePointer?
    guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return [] }
    let count = rd_kafka_header_cnt(list)
    var headers: [Header] = []
    headers.reserveCapacity(count)
    var name: UnsafePointer<CChar>?
    var value: UnsafeRawPointer?
    var size = 0
    for index in 0..<count {
      guard rd_kafka_header_get_all(list, index, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR else { break }
      headers.append(Header(name.map { String(cString: $0) } ?? "", value.map { bytes($0, size) }))
    }
    return headers
  }
}
