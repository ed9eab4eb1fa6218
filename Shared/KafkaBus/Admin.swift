import CLibrdkafka
import TopicBus

/// Changes topics, trims them, and looks at how they were made. Its calls block.
struct Admin: Sendable {
  let client: KafkaClient
  let settings: KafkaSettings

  /// Sends one request and gives its answer to a body, which must not keep it.
  ///
  /// - Parameter broker: which one is asked; nil: whichever librdkafka takes.
  func ask<T>(
    _ operation: rd_kafka_admin_op_t, timeout: Int32 = 15_000, broker: Int32? = nil,
    send: (OpaquePointer, OpaquePointer) -> Void, read: (OpaquePointer) throws(BusError) -> T
  ) throws(BusError) -> T {
    guard let queue = rd_kafka_queue_new(client.pointer) else { throw .closed }
    defer { rd_kafka_queue_destroy(queue) }
    guard let options = rd_kafka_AdminOptions_new(client.pointer, operation) else { throw .closed }
    defer { rd_kafka_AdminOptions_destroy(options) }
    var text = [CChar](repeating: 0, count: 256)
    rd_kafka_AdminOptions_set_request_timeout(options, timeout, &text, text.count)
    if let broker { rd_kafka_AdminOptions_set_broker(options, broker, &text, text.count) }
    send(options, queue)
    guard let event = rd_kafka_queue_poll(queue, timeout + 1_000) else {
      throw .uncertain("the cluster did not answer in \(timeout) ms")
    }
    defer { rd_kafka_event_destroy(event) }
    let code = rd_kafka_event_error(event)
    guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
      throw KafkaError(code, rd_kafka_event_error_string(event).map { String(cString: $0) }).busError()
    }
    return try read(event)
  }

  // MARK: Topics

  /// Makes topics. One that was made by another meanwhile is as good.
  func create(_ topics: [TopicDeclaration]) throws(BusError) {
    guard !topics.isEmpty else { return }
    var made: [OpaquePointer?] = []
    defer { for topic in made { rd_kafka_NewTopic_destroy(topic) } }
    var text = [CChar](repeating: 0, count: 512)
    for topic in topics {
      let new = rd_kafka_NewTopic_new(
        topic.name, Int32(topic.partitions), Int32(settings.replicationFactor ?? -1), &text, text.count)
      guard let new else { throw .refused("topic \(topic.name): \(string(text))") }
      made.append(new)
      for (name, value) in topic.configuration { rd_kafka_NewTopic_set_config(new, name, value) }
    }
    try ask(RD_KAFKA_ADMIN_OP_CREATETOPICS) { options, queue in
      rd_kafka_CreateTopics(client.pointer, &made, made.count, options, queue)
    } read: { event throws(BusError) in
      guard let result = rd_kafka_event_CreateTopics_result(event) else { return }
      var count = 0
      let found = rd_kafka_CreateTopics_result_topics(result, &count)
      for index in 0..<count {
        guard let topic = found?[index] else { continue }
        let code = rd_kafka_topic_result_error(topic)
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR, code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS else { continue }
        let name = String(cString: rd_kafka_topic_result_name(topic))
        let reason = rd_kafka_topic_result_error_string(topic).map { String(cString: $0) }
        throw KafkaError(code, "topic \(name): \(reason ?? String(cString: rd_kafka_err2str(code)))").busError(
          topic: name)
      }
    }
  }

  /// How topics are configured, by topic and name.
  func configurations(of topics: [String]) throws(BusError) -> [String: [String: String]] {
    var all: [String: [String: String]] = [:]
    // A topic that went meanwhile is none.
    try describe(topics) { name, code, found in
      if code == RD_KAFKA_RESP_ERR_NO_ERROR { all[name] = Self.entries(of: found) }
    }
    return all
  }

  /// Those topics that one broker does not know.
  func unknown(of topics: [String], to broker: Int32) throws(BusError) -> [String] {
    var unknown: [String] = []
    try describe(topics, broker: broker, timeout: 2_000) { name, code, _ in
      if code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART { unknown.append(name) }
    }
    return unknown
  }

  private func describe(
    _ topics: [String], broker: Int32? = nil, timeout: Int32 = 15_000,
    read: (String, rd_kafka_resp_err_t, OpaquePointer) -> Void
  ) throws(BusError) {
    guard !topics.isEmpty else { return }
    var resources = topics.map { rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, $0) }
    defer { for resource in resources { rd_kafka_ConfigResource_destroy(resource) } }
    try ask(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout: timeout, broker: broker) { options, queue in
      rd_kafka_DescribeConfigs(client.pointer, &resources, resources.count, options, queue)
    } read: { event throws(BusError) in
      guard let result = rd_kafka_event_DescribeConfigs_result(event) else { return }
      var count = 0
      let found = rd_kafka_DescribeConfigs_result_resources(result, &count)
      for index in 0..<count {
        guard let resource = found?[index] else { continue }
        read(
          String(cString: rd_kafka_ConfigResource_name(resource)), rd_kafka_ConfigResource_error(resource), resource)
      }
    }
  }

  private static func entries(of resource: OpaquePointer) -> [String: String] {
    var count = 0
    var entries: [String: String] = [:]
    let found = rd_kafka_ConfigResource_configs(resource, &count)
    for index in 0..<count {
      guard let entry = found?[index], let value = rd_kafka_ConfigEntry_value(entry) else { continue }
      entries[String(cString: rd_kafka_ConfigEntry_name(entry))] = String(cString: value)
    }
    return entries
  }

  /// Removes records below the given offsets.
  func trim(before offsets: [TopicPartition: Int64]) throws(BusError) {
    guard !offsets.isEmpty else { return }
    let list = PartitionList(offsets.sorted { $0.key < $1.key })
    var requests: [OpaquePointer?] = [list.lend { rd_kafka_DeleteRecords_new($0) }]
    defer { rd_kafka_DeleteRecords_destroy(requests[0]) }
    try ask(RD_KAFKA_ADMIN_OP_DELETERECORDS) { options, queue in
      rd_kafka_DeleteRecords(client.pointer, &requests, requests.count, options, queue)
    } read: { event throws(BusError) in
      guard let result = rd_kafka_event_DeleteRecords_result(event) else { return }
      for element in PartitionList.elements(of: rd_kafka_DeleteRecords_result_offsets(result))
      where element.code != RD_KAFKA_RESP_ERR_NO_ERROR {
        throw KafkaError(element.code, "\(element.partition): \(String(cString: rd_kafka_err2str(element.code)))")
          .busError(topic: element.partition.topic)
      }
    }
  }
}

extension TopicDeclaration {
  /// What a topic of Kafka is made with.
  var configuration: [(name: String, value: String)] {
    // Time is the sender's, whatever it says: from 4.0 on brokers refuse what is an hour ahead of them.
    let always = [
      ("max.message.bytes", "\(KafkaBus.largestRecord + 10_000)"),
      ("message.timestamp.after.max.ms", "\(Int64.max)"),
    ]
    return always + keeping
  }

  /// How long its records are kept.
  private var keeping: [(name: String, value: String)] {
    let (day, week) = ("86400000", "604800000")
    switch cleanup {
    case .compacted(let tombstonesFor):
      // A key's older versions, and tombstones after their time, are gone within a week. The segment that is written to
      // is never compacted, and whoever starts reads all of it: it is to be short.
      return [
        ("cleanup.policy", "compact"), ("delete.retention.ms", "\(tombstonesFor)"), ("max.compaction.lag.ms", week),
        ("segment.ms", day), ("segment.bytes", "\(16 << 20)"), ("min.cleanable.dirty.ratio", "0.3"),
      ]
    case .trimmed:
      return [("cleanup.policy", "delete"), ("retention.ms", "-1"), ("retention.bytes", "-1")]
    case .aged(let time):
      // A segment goes when its youngest record is old enough, so segments are to be short.
      return [
        ("cleanup.policy", "delete"), ("retention.ms", "\(time)"), ("retention.bytes", "-1"),
        ("segment.ms", "\(max(3_600_000, min(time / 7, 604_800_000)))"),
      ]
    }
  }

  /// Reads back what a topic was made with.
  init(_ name: String, partitions: Int, configuration: [String: String]) {
    let cleanup: Cleanup
    if configuration["cleanup.policy"]?.contains("compact") == true {
      cleanup = .compacted(tombstonesFor: configuration["delete.retention.ms"].flatMap { Int64($0) } ?? 86_400_000)
    } else if let time = configuration["retention.ms"].flatMap({ Int64($0) }), time >= 0 {
      cleanup = .aged(time)
    } else {
      cleanup = .trimmed
    }
    self.init(name, partitions: partitions, cleanup: cleanup)
  }
}
