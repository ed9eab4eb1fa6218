import CLibrdkafka
import Foundation
import TopicBus

/// Makes records of librdkafka's messages. For one thread.
struct MessageReading {
  /// Names by librdkafka's topic object; see ``forgetTopics()``.
  private var names: [OpaquePointer: String] = [:]
  /// The headers of the record before: those of one topic have the same names, and many the same values, at the same places.
  /// What is the same is shared, not copied again.
  private var former: [FormerHeader] = []

  private struct FormerHeader {
    var header: Header
    /// The name as C has it, with its NUL.
    var name: ContiguousArray<CChar>
  }

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
  ///
  /// - Returns: the record, and its ``Record/size``, which is known on the way.
  mutating func record(_ message: UnsafePointer<rd_kafka_message_t>, topic: String) -> (record: Record, size: Int) {
    let fields = message.pointee
    let (headers, size) = headers(of: message)
    let record = Record(
      topic: topic, partition: Int(fields.partition), offset: fields.offset,
      key: fields.key.map { Self.bytes($0, fields.key_len) } ?? [],
      value: fields.payload.map { Self.bytes($0, fields.len) }, headers: headers,
      timestamp: rd_kafka_message_timestamp(message, nil))
    return (record, record.key.count + (record.value?.count ?? 0) + size + 32)
  }

  private static func bytes(_ start: UnsafeRawPointer, _ count: Int) -> [UInt8] {
    [UInt8](UnsafeRawBufferPointer(start: start, count: count))
  }

  private mutating func headers(of message: UnsafePointer<rd_kafka_message_t>) -> ([Header], size: Int) {
    var list: OpaquePointer?
    guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return ([], 0) }
    let count = rd_kafka_header_cnt(list)
    var headers: [Header] = []
    headers.reserveCapacity(count)
    var (name, value): (UnsafePointer<CChar>?, UnsafeRawPointer?) = (nil, nil)
    var (length, size) = (0, 0)
    for index in 0..<count {
      guard rd_kafka_header_get_all(list, index, &name, &value, &length) == RD_KAFKA_RESP_ERR_NO_ERROR, let name
      else { break }
      note(name, value, length, at: index)
      headers.append(former[index].header)
      size += former[index].name.count - 1 + (value == nil ? 0 : length) + 8
    }
    return (headers, size)
  }

  /// Lets a place of ``former`` hold a header, with what it has of it already.
  private mutating func note(
    _ name: UnsafePointer<CChar>, _ value: UnsafeRawPointer?, _ length: Int, at index: Int
  ) {
    let isNamedSo =
      index < former.count
      && former[index].name.withUnsafeBufferPointer { $0.baseAddress.map { strcmp($0, name) == 0 } ?? false }
    guard isNamedSo else {
      let text = String(cString: name)
      let new = FormerHeader(
        header: Header(text, value.map { Self.bytes($0, length) }),
        name: ContiguousArray(UnsafeBufferPointer(start: name, count: strlen(name) + 1)))
      if index < former.count { former[index] = new } else { former.append(new) }
      return
    }
    guard let value else {
      former[index].header.value = nil
      return
    }
    let isSame = former[index].header.value?.withUnsafeBytes { bytes in
      bytes.count == length && (bytes.baseAddress.map { memcmp($0, value, length) == 0 } ?? true)
    }
    if isSame != true { former[index].header.value = Self.bytes(value, length) }
  }
}
