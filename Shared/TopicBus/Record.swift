/// One partition of one topic.
public struct TopicPartition: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let topic: String
  public let partition: Int

  public init(_ topic: String, _ partition: Int) {
    self.topic = topic
    self.partition = partition
  }

  public static func < (left: Self, right: Self) -> Bool {
    left.topic == right.topic ? left.partition < right.partition : left.topic < right.topic
  }

  public var description: String { "\(topic)/\(partition)" }
}

/// A named value beside a record's value.
public struct Header: Hashable, Sendable {
  public var name: String
  public var value: [UInt8]?

  public init(_ name: String, _ value: [UInt8]?) {
    self.name = name
    self.value = value
  }

  public init(_ name: String, _ text: String) {
    self.init(name, Array(text.utf8))
  }
}

/// A record as the log holds it. Bytes are kept as they came; what they mean is the reader's business.
public struct Record: Hashable, Sendable {
  public var topic: String
  public var partition: Int
  /// Its place in the partition. Places are ascending, not always without gap.
  public var offset: Int64
  public var key: [UInt8]
  /// Nil is a tombstone: it erases the key.
  public var value: [UInt8]?
  public var headers: Headers
  /// Milliseconds since 1970, as the producer set it.
  public var timestamp: Int64

  public init(
    topic: String, partition: Int, offset: Int64, key: [UInt8], value: [UInt8]?, headers: Headers = [],
    timestamp: Int64
  ) {
    self.topic = topic
    self.partition = partition
    self.offset = offset
    self.key = key
    self.value = value
    self.headers = headers
    self.timestamp = timestamp
  }

  public var topicPartition: TopicPartition { TopicPartition(topic, partition) }

  /// The first header of that name, as text; nil when there is none or it is not UTF-8.
  public func header(_ name: String) -> String? { headers.text(name) }

  /// Roughly what it takes in memory and on the wire, in bytes.
  public var size: Int {
    key.count + (value?.count ?? 0) + headers.packed.count + 32
  }
}

/// A record on its way to the log. The partition is chosen already, by ``Partitioner`` from a partition key.
public struct Outgoing: Hashable, Sendable {
  public var topic: String
  public var partition: Int
  public var key: [UInt8]
  public var value: [UInt8]?
  public var headers: Headers
  /// Milliseconds since 1970.
  public var timestamp: Int64

  public init(
    topic: String, partition: Int, key: [UInt8], value: [UInt8]?, headers: Headers = [], timestamp: Int64
  ) {
    self.topic = topic
    self.partition = partition
    self.key = key
    self.value = value
    self.headers = headers
    self.timestamp = timestamp
  }

  public var topicPartition: TopicPartition { TopicPartition(topic, partition) }

  public var size: Int {
    key.count + (value?.count ?? 0) + headers.packed.count + 32
  }
}
