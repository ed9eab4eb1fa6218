import CLibrdkafka
import Foundation
import TopicBus

/// A record as it was fetched: librdkafka's message, until somebody reads it.
///
/// Who takes it reads it, not the thread that polls: what one thread allocates and another frees makes both wait for the
/// allocator, and two threads share the work. A message that is not read keeps all of the broker's answer in memory that
/// it came with; see ``Lanes/readAged(most:)``.
struct Fetched: @unchecked Sendable {
  let offset: Int64
  /// About what ``Record/size`` says: what headers take is known when they are read.
  let size: Int
  private var content: Content

  private enum Content {
    case message(UnsafeMutablePointer<rd_kafka_message_t>)
    case record(Record)
  }

  /// Takes a message over: it is to be read or dropped, once.
  ///
  /// - Parameter headers: about what its headers take, in bytes.
  init(_ message: UnsafeMutablePointer<rd_kafka_message_t>, headers: Int) {
    offset = message.pointee.offset
    size = message.pointee.key_len + message.pointee.len + headers + 32
    content = .message(message)
  }

  init(_ record: Record) {
    offset = record.offset
    size = record.size
    content = .record(record)
  }

  /// The record. To be asked for once.
  func read(_ reading: inout MessageReading) -> Record {
    switch content {
    case .record(let record): return record
    case .message(let message):
      defer { rd_kafka_message_destroy(message) }
      return reading.record(message)
    }
  }

  /// Gives back what it holds of librdkafka's memory, keeping the record.
  mutating func settle(_ reading: inout MessageReading) {
    if case .message = content { content = .record(read(&reading)) }
  }

  func drop() {
    if case .message(let message) = content { rd_kafka_message_destroy(message) }
  }
}

/// Makes records of librdkafka's messages. For one thread.
struct MessageReading {
  /// Names by librdkafka's topic object; see ``forgetTopics()``.
  private var names: [OpaquePointer: String] = [:]
  private var last: (topic: OpaquePointer, name: String)?
  /// Where the headers of a message lie, while they are copied.
  private var parts: ContiguousArray<Headers.Part> = []

  /// To be called whenever the assigned partitions change: a topic object of which no message is left may have been freed,
  /// and its place used again.
  mutating func forgetTopics() { (names, last) = ([:], nil) }

  mutating func topic(of message: UnsafePointer<rd_kafka_message_t>) -> String {
    guard let topic = message.pointee.rkt else { return "?" }
    if let last, last.topic == topic { return last.name }
    let name = names[topic] ?? String(cString: rd_kafka_topic_name(topic))
    names[topic] = name
    last = (topic, name)
    return name
  }

  /// Copies what a message holds.
  mutating func record(_ message: UnsafePointer<rd_kafka_message_t>) -> Record {
    let fields = message.pointee
    return Record(
      topic: topic(of: message), partition: Int(fields.partition), offset: fields.offset,
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
