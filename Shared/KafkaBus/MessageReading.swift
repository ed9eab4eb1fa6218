import CLibrdkafka
import Foundation
import TopicBus

/// Makes records of librdkafka's messages. For one thread.
struct MessageReading {
  /// Names by librdkafka's topic object; see ``forgetTopics()``.
  private var names: [OpaquePointer: String] = [:]
  /// Where the headers of a message lie, while they are copied.
  private var parts: ContiguousArray<Headers.Part> = []

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
      value: fields.payload.map { Self.bytes($0, fields.len) }, headers: headers(of: message),
      timestamp: rd_kafka_message_timestamp(message, nil))
  }

  private static func bytes(_ start: UnsafeRawPointer, _ count: Int) -> [UInt8] {
    [UInt8](UnsafeRawBufferPointer(start: start, count: count))
  }

  private mutating func headers(of message: UnsafePointer<rd_kafka_message_t>) -> Headers {
    var list: OpaquePointer?
    guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return [] }
    defer { parts.removeAll(keepingCapacity: true) }
    var (name, value, length): (UnsafePointer<CChar>?, UnsafeRawPointer?, Int) = (nil, nil, 0)
    while rd_kafka_header_get_all(list, parts.count, &name, &value, &length) == RD_KAFKA_RESP_ERR_NO_ERROR,
      let start = name
    {
      parts.append(
        Headers.Part(
          name: UnsafeRawBufferPointer(start: start, count: strlen(start)),
          value: value.map { UnsafeRawBufferPointer(start: $0, count: length) }))
    }
    return Headers(copying: parts)
  }
}
