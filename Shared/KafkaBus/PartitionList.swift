import CLibrdkafka
import TopicBus

/// A list of partitions, offsets and errors, as librdkafka takes and gives it.
final class PartitionList {
  private let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

  /// Lends the list to a call.
  @discardableResult
  func lend<T>(_ body: (UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> T) -> T {
    withExtendedLifetime(self) { body(pointer) }
  }

  init(_ offsets: some Sequence<(key: TopicPartition, value: Int64)>) {
    pointer = rd_kafka_topic_partition_list_new(8)
    for (partition, offset) in offsets {
      rd_kafka_topic_partition_list_add(pointer, partition.topic, Int32(partition.partition)).pointee.offset = offset
    }
  }

  convenience init(_ partitions: some Sequence<TopicPartition>, at offset: Int64 = Int64(RD_KAFKA_OFFSET_INVALID)) {
    self.init(partitions.map { (key: $0, value: offset) })
  }

  /// Takes a list and frees it in the end.
  init(taking pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) { self.pointer = pointer }

  deinit { rd_kafka_topic_partition_list_destroy(pointer) }

  var elements: [Element] { lend { Self.elements(of: $0) } }

  struct Element {
    var partition: TopicPartition
    var offset: Int64
    var code: rd_kafka_resp_err_t
  }

  static func elements(of pointer: UnsafePointer<rd_kafka_topic_partition_list_t>?) -> [Element] {
    guard let list = pointer?.pointee, let elements = list.elems else { return [] }
    return UnsafeBufferPointer(start: elements, count: Int(list.cnt)).map { element in
      Element(
        partition: TopicPartition(String(cString: element.topic), Int(element.partition)), offset: element.offset,
        code: element.err)
    }
  }

  /// The first element that has an error.
  var failure: (partition: TopicPartition, error: KafkaError)? {
    elements.first { $0.code != RD_KAFKA_RESP_ERR_NO_ERROR }.map { ($0.partition, KafkaError($0.code)) }
  }
}
