import CLibrdkafka
import Foundation
import KafkaBus
import TopicBus

/// What librdkafka says when a call of the floor fails.
struct PlainFailure: Error, CustomStringConvertible {
  var description: String

  static func check(_ code: rd_kafka_resp_err_t, _ call: String) throws {
    guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
      throw PlainFailure(description: "\(call): \(String(cString: rd_kafka_err2str(code)))")
    }
  }

  static func check(_ error: OpaquePointer?, _ call: String) throws {
    guard let error else { return }
    defer { rd_kafka_error_destroy(error) }
    throw PlainFailure(description: "\(call): \(String(cString: rd_kafka_error_string(error)))")
  }
}

/// Runs blocking calls on a thread of their own.
func onThread<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
  try await withCheckedThrowingContinuation { continuation in
    startThread("plain") { continuation.resume(with: Result { try body() }) }
  }
}

/// The floor for producing: librdkafka's C calls from Swift, with the bus's own settings and nothing around them. For one thread.
final class PlainProducer {
  let client: OpaquePointer
  private let topic: OpaquePointer
  private let outcome: UnsafeMutablePointer<Outcome>

  private struct Outcome {
    var delivered = 0
    var failed = 0
  }

  init(_ settings: KafkaSettings, topic: String, for role: Role = .appender) throws {
    let configuration = try settings.configuration(for: role)
    outcome = .allocate(capacity: 1)
    outcome.initialize(to: Outcome())
    rd_kafka_conf_set_opaque(configuration, outcome)
    if case .appender = role {
      rd_kafka_conf_set_dr_msg_cb(configuration) { _, message, opaque in
        guard let message, let outcome = opaque?.assumingMemoryBound(to: Outcome.self) else { return }
        if message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR {
          outcome.pointee.delivered += 1
        } else {
          outcome.pointee.failed += 1
        }
      }
    }
    var text = [CChar](repeating: 0, count: 512)
    guard let client = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, &text, text.count),
      let handle = rd_kafka_topic_new(client, topic, nil)
    else { throw PlainFailure(description: "no producer") }
    (self.client, self.topic) = (client, handle)
  }

  func destroy() {
    rd_kafka_topic_destroy(topic)
    rd_kafka_destroy(client)
    outcome.deallocate()
  }

  /// Produces records over and over until there are so many, and waits until all are acknowledged.
  func produce(_ count: Int, of records: [Outgoing]) throws {
    outcome.pointee = Outcome()
    let names = records[0].headers.map { $0.name.utf8CString.map(\.self) }
    for number in 0..<count {
      try queue(records[number % records.count], names)
      if number % 512 == 511 { rd_kafka_poll(client, 0) }
    }
    while outcome.pointee.delivered + outcome.pointee.failed < count { rd_kafka_poll(client, 100) }
    guard outcome.pointee.failed == 0 else {
      throw PlainFailure(description: "\(outcome.pointee.failed) not delivered")
    }
  }

  /// - Parameter names: of its headers, as C has them.
  private func queue(_ record: Outgoing, _ names: [[CChar]]) throws {
    while true {
      let list = rd_kafka_headers_new(names.count)
      for (index, header) in record.headers.enumerated() {
        names[index].withUnsafeBufferPointer { name in
          (header.value ?? []).withUnsafeBytes { value in
            _ = rd_kafka_header_add(list, name.baseAddress, name.count - 1, value.baseAddress, value.count)
          }
        }
      }
      let code = record.key.withUnsafeBytes { key in
        (record.value ?? []).withUnsafeBytes { value in
          clibrdkafka_produce(
            client, topic, Int32(record.partition), key.baseAddress, key.count, value.baseAddress, value.count,
            record.timestamp, list, nil)
        }
      }
      if code == RD_KAFKA_RESP_ERR_NO_ERROR { return }
      guard code == RD_KAFKA_RESP_ERR__QUEUE_FULL else { return try PlainFailure.check(code, "produce") }
      rd_kafka_poll(client, 10)
    }
  }

  /// Produces what a message holds.
  func produce(_ message: UnsafePointer<rd_kafka_message_t>) throws {
    var headers: OpaquePointer?
    rd_kafka_message_headers(message, &headers)
    let fields = message.pointee
    while true {
      // The copy is taken, whatever comes back.
      let code = clibrdkafka_produce(
        client, topic, fields.partition, fields.key, fields.key_len, fields.payload, fields.len,
        rd_kafka_message_timestamp(message, nil), headers.flatMap { rd_kafka_headers_copy($0) }, nil)
      if code == RD_KAFKA_RESP_ERR_NO_ERROR { return }
      guard code == RD_KAFKA_RESP_ERR__QUEUE_FULL else { return try PlainFailure.check(code, "produce") }
      rd_kafka_poll(client, 10)
    }
  }
}

/// The floor for consuming. For one thread.
final class PlainConsumer {
  let client: OpaquePointer

  init(_ settings: KafkaSettings, for role: Role = .reader(catchingUp: false)) throws {
    let configuration = try settings.configuration(for: role)
    var text = [CChar](repeating: 0, count: 512)
    // The bus asks for a new group's place itself.
    rd_kafka_conf_set(configuration, "auto.offset.reset", "earliest", &text, text.count)
    guard let client = rd_kafka_new(RD_KAFKA_CONSUMER, configuration, &text, text.count) else {
      throw PlainFailure(description: "no consumer")
    }
    self.client = client
    rd_kafka_poll_set_consumer(client)
  }

  func destroy() {
    rd_kafka_consumer_close(client)
    rd_kafka_destroy(client)
  }

  func assign(_ topic: String, partitions: Int) throws {
    let list = rd_kafka_topic_partition_list_new(Int32(partitions))
    defer { rd_kafka_topic_partition_list_destroy(list) }
    for partition in 0..<partitions {
      rd_kafka_topic_partition_list_add(list, topic, Int32(partition)).pointee.offset = 0
    }
    try PlainFailure.check(rd_kafka_assign(client, list), "assign")
  }

  func subscribe(_ topic: String) throws {
    let list = rd_kafka_topic_partition_list_new(1)
    defer { rd_kafka_topic_partition_list_destroy(list) }
    rd_kafka_topic_partition_list_add(list, topic, -1)
    try PlainFailure.check(rd_kafka_subscribe(client, list), "subscribe")
  }

  /// The next record; whoever gets it destroys it.
  func next() -> UnsafeMutablePointer<rd_kafka_message_t> {
    while true {
      guard let message = rd_kafka_consumer_poll(client, 1_000) else { continue }
      if message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR { return message }
      rd_kafka_message_destroy(message)
    }
  }

  /// Reads so many records.
  func read(_ count: Int) -> ReadBytes {
    var read = ReadBytes()
    while read.records < count {
      let message = next()
      read.add(message)
      rd_kafka_message_destroy(message)
    }
    return read
  }
}

extension ReadBytes {
  /// Where the message lies, without a copy.
  mutating func add(_ message: UnsafePointer<rd_kafka_message_t>) {
    noteRecord()
    let fields = message.pointee
    add(UnsafeRawBufferPointer(start: fields.key, count: fields.key_len))
    add(UnsafeRawBufferPointer(start: fields.payload, count: fields.len))
    var list: OpaquePointer?
    guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return }
    var name: UnsafePointer<CChar>?
    var value: UnsafeRawPointer?
    var (index, size) = (0, 0)
    while rd_kafka_header_get_all(list, index, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR {
      if let name { add(UnsafeRawBufferPointer(start: name, count: strlen(name))) }
      add(UnsafeRawBufferPointer(start: value, count: size))
      index += 1
    }
  }
}

/// The floor for a loop that consumes, processes and produces in transactions. For one thread.
final class PlainLoop {
  private let consumer: PlainConsumer
  private let producer: PlainProducer
  private let input: String

  init(_ settings: KafkaSettings, from input: String, to output: String, group: String) throws {
    self.input = input
    producer = try PlainProducer(settings, topic: output, for: .transactor(id: "\(group)/1"))
    try PlainFailure.check(rd_kafka_init_transactions(producer.client, 10_000), "init_transactions")
    consumer = try PlainConsumer(settings, for: .member(group: group, instance: "1"))
    try consumer.subscribe(input)
  }

  func destroy() {
    consumer.destroy()
    producer.destroy()
  }

  /// Carries so many records over, and tells how long that took from the first one in hand on.
  func run(_ count: Int, batch: Int) throws -> (Duration, ReadBytes) {
    var read = ReadBytes()
    var message = consumer.next()
    let start = ContinuousClock.now
    while true {
      try PlainFailure.check(rd_kafka_begin_transaction(producer.client), "begin_transaction")
      let end = min(count, read.records + batch)
      let positions = rd_kafka_topic_partition_list_new(12)
      defer { rd_kafka_topic_partition_list_destroy(positions) }
      while true {
        read.add(message)
        try producer.produce(message)
        note(message.pointee, in: positions)
        rd_kafka_message_destroy(message)
        if read.records == end { break }
        message = consumer.next()
      }
      try commit(positions)
      if read.records == count { return (start.duration(to: .now), read) }
      message = consumer.next()
    }
  }

  private func note(
    _ message: rd_kafka_message_t, in positions: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
  ) {
    let found = rd_kafka_topic_partition_list_find(positions, input, message.partition)
    let element = found ?? rd_kafka_topic_partition_list_add(positions, input, message.partition)
    element?.pointee.offset = message.offset + 1
  }

  private func commit(_ positions: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?) throws {
    let metadata = rd_kafka_consumer_group_metadata(consumer.client)
    defer { rd_kafka_consumer_group_metadata_destroy(metadata) }
    try PlainFailure.check(
      rd_kafka_send_offsets_to_transaction(producer.client, positions, metadata, 10_000), "send_offsets_to_transaction")
    try PlainFailure.check(rd_kafka_commit_transaction(producer.client, 10_000), "commit_transaction")
  }
}
